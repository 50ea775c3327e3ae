# SPDX-License-Identifier: GPL-3.0-or-later
"""One recording for pre-training: any of sound, face, body and keypoints, at the same times, and what else is known of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ....models.pretraining.encoders import COLUMNS
from ....models.pretraining.motion_channels import BODY_CHANNELS, FACE_CHANNELS

SPEECH, MUSIC = "speech", "music"
CLASSES = (
    "speaker",
    "language",
    "sex",
    "kind",
    "style",
    "emotion",
)  # attributes that sources tell by a word, "" unknown


@dataclass(frozen=True, eq=False)
class MultimodalClip:
    """A recording at 25 Hz; what it has not is None.

    mel: (≥ 4 T - 3, 80), levelled as the speech model hears it. phones: int (mel's length,), -1 unknown. face: (T, 58), face_known:
    bool (58,). body: (T, 206), body_known: bool (206,). points: (T, 70, 3), keypoints of the face as somebody's detector gave them.
    split: "train" or "validation". bpm: of music, 0 unknown; its first beat is at 0. told: attributes by CLASSES. share: how often it is
    drawn against others as long.
    """

    name: str
    corpus: str
    split: str
    mel: np.ndarray | None = None
    phones: np.ndarray | None = None
    face: np.ndarray | None = None
    face_known: np.ndarray | None = None
    body: np.ndarray | None = None
    body_known: np.ndarray | None = None
    points: np.ndarray | None = None
    bpm: float = 0.0
    told: tuple[tuple[str, str], ...] = ()
    share: float = 1.0

    @property
    def frames(self) -> int:
        """Frames that all its modalities have."""
        lengths = [len(part) for part in (self.face, self.body, self.points) if part is not None]
        if self.mel is not None:
            lengths.append(-(-len(self.mel) // COLUMNS))
        return min(lengths, default=0)

    def cut(self) -> MultimodalClip:
        """All modalities as long as the shortest, the sound as whole frames."""
        frames = self.frames
        columns = COLUMNS * frames

        def filled(values: np.ndarray | None, length: int) -> np.ndarray | None:
            if values is None or len(values) >= length:
                return None if values is None else values[:length]
            return np.concatenate([values, np.repeat(values[-1:], length - len(values), 0)])

        return replace(
            self,
            mel=filled(self.mel, columns),
            phones=filled(self.phones, columns),
            face=filled(self.face, frames),
            body=filled(self.body, frames),
            points=filled(self.points, frames),
        )


NO_FACE, NO_BODY = np.zeros(FACE_CHANNELS, bool), np.zeros(BODY_CHANNELS, bool)
