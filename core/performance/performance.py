# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a generation, before it meets a character."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..motion.clip import Clip
from ..motion.face_track import FaceTrack, Phone


def _no_times() -> np.ndarray:
    return np.zeros(0)


@dataclass(frozen=True)
class Performance:
    """What a character does to a sound: face, body and what was heard.

    name: the take's name. duration_s: length of the sound. phones: what was spoken, in order of time.
    notes: sentences for the report ("the sound is clipped …"). blinks: int (n, 4), once it is at a scene's frames: rows of the
    face at which a blink begins, is shut, begins to open, is over. beats_s, downbeats_s: float (n,), seconds from the sound's beginning at
    which the music beats, and those of them at which a bar begins; empty for speech.
    """

    name: str
    duration_s: float
    face: FaceTrack
    body: Clip
    phones: tuple[Phone, ...] = ()
    notes: tuple[str, ...] = ()
    blinks: np.ndarray = field(default_factory=lambda: np.zeros((0, 4), np.int64))
    beats_s: np.ndarray = field(default_factory=_no_times)
    downbeats_s: np.ndarray = field(default_factory=_no_times)
