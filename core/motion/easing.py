# SPDX-License-Identifier: GPL-3.0-or-later
"""Easing: how a movement from one value to another begins and ends."""

from __future__ import annotations

import numpy as np


def minimum_jerk(x: np.ndarray) -> np.ndarray:
    """0 to 1 as x goes from 0 to 1, with no speed and no acceleration at either end (Flash and Hogan 1985).

    Args:
        x: (...) share of the movement's duration; clipped to 0..1.

    Returns:
        (...) share of the way.
    """
    x = np.clip(x, 0.0, 1.0)
    return x * x * x * (x * (6.0 * x - 15.0) + 10.0)


def smooth_step(x: np.ndarray, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """0 up to `low`, 1 from `high` on, by the cubic 3u² − 2u³ between: no slope at either end.

    Args:
        x: (...) in any unit, that of low and high.

    Returns:
        (...) 0..1.
    """
    u = np.clip((x - low) / (high - low), 0.0, 1.0)
    return u * u * (3.0 - 2.0 * u)


def cubic_hermite(
    u: np.ndarray, start: np.ndarray, end: np.ndarray, start_slope: np.ndarray, end_slope: np.ndarray
) -> np.ndarray:
    """The cubic with given values and slopes at both ends.

    Args:
        u: (...) 0..1, the place between the ends.
        start: value at 0, broadcasting against u like all others.
        end: value at 1.
        start_slope: per unit of u, that is, over the whole segment.
        end_slope: the same at 1.

    Returns:
        The values at u.
    """
    return (
        (1 + 2 * u) * (1 - u) ** 2 * start
        + u * u * (3 - 2 * u) * end
        + u * (1 - u) ** 2 * start_slope
        - u * u * (1 - u) * end_slope
    )
