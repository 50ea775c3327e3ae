# SPDX-License-Identifier: GPL-3.0-or-later
"""EMAGE's masked audio-gesture transformer (Liu et al., CVPR 2024, sections 4.2 and 4.3), and the whole model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...motion import rotations as rot
from ...networks.mlp import TwoLayerMLP
from ...networks.positions import PeriodicPositions
from ...networks.prepared_weights import PreparedWeights
from . import fast_layers
from .body_parts import BODY_PARTS, HAND_JOINTS, JOINTS, PARTS, ROTATION_CHANNELS, UPPER_JOINTS, rest_frames
from .codec import ConvolutionEncoder, MotionCodecs
from .config import EmageConfig
from .content_rhythm import ContentRhythmEncoder
from .face_hearing import FaceHearing
from .stroke_memory import REACH_FRAMES, STROKE_JOINTS, StrokeMemory
from .token_network import TokenNetwork
from .wave_encoder import WaveEncoder

Audio = Tensor | tuple[Tensor, Tensor] | tuple[Tensor, Tensor, Tensor]
"""Samples (B, N) at 16 kHz, or content (B, T, …) and rhythm (B, T, …) by motion frame; for a face with `face_hearing` its sound, too."""


@dataclass(frozen=True)
class Prediction:
    """For each part of `PARTS`: latents (B, T, code width) and code logits (B, T, codes)."""

    latents: dict[str, Tensor]
    logits: dict[str, Tensor]


class EmageNetwork(nn.Module):
    """Audio and partly hidden motion in, latents and code logits of the four body parts out.

    Module names are those of the published checkpoints, so their state dicts load as they are.
    Tensors are batch first outside and sequence first inside the transformers; these are post-norm with ReLU.
    """

    def __init__(self, config: EmageConfig):
        super().__init__()
        self.config = config
        hidden, width = config.hidden, config.feature_width
        codes = {part: config.codecs[part].codes for part in PARTS}
        latents = {part: config.codecs[part].width for part in PARTS}

        def encoder_layer() -> nn.TransformerEncoderLayer:
            return nn.TransformerEncoderLayer(hidden, config.heads, config.feedforward, config.dropout)

        def decoder_layer() -> nn.TransformerDecoderLayer:
            return nn.TransformerDecoderLayer(hidden, config.heads, config.feedforward, config.dropout)

        def decoder(layers: int) -> nn.Module:
            return nn.TransformerDecoder(decoder_layer(), layers)

        self.mask_embedding = nn.Parameter(torch.zeros(1, 1, config.motion_channels))
        nn.init.normal_(self.mask_embedding, 0.0, hidden**-0.5)
        audio_encoder = WaveEncoder if config.audio == "wave" else ContentRhythmEncoder
        self.audio_encoder_face = (
            audio_encoder(config) if config.hearing is None else FaceHearing(config, config.hearing)
        )
        self.audio_encoder_body = audio_encoder(config)
        self.speaker_embedding_body = nn.Embedding(config.speakers, hidden)
        self.speaker_embedding_face = nn.Embedding(config.speakers, hidden)
        self.motion_encoder = ConvolutionEncoder(config.motion_channels, width, config.motion_layers)
        self.bodyhints_face = TwoLayerMLP(width, hidden, width)
        self.bodyhints_body = TwoLayerMLP(width, hidden, width)
        self.audio_body_motion_proj = nn.Linear(width, hidden)
        self.moton_proj = nn.Linear(width, hidden)
        self.position_embeddings = PeriodicPositions(hidden, config.position_period, config.position_length)
        if config.template_layers:
            self.transformer_en_layer = encoder_layer()  # unused; present in the published checkpoints
        self.motion_self_encoder = nn.TransformerEncoder(encoder_layer(), 1, enable_nested_tensor=False)
        if config.template_layers:
            self.audio_motion_cross_attn_layer = decoder_layer()  # unused; present in the published checkpoints
        self.audio_motion_cross_attn = decoder(config.cross_layers)
        self._add("motion2latent_", {part: TwoLayerMLP(hidden, hidden, hidden) for part in BODY_PARTS})
        self._add("body_motion_decoder_", {part: decoder(config.part_layers) for part in BODY_PARTS})
        self._add("motion_out_proj_", {part: nn.Linear(hidden, latents[part]) for part in BODY_PARTS})
        self._add("motion_cls_", {part: TwoLayerMLP(latents[part], hidden, codes[part]) for part in BODY_PARTS})
        self.audio_face_motion_proj = nn.Linear(2 * width, hidden)
        self.face_motion_decoder = decoder(config.face_layers)
        self.face_out_proj = nn.Linear(hidden, latents["face"])
        self.face_cls = TwoLayerMLP(latents["face"], hidden, codes["face"])

    def _add(self, prefix: str, modules: dict[str, nn.Module]) -> None:
        for part, module in modules.items():
            self.add_module(prefix + part, module)

    def _part(self, prefix: str, part: str, *inputs: Tensor) -> Tensor:
        return getattr(self, prefix + part)(*inputs)

    def forward(
        self,
        audio: Audio,
        motion: Tensor,
        mask: Tensor,
        speaker: Tensor | None = None,
        use_audio: bool = True,
        parts: tuple[str, ...] = PARTS,
    ) -> Prediction:
        """Predict one window.

        Args:
            audio: samples (B, N) at 16 kHz, or content (B, T, …) and rhythm (B, T, …) by frame, and the window's sound where the
                configuration has a `hearing`.
            motion: (B, T, channels).
            mask: (B, T, channels); 1 = hidden, 0 = given.
            speaker: index (B,), 0 if None.
            use_audio: False leaves the body without audio; the face always hears it.
            parts: what is wanted; without "face", or with "face" alone, the other branch is not computed.
        """
        batch, frames = motion.shape[:2]
        if speaker is None:
            speaker = torch.zeros(batch, dtype=torch.long, device=motion.device)
        visible = torch.where(mask > 0.5, self.mask_embedding.expand_as(motion), motion)
        encoded = self.motion_encoder(visible)
        latents, logits = {}, {}
        if "face" in parts:
            latents["face"] = self._face(self.audio_encoder_face(audio), self.bodyhints_face(encoded), speaker)
            logits["face"] = self.face_cls(latents["face"])
        if set(parts) & set(BODY_PARTS):
            body = self._body(
                self.audio_encoder_body(audio) if use_audio else None, self.bodyhints_body(encoded), speaker
            )
            latents |= body
            logits |= {part: self._part("motion_cls_", part, body[part]) for part in BODY_PARTS}
        return Prediction(latents, logits)

    def _face(self, audio: Tensor, hint: Tensor, speaker: Tensor) -> Tensor:
        frames = hint.shape[1]
        memory = self.audio_face_motion_proj(torch.cat((audio[:, :frames], hint), dim=-1))
        style = self.speaker_embedding_face(speaker).unsqueeze(1).expand(-1, frames, -1)
        target = self.position_embeddings(style)
        if self.config.audio_positions:
            memory = self._timed(memory)
            target = target + memory  # each frame begins from what is heard and given in it
        decoded = self._decoded(self.face_motion_decoder, target, memory)
        return self.face_out_proj(decoded)

    def _timed(self, memory: Tensor) -> Tensor:
        """What is heard, with the code of its frame (ours): without it attention cannot tell when a sound is."""
        return self.position_embeddings(memory) if self.config.audio_positions else memory

    def _body(self, audio: Tensor | None, hint: Tensor, speaker: Tensor) -> dict[str, Tensor]:
        style = self.speaker_embedding_body(speaker).unsqueeze(1)
        motion = self.position_embeddings(self.moton_proj(hint))
        motion = self._encoded(self.motion_self_encoder, motion + style)
        motion = self.position_embeddings(motion + style)
        if audio is not None:
            memory = self._timed(self.audio_body_motion_proj(audio))
            motion = motion + self._decoded(self.audio_motion_cross_attn, motion, memory)
        plain = {part: self._part("motion2latent_", part, motion) for part in BODY_PARTS}
        refined = {}
        for part in BODY_PARTS:
            first, second = (plain[other] for other in BODY_PARTS if other != part)
            decoder = getattr(self, f"body_motion_decoder_{part}")
            change = self._decoded(decoder, plain[part] + style, first + second)
            refined[part] = self._part("motion_out_proj_", part, plain[part] + change)
        return refined

    def _encoded(self, encoder: nn.Module, x: Tensor) -> Tensor:
        """x (B, T, hidden) through a `nn.TransformerEncoder`."""
        if self._is_alone(x):
            return _through(encoder, fast_layers.encoded, x[0])[None]
        return encoder(x.transpose(0, 1)).transpose(0, 1)

    def _decoded(self, decoder: nn.Module, x: Tensor, memory: Tensor) -> Tensor:
        """x (B, T, hidden) through a `nn.TransformerDecoder` with a memory (B, S, hidden)."""
        if self._is_alone(x):
            return _through(decoder, lambda layer, row: fast_layers.decoded(layer, row, memory[0]), x[0])[None]
        return decoder(x.transpose(0, 1), memory.transpose(0, 1)).transpose(0, 1)

    def _is_alone(self, x: Tensor) -> bool:
        """Whether this is one sequence, for inference."""
        return len(x) == 1 and not self.training and not torch.is_grad_enabled()


def _through(layers: Any, layer_of: Callable[[nn.Module, Tensor], Tensor], x: Tensor) -> Tensor:
    for layer in layers.layers:
        x = layer_of(layer, x)
    return x


class Emage(nn.Module):
    """Generator, codecs and global motion. postures: float32 (speakers, channels), where the configuration has them."""

    postures: Tensor
    stroke_codes: Tensor
    stroke_poses: Tensor
    stroke_about: Tensor
    stroke_sizes: Tensor

    def __init__(self, config: EmageConfig):
        super().__init__()
        self.config = config
        self.network: Any = (EmageNetwork if config.token_frames == 1 else TokenNetwork)(config)
        self.codecs = MotionCodecs(config)
        if config.postures:
            self.register_buffer("postures", rest_frames(1, config.speakers, config.motion_channels)[0])
        if config.strokes and config.token_frames > 1:
            self.register_buffer("stroke_poses", torch.zeros(config.strokes, len(STROKE_JOINTS), 6))
        elif config.strokes:
            self.register_buffer(
                "stroke_codes", torch.zeros(config.strokes, 2, 2 * REACH_FRAMES + 1, dtype=torch.int16)
            )
        if config.strokes:
            self.register_buffer("stroke_about", torch.zeros(config.strokes, 3, dtype=torch.int16))
            self.register_buffer("stroke_sizes", torch.zeros(config.strokes))

    @property
    def strokes(self) -> StrokeMemory | None:
        """The memory of strokes, if the model has one."""
        return StrokeMemory(self.stroke_about, self.stroke_sizes) if self.config.strokes else None

    def stroke_rotations(self) -> np.ndarray:
        """float64 (n, 55, 4): every stroke at its emphasis; joints of other parts than upper body and hands at rest."""
        return _STROKE_ROTATIONS.of(self)


@torch.inference_mode()
def _stroke_rotations(model: Emage) -> np.ndarray:
    poses = (
        rest_frames(model.config.strokes, 1)[:, 0, :ROTATION_CHANNELS].unflatten(-1, (JOINTS, 6)).to(model.stroke_sizes)
    )
    if model.config.token_frames > 1:
        poses[:, list(STROKE_JOINTS)] = model.stroke_poses.to(poses)
        return rot.from_rot6d(poses.float().cpu().numpy().astype(np.float64))
    codes = model.stroke_codes.long()
    for joints, part, row in ((UPPER_JOINTS, "upper", 0), (HAND_JOINTS, "hands", 1)):
        middle = model.codecs[part].decode(codes[:, row])[:, REACH_FRAMES]
        poses[:, list(joints)] = middle.unflatten(-1, (len(joints), 6)).to(poses)
    return rot.from_rot6d(poses.float().cpu().numpy().astype(np.float64))


# Decoding takes as long as a tenth of a short line.
_STROKE_ROTATIONS: PreparedWeights[Emage, np.ndarray] = PreparedWeights(_stroke_rotations)
