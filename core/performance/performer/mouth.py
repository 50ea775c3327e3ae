# SPDX-License-Identifier: GPL-3.0-or-later
"""A performer's own mouth: what it is told from, and how a speaking face takes it on."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ...audio.clip import AudioClip
from ...audio.lip_classes import LIP_CLASS, LIP_CLASSES
from ...models.speech import SpeechModel
from ...models.speech.config import SpeechConfig
from ...motion.face_track import FaceTrack, Phone
from ...progress import Progress
from .performer import Performer, at_face_rate

_RATE_HZ = 100.0
_CLOSED = {symbol for symbol, lip_class in LIP_CLASS.items() if LIP_CLASSES[lip_class] == "closed"}


class Articulator(Protocol):
    """What is needed of the speech model."""

    config: SpeechConfig

    def articulation(self, samples: np.ndarray, progress: Progress | None = None) -> tuple[np.ndarray, np.ndarray]: ...


class ListenedOnce:
    """A speech model for a mouth that is a performer's: what it heard when it read the lips, it need not hear again."""

    def __init__(self, model: SpeechModel):
        self.config = model.config
        self._model = model
        self._heard: tuple[np.ndarray, np.ndarray] | None = None

    def infer(self, clip: AudioClip, progress: Progress | None = None) -> tuple[FaceTrack, tuple[Phone, ...]]:
        track, phones, self._heard = self._model.infer_with_articulation(clip, progress)
        return track, phones

    def articulation(self, samples: np.ndarray, progress: Progress | None = None) -> tuple[np.ndarray, np.ndarray]:
        """See `SpeechModel`; samples are those of the sound that was inferred."""
        return self._heard or self._model.articulation(samples, progress)


def articulation(
    model: Articulator, clip: AudioClip, frames: int, progress: Progress | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """At FACE_RATE_HZ: articulation features (frames, F) and (frames,), 0..1, how surely the lips meet. Raises Cancelled."""
    features, posteriors = model.articulation(clip.samples, progress)
    meeting = [index for index, symbol in enumerate(model.config.phones) if symbol in _CLOSED]
    closed = posteriors[:, meeting].sum(1)
    return at_face_rate(features, _RATE_HZ, frames), at_face_rate(closed, _RATE_HZ, frames)


def speak_as(
    performer: Performer, values: np.ndarray, model: Articulator, clip: AudioClip, progress: Progress | None = None
) -> tuple[str, ...]:
    """A general mouth (frames, 55) as the performer's, in place; sentences for the report. Raises Cancelled."""
    if not performer.has_face:
        return ()
    if not performer.shapes:
        return (f"{performer.name}'s recordings were too few to change the lips.",)
    features, closed = articulation(model, clip, len(values), progress)
    if features.shape[1] != len(performer.mean):
        return (f"{performer.name} was learned with another speech model: the lips are the general ones. Adapt again.",)
    performer.correct_lips(values, features, closed)
    return (f"The face moves as {performer.name}'s, learned from {performer.minutes:.1f} minutes.",)
