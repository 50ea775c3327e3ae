# SPDX-License-Identifier: GPL-3.0-or-later
"""All faces and sounds, prepared once: what MeshTalk learns from, in one file of the cache.

Sounds lie one after another in a stream, each beginning on a frame; a face refers to where its sound begins.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ....errors import UserError
from ....models.meshtalk.config import MeshTalkConfig
from ....models.meshtalk.shapes import SHAPE_INDEX
from ....models.speech import load
from ....models.speech.frontend import levelled_mel
from ..array_store import ArrayStore
from ..speech.corpora import read_sound, rows_of
from .clip import RecordedFace
from .landmark_speeches import landmark_speeches
from .pairing import Pairing, best_pairings
from .recorded import GRID_WEAK, facegood_faces, grid_faces, headset_lids, range_of_motion
from .sounds import HeardSound, hear, log_mel_of

log = logging.getLogger(__name__)

COLUMNS = 4  # mel columns of a frame
STRETCH = 150  # frames of a silent talker that are laid over a sound: 6 s
CORPORA_MINUTES = {"kathleen": 60.0, "nathalie": 25.0, "kerstin": 40.0}  # of recorded speech for training
VALIDATION_MINUTES = 8.0
LEVELLED = Path(".cache/faces_levelled.npz")  # of `with_levelled_sound`


@dataclass(frozen=True, eq=False)
class FaceStore(ArrayStore):
    """Everything, as arrays.

    values: float16 (F, SHAPES), faces one after another; begins, lengths: (n,) of each in it; known: bool (n, SHAPES); corpora, splits:
    (n,) names; sounds: (n,) frame of the stream at which a face's own sound begins, -1 without. mel: float16 (4 S, bands), lips: float16
    (S, SHAPES) by the speech model, of the stream. trains: bool (S,), True where the sound is for training. pairings: (m, 3)
    face, first frame in it, frame of the stream; stretches of STRETCH frames.
    """

    values: np.ndarray
    begins: np.ndarray
    lengths: np.ndarray
    known: np.ndarray
    corpora: np.ndarray
    splits: np.ndarray
    sounds: np.ndarray
    mel: np.ndarray
    lips: np.ndarray
    trains: np.ndarray
    pairings: np.ndarray


def prepared(path: Path, folder: Path, config: MeshTalkConfig) -> FaceStore:
    """The store at a path, made from the data pack if it is not there."""
    if not path.is_file():
        _make(folder, config).write(path)
    return FaceStore.read(path)


def with_levelled_sound(store: FaceStore, path: Path, folder: Path) -> FaceStore:
    """The store with the log-mel of the speech model in the place of MeshTalk's: what pre-trained encoders hear. Made from the data pack
    if it is not at a path.

    Raises:
        UserError: the sounds at the path, or in the data pack, are not those of the store.
    """
    if not path.is_file():
        _levelled(store, folder).write(path)
    mel = LevelledSound.read(path).mel
    if len(mel) != len(store.mel):
        raise UserError(
            f"{path} has {len(mel)} columns of sound, the prepared faces have {len(store.mel)}.",
            "Take it away, so that it is made anew.",
        )
    return replace(store, mel=mel)


@dataclass(frozen=True, eq=False)
class LevelledSound(ArrayStore):
    """mel: float16 (4 S, bands) of the stream of a `FaceStore`, each sound at its own level."""

    mel: np.ndarray


def _levelled(store: FaceStore, folder: Path) -> LevelledSound:
    rows: list[np.ndarray] = []
    for samples in _sounds(folder):
        mel = levelled_mel(samples.astype(np.float32) / 32768).astype(np.float16)
        rows.append(np.pad(mel, ((0, -len(mel) % COLUMNS), (0, 0)), mode="edge"))
    mel = np.concatenate(rows)
    if len(mel) != len(store.mel):
        raise UserError(
            f"The prepared faces have {len(store.mel)} columns of sound, the data pack has {len(mel)}.",
            "Take the file of the prepared faces away, so that they are prepared anew.",
        )
    log.info("%.1f min of levelled sound", len(mel) / 6000)
    return LevelledSound(mel)


def _sounds(folder: Path) -> Iterator[np.ndarray]:
    """All sounds of the stream in their order, int16 (N,)."""
    for face in _faces(folder):
        if face.samples is not None:
            yield face.samples
    for train in (True, False):
        for row in _speech_rows(train):
            yield read_sound(folder / row["path"])


class _Stream:
    """Sounds in a row."""

    def __init__(self, config: MeshTalkConfig):
        self.heard: list[HeardSound] = []
        self.trains: list[np.ndarray] = []
        self.frames = 0
        self.config, self.log_mel, self.speech = config, log_mel_of(config), load()

    def add(self, samples: np.ndarray, train: bool) -> int:
        """Where it begins in the stream."""
        sound = hear(samples, self.log_mel, self.config.level, self.speech)
        self.heard.append(sound)
        self.trains.append(np.full(len(sound.lips), train))
        begin, self.frames = self.frames, self.frames + len(sound.lips)
        return begin

    def mel(self) -> np.ndarray:
        """Every sound padded to whole frames."""
        rows = [
            np.pad(sound.mel, ((0, COLUMNS * len(sound.lips) - len(sound.mel)), (0, 0)), mode="edge")
            for sound in self.heard
        ]
        return np.concatenate(rows)


def _make(folder: Path, config: MeshTalkConfig) -> FaceStore:
    stream, faces, sounds = _Stream(config), [], []
    for face in _faces(folder):
        begin = -1
        if face.samples is not None:
            begin = stream.add(face.samples, face.split == "train")
            if face.corpus == "grid_s1":
                face = _with_weak_shapes(face, stream.heard[-1].lips)
        faces.append(face)
        sounds.append(begin)
    log.info("%d faces, %.1f min of their sound", len(faces), stream.frames / 1500)
    first = stream.frames
    for train in (True, False):
        for row in _speech_rows(train):
            stream.add(read_sound(folder / row["path"]), train)
    log.info("%.1f min of speech", (stream.frames - first) / 1500)
    trains = np.concatenate(stream.trains)
    opening = np.concatenate([sound.mouth_open for sound in stream.heard])
    pairings = _paired(faces, opening, trains, first)
    lengths = np.array([len(face.values) for face in faces])
    return FaceStore(
        values=np.concatenate([face.values for face in faces]).astype(np.float16),
        begins=np.cumsum(lengths) - lengths,
        lengths=lengths,
        known=np.stack([face.known for face in faces]),
        corpora=np.array([face.corpus for face in faces]),
        splits=np.array([face.split for face in faces]),
        sounds=np.array(sounds),
        mel=stream.mel(),
        lips=np.concatenate([sound.lips for sound in stream.heard]),
        trains=trains,
        pairings=np.array([(p.face, p.start, p.sound_start) for p in pairings]),
    )


def _faces(folder: Path) -> Iterator[RecordedFace]:
    for source in (grid_faces, facegood_faces, landmark_speeches, range_of_motion, headset_lids):
        yield from source(folder)


def _with_weak_shapes(face: RecordedFace, lips: np.ndarray) -> RecordedFace:
    """GRID's face with the speech model's curves for what its tracker hardly sees."""
    values, known, frames = face.values.copy(), face.known.copy(), min(len(face.values), len(lips))
    for name in GRID_WEAK:
        values[:frames, SHAPE_INDEX[name]] = lips[:frames, SHAPE_INDEX[name]]
        known[SHAPE_INDEX[name]] = True
    return RecordedFace(face.id, face.corpus, face.split, values, known)


def _speech_rows(train: bool) -> Iterator[dict]:
    """Utterances of the corpora in order, so many minutes of each."""
    for corpus, minutes in CORPORA_MINUTES.items():
        left = (minutes if train else VALIDATION_MINUTES / len(CORPORA_MINUTES)) * 60.0
        for row in rows_of(corpus, "train" if train else "validation"):
            left -= row["duration_s"]
            if left < 0:
                break
            yield row


def _paired(faces: list[RecordedFace], opening: np.ndarray, trains: np.ndarray, first: int) -> list[Pairing]:
    """The pairings of the silent talkers, training faces with training sounds, validation with validation."""
    found: list[Pairing] = []
    for train in (True, False):
        which = [i for i, face in enumerate(faces) if face.mouth_open is not None and (face.split == "train") == train]
        usable = np.flatnonzero(trains[first:] == train)  # one run: training sounds come first
        begin = first + int(usable[0])
        stream = opening[begin : first + int(usable[-1]) + 1]
        pairs = best_pairings(
            [faces[i].mouth_open for i in which], stream, STRETCH, STRETCH // 2, 3 if train else 1, 50
        )
        found += [Pairing(which[p.face], p.start, begin + p.sound_start, p.correlation) for p in pairs]
        log.info("%d pairings, median correlation of lips %.2f", len(pairs), np.median([p.correlation for p in pairs]))
    return found
