# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole of MeshTalk: encoder, decoder and context model, their training objectives, and sound to a moving face."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from ...networks.checkpoints import apply_state, find_file, read_config, read_state, write_model
from ...progress import Progress
from .config import MeshTalkConfig
from .context import ContextModel
from .encoders import MultimodalEncoder
from .face_space import FaceSpace
from .latent import gumbel_noise, one_hot, straight_through
from .losses import cross_modality, masked_error, negative_log_likelihood
from .sampling import sample
from .smoothing import smooth_geometry
from .sound import chunk_starts, normalise_level, sound_chunks
from .vertex_unet import VertexUnet

_BLOCK = 64  # frames encoded or decoded at a time: memory stays bounded for long sounds
_PARTS = ("encoder", "vertex_unet", "context_model")  # also the stems of the published files


class MeshTalk(nn.Module):
    """See the package's docstring. Shapes: B batch, N samples, T frames, P points, D dims, H heads, C classes."""

    def __init__(self, config: MeshTalkConfig):
        super().__init__()
        self.config = config
        self.encoder = MultimodalEncoder(config)
        self.vertex_unet = VertexUnet(config)
        self.context_model = ContextModel(config)

    def set_statistics(self, mean: Tensor, stddev: Tensor) -> None:
        """Mean and standard deviation (P, D) of the training faces, which normalise geometry in encoder and decoder."""
        for part in (self.encoder.expression_encoder, self.vertex_unet):
            part.mean.copy_(mean.expand_as(part.mean))
            part.stddev.copy_(stddev.expand_as(part.stddev))

    def latent_losses(
        self,
        space: FaceSpace,
        template: Tensor,
        geometry: Tensor,
        chunks: Tensor,
        mouth_mask: Tensor,
        upper_mask: Tensor,
        landmarks: Tensor,
        generator: torch.Generator | None = None,
        noise: bool = True,
    ) -> dict[str, Tensor]:
        """The terms of the first training step, each of weight 1 as published: reconstruction, landmarks, mouth, upper.

        template (B, P, D), geometry (B, T, P, D), chunks (B, T, W); the masks are weights of vertices (V,).
        """
        audio_code = self.encoder.audio_encoder(chunks)
        expression_code = self.encoder.expression_encoder(geometry)

        def decode(expression: Tensor, audio: Tensor) -> Tensor:
            logprobs = self.encoder.fusion_model(expression, audio)
            drawn = gumbel_noise(logprobs.shape, generator, logprobs.device) if noise else None
            return space.vertices(self.vertex_unet(template, straight_through(logprobs, noise=drawn)))

        target = space.vertices(geometry)
        decoded = decode(expression_code, audio_code)
        mouth, upper = cross_modality(decode, expression_code, audio_code, target, mouth_mask, upper_mask, generator)
        return {
            "reconstruction": masked_error(decoded, target),
            "landmarks": masked_error(decoded, target, landmarks),
            "mouth": mouth,
            "upper": upper,
        }

    def context_loss(self, geometry: Tensor, chunks: Tensor) -> Tensor:
        """The second training step: likelihood of the (fixed) latent under the context model, teacher-forced."""
        with torch.no_grad():
            audio_code = self.encoder.audio_encoder(chunks)
            labels = self.encoder.fusion_model(self.encoder.expression_encoder(geometry), audio_code).argmax(-1)
        return negative_log_likelihood(self.context_model(one_hot(labels, self.config.classes), audio_code), labels)

    @torch.no_grad()
    def encode_sound(self, samples: Tensor, progress: Progress | None = None) -> Tensor:
        """Sound (B, N) at 16 kHz of any level -> audio codes (B, T, A)."""
        samples = normalise_level(samples, self.config.level)
        frames = len(chunk_starts(samples.shape[-1], self.config))
        codes = [samples.new_zeros(len(samples), 0, self.config.code_dim)]
        for first in range(0, frames, _BLOCK):
            if progress is not None:
                progress.report(first / frames)
            codes.append(self.encoder.audio_encoder(sound_chunks(samples, self.config, first, first + _BLOCK)))
        return torch.cat(codes, dim=1)

    @torch.no_grad()
    def decode_labels(self, template: Tensor, labels: Tensor, progress: Progress | None = None) -> Tensor:
        """Neutral face (B, P, D) and labels (B, T, H) -> geometry (B, T, P, D)."""
        parts, state = [], None
        for first in range(0, labels.shape[1], _BLOCK):
            if progress is not None:
                progress.report(first / labels.shape[1])
            latent = one_hot(labels[:, first : first + _BLOCK], self.config.classes)
            part, state = self.vertex_unet.decode(template, latent, state)
            parts.append(part)
        return torch.cat(parts, dim=1) if parts else template[:, None][:, :0]

    @torch.no_grad()
    def animate(
        self,
        samples: Tensor,
        template: Tensor,
        temperature: float = 1.0,
        seed: int = 0,
        smooth_mask: Tensor | None = None,
        progress: Progress | None = None,
    ) -> Tensor:
        """Sound (B, N) at 16 kHz and neutral faces (B, P, D) -> geometry (B, T, P, D) at the model's rate.

        temperature 0 gives the most probable face, 1 (as published) draws one; another seed gives another, equally
        fitting face. smooth_mask (P,): where to smooth (forehead and neck as published). Raises Cancelled.
        """
        self.eval()
        part = (lambda start, end: progress.part(start, end)) if progress is not None else (lambda start, end: None)
        codes = self.encode_sound(samples, part(0.0, 0.4))
        labels = sample(self.context_model, codes, temperature, seed, part(0.4, 0.9))
        geometry = self.decode_labels(template, labels, part(0.9, 1.0))
        if smooth_mask is not None and geometry.shape[1]:
            geometry = torch.stack([smooth_geometry(item, smooth_mask) for item in geometry])
        return geometry


def save(model: MeshTalk, folder: Path | str) -> None:
    """Write config.json and model.safetensors."""
    write_model(folder, model, model.config)


def load(path: Path | str, config: MeshTalkConfig | None = None) -> MeshTalk:
    """A model from a folder, or from the one file of ours: ours (config.json, model.safetensors), or the published files
    encoder.pkl, vertex_unet.pkl and context_model.pkl, in any of the formats of `core.networks.checkpoints`.

    config: sizes, if there is no config.json and they are not the published ones. Raises UserError.
    """
    path = Path(path)
    config = config or read_config(path.parent if path.is_file() else path, MeshTalkConfig, MeshTalkConfig())
    model = MeshTalk(config)
    own = path if path.is_file() else path / "model.safetensors"
    if own.is_file():
        apply_state(model, read_state(own), own.name, "MeshTalk")
    else:
        for part in _PARTS:
            file = find_file(path, (part,))
            apply_state(getattr(model, part), read_state(file), file.name, f"MeshTalk's {part}")
    return model.eval()
