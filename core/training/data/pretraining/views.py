# SPDX-License-Identifier: GPL-3.0-or-later
"""All motions of the store as keypoints, from one or more cameras each, prepared once in a file beside it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from ....models.pretraining.keypoint_channels import FACE_VISUAL, VISUAL_CHANNELS, visual_frames
from ....motion.keypoints import Keypoints
from ..array_store import ArrayStore
from .cameras import Cameras, LandmarkHead
from .store import PretrainingStore

log = logging.getLogger(__name__)

FACE, BODY, OWN = 0, 1, 2  # a face by a random camera, a body likewise, a face as it was really detected
BODY_VIEWS = 2
LIDS_ONLY = frozenset(("headset", "gaze"))  # of these, where hardly anything moves, every fourth is seen


@dataclass(frozen=True, eq=False)
class ViewStore(ArrayStore):
    """face: float16 (V, 352), body: float16 (W, 75), views one after another. clips, kinds, begins: int (v,) of each view: of which
    recording, FACE, BODY or OWN, and where it begins in its array."""

    compressed: ClassVar[bool] = False
    face: np.ndarray
    body: np.ndarray
    clips: np.ndarray
    kinds: np.ndarray
    begins: np.ndarray

    def of_clip(self) -> dict[int, np.ndarray]:
        """{recording: its views}."""
        order = np.argsort(self.clips, kind="stable")
        found, starts = np.unique(self.clips[order], return_index=True)
        return dict(zip(found.tolist(), np.split(order, starts)[1:], strict=True))

    def frames(self, view: int, first: int, count: int) -> np.ndarray:
        """float32 (count, 427) of a view from a frame on."""
        rows = slice(self.begins[view] + first, self.begins[view] + first + count)
        frames = np.zeros((count, VISUAL_CHANNELS), np.float32)
        if self.kinds[view] == BODY:
            frames[:, FACE_VISUAL:] = self.body[rows]
        else:
            frames[:, :FACE_VISUAL] = self.face[rows]
        return frames


def prepared(path: Path, store: PretrainingStore, folder: Path, seed: int = 91) -> ViewStore:
    """The views at a path, made if they are not there: some minutes. folder: of the data pack."""
    if not path.is_file():
        _made(store, Cameras(LandmarkHead.read(folder), np.random.default_rng(seed))).write(path)
    return ViewStore.read(path)


def views_of(store: PretrainingStore, row: int, cameras: Cameras) -> Iterator[tuple[int, Keypoints]]:
    """The views of one recording."""
    frames = int(store.frames[row])
    _, face, body, points = (int(begin) for begin in store.begins[row])
    if points >= 0:
        yield OWN, cameras.detected_again(store.points[points : points + frames].astype(np.float32))
    if face >= 0:
        yield FACE, cameras.face(store.face[face : face + frames].astype(np.float32))
    for _ in range(BODY_VIEWS if body >= 0 else 0):
        yield BODY, cameras.body(store.body[body : body + frames].astype(np.float32))


def _made(store: PretrainingStore, cameras: Cameras) -> ViewStore:
    parts: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    ends, table = [0, 0], []
    for row in range(len(store)):
        if str(store.corpora[row]) in LIDS_ONLY and row % 4:
            continue
        for kind, keypoints in views_of(store, row, cameras):
            frames = visual_frames(keypoints).astype(np.float16)
            of_body = int(kind == BODY)
            table.append((row, kind, ends[of_body]))
            ends[of_body] += len(frames)
            parts[of_body].append(frames[:, FACE_VISUAL:] if of_body else frames[:, :FACE_VISUAL])
    face, body = (np.concatenate(part) if part else np.zeros((0, 0), np.float16) for part in parts)
    clips, kinds, begins = np.array(table, int).reshape(-1, 3).T
    log.info("%d views of %d recordings", len(table), len(set(clips.tolist())))
    return ViewStore(face, body, clips, kinds, begins)
