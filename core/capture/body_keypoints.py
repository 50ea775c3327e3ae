# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies as OpenPose and MediaPipe write them, in the order of BODY_POINTS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..motion.keypoints import BODY_POINTS

# BODY_25 among the points of COCO's 18 and of MediaPipe's 33, of which a middle is made where there is none.
# fmt: off
_COCO = (0, 1, 2, 3, 4, 5, 6, 7, (8, 11), 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)
_POSE = (
    0, (11, 12), 12, 14, 16, 11, 13, 15, (23, 24), 24, 26, 28, 23, 25, 27, 5, 2, 8, 7, 31, 31, 29, 32, 32, 30,
)
# fmt: on
_POSE_POINTS = 33
FARTHEST = 1e6  # a place in a picture, in pixels or shares of it


def no_body() -> np.ndarray:
    """float64 (25, 3): a body of which nothing is seen, all zeros."""
    return np.zeros((len(BODY_POINTS), 3))


def seen_points(points: np.ndarray) -> np.ndarray:
    """Points (N, 3) of which those that lie in no picture, or nowhere, are not seen: all zeros."""
    with np.errstate(invalid="ignore"):
        return np.where((np.abs(points) <= FARTHEST).all(1)[:, None], points, 0.0)


def openpose_body(numbers: Any) -> np.ndarray:
    """OpenPose's numbers, x, y and confidence of 25 points or of COCO's 18, as float64 (25, 3) in the order of BODY_POINTS."""
    points = seen_points(np.asarray(numbers, np.float64).reshape(-1, 3))
    if len(points) == len(BODY_POINTS):
        return points
    return _arranged(points, _COCO) if len(points) == 18 else no_body()


def mediapipe_bodies(poses: Any) -> list[np.ndarray]:
    """MediaPipe's bodies of 33 points, places as shares of the picture, as float64 (25, 3) each in the order of BODY_POINTS."""
    if isinstance(poses, dict):
        poses = [poses]
    if len(poses) == _POSE_POINTS:
        poses = [poses]
    found = []
    for pose in poses:
        rows = pose.get("landmark") or pose.get("landmarks") or () if isinstance(pose, dict) else pose
        points = seen_points(np.array([_with_visibility(row) for row in rows], np.float64).reshape(-1, 3))
        found.append(_arranged(points, _POSE) if len(points) == _POSE_POINTS else no_body())
    return found


def _with_visibility(row: Any) -> tuple[float, float, float]:
    if isinstance(row, dict):
        return row["x"], row["y"], float(row.get("visibility", 1.0))
    return row[0], row[1], float(row[3]) if len(row) > 3 else 1.0


def _arranged(points: np.ndarray, places: Sequence[int | tuple[int, int]]) -> np.ndarray:
    """Points in the order of BODY_POINTS; a pair's middle is seen if both are."""
    body = no_body()
    for ours, place in enumerate(places):
        pair = points[[place, place] if isinstance(place, int) else list(place)]
        body[ours] = (*pair[:, :2].mean(0), pair[:, 2].min())
    return body
