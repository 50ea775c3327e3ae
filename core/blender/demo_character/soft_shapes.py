# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes of cheeks, nose and brows as displacement fields (N, 3) in head space, metres. All sizes were set by eye.

Those of one side are written for the left.
"""

from __future__ import annotations

import numpy as np

from ...motion.easing import smooth_step
from .eye_shapes import lid_squint, upper_lid_pressed
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
    """Both inner brows up, as in worry; the outer ends sink a little, so that the brows slant."""
    x = face.points[:, 0]
    inner = blob(folded(face.points), (0.013, -0.090, 0.048), (0.022, 0.04, 0.024))
    outer = blob(folded(face.points), (0.066, -0.070, 0.044), (0.018, 0.04, 0.018))
    crease = blob(face.points, (0, -0.090, 0.072), (0.040, 0.04, 0.010))
    together = -1.6 * MM * np.sign(x) * smooth_step(np.abs(x), 0, 0.01)
    return (
        moved(inner, together, -0.8 * MM, 15.0 * MM)
        + moved(outer, 0, 0, -2.5 * MM)
        + moved(crease, 0, -1.6 * MM, 2.0 * MM)
    )


def brow_down(face: FacePoints) -> np.ndarray:
    """The brow down and inward, as in anger: its inner end comes to the eye, the skin between the brows bunches."""
    brow = blob(face.points, (0.034, -0.086, 0.045), (0.026, 0.04, 0.020))
    inner = blob(face.points, (0.013, -0.092, 0.043), (0.016, 0.04, 0.018))
    fold = blob(face.points, (0.0065, -0.098, 0.036), (0.005, 0.03, 0.014)) * face.left_half
    return (
        moved(brow, -3.0 * MM, -2.6 * MM, -9.5 * MM)
        + moved(inner * face.left_half, -3.6 * MM, -2.4 * MM, -10.5 * MM)
        + moved(fold, 0, -2.0 * MM, 0)
        + 0.45 * upper_lid_pressed(face)
    )


def brow_outer_up(face: FacePoints) -> np.ndarray:
    """The outer end of the brow up."""
    return moved(blob(face.points, (0.056, -0.072, 0.048), (0.027, 0.04, 0.024)), 0.4 * MM, 1.2 * MM, 13.5 * MM)


def cheek_squint(face: FacePoints) -> np.ndarray:
    """The cheek up and out; it pushes the lower lid over the eye."""
    cheek = blob(face.points, (0.046, -0.085, -0.031), (0.024, 0.04, 0.017))
    bag = blob(face.points, (0.043, -0.095, -0.021), (0.022, 0.03, 0.007))
    return moved(cheek, 1.6 * MM, -4.2 * MM, 8.0 * MM) + moved(bag, 0, -1.6 * MM, 0) + lid_squint(face)


def nose_sneer(face: FacePoints) -> np.ndarray:
    """The nose's wing up; its side wrinkles, lip and brow follow."""
    points = face.points
    wing = blob(points, (0.014, -0.108, -0.026), (0.011, 0.02, 0.013))
    side = blob(points, (0.013, -0.100, 0.004), (0.009, 0.02, 0.015))
    wrinkles = np.cos((points[:, 2] - 0.006) * (2.0 * np.pi / 0.011)) * blob(
        points, (0.012, -0.103, 0.010), (0.009, 0.02, 0.015)
    )
    fold = blob(points, (0.030, -0.090, -0.036), (0.010, 0.03, 0.014))  # from the wing to the corner of the mouth
    lip = blob(points, (0.016, -0.100, -0.050), (0.015, 0.03, 0.015)) * np.clip(face.side, 0, 1)
    brow = blob(points, (0.012, -0.090, 0.040), (0.014, 0.04, 0.014))
    return (
        moved(wing, 2.2 * MM, -1.2 * MM, 7.0 * MM)
        + moved(side, 0, -2.2 * MM, 2.8 * MM)
        + moved(wrinkles * face.left_half, 0, -1.1 * MM, 0)
        + moved(fold, 0.8 * MM, -2.4 * MM, 3.0 * MM)
        + moved(lip, 0.4 * MM, -0.6 * MM, 5.0 * MM)
        + moved(brow * face.left_half, -1.4 * MM, -1.4 * MM, -5.0 * MM)
    )


WHOLE = {"cheekPuff": cheek_puff, "browInnerUp": brow_inner_up}
ONE_SIDE = {"browDown": brow_down, "browOuterUp": brow_outer_up, "cheekSquint": cheek_squint, "noseSneer": nose_sneer}
