# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of each emotion there is at every moment: as chosen, keyed, mixed, and as heard from the voice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..audio.arousal import arousal_at
from ..audio.prosody import Prosody
from ..motion.face_track import FACE_RATE_HZ
from ..motion.smoothing import gaussian_smooth
from ..settings import GenerateSettings
from .emotion_prototypes import AROUSED, NAMES, PROTOTYPES, SUBDUED
from .keyed_settings import NOTHING_KEYED, KeyedSettings

FROM_VOICE = "FROM_VOICE"
CHANGE_TAKES_S = 0.4  # from one keyed emotion to the next
Layer = tuple[
    str | Sequence[str], float | np.ndarray
]  # an emotion of the settings and its strength 0..1; (frames,) each or constant


@dataclass(frozen=True, eq=False)
class Mood:
    """weights: float64 (frames, emotions) at FACE_RATE_HZ, 0..1, columns as `emotion_prototypes.NAMES`."""

    weights: np.ndarray

    def of(self, quantity: str) -> np.ndarray:
        """What the emotions add up to, (frames,): a head or gaze angle in degrees, or a factor (size, pace) about 1."""
        neutral = 1.0 if quantity in ("size", "pace") else 0.0
        return neutral + self.weights @ np.array([getattr(one, quantity) - neutral for one in PROTOTYPES.values()])

    def typical(self, quantity: str) -> float:
        """The mean of `of`, for what is planned as a whole."""
        return float(self.of(quantity).mean()) if len(self.weights) else float(quantity in ("size", "pace"))


def layers_of(settings: GenerateSettings, keyed: KeyedSettings = NOTHING_KEYED, frames: int = 0) -> tuple[Layer, Layer]:
    """What the settings say of the mood; where they are keyed, for each of so many frames."""
    emotion, strength, second, second_strength = (
        keyed.at(settings, name, frames)
        for name in ("emotion", "emotion_strength", "second_emotion", "second_strength")
    )
    return ((emotion, strength), (second, second_strength))


def mood_of(prosody: Prosody, layers: Sequence[Layer], frames: int) -> Mood:
    """The mood at every frame.

    Args:
        prosody: of the voice; heard where an emotion is FROM_VOICE.
        layers: they add up, each emotion to 1 at most. An emotion that changes is eased into the next over CHANGE_TAKES_S.
        frames: at FACE_RATE_HZ.
    """
    weights = np.zeros((frames, len(NAMES)))
    heard: np.ndarray | None = None
    for emotions, strength in layers:
        for name, share in _shares(emotions, frames):
            weight = np.clip(strength, 0.0, 1.0) * share
            if name in PROTOTYPES:
                weights[:, NAMES.index(name)] += weight
            elif name == FROM_VOICE and np.any(weight):
                heard = arousal_at(prosody, FACE_RATE_HZ, frames) if heard is None else heard
                weights[:, NAMES.index(AROUSED)] += weight * np.maximum(heard, 0.0)
                weights[:, NAMES.index(SUBDUED)] += weight * np.maximum(-heard, 0.0)
    return Mood(np.clip(weights, 0.0, 1.0))


def _shares(emotions: str | Sequence[str] | np.ndarray, frames: int) -> list[tuple[str, float | np.ndarray]]:
    """Each emotion that is there, and whether it is: 0 or 1, eased where it changes."""
    if isinstance(emotions, str):
        return [(emotions, 1.0)]
    given = np.asarray(emotions)
    if len(given) != frames:
        raise ValueError(f"{len(given)} emotions for {frames} frames")
    # a Gaussian step goes from 5 to 95 % within 3.3 standard deviations
    sigma = CHANGE_TAKES_S / 3.3 * FACE_RATE_HZ
    return [(str(name), gaussian_smooth((given == name).astype(np.float64), sigma)) for name in np.unique(given)]
