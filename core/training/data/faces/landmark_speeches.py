# SPDX-License-Identifier: GPL-3.0-or-later
"""Brows and lids of public speeches, from 68 landmarks a frame; there is no sound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ....capture.landmarks import SHARP_S, STEADY_S, brow_shapes, face_axes, lid_openings
from ....capture.lids import shut
from ....motion.smoothing import gaussian_smooth
from .clip import RATE_HZ, RecordedFace, from_columns


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
    steady = gaussian_smooth(points, STEADY_S * RATE_HZ)
    columns = brow_shapes(face_axes(steady, steady, RATE_HZ), RATE_HZ)
    sharp = face_axes(gaussian_smooth(points, SHARP_S * RATE_HZ), steady, RATE_HZ)
    lids = lid_openings(sharp)
    both = shut((lids["Left"] + lids["Right"]) / 2, RATE_HZ)  # whole pixels: both eyes together say more than each
    columns["eyeBlinkLeft"] = columns["eyeBlinkRight"] = both
    gap = sharp[:, 66, 1] - sharp[:, 62, 1]
    return {name: np.clip(curve, 0.0, 1.0) for name, curve in columns.items()}, gap.astype(np.float32)
