# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces in keypoints: shapes measured from landmarks and read by a network, on held-out captures that made-up cameras see."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from ...capture.recordings import read_seen
from ...models.pretraining.motion_channels import RATE_HZ
from ...models.pretraining.seen_motion import TrainedSeenMotion
from ...motion.face_motion import CHANNELS
from ...motion.face_track import FACE_INDEX, FACE_RATE_HZ
from ...motion.keypoints import Keypoints
from ...training.data.pretraining.cameras import Cameras
from ...training.data.pretraining.store import PretrainingStore
from ..metrics.correlation import correlation

GROUPS = {
    "brows up": ("browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    "smile": ("mouthSmileLeft", "mouthSmileRight"),
    "lids": ("eyeBlinkLeft", "eyeBlinkRight"),
    "jaw": ("jawOpen",),
    "cheeks' squint": ("cheekSquintLeft", "cheekSquintRight"),
    "nose's sneer": ("noseSneerLeft", "noseSneerRight"),
}
CAPTURED, TALKER = "rom", "address"  # of all shapes; somebody who turns the head, with tracked landmarks
TRACKED = 10
_SHAPES = len(FACE_INDEX)
_PIXELS = 60.0  # between the eyes


def face_errors(
    models: Mapping[str, TrainedSeenMotion], store: PretrainingStore, cameras: Cameras, folder: Path, views: int
) -> dict[str, dict[str, float]]:
    """{"group, way": {"error": mean, "r": correlation}}; ways: measured, each model, never moving. Shapes of captures of all shapes; the
    head about its middle, in degrees, of held-out talkers.

    folder: for the keypoints as a file. views: cameras for every capture; so many tracked clips times TRACKED, too.
    """
    found: dict[str, dict[str, float]] = {}
    for title, seen in (
        ("", _by_cameras(store, cameras, CAPTURED, views)),
        ("head", _by_cameras(store, cameras, TALKER, 1, TRACKED * views)),
        ("head as tracked", _as_tracked(store, cameras, TRACKED * views)),
    ):
        truth: list[np.ndarray] = []
        told: dict[str, list[np.ndarray]] = {}
        for face, keypoints in seen:
            truth.append(face)
            ways = {"never moving": np.zeros_like(face), "measured": _measured(keypoints, folder)}
            for name, read in {**ways, **_read(models, keypoints, len(face))}.items():
                told.setdefault(name, []).append(read)
        groups = {title: slice(_SHAPES, None)} if title else _columns()
        for group, columns in groups.items():
            for way, parts in told.items():
                ours, theirs = ([part[:, columns] for part in both] for both in (parts, truth))
                if title:
                    ours, theirs = (list(map(_about_middle, both)) for both in (ours, theirs))
                found[f"{group}, {way}"] = _compared(np.concatenate(ours), np.concatenate(theirs))
    return found


def _columns() -> dict[str, list[int]]:
    return {group: [FACE_INDEX[name] for name in names] for group, names in GROUPS.items()}


def _held(store: PretrainingStore, corpus: str) -> np.ndarray:
    return np.flatnonzero((store.corpora == corpus) & (store.splits == "validation"))


def _by_cameras(
    store: PretrainingStore, cameras: Cameras, corpus: str, views: int, most: int | None = None
) -> Iterator[tuple[np.ndarray, Keypoints]]:
    """Held-out faces of a corpus (T, 58) and what random cameras see of them."""
    for row in _held(store, corpus)[:most]:
        face = store.face[store.begins[row, 1] :][: store.frames[row]].astype(np.float64)
        for _ in range(views):
            yield face, cameras.face(face)


def _as_tracked(store: PretrainingStore, cameras: Cameras, clips: int) -> Iterator[tuple[np.ndarray, Keypoints]]:
    """Held-out clips of the talker and the landmarks that a tracker found in the video."""
    rows = _held(store, TALKER)
    for row in rows[store.begins[rows, 3] >= 0][:clips]:
        frames = int(store.frames[row])
        points = store.points[store.begins[row, 3] :][:frames].astype(np.float32)
        yield store.face[store.begins[row, 1] :][:frames].astype(np.float64), cameras.detected_again(points)


def _read(models: Mapping[str, TrainedSeenMotion], keypoints: Keypoints, frames: int) -> dict[str, np.ndarray]:
    """{model: (T, 58)}."""
    found = {}
    for name, model in models.items():
        face = model.face_of(keypoints, np.ones(CHANNELS, bool))
        found[name] = np.concatenate([face.values, face.head_deg], 1)[_rows(frames, len(face))]
    return found


def _about_middle(angles: np.ndarray) -> np.ndarray:
    return angles - np.nanmedian(angles, axis=0)


def _compared(found: np.ndarray, meant: np.ndarray) -> dict[str, float]:
    """Where nothing was found (NaN) counts as 0."""
    found = np.nan_to_num(found)
    each = np.array([correlation(told, truth) for told, truth in zip(found.T, meant.T, strict=True)])
    moves = np.isfinite(each)
    return {
        "error": float(np.abs(found - meant).mean()),
        "r": float(each[moves].mean()) if moves.any() else float("nan"),
    }


def _rows(frames: int, length: int) -> np.ndarray:
    """Which frames of a face at FACE_RATE_HZ those at RATE_HZ are."""
    return np.minimum(np.rint(np.arange(frames) / RATE_HZ * FACE_RATE_HZ).astype(int), length - 1)


def _measured(keypoints: Keypoints, folder: Path) -> np.ndarray:
    """(T, 58): as the product measures what OpenPose writes."""
    points = keypoints.face.astype(np.float64).copy()
    points[..., :2] = 500.0 + _PIXELS * points[..., :2]
    people = [[{"face_keypoints_2d": frame.ravel().round(3).tolist()}] for frame in points]
    path = folder / "seen.json"
    said = {"frames": [{"people": one} for one in people], "fps": keypoints.rate_hz}
    path.write_text(json.dumps(said), encoding="utf-8")
    face = read_seen(path)[0].face
    if face is None:
        return np.zeros((len(points), CHANNELS))
    whole = np.concatenate([face.values, face.head_deg], 1)
    return whole[np.minimum(np.arange(len(points)), len(face) - 1)]
