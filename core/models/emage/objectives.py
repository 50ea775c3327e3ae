# SPDX-License-Identifier: GPL-3.0-or-later
"""EMAGE's training objectives: three passes a step for the generator, reconstruction for the codecs (paper section
4.4).

Generator: (A) the seed frames visible, with audio; (B) a random mask, with audio; (C) the same mask, without. Each pass
adds squared error to the codecs' quantised latents and cross-entropy of their codes. Published: Adam 1.5e-4 (paper:
2.5e-4), gradient norm clipped to 0.99, batch 64, windows of 64 frames every 20, 400 epochs.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import torch
from torch import Tensor

from ...motion.rotation_tensors import geodesic_angle, rot6d_to_matrix
from ...motion.skeleton import Skeleton, average_adult
from .body_parts import LOWER_JOINTS, PARTS, split
from .codec import MotionCodec, MotionCodecs
from .masking import random_mask, seed_mask
from .network import Audio, EmageNetwork, Prediction


@dataclass(frozen=True)
class PassWeights:
    """Weights by part of the latent error and of the code cross-entropy. As published the face's codes weigh nothing;
    the older training weighs all codes with 1 in passes B and C."""

    latent: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 3.0))
    codes: dict[str, float] = field(default_factory=lambda: {"face": 0.0, "upper": 1.0, "hands": 1.0, "lower": 1.0})


@dataclass(frozen=True)
class Targets:
    """What the codecs make of the true motion: latents (B, T, width) and codes (B, T) by part."""

    latents: dict[str, Tensor]
    codes: dict[str, Tensor]

    def rows(self, of: slice) -> Targets:
        """Those of some windows of the batch."""
        latents = {part: value[of] for part, value in self.latents.items()}
        return Targets(latents, {part: value[of] for part, value in self.codes.items()})

    def twice(self) -> Targets:
        """The batch behind itself."""
        latents = {part: torch.cat((value, value)) for part, value in self.latents.items()}
        return Targets(latents, {part: torch.cat((value, value)) for part, value in self.codes.items()})


@torch.no_grad()
def targets(codecs: MotionCodecs, motion: Tensor, expression: Tensor) -> Targets:
    """motion (B, T, 337), expression (B, T, E), through the frozen codecs."""
    parts = split(motion, expression, codecs.config.face_joints)
    codes = {part: codecs[part].encode(vector) for part, vector in parts.items()}
    return Targets({part: codecs[part].quantizer.lookup(codes[part]) for part in PARTS}, codes)


def pass_loss(prediction: Prediction, wanted: Targets, weights: PassWeights = PassWeights()) -> Tensor:
    """Weighted sum over the predicted parts of latent error (mean square) and code cross-entropy (nats)."""
    total = next(iter(prediction.latents.values())).new_zeros(())
    for part in prediction.latents:
        error = torch.nn.functional.mse_loss(prediction.latents[part], wanted.latents[part])
        total = total + weights.latent[part] * error
        if weights.codes[part]:
            logits = prediction.logits[part].flatten(0, 1)
            total = total + weights.codes[part] * torch.nn.functional.cross_entropy(
                logits, wanted.codes[part].flatten()
            )
    return total


@dataclass(frozen=True)
class TrainingBatch:
    """Windows that the generator learns from.

    Args:
        audio: samples (B, N), or content (B, T, C) and rhythm (B, T, R), and the sound of a face that hears it.
        motion: (B, T, channels), the network's whole input, expression included if it takes prompts of it.
        targets: of the same frames.
        speaker: (B,), or None for the first.
    """

    audio: Audio
    motion: Tensor
    targets: Targets
    speaker: Tensor | None = None

    def rows(self, of: slice) -> TrainingBatch:
        """Some windows of the batch."""
        audio = self.audio
        audio = cast(Audio, tuple(one[of] for one in audio)) if isinstance(audio, tuple) else audio[of]
        speaker = None if self.speaker is None else self.speaker[of]
        return TrainingBatch(audio, self.motion[of], self.targets.rows(of), speaker)

    def twice(self) -> TrainingBatch:
        """The batch behind itself."""
        audio = self.audio
        if isinstance(audio, tuple):
            audio = cast(Audio, tuple(torch.cat((one, one)) for one in audio))
        else:
            audio = torch.cat((audio, audio))
        speaker = None if self.speaker is None else torch.cat((self.speaker, self.speaker))
        return TrainingBatch(audio, torch.cat((self.motion, self.motion)), self.targets.twice(), speaker)


@dataclass(frozen=True)
class PassMasks:
    """Masks (B, T, channels), 1 = hidden: with the seed frames visible (pass A), and the random ones (B and C)."""

    seeded: Tensor
    hidden: Tensor

    @classmethod
    def published(
        cls, motion: Tensor, seed_frames: int, ratio: float, generator: torch.Generator | None = None
    ) -> PassMasks:
        """As the paper says.

        Args:
            motion: (B, T, channels), of the batch.
            seed_frames: visible in pass A.
            ratio: share of hidden cells in B and C, `masking.hidden_ratio` of the step.
            generator: of the draws.
        """
        batch, frames, channels = motion.shape
        seeded = seed_mask(batch, frames, channels, seed_frames, device=motion.device)
        return cls(seeded, random_mask(batch, frames, channels, ratio, generator, motion.device))


@dataclass(frozen=True)
class PassOptions:
    """How the three passes are computed.

    Args:
        weights: of their errors.
        parts: what is predicted.
        joined: A and B as one pass over a doubled batch, whose loss is their sum: half as many small operations.
        silent_share: of the windows, from the middle of the batch, that pass C takes.
    """

    weights: PassWeights = field(default_factory=PassWeights)
    parts: tuple[str, ...] = PARTS
    joined: bool = False
    silent_share: float = 1.0


def three_passes(
    network: EmageNetwork, batch: TrainingBatch, masks: PassMasks, options: PassOptions = PassOptions()
) -> Iterator[tuple[str, Tensor]]:
    """The three passes' losses, one after another. Call backward on each before the next to hold one graph in memory.

    Args:
        network: the generator.
        batch: what it learns from.
        masks: what it sees of it.
        options: how the passes are computed.

    Yields:
        ("seeded", A), ("masked", B), ("silent", C); ("heard", A + B) in place of the first two if joined.
    """

    def loss(part: TrainingBatch, mask: Tensor, use_audio: bool) -> Tensor:
        prediction = network(part.audio, part.motion, mask, part.speaker, use_audio, options.parts)
        return pass_loss(prediction, part.targets, options.weights)

    if options.joined:
        yield "heard", 2.0 * loss(batch.twice(), torch.cat((masks.seeded, masks.hidden)), True)
    else:
        yield "seeded", loss(batch, masks.seeded, True)
        yield "masked", loss(batch, masks.hidden, True)
    windows = len(batch.motion)
    count = max(int(windows * options.silent_share), 1)
    first = windows // 2 - count // 2
    silent = slice(first, first + count)
    yield "silent", loss(batch.rows(silent), masks.hidden[silent], False)


@dataclass(frozen=True)
class CodecLoss:
    """Scalars: rotation (radians), other channels, their velocity and acceleration, contact and foot sliding of the
    lower body, the quantiser's, and their weighted sum. decoded: what it was computed from, (B, T, channels)."""

    rotation: Tensor
    values: Tensor
    velocity: Tensor
    acceleration: Tensor
    sliding: Tensor
    codes: Tensor
    total: Tensor
    decoded: Tensor


