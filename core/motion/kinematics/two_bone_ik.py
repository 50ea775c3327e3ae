# SPDX-License-Identifier: GPL-3.0-or-later
"""Two-bone IK (legs and arms), analytic: by the law of cosines, bent in the plane in which the limb is bent.

The given pose is changed as little as it takes: the middle joint bends about its own axis until the distance fits, then
the whole limb turns the short way towards the target. So knee and elbow keep pointing where they pointed, and twist
stays. Near the straight limb, where the bend has no plane of its own, an axis given by the caller takes over smoothly.
Full stretch is approached but never reached ("soft IK"): the angle of the knee over distance is infinitely steep there.
"""

from __future__ import annotations

import numpy as np

from ..easing import smooth_step
from ..rotations import from_axis_angle, inverse, multiply, perpendicular, rotate, shortest_arc
from ..vectors import cross, norm, unit

# By eye, so that no knee pops; shares of the limb's length.
SOFT = 0.005  # before full stretch in which reaching is softened
_LONGEST = 0.9999  # no limb is ever straighter than this
_SOFT_LATEST = 0.998  # a limb that is straighter in the given pose is softened from here on nevertheless
_PLANE_SINE = (0.03, 0.12)  # of the bend: below the first the given axis counts, above the second the limb's own plane


def exact_reach(length: np.ndarray, own: np.ndarray, soft: float = SOFT) -> np.ndarray:
    """The distance up to which a limb reaches exactly.

    Args:
        length: (T,) of both bones, metres.
        own: (T,) metres from end to end in the given pose: a standing leg need not bend for nothing.
        soft: share of the length.

    Returns:
        (T,) metres: (1 − soft) of the length, or the own distance if that is straighter.
    """
    return np.clip(own, (1.0 - soft) * length, _SOFT_LATEST * length)


def soft_reach(distance: np.ndarray, length: np.ndarray, own: np.ndarray, soft: float = SOFT) -> np.ndarray:
    """The distance that a limb takes up when it should reach farther and farther.

    Args:
        distance: (T,) metres that it should reach.
        length, own, soft: as in `exact_reach`.

    Returns:
        (T,) metres: itself up to `exact_reach`, then slowly towards full stretch.
    """
    start = exact_reach(length, own, soft)
    rest = _LONGEST * length - start
    beyond = np.maximum(distance - start, 0.0)
    return np.where(distance > start, start + rest * -np.expm1(-beyond / rest), distance)


def hinge_axis(upper: np.ndarray, lower: np.ndarray, upper_rotation: np.ndarray, fallback: np.ndarray) -> np.ndarray:
    """The axis about which a limb usually bends, in the frame of its upper bone.

    Args:
        upper: (T, 3), the upper bone as a vector.
        lower: (T, 3), the lower one.
        upper_rotation: (T, 4) wxyz, the upper bone's world rotation.
        fallback: (3,), the axis to believe as long as the limb hardly bends in the whole clip.

    Returns:
        (3,), unit.
    """
    lengths = norm(upper) * norm(lower)
    normal = cross(upper, lower) / np.maximum(lengths, 1e-12)[:, None]
    sine = norm(normal)[..., None]
    local = (rotate(inverse(upper_rotation), normal) * sine).mean(0)
    mixed = local + 1e-3 * np.asarray(fallback, np.float64)
    return mixed / max(np.linalg.norm(mixed), 1e-12)


def solve(
    start: np.ndarray, middle: np.ndarray, end: np.ndarray, target: np.ndarray, hinge: np.ndarray, soft: float = SOFT
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turn a limb so that its end comes to the target.

    Args:
        start: (T, 3), where the hip (the shoulder) is.
        middle: (T, 3), where the knee (the elbow) is.
        end: (T, 3), where the ankle (the wrist) is.
        target: (T, 3), where the end should be.
        hinge: (T, 3), the direction about which the limb bends when it is nearly straight.
        soft: as in `exact_reach`.

    Returns:
        World rotations wxyz (T, 4) to put before those of the upper and of the lower bone, and where the end arrives,
        (T, 3): at the target unless it is out of reach.
    """
    upper, lower, line = middle - start, end - middle, end - start
    a, b = norm(upper), norm(lower)
    own = norm(line)
    wanted = target - start
    distance = soft_reach(norm(wanted), a + b, own, soft)
    distance = np.maximum(distance, np.abs(a - b) + 1e-4 * (a + b))
    axis = _bend_axis(upper, lower, line / np.maximum(own, 1e-12)[:, None], hinge)
    # upper · (lower turned by phi about the axis) = along + size cos(phi + now): angles about that axis now and wanted
    along = (upper * axis).sum(-1) * (lower * axis).sum(-1)
    cosine, sine = (upper * lower).sum(-1) - along, (cross(upper, lower) * axis).sum(-1)
    now = np.arctan2(sine, cosine)
    product = (distance**2 - a**2 - b**2) / 2.0
    then = np.arccos(np.clip((product - along) / np.maximum(np.hypot(cosine, sine), 1e-12), -1.0, 1.0))
    bend = from_axis_angle(axis * (then - now)[:, None])
    bent = upper + rotate(bend, lower)
    swing = shortest_arc(bent, wanted)
    return swing, multiply(swing, bend), start + rotate(swing, bent)


def _bend_axis(upper: np.ndarray, lower: np.ndarray, direction: np.ndarray, hinge: np.ndarray) -> np.ndarray:
    """The axis of the limb's plane, of the hinge where there is none: unit (T, 3). direction: from start to end,
    unit."""
    normal = cross(upper, lower)
    sine = norm(normal) / np.maximum(norm(upper) * norm(lower), 1e-12)
    own = unit(normal)
    hinge = hinge - (hinge * direction).sum(-1, keepdims=True) * direction
    size = norm(hinge)[..., None]
    hinge = np.where(size > 1e-6, hinge / np.maximum(size, 1e-12), perpendicular(direction))
    trust = smooth_step(sine, *_PLANE_SINE)[:, None]
    axis = trust * own + (1.0 - trust) * hinge
    size = norm(axis)[..., None]
    return np.where(size > 0.05, axis / np.maximum(size, 1e-12), hinge)
