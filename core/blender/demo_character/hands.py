# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands: a palm and five fingers of three joints each, one implicit form meshed by surface nets."""

from __future__ import annotations

import numpy as np

from . import skeleton as k
from .meshing import surface_net
from .surfaces import capsule, ellipsoid, join


def hand_distance(points: np.ndarray) -> np.ndarray:
    """Signed distance (N,), metres, from the left hand in its own frame.

    Points (N, 3): x from the wrist to the fingertips, y towards the thumb, z to the back of the hand, metres.
    """
    d = ellipsoid(points, (0.040, 0.002, -0.001), (0.040, 0.0335, 0.0150))
    d = join(d, capsule(points, (-0.030, 0.0, 0.0), (0.020, 0.0, 0.0), 0.0200, 0.0190), 0.022)
    for name, radii in k.FINGER_RADII.items():
        joints = k.FINGERS[name]
        finger = capsule(points, joints[0], joints[1], radii[0], radii[1])
        finger = join(finger, capsule(points, joints[1], joints[2], radii[1], radii[2]), 0.004)
        finger = join(finger, capsule(points, joints[2], joints[3], radii[2], radii[3]), 0.004)
        d = join(d, finger, 0.011 if name != "Thumb" else 0.014)
    return d


def build_hand() -> tuple[np.ndarray, np.ndarray]:
    """(vertices (N, 3) in the hand's own frame, metres; quads (M, 4))."""
    return surface_net(hand_distance, (-0.026, -0.052, -0.050), (0.165, 0.075, 0.030), 0.0040)
