# SPDX-License-Identifier: GPL-3.0-or-later
"""EMAGE's compositional VQ-VAEs, one a body part, and the network for global motion (paper section 4.1).

Nothing is down-sampled in time: one code for each frame and part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from ...motion.rotation_tensors import IDENTITY_6D, axis_angle_to_rot6d, rot6d_to_axis_angle
from ...networks.quantizers import Quantized, StraightThroughQuantizer
from ...networks.residual import residual_convolutions
from .body_parts import JOINTS, LOWER_JOINTS, PARTS, ROTATION_CHANNELS, join
from .config import CodecConfig, EmageConfig
from .strided_codec import StridedCodec

SLOPE = 0.2


class ConvolutionEncoder(nn.Module):
    """(B, T, channels) → (B, T, width): `layers` times convolution, LeakyReLU, residual block."""

    def __init__(self, channels: int, width: int, layers: int):
        super().__init__()
        steps: list[nn.Module] = []
        for index in range(layers):
            steps += [
                nn.Conv1d(channels if index == 0 else width, width, 3, padding=1),
                nn.LeakyReLU(SLOPE),
                residual_convolutions(width, SLOPE),
            ]
        self.main = nn.Sequential(*steps)

    def forward(self, x: Tensor) -> Tensor:
        return self.main(x.transpose(1, 2)).transpose(1, 2)


class ConvolutionDecoder(nn.Module):
    """(B, T, width) → (B, T, channels): two residual blocks, `layers` times convolution and LeakyReLU, a last
    convolution."""

    def __init__(self, channels: int, width: int, layers: int):
        super().__init__()
        steps: list[nn.Module] = [residual_convolutions(width, SLOPE), residual_convolutions(width, SLOPE)]
        for index in range(layers):
            steps += [nn.Conv1d(width, channels if index == layers - 1 else width, 3, padding=1), nn.LeakyReLU(SLOPE)]
        steps.append(nn.Conv1d(channels, channels, 3, padding=1))
        self.main = nn.Sequential(*steps)

    def forward(self, x: Tensor) -> Tensor:
        return self.main(x.transpose(1, 2)).transpose(1, 2)


class MotionCodec(nn.Module):
    """Vector-quantised autoencoder of one body part: frames (B, T, channels) ↔ codes (B, T)."""

    def __init__(self, config: CodecConfig):
        super().__init__()
        self.config = config
        self.encoder = ConvolutionEncoder(config.channels, config.width, config.layers)
        self.quantizer = StraightThroughQuantizer(config.codes, config.width, config.commitment)
        self.decoder = ConvolutionDecoder(config.channels, config.width, config.layers)

    def forward(self, x: Tensor) -> tuple[Tensor, Quantized]:
        """Reconstruction and what the quantiser did (loss, perplexity), for training."""
        quantized = self.quantizer(self.encoder(x))
        return self.decoder(quantized.latents), quantized

    def encode(self, x: Tensor) -> Tensor:
        """(B, T, channels) → codes (B, T)."""
        return self.quantizer.nearest(self.encoder(x))

    def latents(self, x: Tensor) -> Tensor:
        """(B, T, channels) → quantised latents (B, T, width): what the generator learns to predict."""
        return self.quantizer.lookup(self.encode(x))

    def decode(self, codes: Tensor) -> Tensor:
        """codes (B, T) → (B, T, channels)."""
        return self.decoder(self.quantizer.lookup(codes))


class GlobalMotion(nn.Module):
    """Root translation from the lower body: the codec's encoder and decoder without quantisation.

    Of its 61 output channels 54 and 56 are the root's velocity in x and z (m/s), 55 its height y (m).
    """

    def __init__(self, config: CodecConfig):
        super().__init__()
        self.encoder = ConvolutionEncoder(config.channels, config.width, config.layers)
        self.decoder = ConvolutionDecoder(config.channels, config.width, config.layers)

    def forward(self, lower: Tensor) -> Tensor:
        return self.decoder(self.encoder(lower))

    def translation(self, lower: Tensor, start: Tensor, rate_hz: float = 30.0) -> Tensor:
        """Decoded lower body (B, T, 61), where the root starts (B, 3) → root translation (B, T, 3) in metres."""
        root = self(lower)[..., 6 * len(LOWER_JOINTS) : 6 * len(LOWER_JOINTS) + 3]
        x = integrate(root[..., 0], start[:, 0], rate_hz)
        z = integrate(root[..., 2], start[:, 2], rate_hz)
        return torch.stack((x, root[..., 1], z), dim=-1)


def integrate(velocity: Tensor, start: Tensor, rate_hz: float) -> Tensor:
    """velocity (B, T) per second, start (B,) → position (B, T): frame 0 is the start, frame t adds velocity[t − 1] /
    rate."""
    moved = torch.cumsum(velocity[:, :-1] / rate_hz, dim=1)
    return torch.cat((start[:, None], start[:, None] + moved), dim=1)


@dataclass(frozen=True)
class DecodedMotion:
    """motion (B, T, 337) with orthonormal rotations and the lower codec's raw last 7 channels; axis_angle (B, T, 165)
    radians; expression (B, T, 100); translation (B, T, 3) metres from the global-motion network, or None if not asked
    for."""

    motion: Tensor
    axis_angle: Tensor
    expression: Tensor
    translation: Tensor | None

    def first(self, frames: int) -> DecodedMotion:
        """The first `frames` frames: whole tokens may reach beyond the end."""
        translation = None if self.translation is None else self.translation[:, :frames]
        return DecodedMotion(
            self.motion[:, :frames], self.axis_angle[:, :frames], self.expression[:, :frames], translation
        )


class MotionCodecs(nn.Module):
    """The four codecs and the global-motion network as one whole body."""

    def __init__(self, config: EmageConfig):
        super().__init__()
        self.config = config
        self.parts = nn.ModuleDict(
            {part: (StridedCodec if own.stride > 1 else MotionCodec)(own) for part, own in config.codecs.items()}
        )
        if config.token_frames == 1:
            self.global_motion = GlobalMotion(config.global_motion)

    def __getitem__(self, part: str) -> MotionCodec:
        return cast(MotionCodec, self.parts[part])

    def strided(self, part: str) -> StridedCodec:
        """The same, where tokens span several frames."""
        return cast(StridedCodec, self.parts[part])

    def _resting_face(self, like: Tensor) -> Tensor:
        joints = len(self.config.face_joints)
        face = like.new_zeros(*like.shape[:2], 6 * joints + self.config.expression_channels)
        face[..., : 6 * joints] = face.new_tensor(IDENTITY_6D).repeat(joints)
        return face

    @property
    def reach_frames(self) -> int:
        """How many frames on each side a decoded frame depends on."""
        if self.config.token_frames > 1:
            return 8 * self.config.token_frames
        deepest = max(codec.layers for codec in self.config.codecs.values())
        return 4 + deepest + 1

    def decode(self, codes: dict[str, Tensor], start: Tensor | None = None) -> DecodedMotion:
        """codes (B, T), or (B, N, levels) of tokens, of every part (the face may be missing: then it rests) → whole body. start:
        root translation (B, 3) of the first frame."""
        vectors = {part: self[part].decode(codes[part]) for part in PARTS if part in codes}
        return self.whole_body(vectors, start)

    def whole_body(self, vectors: dict[str, Tensor], start: Tensor | None = None) -> DecodedMotion:
        """What the parts' decoded vectors (B, T, channels) make up, as `decode`."""
        if "face" not in vectors:
            vectors = vectors | {"face": self._resting_face(vectors["upper"])}
        raw, expression = join(vectors, self.config.face_joints)
        # Through axis-angle, as published: it is what the next window's seed frames are made of.
        axis_angle = rot6d_to_axis_angle(raw[..., :ROTATION_CHANNELS].unflatten(-1, (JOINTS, 6)))
        motion = torch.cat((axis_angle_to_rot6d(axis_angle).flatten(-2), raw[..., ROTATION_CHANNELS:]), dim=-1)
        translation = (
            None
            if start is None or self.config.token_frames > 1
            else self.global_motion.translation(vectors["lower"], start, self.config.rate_hz)
        )
        return DecodedMotion(motion, axis_angle.flatten(-2), expression, translation)
