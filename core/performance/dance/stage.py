# SPDX-License-Identifier: GPL-3.0-or-later
"""Where on the stage it is danced: facing the front on the whole, within a radius."""

from __future__ import annotations

import numpy as np

from ...models.bailando.dancer_frames import about_vertical
from ...motion import rotations as rot
from ...motion.smoothing import gaussian_smooth

# By eye.
_ASIDE_RAD = np.radians(40.0)  # a dancer may face so far aside for long
_BACK_RAD_S = np.radians(28.0)  # so fast he comes round to the front; the feet turn with their steps
_FACING_S = 0.6  # over which facing is averaged


def steered(turning: np.ndarray, rate_hz: float, share: np.ndarray) -> np.ndarray:
    """The heading over time, which comes back to the front wherever it has turned away from it; whole turns stay.

    Args:
        turning: (T,) rad/s, as danced.
        rate_hz: frames a second.
        share: (T,) 0..1, how far it is danced at all.

    Returns:
        (T,) radians, from 0 on.
    """
    own = np.concatenate(([0.0], np.cumsum((turning * share)[:-1]) / rate_hz))
    facing = gaussian_smooth(np.stack((np.sin(own), np.cos(own)), 1), _FACING_S * rate_hz)
    angles = np.arctan2(facing[:, 0], facing[:, 1])
    back, step = np.zeros(len(own)), _BACK_RAD_S / rate_hz
    now = 0.0
    for frame, angle in enumerate(angles.tolist()):
        aside = (angle + now + np.pi) % (2.0 * np.pi) - np.pi
        beyond = abs(aside) - _ASIDE_RAD
        if beyond > 0.0:
            now -= np.copysign(min(step * min(beyond / _ASIDE_RAD, 1.0), beyond), aside) * share[frame]
        back[frame] = now
    return own + gaussian_smooth(back, 0.3 * rate_hz)


def travelled(
    velocity: np.ndarray, heading: np.ndarray, rate_hz: float, share: np.ndarray, radius_m: float
) -> np.ndarray:
    """The root's way over the stage, pulled back the more the nearer it comes to the edge.

    Args:
        velocity: (T, 2) m/s along the heading's x and z.
        heading: (T,) radians.
        rate_hz: frames a second.
        share: (T,) 0..1, how far it is danced.
        radius_m: it does not go farther than this from where it begins.

    Returns:
        (T, 2) metres, x and z.
    """
    sine, cosine = np.sin(heading), np.cos(heading)
    step = np.stack(
        (cosine * velocity[:, 0] + sine * velocity[:, 1], cosine * velocity[:, 1] - sine * velocity[:, 0]), 1
    )
    step *= share[:, None] / rate_hz
    result = np.zeros_like(step)
    place = np.zeros(2)
    for frame in range(1, len(step)):
        move = step[frame - 1]
        away = float(np.sqrt(place @ place))
        outward = float(place @ move) / away if away > 1e-6 else 0.0
        if outward > 0.0 and radius_m > 1e-6:  # the nearer the edge, the shorter the steps towards it
            move = move - place / away * outward * min((away / radius_m) ** 2, 1.0)
        elif radius_m <= 1e-6:
            move = 0.0 * move
        place = place + move
        away = float(np.sqrt(place @ place))
        if away > radius_m > 0.0:
            place = place * (radius_m / away)
        result[frame] = place
    return result


def headed(pelvis: np.ndarray, heading: np.ndarray) -> np.ndarray:
    """Pelvis rotations (T, 4) against the heading (T,) → in the world."""
    return rot.multiply(about_vertical(heading), pelvis)
