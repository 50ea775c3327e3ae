# SPDX-License-Identifier: GPL-3.0-or-later
"""Training objectives (MeshTalk, section 3.2 and 3.3).

All compare vertices: target (B, T, V, 3) and what was decoded, of the same shape. With shape weights instead of
vertices they are first put through the basis (`face_space`). Where a recording does not know a point, its target stands
in for what was decoded: it moves no vertex and has no gradient, so that what is missing is never learned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from .face_space import FaceSpace
from .latent import gumbel_noise, one_hot, straight_through
from .network import MeshTalk


@dataclass(frozen=True)
class FaceRegions:
    """Weights of vertices (V,): the mouth, which follows the sound; the upper face, which follows the expression;
    landmarks (eyelids and other key points) that must be exact."""

    mouth: Tensor
    upper: Tensor
    landmarks: Tensor


@dataclass(frozen=True)
class TalkingFaces:
    """What the first training step learns from: neutral faces (B, P, D), geometry (B, T, P, D); the sound as chunks (B,
    T, W), or as mel columns (B, bands, M) with `step` of them a frame; known (B, 1, P, D) is 1 for points that were recorded, None if
    all were. Unknown points of the geometry hold the mean face's values."""

    template: Tensor
    geometry: Tensor
    sound: Tensor
    step: int = 0
    known: Tensor | None = None

    def heard_by(self, model: MeshTalk) -> Tensor:
        """Audio codes (B, T, A)."""
        encoder = model.encoder.audio_encoder
        return encoder.of_columns(self.sound, self.step) if self.step else encoder(self.sound)

    def completed(self, decoded: Tensor) -> Tensor:
        """Decoded geometry, with the target where that is all that there is."""
        if self.known is None:
            return decoded
        return self.known * decoded + (1.0 - self.known) * self.geometry


def latent_losses(
    model: MeshTalk,
    faces: TalkingFaces,
    space: FaceSpace,
    regions: FaceRegions,
    generator: torch.Generator | None = None,
    noise: bool = True,
) -> dict[str, Tensor]:
    """The terms of the first training step, each of weight 1 as published: reconstruction, landmarks, mouth, upper.

    Args:
        model: encoder and decoder learn.
        faces: at least two clips.
        space: what geometry means.
        regions: where each term counts.
        generator: of the latent's noise and of which clips swap codes.
        noise: draw the latent; without it takes its most probable class.
    """
    audio_code = faces.heard_by(model)
    expression_code = model.encoder.expression_encoder(faces.geometry)

    def decode(expression: Tensor, audio: Tensor) -> Tensor:
        logprobs = model.encoder.fusion_model(expression, audio)
        drawn = gumbel_noise(logprobs.shape, generator, logprobs.device) if noise else None
        decoded = model.vertex_unet(faces.template, straight_through(logprobs, noise=drawn))
        return space.vertices(faces.completed(decoded))

    target = space.vertices(faces.geometry)
    decoded = decode(expression_code, audio_code)
    mouth, upper = cross_modality(decode, (expression_code, audio_code), target, regions, generator)
    return {
        "reconstruction": masked_error(decoded, target),
        "landmarks": masked_error(decoded, target, regions.landmarks),
        "mouth": mouth,
        "upper": upper,
    }


def context_loss(model: MeshTalk, faces: TalkingFaces) -> Tensor:
    """The second training step: likelihood of the (fixed) latent under the context model, teacher-forced; a scalar, in
    nats."""
    with torch.no_grad():
        audio_code = faces.heard_by(model)
        labels = model.encoder.fusion_model(model.encoder.expression_encoder(faces.geometry), audio_code).argmax(-1)
    return negative_log_likelihood(model.context_model(one_hot(labels, model.config.classes), audio_code), labels)


def masked_error(decoded: Tensor, target: Tensor, mask: Tensor | None = None) -> Tensor:
    """Mean squared error, of the coordinates weighted by `mask`. Also the landmark term: eyelids and other key points
    that must be exact have a mask of their own."""
    squared = (decoded - target).square()
    if mask is None:
        return squared.mean()
    return (squared.mean(-1) * mask).sum(-1).mean() / mask.sum().clamp_min(1e-12)


def batch_roll(batch: int, generator: torch.Generator | None = None) -> int:
    """A shift 1..batch-1, so that no item meets itself. Raises ValueError for a batch of one."""
    if batch < 2:
        raise ValueError("swapping codes between the items of a batch needs at least two items")
    return int(torch.randint(1, batch, (1,), generator=generator))


def cross_modality(
    decode: Callable[[Tensor, Tensor], Tensor],
    codes: tuple[Tensor, Tensor],
    target: Tensor,
    regions: FaceRegions,
    generator: torch.Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """The two terms that make the mouth follow the sound and the upper face the expression (section 3.2, equation 4).

    First term: another clip's expression with this sound must still give this mouth; second: another clip's sound with
    this expression must still give this upper face. The two clips are drawn independently.

    Args:
        decode: (expression code, audio code) -> vertices (B, T, V, 3).
        codes: of expression and audio, (B, T, A) each.
        target: (B, T, V, 3).
        regions: where each term counts.
        generator: draws the clips.

    Returns:
        The two terms.
    """
    expression_code, audio_code = codes
    other = expression_code.roll(batch_roll(len(target), generator), 0)
    mouth = masked_error(decode(other, audio_code), target, regions.mouth)
    other = audio_code.roll(batch_roll(len(target), generator), 0)
    upper = masked_error(decode(expression_code, other), target, regions.upper)
    return mouth, upper


def negative_log_likelihood(logprobs: Tensor, labels: Tensor) -> Tensor:
    """Of labels (B, T, H) under the context model's (B, T, H, C): mean over all, in nats (section 3.3)."""
    return -logprobs.gather(-1, labels[..., None]).mean()
