# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces in keypoints: shapes measured from landmarks and read by a network, on held-out captures that made-up cameras see."""

from __future__ import annotations

import json
from collections.abc import Mapping
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

GROUPS = {
    "brows up": ("browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    "smile": ("mouthSmileLeft", "mouthSmileRight"),
    "lids": ("eyeBlinkLeft", "eyeBlinkRight"),
    "jaw": ("jawOpen",),
    "cheeks' squint": ("cheekSquintLeft", "cheekSquintRight"),
    "nose's sneer": ("noseSneerLeft", "noseSneerRight"),
}
CORPUS = "rom"  # captures of all shapes
_PIXELS = 60.0  # between the eyes


def face_errors(
    models: Mapping[str, TrainedSeenMotion], store: PretrainingStore, cameras: Cameras, folder: Path, views: int
) -> dict[str, dict[str, float]]:
    """{"group, way": {"error": mean, "r": correlation}}; ways: measured, each model, never moving.

    folder: for the keypoints as a file. views: cameras for every capture.
    """
    truth: list[np.ndarray] = []
    told: dict[str, list[np.ndarray]] = {}
    for row in np.flatnonzero((store.corpora == CORPUS) & (store.splits == "validation")):
        face = store.face[store.begins[row, 1] :][: store.frames[row]].astype(np.float64)
        for _ in range(views):
            keypoints = cameras.face(face)
            truth.append(face)
            told.setdefault("never moving", []).append(np.zeros_like(face))
            told.setdefault("measured", []).append(_measured(keypoints, folder))
            for name, model in models.items():
                read = model.face_of(keypoints, np.ones(CHANNELS, bool)).values
                told.setdefault(name, []).append(read[_rows(len(face), len(read))])
    meant = np.concatenate(truth)
    found: dict[str, dict[str, float]] = {}
    for group, names in GROUPS.items():
        columns = [FACE_INDEX[name] for name in names]
        for way, parts in told.items():
            found[f"{group}, {way}"] = _compared(
                np.concatenate([part[:, columns] for part in parts]), meant[:, columns]
            )
    return found


def _compared(found: np.ndarray, meant: np.ndarray) -> dict[str, float]:
    """Where nothing was found (NaN) counts as 0."""
    found = np.nan_to_num(found)
    moves = [found[:, at].std() > 1e-6 and meant[:, at].std() > 1e-6 for at in range(meant.shape[1])]
    each = [np.corrcoef(found[:, at], meant[:, at])[0, 1] for at, there in enumerate(moves) if there]
    return {"error": float(np.abs(found - meant).mean()), "r": float(np.mean(each)) if each else float("nan")}


def _rows(frames: int, length: int) -> np.ndarray:
    """Which frames of a face at FACE_RATE_HZ those at RATE_HZ are."""
    return np.minimum(np.rint(np.arange(frames) / RATE_HZ * FACE_RATE_HZ).astype(int), length - 1)


def _measured(keypoints: Keypoints, folder: Path) -> np.ndarray:
    """(T, shapes): as the product measures what OpenPose writes."""
    points = keypoints.face.astype(np.float64).copy()
    points[..., :2] = 500.0 + _PIXELS * points[..., :2]
    people = [[{"face_keypoints_2d": frame.ravel().round(3).tolist()}] for frame in points]
    path = folder / "seen.json"
    said = {"frames": [{"people": one} for one in people], "fps": keypoints.rate_hz}
    path.write_text(json.dumps(said), encoding="utf-8")
    face = read_seen(path)[0].face
    if face is None:
        return np.zeros((len(points), len(FACE_INDEX)))
    return face.values[np.minimum(np.arange(len(points)), len(face) - 1)]
