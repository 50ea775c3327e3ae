# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes of cheeks, nose and brows as displacement fields (N, 3) in head space, metres. All sizes were set by eye.

Those of one side are written for the left.
"""

from __future__ import annotations

import numpy as np

from ...motion.easing import smooth_step
from .eye_shapes import lid_squint
from .face_points import MM, FacePoints, blob, folded, moved


def cheek_puff(face: FacePoints) -> np.ndarray:
    """Both cheeks blown up."""
    points = face.points
    outer = ~face.on_lips
    cheek = blob(folded(points), (0.046, -0.078, -0.062), (0.021, 0.034, 0.026)) * outer
    above = blob(points, (0, -0.104, -0.050), (0.020, 0.02, 0.007))
    below = blob(points, (0, -0.104, -0.090), (0.022, 0.02, 0.008))
    sign = np.sign(points[:, 0]) * smooth_step(np.abs(points[:, 0]), 0.004, 0.03)
    return (
        moved(cheek, 10.5 * MM * sign, -7.0 * MM, 0.0)
        + moved((above + below) * outer, 0, -2.2 * MM, 0)
        + moved(face.near(0.008), -0.05 * points[:, 0], -1.0 * MM, 0)
    )


def brow_inner_up(face: FacePoints) -> np.ndarray:
    """Both inner brows up, as in worry."""
    x = face.points[:, 0]
    inner = blob(folded(face.points), (0.014, -0.090, 0.050), (0.021, 0.04, 0.022))
    crease = blob(face.points, (0, -0.090, 0.072), (0.040, 0.04, 0.010))
    together = -0.6 * MM * np.sign(x) * smooth_step(np.abs(x), 0, 0.01)
    return moved(inner, together, -0.6 * MM, 11.5 * MM) + moved(crease, 0, -1.0 * MM, 1.5 * MM)


def brow_down(face: FacePoints) -> np.ndarray:
    """The brow down and inward, as in anger."""
    brow = blob(face.points, (0.030, -0.086, 0.047), (0.026, 0.04, 0.017))
    inner = blob(face.points, (0.010, -0.092, 0.044), (0.013, 0.04, 0.015))
    return moved(brow, -2.2 * MM, -1.6 * MM, -7.2 * MM) + moved(inner * face.left_half, -2.0 * MM, -1.2 * MM, -4.8 * MM)


def brow_outer_up(face: FacePoints) -> np.ndarray:
    """The outer end of the brow up."""
    return moved(blob(face.points, (0.058, -0.072, 0.050), (0.025, 0.04, 0.022)), 0.4 * MM, 1.2 * MM, 11.0 * MM)


def cheek_squint(face: FacePoints) -> np.ndarray:
    """The cheek up; it pushes the lower lid."""
    cheek = blob(face.points, (0.046, -0.085, -0.032), (0.022, 0.04, 0.015))
    return moved(cheek, 1.0 * MM, -2.6 * MM, 5.6 * MM) + lid_squint(face)


def nose_sneer(face: FacePoints) -> np.ndarray:
    """The nose's wing up; lip and brow follow."""
    points = face.points
    wing = blob(points, (0.014, -0.108, -0.026), (0.010, 0.02, 0.012))
    side = blob(points, (0.013, -0.100, 0.004), (0.008, 0.02, 0.014))
    lip = blob(points, (0.016, -0.100, -0.050), (0.014, 0.03, 0.014)) * np.clip(face.side, 0, 1)
    brow = blob(points, (0.012, -0.090, 0.040), (0.012, 0.04, 0.012))
    return (
        moved(wing, 1.2 * MM, -0.6 * MM, 4.4 * MM)
        + moved(side, 0, -1.4 * MM, 1.8 * MM)
        + moved(lip, 0.3 * MM, -0.4 * MM, 3.2 * MM)
        + moved(brow * face.left_half, -1.0 * MM, -0.6 * MM, -2.8 * MM)
    )


WHOLE = {"cheekPuff": cheek_puff, "browInnerUp": brow_inner_up}
ONE_SIDE = {"browDown": brow_down, "browOuterUp": brow_outer_up, "cheekSquint": cheek_squint, "noseSneer": nose_sneer}
