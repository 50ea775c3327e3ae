# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes of the speech model."""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA = 1
# Curves that the speech model gives. "…Left" stands for both sides: speech is symmetric until somebody shows otherwise.
# fmt: off
CHANNELS = (
    "jawOpen", "mouthClose", "mouthPressLeft", "mouthRollLower", "mouthRollUpper", "mouthFunnel", "mouthPucker",
    "mouthStretchLeft", "mouthSmileLeft", "mouthDimpleLeft", "mouthLowerDownLeft", "mouthUpperUpLeft", "mouthShrugLower",
    "mouthShrugUpper", "jawForward", "noseSneerLeft", "tongueOut", "tongueTipUp", "tongueBodyUp", "tongueBackUp",
)
# fmt: on


@dataclass(frozen=True)
class SpeechConfig:
    """Everything that fixes the shapes of the weights; saved beside them as config.json.

    phones: symbols in the order of the classifier's outputs. channels: names of the curves in the order of the decoder's
    outputs, a subset of FACE_NAMES. width: channels of the encoder. dilations: one residual block each, in frames of 20 ms.
    context_every: after so many blocks the encoder looks at its own average over context_s seconds (the voice, the room).
    gains: one a channel, or none. A network that is not sure of a sound moves less than a mouth does; these give the movement
    back that training speech should have.
    """

    phones: tuple[str, ...]
    channels: tuple[str, ...]
    bands: int = 80
    width: int = 192
    dilations: tuple[int, ...] = (1, 2, 4, 8, 1, 2, 4, 8, 1, 2, 4, 1)
    context_every: int = 4
    context_s: float = 3.0
    decoder_width: int = 160
    decoder_dilations: tuple[int, ...] = (1, 2, 4, 1)
    gains: tuple[float, ...] = ()
    schema: int = SCHEMA

    def __post_init__(self):  # JSON gives lists
        for name in ("phones", "channels", "dilations", "decoder_dilations", "gains"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
