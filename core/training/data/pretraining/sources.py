# SPDX-License-Identifier: GPL-3.0-or-later
"""The data pack's recordings for pre-training: speech, captured faces, landmark speeches, gestures and talk, dances, rendered music.

Lips that only a speech model imagined are left out: nobody saw them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from ....capture.keypoints import mesh_places
from ....models.pretraining.encoders import COLUMNS
from ....models.pretraining.motion_channels import RATE_HZ, body_frames, known_of
from ....models.speech.frontend import levelled_mel
from ....motion.clip import Clip
from ....motion.keypoints import FACE_POINTS
from ....motion.recorded.to_canonical import mirrored
from ..body import load as load_bodies
from ..dance.music_bank import KINDS, TEMPI_BPM
from ..dance.pieces import grooves, random_piece, tunes
from ..dance.rendering import rendered
from ..dance.store import DanceStore
from ..faces.whole_motion import MotionStore
from ..speech.captured import facegood, grid
from ..speech.corpora import nathalie, read_sound, rows_of
from ..speech.store import frame_labels
from .recording import MUSIC, SPEECH, MultimodalClip

log = logging.getLogger(__name__)

CORPORA = ("kathleen", "kerstin", "nathalie", "speechocean762")
PIECES = {"train": 3, "validation": 1}  # pieces of music of each kind at each tempo
PIECE_S = 24.0
TEMPO_CHANGES = (0.9, 1.0, 1.1)  # a dance is danced at these shares of its tempo as well
LIDS_SHARE = 0.1  # of recordings in which hardly anything but lids and eyes moves
LONGEST_S = 30.0  # longer recordings are cut into pieces
_GRID_PICTURE = (360.0, 288.0)


def voice(samples: np.ndarray) -> np.ndarray:
    """int16 (N,) at 16 kHz → float16 (1 + N // 160, 80)."""
    return levelled_mel(samples.astype(np.float32) / 32768.0).astype(np.float16)


def recorded_speech(folder: Path) -> Iterator[MultimodalClip]:
    """Sounds alone; the phones of the Dutch voice are known."""
    labels = {one.id: one.segments for one in nathalie()}
    for corpus in CORPORA:
        for row in rows_of(corpus):
            mel = voice(read_sound(folder / row["path"]))
            phones = frame_labels(labels[row["id"]], len(mel)) if row["id"] in labels else None
            told = (
                ("speaker", row["speaker"]),
                ("language", row["language"][:2]),
                ("sex", row["sex"]),
                ("kind", SPEECH),
            )
            yield MultimodalClip(row["id"], corpus, row["split"], mel=mel, phones=phones, told=told)
        log.info("%s: done", corpus)


def captured_talkers(folder: Path, motions: MotionStore) -> Iterator[MultimodalClip]:
    """GRID, with the landmarks of its video, and FACEGOOD: sound and face."""
    landmarks = _grid_points(folder)
    about = {"grid_s1": ("en", "m"), "facegood": ("zh", "f")}
    for corpus, captures in (("grid_s1", grid(folder)), ("facegood", facegood(folder))):
        rows = np.flatnonzero(motions.corpora == corpus)
        for row, capture in zip(rows, captures, strict=True):
            language, sex = about[corpus]
            told = (("speaker", corpus), ("language", language), ("sex", sex), ("kind", SPEECH))
            whole = MultimodalClip(
                capture.id,
                corpus,
                capture.split,
                mel=voice(capture.audio),
                face=_values(motions, row),
                face_known=motions.known[row],
                points=landmarks.get(capture.id),
                told=told,
            )
            yield from pieces(whole)
        log.info("%s: done", corpus)


def _values(motions: MotionStore, row: int) -> np.ndarray:
    return motions.values[motions.begins[row] :][: motions.lengths[row]].astype(np.float32)


def _grid_points(folder: Path) -> dict[str, np.ndarray]:
    """{clip: (T, 70, 3)}: the landmarks of GRID's tracker that are among ours."""
    with np.load(folder / "face" / "grid_s1" / "tracks.npz") as data:
        clips, lengths, ids = [str(name) for name in data["clips"]], data["lengths"], data["landmark_ids"].tolist()
        places = data["landmarks"][..., :2] / float(data["landmark_scale"]) * np.array(_GRID_PICTURE)
    points = np.zeros((len(places), FACE_POINTS, 3), np.float32)
    for ours, mesh in mesh_places().items():
        there = [ids.index(index) for index in mesh if index in ids]
        if there:
            points[:, ours, :2] = places[:, there].mean(1)
            points[:, ours, 2] = 1.0
    ends = np.cumsum(lengths)
    # whole pictures are 360 wide: float16 keeps a tenth of a pixel about their middle
    points[..., :2] -= np.array(_GRID_PICTURE, np.float32) / 2
    return {name: points[end - length : end] for name, length, end in zip(clips, lengths, ends, strict=True)}


def silent_faces(folder: Path, motions: MotionStore) -> Iterator[MultimodalClip]:
    """Landmark speeches with their landmarks, ranges of motion, lids in a headset, gaze in conversation."""
    with np.load(folder / "face" / "address_landmarks" / "landmarks68.npz") as data:
        dlib, lengths = data["points"].astype(np.float32), data["lengths"]
    ends = np.cumsum(lengths)
    for corpus in ("address", "rom", "headset", "gaze"):
        for place, row in enumerate(np.flatnonzero(motions.corpora == corpus)):
            values, points = _values(motions, row), None
            if corpus == "address":
                seen = dlib[ends[place] - lengths[place] : ends[place]]
                seen = seen - np.median(seen, (0, 1))
                points = np.zeros((len(seen), FACE_POINTS, 3), np.float32)
                points[:, : seen.shape[1]] = np.concatenate([seen, np.ones((*seen.shape[:2], 1), np.float32)], -1)
            split = str(motions.splits[row])
            whole = MultimodalClip(
                f"{corpus}_{place:03d}",
                corpus,
                split,
                face=values,
                face_known=motions.known[row],
                points=points,
                share=LIDS_SHARE if corpus in ("headset", "gaze") else 1.0,
            )
            yield from pieces(whole)


def gestures(cache: Path, folder: Path) -> Iterator[MultimodalClip]:
    """People who stand and talk, and their mirror images."""
    for body in load_bodies(cache, folder):
        for name, clip in ((body.name, body.clip), (f"{body.name}_mirrored", mirrored(body.clip))):
            yield from pieces(of_body(name, "gestures", body.split, clip, speaker=f"body {body.performer}"))


def of_body(name: str, corpus: str, split: str, clip: Clip, bpm: float = 0.0, **told: str) -> MultimodalClip:
    """A body alone."""
    return MultimodalClip(
        name, corpus, split, body=body_frames(clip), body_known=known_of(clip.driven), bpm=bpm, told=tuple(told.items())
    )


def dances(store: DanceStore) -> Iterator[MultimodalClip]:
    """Dances and their mirror images; those whose beats are known at tempi that music is rendered at, from a beat on."""
    for index in range(len(store)):
        clip, split, style = store.clip(index), str(store.splits[index]), str(store.styles[index])
        told = {"speaker": f"dancer {store.dancers[index]}", "style": "" if style == "any" else style}
        exact, bpm = bool(store.exact[index]), float(store.bpm[index])
        for name, one in ((str(store.names[index]), clip), (f"{store.names[index]}_mirrored", mirrored(clip))):
            if not exact:
                yield from pieces(of_body(name, "dance", split, one, **told))
                continue
            tempi = {
                min(TEMPI_BPM, key=lambda tempo, wanted=share * bpm: abs(tempo - wanted)) for share in TEMPO_CHANGES
            }
            for tempo in sorted(tempi if split == "train" else {bpm}):
                faster = Clip(
                    one.rotations, one.root_translation_m, one.contacts, one.rate_hz * tempo / bpm, one.driven
                )
                yield of_body(f"{name}_{tempo:g}", "dance", split, faster, float(tempo), **told)


def music(folder: Path, seed: int = 90) -> Iterator[MultimodalClip]:
    """Rendered pieces that begin with a bar, at all tempi; held-out tunes and drummers for validation."""
    random, all_tunes = np.random.default_rng(seed), tunes(folder)
    for split, count in PIECES.items():
        own, drums = [tune for tune in all_tunes if tune.split == split], grooves(folder, split)
        for bpm in TEMPI_BPM:
            for number, kind in enumerate(KINDS * count):
                sound = rendered(random_piece(kind, own, drums, random), bpm)[: int(PIECE_S * 16000)]
                name = f"{kind}_{bpm}_{number}"
                yield MultimodalClip(
                    name, "music", split, mel=levelled_mel(sound), bpm=float(bpm), told=(("kind", MUSIC),)
                )
        log.info("music for %s: done", split)


def pieces(clip: MultimodalClip) -> Iterator[MultimodalClip]:
    """A recording in pieces of at most LONGEST_S."""
    longest = int(LONGEST_S * RATE_HZ)
    if clip.frames <= longest:
        yield clip
        return
    for number, first in enumerate(range(0, clip.frames - longest // 6, longest)):
        rows, columns = slice(first, first + longest), slice(COLUMNS * first, COLUMNS * (first + longest))
        yield replace(
            clip,
            name=f"{clip.name}_{number}",
            mel=None if clip.mel is None else clip.mel[columns],
            phones=None if clip.phones is None else clip.phones[columns],
            face=None if clip.face is None else clip.face[rows],
            body=None if clip.body is None else clip.body[rows],
            points=None if clip.points is None else clip.points[rows],
        )
