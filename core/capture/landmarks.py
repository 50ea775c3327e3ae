# SPDX-License-Identifier: GPL-3.0-or-later
"""What 68 landmarks of a face say: its axes, how the head is turned, how high the brows are, how far the lids are apart.

The landmarks are in the order that dlib made common: 17 of the outline, then brows, nose, eyes and lips, the person's right
side first. Places are those of a picture, y down.
"""

from __future__ import annotations

import numpy as np

from ..motion.smoothing import gaussian_smooth

LANDMARKS = 68
STEADY_S, SHARP_S = 0.048, 0.02  # deviations by which landmarks are smoothed: for brows and pose, for lids and lips
_SCALE_S = 0.48  # the size of the face changes no quicker
NOSE_DEPTH = 0.55  # of the distance between the eyes: how far the nose's tip stands before the eyes
FULL_RAISE = 0.12  # of the distance between the eyes
FULL_FROWN = 0.14  # by eye
AT_REST = 0.2  # of a raise: brows so little lower than their mean are at rest; by eye
BASELINE_S = 8.0  # slower changes of the brows' height are pose and tracking
_RIGHT_EYE, _LEFT_EYE, _NOSE_TIP = slice(36, 42), slice(42, 48), 30
# Outer and inner landmarks of each brow: the person's right stands on the picture's left.
_BROWS = (("Right", slice(17, 20), slice(20, 22)), ("Left", slice(24, 27), slice(22, 24)))


def face_axes(points: np.ndarray, steady: np.ndarray, rate_hz: float) -> np.ndarray:
    """Landmarks about the middle between the eyes, along and across the line between them.

    Args:
        points: (T, N, 2) in a picture.
        steady: (T, 68, 2), the landmarks smoothed, which give the axes.
        rate_hz: frames a second.

    Returns:
        (T, N, 2) in distances between the eyes, x to the person's left, y down.
    """
    right, left = steady[:, _RIGHT_EYE].mean(1), steady[:, _LEFT_EYE].mean(1)
    across = left - right
    size = np.linalg.norm(across, axis=1)
    x = across / size[:, None]
    y = np.stack([-x[:, 1], x[:, 0]], 1)
    offset = points - ((left + right) / 2)[:, None]
    scale = gaussian_smooth(size, _SCALE_S * rate_hz)[:, None]
    return np.stack([(offset * x[:, None]).sum(-1) / scale, (offset * y[:, None]).sum(-1) / scale], -1)


def head_angles_deg(steady: np.ndarray) -> dict[str, np.ndarray]:
    """How the head is turned, as if the face were rigid, from where the nose's tip stands before the eyes.

    Args:
        steady: (T, 68, 2), landmarks, smoothed.

    Returns:
        yaw (positive: to the person's left), pitch (down) and roll (to the right) in degrees, (T,) each; yaw and pitch against their
        medians.
    """
    nose = upright(steady[:, _NOSE_TIP], steady)
    moved = nose - np.median(nose, axis=0)
    yaw, pitch = np.degrees(np.arcsin(np.clip(moved / NOSE_DEPTH, -0.9, 0.9))).T
    return {"yaw": yaw, "pitch": pitch, "roll": -np.degrees(_slant(steady))}


def upright(places: np.ndarray, steady: np.ndarray) -> np.ndarray:
    """Places (T, 2) of a picture about the middle between the eyes, the line between these level, in their median distance; x to the
    person's left, y down. steady: (T, 68, 2), landmarks, smoothed."""
    right, left = steady[:, _RIGHT_EYE].mean(1), steady[:, _LEFT_EYE].mean(1)
    slant, offset = _slant(steady), places - (left + right) / 2
    cosine, sine = np.cos(slant), np.sin(slant)
    level = np.stack([cosine * offset[:, 0] + sine * offset[:, 1], cosine * offset[:, 1] - sine * offset[:, 0]], -1)
    return level / np.median(np.linalg.norm(left - right, axis=1))


def _slant(steady: np.ndarray) -> np.ndarray:
    """The angle (T,) of the line from the right eye to the left one in the picture, radians, clockwise."""
    across = steady[:, _LEFT_EYE].mean(1) - steady[:, _RIGHT_EYE].mean(1)
    return np.arctan2(across[:, 1], across[:, 0])


def brow_shapes(place: np.ndarray, rate_hz: float) -> dict[str, np.ndarray]:
    """How far the brows are raised and lowered, without what goes with the head's turning.

    Args:
        place: (T, 68, 2) of `face_axes`.
        rate_hz: frames a second.

    Returns:
        {shape: (T,)}, 1 a full raise or frown, not cut off at 0.
    """
    nose = place[:, _NOSE_TIP]
    columns: dict[str, np.ndarray] = {}
    raised = {}
    for side, outer, inner in _BROWS:
        for part, which in (("outer", outer), ("inner", inner)):
            height = -place[:, which, 1].mean(1)
            raised[part, side] = without_pose(height, nose, rate_hz) / FULL_RAISE
    inner = (raised["inner", "Left"] + raised["inner", "Right"]) / 2
    columns["browInnerUp"] = inner
    for side in ("Left", "Right"):
        columns[f"browOuterUp{side}"] = raised["outer", side]
        columns[f"browDown{side}"] = -(raised["inner", side] + AT_REST) * FULL_RAISE / FULL_FROWN
    return columns


def lid_openings(place: np.ndarray) -> dict[str, np.ndarray]:
    """How far the lids are apart, of the width of the eye: {"Left": (T,), "Right": (T,)}, from places (T, 68, 2) of `face_axes`."""
    lids = {}
    for side, (a, b, c, d, e, f) in (("Right", range(36, 42)), ("Left", range(42, 48))):
        opening = (place[:, f, 1] - place[:, b, 1] + place[:, e, 1] - place[:, c, 1]) / 2
        lids[side] = opening / np.maximum(np.abs(place[:, d, 0] - place[:, a, 0]), 1e-3)
    return lids


def without_pose(height: np.ndarray, nose: np.ndarray, rate_hz: float) -> np.ndarray:
    """A height (T,) without what goes with the head's turning, which the nose (T, 2) shows, and without slow changes."""
    predictors = np.concatenate([nose, nose**2, np.ones((len(nose), 1))], 1)
    rest = height - predictors @ np.linalg.lstsq(predictors, height, rcond=None)[0]
    return rest - gaussian_smooth(rest, BASELINE_S * rate_hz / 2.0)
