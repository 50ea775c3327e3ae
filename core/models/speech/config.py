# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes of the speech model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
class TrunkConfig:
    """Sizes of the encoder's trunk, which other models can hear with, too (`hearing`).

    Args:
        bands: of the log-mel spectrogram.
        width: channels.
        dilations: one residual block each, in frames of 20 ms.
        context_every: after so many blocks it looks at its own average.
        context_s: over so many seconds.
    """

    bands: int = 80
    width: int = 192
    dilations: tuple[int, ...] = (1, 2, 4, 8, 1, 2, 4, 8, 1, 2, 4, 1)
    context_every: int = 4
    context_s: float = 3.0

    @classmethod
    def read(cls, values: TrunkConfig | Mapping[str, Any] | None) -> TrunkConfig | None:
        """What stands in a config.json in the place of a trunk. Raises TypeError for settings that a trunk does not have."""
        if not isinstance(values, Mapping):
            return values
        return cls(**{**values, "dilations": tuple(values.get("dilations", cls.dilations))})


@dataclass(frozen=True)
class SpeechConfig:
    """Everything that fixes the shapes of the weights; saved beside them as config.json.

    Args:
        phones: symbols in the order of the classifier's outputs.
        channels: names of the curves in the order of the decoder's outputs, a subset of FACE_NAMES.
        bands: of the log-mel spectrogram.
        width: channels of the encoder.
        dilations: one residual block each, in frames of 20 ms.
        context_every: after so many blocks the encoder looks at its own average (the voice, the room).
        context_s: over so many seconds.
        decoder_width: channels of the decoder.
        decoder_dilations: one residual block each, in frames of 20 ms.
        gains: one a channel, or none. A network that is not sure of a sound moves less than a mouth does; these give
            the movement back that training speech should have.
        schema: of the file.
    """

    phones: tuple[str, ...]
    channels: tuple[str, ...]
    bands: int = TrunkConfig.bands
    width: int = TrunkConfig.width
    dilations: tuple[int, ...] = TrunkConfig.dilations
    context_every: int = TrunkConfig.context_every
    context_s: float = TrunkConfig.context_s
    decoder_width: int = 160
    decoder_dilations: tuple[int, ...] = (1, 2, 4, 1)
    gains: tuple[float, ...] = ()
    schema: int = SCHEMA

    @property
    def trunk(self) -> TrunkConfig:
        """Of the encoder, without its reader of phones."""
        return TrunkConfig(self.bands, self.width, self.dilations, self.context_every, self.context_s)
