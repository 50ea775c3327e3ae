# SPDX-License-Identifier: GPL-3.0-or-later
"""Heels that lift where a leg does not reach the floor flat-footed: the ball of the foot stays, the foot turns about it."""

from __future__ import annotations

import numpy as np

from ..rotations import from_axis_angle, rotate
from ..smoothing import smooth_upper_envelope
from ..vectors import cross, norm, unit

HIGHEST_RAD = np.radians(60.0)  # of a foot on tiptoe; by eye
_HALVINGS = 24
_EARLY_S = 0.1  # a heel begins to lift that long before it has to, so that no knee snaps straight; by eye


def heel_axis(along: np.ndarray) -> np.ndarray:
    """The axis, unit (T, 3), about which a foot turns for its heel to lift. along: from ankle to ball, (T, 3)."""
    return cross([0.0, 1.0, 0.0], unit(along * [1.0, 0.0, 1.0], 1e-9))


def heel_lift(
    hip: np.ndarray, ankle: np.ndarray, ball: np.ndarray, reach: np.ndarray, rate_hz: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How far feet turn about their balls for ankles to come within reach of the hips.

    Args:
        hip: (T, 3) metres.
        ankle: (T, 3), where it should be with the foot flat.
        ball: (T, 3), of the same foot.
        reach: (T,) metres from hip to ankle that the leg takes up.
        rate_hz: frames a second.

    Returns:
        The turns (T, 4) wxyz to put before the foot's, where the ankles are then (T, 3), and what is missing
        nevertheless (T,) metres.
    """
    along = ball - ankle
    axis = heel_axis(along)

    def raised(angle: np.ndarray) -> np.ndarray:
        return ball - rotate(from_axis_angle(axis * angle[:, None]), along)

    def away(angle: np.ndarray) -> np.ndarray:
        return norm(hip - raised(angle)) - reach

    low, high = np.zeros(len(hip)), np.full(len(hip), HIGHEST_RAD)
    needed = away(low) > 0.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        short = away(middle) > 0.0
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    angle = np.where(needed, high, 0.0)
    if needed.any():
        angle = smooth_upper_envelope(angle, max(1, round(_EARLY_S * rate_hz)))
    missing = np.where(needed, np.maximum(away(angle), 0.0), 0.0)
    return from_axis_angle(axis * angle[:, None]), raised(angle), missing
