# SPDX-License-Identifier: GPL-3.0-or-later
"""Keypoints of a made-up person whose arms point where a test says, as OpenPose writes them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from core.motion.joints import JOINT_INDEX
from core.motion.keypoints import BODY_POINTS, Keypoints
from core.motion.skeleton import average_adult
from tests.core.capture.making import face_points

PIXELS_A_METRE = 300.0
DOWN = np.array([0.0, -1.0, 0.0])


def body_points(arms: dict[str, tuple[np.ndarray, np.ndarray]], yaw: float = 0.0) -> np.ndarray:
    """(25, 3): somebody who stands and faces the camera, turned to their left by yaw; arms: {side: directions of both bones}."""
    rest = average_adult().rest_positions_m.numpy().astype(np.float64)
    space = {name: rest[JOINT_INDEX[name]] for name in BODY_POINTS if name in JOINT_INDEX}
    for side in ("left", "right"):
        upper, lower = arms.get(side, (DOWN, DOWN))
        bones = [f"{side}_{part}" for part in ("shoulder", "elbow", "wrist")]
        for start, end, way in zip(bones, bones[1:], (upper, lower)):
            length = np.linalg.norm(rest[JOINT_INDEX[end]] - rest[JOINT_INDEX[start]])
            space[end] = space[start] + length * np.asarray(way) / np.linalg.norm(way)
    space["neck"] = (space["left_shoulder"] + space["right_shoulder"]) / 2
    space["mid_hip"] = (space["left_hip"] + space["right_hip"]) / 2
    space["nose"] = space["neck"] + [0.0, 0.2, 0.16]
    points = np.zeros((len(BODY_POINTS), 3))
    for name, place in space.items():
        across = np.cos(yaw) * place[0] + np.sin(yaw) * place[2]
        points[BODY_POINTS.index(name)] = 500 + PIXELS_A_METRE * across, 500 - PIXELS_A_METRE * place[1], 0.9
    return points


def tracks(bodies: np.ndarray, rate_hz: float = 25.0) -> Keypoints:
    """(T, 25, 3) and no face."""
    unseen = Keypoints.unseen(len(bodies), rate_hz)
    return Keypoints(unseen.face, bodies.astype(np.float32), rate_hz)


def video(
    path: Path, frames: int = 100, faces: slice = slice(0, None), others: int = 0, raised: slice = slice(40, 70)
) -> Path:
    """A person at 25 frames a second who raises the left forearm for a while, and whose face is seen in some frames; others: how many
    more are in the picture."""
    up = {"left": (DOWN, np.array([0.6, 0.8, 0.0]))}
    said = []
    for frame in range(frames):
        numbers = body_points(up if frame in range(frames)[raised] else {})
        person = {"pose_keypoints_2d": numbers.ravel().round(2).tolist()}
        if frame in range(frames)[faces]:
            face = face_points(gap=0.1, raised=0.1 * (frame % 20 > 10), shut=float(frame % 50 in (20, 21, 22)))
            face = np.concatenate([face, [face[36:42].mean(0), face[42:48].mean(0)]])
            person["face_keypoints_2d"] = np.append(face, np.full((70, 1), 0.9), 1).ravel().round(2).tolist()
        small = (numbers * [0.3, 0.3, 1.0]).ravel().round(2).tolist()
        said.append({"people": [person, *({"pose_keypoints_2d": small} for _ in range(others))]})
    path.write_text(json.dumps({"fps": 25, "frames": said}), "utf-8")
    return path
