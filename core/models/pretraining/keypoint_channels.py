# SPDX-License-Identifier: GPL-3.0-or-later
"""What the keypoints' encoder sees of a frame: the face about its eyes and the body about its hips, whatever the camera.

Face: each point in distances between the outer corners of the eyes about their middle, and the same against the clip's median, so that
whose face it is counts less; its confidence; where the face itself is. Body: each point in lengths of the trunk about the clip's hips.
"""

from __future__ import annotations

import numpy as np

from ...motion.keypoints import BODY_POINTS, FACE_POINTS, LEAST_CONFIDENCE, Keypoints
from ...motion.resampling import curves_at, frames_at
from .motion_channels import RATE_HZ

FACE_VISUAL = 5 * FACE_POINTS + 2  # what the face takes of a frame; it comes first
VISUAL_CHANNELS = FACE_VISUAL + 3 * len(BODY_POINTS)
_CORNERS = (36, 45)
_DEVIATIONS = 4.0  # a landmark moves by about a quarter of the distance between the eyes
_MOST = 6.0  # farther is an error of detection
_NECK, _MID_HIP = BODY_POINTS.index("neck"), BODY_POINTS.index("mid_hip")
_SHOULDERS = BODY_POINTS.index("right_shoulder"), BODY_POINTS.index("left_shoulder")
_TRUNK = 1.35  # of the distance between the shoulders, of an average adult


def visual_frames(keypoints: Keypoints) -> np.ndarray:
    """float32 (T, VISUAL_CHANNELS) at RATE_HZ."""
    frames = frames_at(len(keypoints), keypoints.rate_hz, RATE_HZ)
    return np.concatenate(
        [
            _face(_at_rate(keypoints.face, keypoints.rate_hz, frames)),
            _body(_at_rate(keypoints.body, keypoints.rate_hz, frames)),
        ],
        1,
    ).astype(np.float32)


def _at_rate(points: np.ndarray, rate_hz: float, frames: int) -> np.ndarray:
    """(T, P, 3) → float64 (frames, P, 3) at RATE_HZ; what is not seen is put between its neighbours in time first."""
    points = points.astype(np.float64)
    if rate_hz == RATE_HZ:
        return points
    for place in range(points.shape[1]):
        seen = points[:, place, 2] >= LEAST_CONFIDENCE
        if seen.any() and not seen.all():
            points[:, place, :2] = _filled(points[:, place, :2], seen)
    flat = points.reshape(len(points), -1)
    sampled = curves_at(flat, rate_hz, 0.0, np.arange(frames) / RATE_HZ).reshape(frames, -1, 3)
    nearest = np.minimum(np.rint(np.arange(frames) / RATE_HZ * rate_hz).astype(int), len(points) - 1)
    sampled[..., 2] = points[nearest, :, 2]
    return sampled


def _filled(track: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """(T, 2) with what is not seen put between its neighbours in time; zeros if nothing is."""
    if not seen.any():
        return np.zeros_like(track)
    rows = np.arange(len(track))
    return np.stack([np.interp(rows, rows[seen], track[seen, axis]) for axis in range(2)], 1)


def _face(points: np.ndarray) -> np.ndarray:
    """(T, 70, 3) → (T, 352)."""
    seen = points[..., 2] >= LEAST_CONFIDENCE
    right, left = (points[:, corner, :2] for corner in _CORNERS)
    both = seen[:, _CORNERS[0]] & seen[:, _CORNERS[1]]
    if not both.any():
        return np.zeros((len(points), FACE_VISUAL))
    size = max(float(np.median(np.linalg.norm(right - left, axis=1)[both])), 1e-6)
    middle = _filled((right + left) / 2, both)
    about = np.where(seen[..., None], (points[..., :2] - middle[:, None]) / size, 0.0).clip(-_MOST, _MOST)
    usual = np.zeros((FACE_POINTS, 2))
    for place in np.flatnonzero(seen.any(0)):
        usual[place] = np.median(about[seen[:, place], place], axis=0)
    moved = np.where(seen[..., None], about - usual, 0.0) * _DEVIATIONS
    place = (middle - np.median(middle, axis=0)) / size
    confidence = np.where(seen, points[..., 2].clip(0.0, 1.0), 0.0)
    return np.concatenate(
        [about.reshape(len(points), -1), moved.reshape(len(points), -1), confidence, place.clip(-_MOST, _MOST)], 1
    )


def _body(points: np.ndarray) -> np.ndarray:
    """(T, 25, 3) → (T, 75)."""
    seen = points[..., 2] >= LEAST_CONFIDENCE
    trunk = seen[:, _NECK] & seen[:, _MID_HIP]
    shoulders = seen[:, _SHOULDERS[0]] & seen[:, _SHOULDERS[1]]
    if trunk.any():
        middle, size = _MID_HIP, np.linalg.norm(points[:, _NECK, :2] - points[:, _MID_HIP, :2], axis=1)[trunk]
        size = float(np.median(size))
    elif shoulders.any():
        middle, size = _NECK, np.linalg.norm(points[:, _SHOULDERS[0], :2] - points[:, _SHOULDERS[1], :2], axis=1)
        size = _TRUNK * float(np.max(size[shoulders]))
    else:
        return np.zeros((len(points), 3 * len(BODY_POINTS)))
    origin = (
        np.median(points[seen[:, middle], middle, :2], axis=0)
        if seen[:, middle].any()
        else np.median(points[seen][:, :2], axis=0)
    )
    about = np.where(seen[..., None], (points[..., :2] - origin) / max(size, 1e-6), 0.0).clip(-_MOST, _MOST)
    confidence = np.where(seen, points[..., 2].clip(0.0, 1.0), 0.0)
    return np.concatenate([about.reshape(len(points), -1), confidence], 1)
