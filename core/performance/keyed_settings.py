# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that were keyed, over the time of the sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..motion.face_track import FACE_RATE_HZ
from ..settings import GenerateSettings, strength_name
from .parts import EXPRESSION, EYES, HEAD, LIPS

Strength = float | np.ndarray  # one for all frames, or float32 (frames,)
# What acts at every moment; all other settings have one value for the whole sound.
ACT_OVER_TIME = frozenset(
    (
        *(strength_name(part) for part in (LIPS, EXPRESSION, EYES, HEAD)),
        *("emotion", "emotion_strength", "second_emotion", "second_strength", "look_at_influence", "look_at_head"),
    )
)


@dataclass(frozen=True, eq=False)
class KeyedSettings:
    """times_s: float64 (N,), seconds of the sound, ascending. curves: {setting: its values at these times}, float64 (N,), or
    words (N,) of a choice."""

    times_s: np.ndarray = field(default_factory=lambda: np.zeros(0))
    curves: Mapping[str, np.ndarray] = field(default_factory=dict)

    def at(self, settings: GenerateSettings, name: str, frames: int) -> Any:
        """A setting: its value where it is not keyed, else one for each of so many frames at FACE_RATE_HZ."""
        curve = self.curves.get(name)
        if curve is None:
            return getattr(settings, name)
        times_s = np.arange(frames) / FACE_RATE_HZ
        if curve.dtype.kind in "US":
            before = np.searchsorted(self.times_s, times_s + 1e-6, side="right") - 1
            return curve[np.clip(before, 0, len(curve) - 1)]
        return np.interp(times_s, self.times_s, curve).astype(np.float32)

    def strength(self, settings: GenerateSettings, part: str, frames: int) -> Strength:
        """The strength of a part; 0 where it is not generated."""
        return self.at(settings, strength_name(part), frames) if part in settings.parts else 0.0


NOTHING_KEYED = KeyedSettings()


def acts(strength: Strength) -> bool:
    """Whether there is any of it."""
    return bool(np.any(np.asarray(strength) > 0.0))


def at_most_one(strength: Strength) -> Strength:
    return np.minimum(strength, 1.0) if isinstance(strength, np.ndarray) else min(strength, 1.0)
