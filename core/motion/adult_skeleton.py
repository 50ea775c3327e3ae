# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the 55 canonical joints of an average adult rest, as plain numbers. (`skeleton.average_adult` has the skeleton
in PyTorch.)"""

from __future__ import annotations

import numpy as np

from .joints import JOINT_INDEX, JOINT_NAMES

# Rest pose of an average adult (1.70 m) in canonical space, metres: T-pose, feet on the floor at y = 0. Our own round
# figures.
_CENTRE = {
    "pelvis": (0.0, 0.93, 0.0),
    "spine1": (0.0, 1.04, -0.01),
    "spine2": (0.0, 1.16, 0.0),
    "spine3": (0.0, 1.22, 0.01),
    "neck": (0.0, 1.42, -0.02),
    "head": (0.0, 1.51, 0.01),
    "jaw": (0.0, 1.50, 0.03),
}
_LEFT = {
    "hip": (0.06, 0.85, 0.0),
    "knee": (0.10, 0.47, 0.0),
    "ankle": (0.09, 0.08, -0.03),
    "foot": (0.11, 0.02, 0.09),
    "collar": (0.08, 1.36, -0.01),
    "shoulder": (0.17, 1.38, -0.02),
    "elbow": (0.43, 1.37, -0.03),
    "wrist": (0.68, 1.37, -0.03),
    "eye_smplhf": (0.03, 1.57, 0.08),
    "index1": (0.78, 1.37, 0.0),
    "index2": (0.81, 1.37, 0.005),
    "index3": (0.835, 1.37, 0.005),
    "middle1": (0.785, 1.375, -0.025),
    "middle2": (0.815, 1.375, -0.025),
    "middle3": (0.84, 1.375, -0.025),
    "pinky1": (0.765, 1.365, -0.07),
    "pinky2": (0.785, 1.365, -0.075),
    "pinky3": (0.80, 1.365, -0.08),
    "ring1": (0.775, 1.37, -0.05),
    "ring2": (0.805, 1.37, -0.05),
    "ring3": (0.83, 1.37, -0.055),
    "thumb1": (0.71, 1.355, 0.02),
    "thumb2": (0.735, 1.345, 0.045),
    "thumb3": (0.76, 1.34, 0.06),
}


def _rest_position(name: str) -> tuple[float, float, float]:
    if name in _CENTRE:
        return _CENTRE[name]
    side, _, part = name.partition("_")
    x, y, z = _LEFT[part]
    return (x if side == "left" else -x), y, z


ADULT_REST_M = np.array([_rest_position(name) for name in JOINT_NAMES])  # float64 (55, 3), canonical space
ADULT_REST_M.flags.writeable = False


def adult_position(joint: str) -> np.ndarray:
    """float64 (3,): where a canonical joint rests, metres."""
    return ADULT_REST_M[JOINT_INDEX[joint]]
