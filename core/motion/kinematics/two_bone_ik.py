# SPDX-License-Identifier: GPL-3.0-or-later
"""Two bones reach for a goal (leg or arm), analytically: by the law of cosines, bent in the plane in which they were bent.

The given pose is changed as little as it takes: the middle joint bends about its own axis until the distance fits, then the
whole limb turns the short way towards the goal. So knee and elbow keep pointing where they pointed, and twist stays. Near the
straight limb, where the bend has no plane of its own, an axis given by the caller takes over smoothly. Full stretch is
approached but never reached: the reach is softened there, because the angle of the knee over distance is infinitely steep.
"""

from __future__ import annotations

import numpy as np

from ..easing import smooth_step
from ..rotations import from_axis_angle, multiply, perpendicular, rotate, shortest_arc

SOFT = 0.005  # share of the limb's length before full stretch in which reaching is softened
_STRAIGHT = 0.9999  # of the length: no limb is ever straighter than this
_OWN = 0.998  # of the length: a limb that is straighter in the given pose is softened from here on nevertheless
_PLANE_SINE = (0.03, 0.12)  # of the bend: below the first the given axis counts, above the second the limb's own plane


def exact_reach(length: np.ndarray, own: np.ndarray, soft: float = SOFT) -> np.ndarray:
    """The distance (T,) up to which a limb of this length reaches exactly: (1 − soft) of it, or its `own` distance in the given
    pose if that is straighter (a standing leg need not bend for nothing)."""
    return np.clip(own, (1.0 - soft) * length, _OWN * length)


def reach(distance: np.ndarray, length: np.ndarray, own: np.ndarray, soft: float = SOFT) -> np.ndarray:
    """The distance that a limb takes up when it should reach `distance`: itself up to `exact_reach`, then slowly towards full
    stretch. All (T,)."""
    start = exact_reach(length, own, soft)
    rest = _STRAIGHT * length - start
    beyond = np.maximum(distance - start, 0.0)
    return np.where(distance > start, start + rest * -np.expm1(-beyond / rest), distance)


def hinge_axis(upper: np.ndarray, lower: np.ndarray, upper_turn: np.ndarray, fallback: np.ndarray) -> np.ndarray:
    """The axis about which a limb usually bends, in the frame of its upper bone: unit (3,).

    upper, lower: the bones' vectors (T, 3); upper_turn: the upper bone's global rotation (T, 4); fallback (3,): the axis to
    believe as long as the limb hardly bends in the whole clip.
    """
    normal = (
        np.cross(upper, lower)
        / np.maximum(np.linalg.norm(upper, axis=-1) * np.linalg.norm(lower, axis=-1), 1e-12)[:, None]
    )
    strength = np.linalg.norm(normal, axis=-1, keepdims=True)
    inverse = upper_turn * np.array([1.0, -1.0, -1.0, -1.0])
    local = (rotate(inverse, normal) * strength).mean(0)
    mixed = local + 1e-3 * np.asarray(fallback, np.float64)
    return mixed / max(np.linalg.norm(mixed), 1e-12)


def solve(
    start: np.ndarray, middle: np.ndarray, end: np.ndarray, goal: np.ndarray, hinge: np.ndarray, soft: float = SOFT
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turn a limb so that its end comes to the goal.

    start, middle, end: where hip, knee and ankle are, (T, 3); goal: where the ankle should be, (T, 3); hinge: the direction
    about which the limb bends when it is nearly straight, (T, 3). Returns global turns wxyz (T, 4) to put before the global
    rotation of the upper and of the lower bone, and where the end arrives, (T, 3): at the goal unless it is out of reach.
    """
    upper, lower, line = middle - start, end - middle, end - start
    a, b = np.linalg.norm(upper, axis=-1), np.linalg.norm(lower, axis=-1)
    own = np.linalg.norm(line, axis=-1)
    wanted = goal - start
    distance = reach(np.linalg.norm(wanted, axis=-1), a + b, own, soft)
    distance = np.maximum(distance, np.abs(a - b) + 1e-4 * (a + b))
    # the bend's axis: of the limb's plane, of the hinge where there is none
    normal = np.cross(upper, lower)
    sine = np.linalg.norm(normal, axis=-1) / np.maximum(a * b, 1e-12)
    unit = normal / np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-12)
    way = line / np.maximum(own, 1e-12)[:, None]
    hinge = hinge - (hinge * way).sum(-1, keepdims=True) * way
    size = np.linalg.norm(hinge, axis=-1, keepdims=True)
    hinge = np.where(size > 1e-6, hinge / np.maximum(size, 1e-12), perpendicular(way))
    trust = smooth_step(sine, *_PLANE_SINE)[:, None]
    axis = trust * unit + (1.0 - trust) * hinge
    size = np.linalg.norm(axis, axis=-1, keepdims=True)
    axis = np.where(size > 0.05, axis / np.maximum(size, 1e-12), hinge)
    # upper · (lower turned by phi about the axis) = along + size cos(phi + now): angles about that axis now and wanted
    along = (upper * axis).sum(-1) * (lower * axis).sum(-1)
    cosine, sine = (upper * lower).sum(-1) - along, (normal * axis).sum(-1)
    now = np.arctan2(sine, cosine)
    product = (distance**2 - a**2 - b**2) / 2.0
    then = np.arccos(np.clip((product - along) / np.maximum(np.hypot(cosine, sine), 1e-12), -1.0, 1.0))
    bend = from_axis_angle(axis * (then - now)[:, None])
    bent = upper + rotate(bend, lower)
    swing = shortest_arc(bent, wanted)
    return swing, multiply(swing, bend), start + rotate(swing, bent)
