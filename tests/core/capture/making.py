# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings of faces that the tests of core.capture read: made here, none is copied."""

from __future__ import annotations

import numpy as np

from core.capture.captured_face import CHANNELS, CapturedFace
from core.motion.face_track import FACE_INDEX, FACE_NAMES


def waving_face(rate_hz: float = 30.0, seconds: float = 3.0, with_head: bool = True) -> CapturedFace:
    """Every shape moves by a wave of its own, and so does the head."""
    times_s = np.arange(round(seconds * rate_hz) + 1) / rate_hz
    own_hz = np.linspace(0.4, 2.1, len(FACE_NAMES))
    values = 0.5 + 0.45 * np.sin(2 * np.pi * times_s[:, None] * own_hz + np.arange(len(FACE_NAMES)))
    sides = np.sin(2 * np.pi * 0.7 * times_s)  # one eye looks out while the other looks in
    for name, way in (("OutLeft", 1), ("InRight", 1), ("InLeft", -1), ("OutRight", -1)):
        values[:, FACE_INDEX[f"eyeLook{name}"]] = np.clip(way * sides, 0.0, 1.0)
    head = np.stack([20 * np.sin(times_s), 8 * np.cos(2 * times_s), 5 * np.sin(3 * times_s)], 1)
    known = np.ones(len(CHANNELS), bool)
    if not with_head:
        head[:], known[len(FACE_NAMES) :] = 0.0, False
    return CapturedFace(values.astype(np.float32), head.astype(np.float32), known, rate_hz)


def face_points(
    gap: float = 0.0, raised: float = 0.0, shut: float = 0.0, smile: float = 0.0, nose: tuple[float, float] = (0.0, 0.0)
) -> np.ndarray:
    """68 landmarks (68, 2) in pixels, y down: a face with 100 pixels between its eyes."""
    points = np.zeros((68, 2))
    angle = np.linspace(np.pi, 0.0, 17)
    points[:17] = np.stack([120 * np.cos(angle), 30 + 150 * np.sin(angle)], 1)
    points[17:22] = np.stack([np.linspace(-85, -20, 5), np.full(5, -40.0 - 100 * raised)], 1)
    points[22:27] = np.stack([np.linspace(20, 85, 5), np.full(5, -40.0 - 100 * raised)], 1)
    points[27:31] = np.stack([np.zeros(4), np.linspace(0, 55, 4)], 1)
    points[30] += nose
    points[31:36] = np.stack([np.linspace(-20, 20, 5), np.full(5, 70.0)], 1)
    half = 7.0 * (1.0 - shut)
    for first, middle in ((36, -50.0), (42, 50.0)):
        across = middle + np.array([-20, -8, 8, 20, 8, -8])
        points[first : first + 6] = np.stack([across, half * np.array([0, -1, -1, 0, 1, 1])], 1)
    low = 100.0 * gap
    outer = np.array([-38, -20, -8, 0, 8, 20, 38, 20, 8, 0, -8, -20])
    points[48:60] = np.stack(
        [outer, 100 + np.array([0, -8, -10, -9, -10, -8, 0, 8 + low, 10 + low, 11 + low, 10 + low, 8 + low])], 1
    )
    points[60:68] = np.stack(
        [np.array([-32, -12, 0, 12, 32, 12, 0, -12]), 100 + np.array([0, 0, 0, 0, 0, low, low, low])], 1
    )
    points[[48, 54], 1] += 25.0 * gap - 17.0 * smile
    return points * [1.0, 1.0] + [640.0, 360.0]


def openpose_frame(*faces: np.ndarray, confidence: float = 0.9) -> dict:
    """One frame as OpenPose writes it: each face (68, 2)."""
    people = []
    for face in faces:
        pupils = [face[36:42].mean(0), face[42:48].mean(0)]
        numbers = np.concatenate([np.append(face, pupils, 0), np.full((70, 1), confidence)], 1)
        people.append(
            {"person_id": [-1], "pose_keypoints_2d": [], "face_keypoints_2d": numbers.ravel().round(3).tolist()}
        )
    return {"version": 1.3, "people": people}


def mesh(face: np.ndarray, width: float = 1280.0, height: float = 720.0) -> list[dict[str, float]]:
    """The same landmarks among 478 points as MediaPipe writes them: shares of the picture, with irises."""
    from core.capture.keypoints import _IRIS_ENDS, _IRIS_SIDES, _IRISES, _MESH

    points = np.tile(face.mean(0), (478, 1))
    points[list(_MESH)] = face
    for middle, eye, sides, ends in zip(_IRISES, (slice(36, 42), slice(42, 48)), _IRIS_SIDES, _IRIS_ENDS):
        points[middle] = face[eye].mean(0)
        points[list(sides)] = points[middle] + np.array([[6.0, 0.0], [-6.0, 0.0]])
        points[list(ends)] = points[middle] + np.array([[0.0, 6.0], [0.0, -6.0]])
    return [{"x": float(x / width), "y": float(y / height), "z": 0.0} for x, y in points]
