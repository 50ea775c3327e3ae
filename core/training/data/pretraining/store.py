# SPDX-License-Identifier: GPL-3.0-or-later
"""All recordings in one file of the cache, and what a voice's effort and a body's vigour are against the others'."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from ....audio.log_mel import BANDS, HIGHEST_HZ, LOWEST_HZ, hz_to_mel, mel_to_hz
from ....errors import UserError
from ....models.pretraining.encoders import COLUMNS
from ....models.pretraining.motion_channels import BODY_CHANNELS, FACE_CHANNELS, PLACES, RATE_HZ
from ....motion.keypoints import FACE_POINTS
from ..array_store import ArrayStore
from .recording import CLASSES, NO_BODY, NO_FACE, SPEECH, MultimodalClip

log = logging.getLogger(__name__)

THIRDS = 3
ATTRIBUTES = (*CLASSES, "effort", "vigour", "tempo")  # classes of a clip
TEMPO_STEP_BPM = 5
_LEVEL = -4.0  # nepers below the clip's level: quieter columns say nothing of effort
_CENTRES_HZ = mel_to_hz(np.linspace(hz_to_mel(LOWEST_HZ), hz_to_mel(HIGHEST_HZ), BANDS + 2))[1:-1]


@dataclass(frozen=True, eq=False)
class PretrainingStore(ArrayStore):
    """Everything, as arrays.

    mel: float16 (M, 80), phones: int8 (M,), -1 unknown; face: float16 (F, 58); body: float16 (B, 206); points: float16 (V, 70, 3): all
    recordings one after another. begins: int (n, 4), where each has its sound (in mel columns), face, body, points; -1: it has none.
    frames: (n,), at 25 Hz. face_known: bool (n, 58), body_known: bool (n, 206). names, corpora, splits: (n,). bpm: (n,). classes: int16
    (n, ATTRIBUTES), -1 unknown. words: (k,) "attribute: class" in the order of numbers within each attribute. shares: (n,), how often
    each is drawn.
    """

    compressed: ClassVar[bool] = False
    mel: np.ndarray
    phones: np.ndarray
    face: np.ndarray
    body: np.ndarray
    points: np.ndarray
    begins: np.ndarray
    frames: np.ndarray
    face_known: np.ndarray
    body_known: np.ndarray
    names: np.ndarray
    corpora: np.ndarray
    splits: np.ndarray
    bpm: np.ndarray
    classes: np.ndarray
    words: np.ndarray
    shares: np.ndarray

    @classmethod
    def read(cls, path: Path) -> PretrainingStore:
        """What `write` wrote. Raises UserError if nobody did."""
        if not path.is_file():
            raise UserError(
                f"There is no {path}: no recordings are prepared there.",
                "python -m core.training pretrain --stage data prepares them.",
            )
        return super().read(path)

    @classmethod
    def of(cls, clips: Sequence[MultimodalClip]) -> PretrainingStore:
        """The arrays of some recordings."""
        clips = [clip.cut() for clip in clips]
        streams: tuple[list[np.ndarray], ...] = ([], [], [], [])
        ends, begins = [0, 0, 0, 0], np.full((len(clips), 4), -1)
        for row, clip in enumerate(clips):
            for kind, part in enumerate((clip.mel, clip.face, clip.body, clip.points)):
                if part is not None:
                    begins[row, kind] = ends[kind]
                    ends[kind] += len(part)
                    streams[kind].append(part.astype(np.float16))
        shapes = ((BANDS,), (FACE_CHANNELS,), (BODY_CHANNELS,), (FACE_POINTS, 3))
        mel, face, body, points = (
            np.concatenate(parts) if parts else np.zeros((0, *shape), np.float16)
            for parts, shape in zip(streams, shapes, strict=True)
        )
        phones = [
            np.full(len(clip.mel), -1) if clip.phones is None else clip.phones for clip in clips if clip.mel is not None
        ]
        classes, words = _classes(clips)
        return cls(
            mel=mel,
            phones=np.concatenate(phones).astype(np.int8) if phones else np.zeros(0, np.int8),
            face=face,
            body=body,
            points=points,
            begins=begins,
            frames=np.array([clip.frames for clip in clips]),
            face_known=np.stack([NO_FACE if clip.face_known is None else clip.face_known for clip in clips]),
            body_known=np.stack([NO_BODY if clip.body_known is None else clip.body_known for clip in clips]),
            names=np.array([clip.name for clip in clips]),
            corpora=np.array([clip.corpus for clip in clips]),
            splits=np.array([clip.split for clip in clips]),
            bpm=np.array([clip.bpm for clip in clips], np.float32),
            classes=classes,
            words=np.array(words),
            shares=np.array([clip.share for clip in clips], np.float32),
        )

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def sizes(self) -> dict[str, int]:
        """How many classes each attribute has."""
        found = {name: 0 for name in ATTRIBUTES}
        for word in self.words.tolist():
            found[word.partition(": ")[0]] += 1
        return {name: count for name, count in found.items() if count > 1}

    def column(self, attribute: str) -> np.ndarray:
        """int16 (n,): the class of each recording, -1 unknown."""
        return self.classes[:, ATTRIBUTES.index(attribute)]

    def minutes(self) -> dict[str, float]:
        """Of each corpus."""
        return {
            corpus: round(float(self.frames[self.corpora == corpus].sum()) / RATE_HZ / 60.0, 1)
            for corpus in sorted(set(self.corpora.tolist()))
        }


def prepared(path: Path, clips: Iterable[MultimodalClip]) -> PretrainingStore:
    """The store at a path; made from the recordings, which are only asked for if it is not there."""
    if not path.is_file():
        store = PretrainingStore.of([clip for clip in clips if clip.frames > 0])
        log.info("minutes: %s", store.minutes())
        store.write(path)
    return PretrainingStore.read(path)


def _classes(clips: Sequence[MultimodalClip]) -> tuple[np.ndarray, list[str]]:
    """Numbers (n, ATTRIBUTES) of the classes, and their words. Classes and thirds are those of the training recordings."""
    classes, words = np.full((len(clips), len(ATTRIBUTES)), -1, np.int16), []
    train = np.array([clip.split == "train" for clip in clips])
    for column, name in enumerate(CLASSES):
        said = [dict(clip.told).get(name, "") for clip in clips]
        found = sorted({word for word, trains in zip(said, train, strict=True) if trains and word})
        classes[:, column] = [found.index(word) if word in found else -1 for word in said]
        words += [f"{name}: {word}" for word in found]
    for name, values in (("effort", _efforts(clips)), ("vigour", _vigours(clips))):
        known = np.isfinite(values)
        if (known & train).any():
            edges = np.quantile(values[known & train], np.arange(1, THIRDS) / THIRDS)
            classes[known, ATTRIBUTES.index(name)] = np.searchsorted(edges, values[known])
            words += [f"{name}: {third}" for third in range(THIRDS)]
    tempi = np.array([round(clip.bpm / TEMPO_STEP_BPM) for clip in clips])
    found = sorted({int(tempo) for tempo, trains in zip(tempi, train, strict=True) if trains and tempo})
    classes[:, ATTRIBUTES.index("tempo")] = [found.index(tempo) if tempo in found else -1 for tempo in tempi]
    return classes, words + [f"tempo: {TEMPO_STEP_BPM * tempo}" for tempo in found]


def _efforts(clips: Sequence[MultimodalClip]) -> np.ndarray:
    """How strained voices are: the level from 1 to 4 kHz over that below, in nepers, of the loud columns; NaN where nobody speaks."""
    high = (_CENTRES_HZ > 1000.0) & (_CENTRES_HZ < 4000.0)
    low = (_CENTRES_HZ > 100.0) & (_CENTRES_HZ <= 1000.0)
    found = np.full(len(clips), np.nan)
    for row, clip in enumerate(clips):
        if clip.mel is None or dict(clip.told).get("kind") != SPEECH:
            continue
        mel = clip.mel.astype(np.float32)
        loud = mel.mean(1) > _LEVEL
        if loud.sum() > 4 * COLUMNS:
            found[row] = (mel[loud][:, high].mean(1) - mel[loud][:, low].mean(1)).mean()
    return found


def _vigours(clips: Sequence[MultimodalClip]) -> np.ndarray:
    """How fast bodies move: the mean speed of their joints about the pelvis in m/s; NaN where there is none."""
    found = np.full(len(clips), np.nan)
    for row, clip in enumerate(clips):
        if clip.body is not None and len(clip.body) > 1:
            places = clip.body[:, PLACES].astype(np.float32).reshape(len(clip.body), -1, 3)
            found[row] = np.linalg.norm(np.diff(places, axis=0), axis=-1).mean() * RATE_HZ
    return found
