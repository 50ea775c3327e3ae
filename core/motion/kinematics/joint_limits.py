# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast people accelerate their joints, and how far they turn them, as recorded.

Measured on the training motion at 30 frames a second by `python -m core.evaluation motion_limits`.
"""

from __future__ import annotations

import numpy as np

from ..joints import JOINT_NAMES
from ..rotations import to_axis_angle
from ..vectors import norm

PERCENTILE = 99.5
GROUPS = ("pelvis", "spine", "neck", "collar", "shoulder", "elbow", "wrist", "finger", "hip", "knee", "ankle", "foot")
# Local angular acceleration, rad/s²: 99.5 percent of recorded frames are below.
ACCELERATION_RAD_S2 = {
    "pelvis": 25.9,
    "spine": 25.9,
    "neck": 42.1,
    "collar": 22.7,
    "shoulder": 86.9,
    "elbow": 97.9,
    "wrist": 122.0,
    "finger": 74.1,
    "hip": 62.9,
    "knee": 91.2,
    "ankle": 62.0,
    "foot": 301.4,
}
ROOT_ACCELERATION_M_S2 = 3.5
# Local rotation vectors, degrees about the character's left, up and forward axes (of left joints; right ones mirror
# them). A pelvis may face anywhere.
RANGES_DEG = {
    "hip": ((-33, 20), (-27, 75), (-16, 16)),
    "knee": ((-17, 63), (-39, 40), (-5, 15)),
    "ankle": ((-27, 19), (-45, 40), (-21, 8)),
    "foot": ((-51, 35), (-21, 23), (-14, 20)),
    "spine1": ((-7, 15), (-7, 8), (-9, 7)),
    "spine2": ((-3, 19), (-9, 11), (-7, 14)),
    "spine3": ((-15, 5), (-7, 9), (-9, 10)),
    "neck": ((-26, 40), (-44, 40), (-16, 17)),
    "head": ((-22, 55), (-43, 39), (-24, 27)),
    "collar": ((-19, 15), (-42, 17), (-19, 36)),
    "shoulder": ((-74, 68), (-102, 32), (-93, 23)),
    "elbow": ((-53, 48), (-135, 4), (-72, 55)),
    "wrist": ((-108, 147), (-51, 24), (-57, 60)),
    "index1": ((-10, 25), (-15, 61), (-81, 56)),
    "index2": ((-24, 11), (-13, 4), (-129, 20)),
    "index3": ((-29, 0), (-2, 16), (-78, 20)),
    "middle1": ((-7, 4), (-13, 24), (-78, 41)),
    "middle2": ((-21, 1), (-7, 7), (-125, 12)),
    "middle3": ((-35, 2), (-4, 11), (-77, 13)),
    "pinky1": ((-28, 4), (-30, 17), (-92, 35)),
    "pinky2": ((-29, 2), (-15, 3), (-112, 6)),
    "pinky3": ((-30, 4), (-4, 6), (-80, 11)),
    "ring1": ((-12, 4), (-17, 28), (-82, 37)),
    "ring2": ((-22, 1), (-24, -1), (-119, 14)),
    "ring3": ((-24, 3), (-13, 10), (-81, 15)),
    "thumb1": ((-44, 50), (-86, 49), (-40, 54)),
    "thumb2": ((-11, 15), (-25, 42), (-18, 51)),
    "thumb3": ((-20, 14), (-84, 69), (-14, 26)),
}
_BEYOND_DEG = 25.0  # further than this outside of what was recorded is called out of range; by eye


def group_of(joint: str) -> str:
    """The group of a canonical joint; fingers for whatever is not of the body."""
    stem = joint.removeprefix("left_").removeprefix("right_")
    if stem.startswith("spine"):
        return "spine"
    if stem == "head":
        return "neck"
    return stem if stem in GROUPS else "finger"


def acceleration_limit(joint: str) -> float:
    """rad/s² that this joint's own rotation hardly ever exceeds."""
    return ACCELERATION_RAD_S2[group_of(joint)]


def out_of_range_deg(joint: str, quaternions: np.ndarray) -> np.ndarray:
    """How far rotations of a joint are outside of what people were seen to do.

    Args:
        joint: a canonical name; of others nothing is known.
        quaternions: (..., 4) local, wxyz.

    Returns:
        float64 (...) degrees, 0 inside.
    """
    stem = joint.removeprefix("left_").removeprefix("right_")
    if joint not in JOINT_NAMES or stem not in RANGES_DEG:
        return np.zeros(np.shape(quaternions)[:-1])
    vector = np.degrees(to_axis_angle(np.asarray(quaternions, np.float64)))
    if joint.startswith("right_"):
        vector = vector * (1.0, -1.0, -1.0)
    low, high = np.array(RANGES_DEG[stem], np.float64).T
    outside = np.maximum(np.maximum(low - vector, vector - high), 0.0)
    return np.maximum(norm(outside) - _BEYOND_DEG, 0.0)
