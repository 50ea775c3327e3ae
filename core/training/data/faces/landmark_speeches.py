# SPDX-License-Identifier: GPL-3.0-or-later
"""Brows and lids of public speeches, from 68 landmarks a frame; there is no sound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ....motion.smoothing import gaussian_smooth
from .clip import RATE_HZ, RecordedFace, from_columns
from .lids import shut

FULL_RAISE = 0.12  # of the distance between the eyes; as in core.training.nonverbal.head
FULL_FROWN = 0.14  # by eye
AT_REST = 0.2  # of a raise: brows so little lower than their mean are at rest; by eye
BASELINE_S = 8.0  # slower changes of the brows' height are pose and tracking


def landmark_speeches(folder: Path) -> Iterator[RecordedFace]:
    """The speeches of address_landmarks; the last is for validation.

    Args:
        folder: the data pack.
    """
    with np.load(folder / "face" / "address_landmarks" / "landmarks68.npz") as data:
        points, lengths, rate_hz = data["points"].astype(np.float64), data["lengths"], float(data["fps"])
    assert rate_hz == RATE_HZ
    ends = np.cumsum(lengths)
    for number, (begin, end) in enumerate(zip(ends - lengths, ends, strict=True)):
        columns, mouth_open = _shapes(points[begin:end])
        values, known = from_columns(columns)
        split = "validation" if number == len(ends) - 1 else "train"
        yield RecordedFace(f"speech_{number:02d}", "address", split, values, known, mouth_open=mouth_open)


def _shapes(points: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Landmarks (T, 68, 2) in pixels -> curves by name, and how far the lips are apart in eye distances."""
    steady = gaussian_smooth(points, 1.2)
    place = _face_axes(steady, steady)
    nose = place[:, 30]
    columns: dict[str, np.ndarray] = {}
    raised = {}
    # the person's right stands on the picture's left: points 17 to 21
    for side, outer, inner in (("Right", slice(17, 20), slice(20, 22)), ("Left", slice(24, 27), slice(22, 24))):
        for part, which in (("outer", outer), ("inner", inner)):
            height = -place[:, which, 1].mean(1)
            raised[part, side] = _without_pose(height, nose) / FULL_RAISE
    inner = (raised["inner", "Left"] + raised["inner", "Right"]) / 2
    columns["browInnerUp"] = inner
    for side in ("Left", "Right"):
        columns[f"browOuterUp{side}"] = raised["outer", side]
        columns[f"browDown{side}"] = -(raised["inner", side] + AT_REST) * FULL_RAISE / FULL_FROWN
    sharp = _face_axes(gaussian_smooth(points, 0.5), steady)
    lids = {}
    for side, (a, b, c, d, e, f) in (("Right", range(36, 42)), ("Left", range(42, 48))):
        opening = (sharp[:, f, 1] - sharp[:, b, 1] + sharp[:, e, 1] - sharp[:, c, 1]) / 2
        lids[side] = opening / np.maximum(np.abs(sharp[:, d, 0] - sharp[:, a, 0]), 1e-3)
    both = shut((lids["Left"] + lids["Right"]) / 2, RATE_HZ)  # whole pixels: both eyes together say more than each
    columns["eyeBlinkLeft"] = columns["eyeBlinkRight"] = both
    gap = sharp[:, 66, 1] - sharp[:, 62, 1]
    return {name: np.clip(curve, 0.0, 1.0) for name, curve in columns.items()}, gap.astype(np.float32)


def _face_axes(points: np.ndarray, steady: np.ndarray) -> np.ndarray:
    """(T, 68, 2) about the middle between the eyes, along and across the line between them, in eye distances."""
    right, left = steady[:, 36:42].mean(1), steady[:, 42:48].mean(1)
    across = left - right
    size = np.linalg.norm(across, axis=1)
    x = across / size[:, None]
    y = np.stack([-x[:, 1], x[:, 0]], 1)
    offset = points - ((left + right) / 2)[:, None]
    scale = gaussian_smooth(size, 12.0)[:, None]
    return np.stack([(offset * x[:, None]).sum(-1) / scale, (offset * y[:, None]).sum(-1) / scale], -1)


def _without_pose(height: np.ndarray, nose: np.ndarray) -> np.ndarray:
    """A brow's height (T,) without what goes with the head's turning and with slow changes."""
    predictors = np.concatenate([nose, nose**2, np.ones((len(nose), 1))], 1)
    rest = height - predictors @ np.linalg.lstsq(predictors, height, rcond=None)[0]
    return rest - gaussian_smooth(rest, BASELINE_S * RATE_HZ / 2.0)
