# SPDX-License-Identifier: GPL-3.0-or-later
"""The canonical body: SMPL-X's 55 joints, their names, order and parents."""

from __future__ import annotations

SIDES = ("left", "right")

# fmt: off
JOINT_NAMES = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle", "right_ankle",
    "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head", "left_shoulder",
    "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist", "jaw", "left_eye_smplhf",
    "right_eye_smplhf",
    *(f"{side}_{finger}{segment}" for side in SIDES for finger in ("index", "middle", "pinky", "ring", "thumb")
      for segment in (1, 2, 3)),
)
JOINT_PARENTS = (
    -1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 15, 15, 15, 20, 25, 26, 20, 28, 29, 20,
    31, 32, 20, 34, 35, 20, 37, 38, 21, 40, 41, 21, 43, 44, 21, 46, 47, 21, 49, 50, 21, 52, 53,
)
# fmt: on
JOINT_INDEX = {name: index for index, name in enumerate(JOINT_NAMES)}
FINGERS = ("thumb", "index", "middle", "ring", "pinky")


def other_side(name: str) -> str:
    """The joint at the same place of the other side; a joint of the middle is its own."""
    side, _, part = name.partition("_")
    return f"{SIDES[1 - SIDES.index(side)]}_{part}" if side in SIDES else name


# Groups of joints: tuples are in the skeleton's order, sets are only asked what they hold.
BODY_JOINTS = JOINT_NAMES[:22]  # SMPL-X's body: pelvis to wrists, neck and head among them
FACE_JOINTS = JOINT_NAMES[22:25]  # jaw and eyes
FINGER_JOINTS = JOINT_NAMES[25:]
TORSO_JOINTS = ("pelvis", "spine1", "spine2", "spine3")
HEAD_JOINTS = frozenset(("neck", "head"))
TORSO_AND_LIMB_JOINTS = frozenset(BODY_JOINTS) - HEAD_JOINTS
LEG_JOINTS = frozenset(f"{side}_{joint}" for side in SIDES for joint in ("hip", "knee", "ankle", "foot"))