def codec_loss(
    codec: MotionCodec, part: str, vectors: Tensor, face_joints: int = 1, sliding_weight: float = 20.0
) -> CodecLoss:
    """Reconstruction of one part.

    Geodesic distance of rotations, L1 of velocities and accelerations of all channels (the face's accelerations
    squared), squared error of what is no rotation, and for the lower body how far ankles and feet move in frames where
    they stand, by forward kinematics of an average adult. The published vertex term needs SMPL-X's mesh and is left
    out.

    Args:
        codec: of the part.
        part: face, upper, hands or lower.
        vectors: (B, T, channels).
        face_joints: how many the face part owns.
        sliding_weight: of the feet.
    """
    decoded, quantized = codec(vectors)
    joints = {"face": face_joints, "upper": 13, "hands": 30, "lower": len(LOWER_JOINTS)}[part]
    turned = 6 * joints
    ours, true = (x[..., :turned].unflatten(-1, (joints, 6)) for x in (decoded, vectors))
    rotation = geodesic_angle(rot6d_to_matrix(ours), rot6d_to_matrix(true)).mean()
    error = decoded - vectors
    values = error[..., turned:].square().mean() if decoded.shape[-1] > turned else rotation.new_zeros(())
    velocity = error.diff(dim=1).abs().mean()
    second = error.diff(n=2, dim=1)
    acceleration = second.square().mean() if part == "face" else second.abs().mean()
    sliding = rotation.new_zeros(())
    if part == "lower":
        steps = foot_positions(decoded).diff(dim=1).norm(dim=-1)
        sliding = (steps * vectors[:, :-1, turned + 3 : turned + 7]).mean()
    total = rotation + values + velocity + acceleration + sliding_weight * sliding + quantized.loss
    return CodecLoss(rotation, values, velocity, acceleration, sliding, quantized.loss, total, decoded)


@functools.cache
def _lower_skeleton() -> Skeleton:
    adult = average_adult()
    parents = tuple(LOWER_JOINTS.index(adult.parents[joint]) if joint else -1 for joint in LOWER_JOINTS)
    return Skeleton(tuple(adult.names[joint] for joint in LOWER_JOINTS), parents, adult.offsets_m[list(LOWER_JOINTS)])


def foot_positions(lower: Tensor) -> Tensor:
    """Lower-body vectors (B, T, 61) → ankles and feet (B, T, 4, 3) in metres."""
    turned = 6 * len(LOWER_JOINTS)
    matrices = rot6d_to_matrix(lower[..., :turned].unflatten(-1, (len(LOWER_JOINTS), 6)))
    return _lower_skeleton().forward(matrices, lower[..., turned : turned + 3])[0][..., -4:, :]


def global_motion_loss(predicted: Tensor, lower: Tensor, rate_hz: float = 30.0) -> Tensor:
    """predicted (B, T, 61), the global-motion network's output for `lower` (B, T, 61) with the root's true position in
    metres: L1 of x and z velocity (m/s), of height (m), and of the position that the velocity adds up to."""
    first = 6 * len(LOWER_JOINTS)
    root, true = predicted[..., first : first + 3], lower[..., first : first + 3]
    velocity = (true[:, 1:] - true[:, :-1])[..., (0, 2)] * rate_hz
    ours = root[:, :-1][..., (0, 2)]
    drift = ((ours - velocity).cumsum(1) / rate_hz).abs().mean()
    return (ours - velocity).abs().mean() + (root[..., 1] - true[..., 1]).abs().mean() + drift
