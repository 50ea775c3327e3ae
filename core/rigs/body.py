# SPDX-License-Identifier: GPL-3.0-or-later
"""From the canonical body to a character's bones, whatever its rest pose.

The canonical rest pose is a T: arms along ±X, legs down. A character may rest in an A or relaxed. Let G be the canonical
rotation of a joint in space and A the shortest turn that takes the character's resting limb to the canonical one (found
down the limb, so that forearms and hands keep their twist): the bone then stands at H = G A, and its own rotation is what
is left of H after that of the bone above. Torso, feet and head rest alike in both poses: there A is nothing.
"""
from __future__ import annotations

import numpy as np

from ..motion.clip import Clip
from ..motion.joints import JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS
from ..motion.resample import rotations_at
from ..motion.rotations import IDENTITY, inverse, multiply, rotate
from .description import RigDescription
from .spaces import bone_rotation, rest_head, rest_tail

_FACE = frozenset(("jaw", "left_eye_smplhf", "right_eye_smplhf"))
_DOWN = np.array([0.0, -1.0, 0.0])
# Limb joints from the trunk outwards, with the joint that each points to.
_LIMBS = (("shoulder", "elbow"), ("elbow", "wrist"), ("wrist", "middle1")), (("hip", "knee"), ("knee", "ankle"))


def joint_at(clip: Clip, joint: str, times_s: np.ndarray) -> np.ndarray:
    """The rotation of a joint at the given times, float64 (T, 4)."""
    return rotations_at(clip[joint].astype(np.float64), clip.rate_hz, clip.start_s, times_s)


def arc(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The shortest turn from one direction to another, quaternion wxyz (4,)."""
    start, end = start / max(np.linalg.norm(start), 1e-12), end / max(np.linalg.norm(end), 1e-12)
    quaternion = np.append(1.0 + start @ end, np.cross(start, end))
    if quaternion[0] < 1e-9:  # opposite: about any axis across
        across = np.cross(start, np.eye(3)[np.abs(start).argmin()])
        quaternion = np.append(0.0, across / np.linalg.norm(across))
    return quaternion / np.linalg.norm(quaternion)


def rest_turns(description: RigDescription, roles: dict[str, str], axes: np.ndarray) -> dict[str, np.ndarray]:
    """A of the module's head, for the joints of arms, hands and legs: quaternions wxyz (4,), canonical."""
    bones = description.bones
    turns: dict[str, np.ndarray] = {}
    for side, sideways in (("left", np.array([1.0, 0.0, 0.0])), ("right", np.array([-1.0, 0.0, 0.0]))):
        for limb, goal in zip(_LIMBS, (sideways, _DOWN)):
            turn = IDENTITY.astype(np.float64)
            for stem, next_stem in limb:
                joint, further = f"{side}_{stem}", f"{side}_{next_stem}"
                if joint not in roles:
                    continue
                bone = bones[roles[joint]]
                end = rest_head(bones[roles[further]]) if further in roles else rest_tail(bone)
                way = axes.T @ (end - rest_head(bone))
                if stem != "wrist" or further in roles:  # a hand's tail may point anywhere
                    turn = multiply(arc(rotate(turn, way), goal), turn)
                turns[joint] = turn
        wrist = turns.get(f"{side}_wrist", turns.get(f"{side}_elbow"))
        for joint in JOINT_NAMES[25:]:
            if wrist is not None and joint.startswith(side):
                turns[joint] = wrist  # fingers keep the pose that they rest in
    return turns


def body_curves(clip: Clip, times_s: np.ndarray, description: RigDescription, roles: dict[str, str], axes: np.ndarray,
                isolated: frozenset[str] = frozenset()) -> dict[str, np.ndarray]:
    """Rotations of the bones of all driven joints but the face's: {bone: float32 (T, 4)}, as `Controls.rotations`.

    isolated: joints whose bone ignores the rotation of the bones above. A driven joint without a bone gives its turn to
    those below, so that head and hands arrive where they were meant to; without a head bone the neck takes the head's.
    """
    if not len(clip):
        return {}
    bones = description.bones
    driven = clip.driven - _FACE
    in_space: dict[str, np.ndarray] = {}
    carried: set[str] = set()  # joints that turn, themselves or by one above that has no bone
    for index, joint in enumerate(JOINT_NAMES):
        above = in_space[JOINT_NAMES[JOINT_PARENTS[index]]] if JOINT_PARENTS[index] >= 0 else IDENTITY[None]
        in_space[joint] = multiply(above, joint_at(clip, joint, times_s)) if joint in driven else above
        parent = JOINT_NAMES[JOINT_PARENTS[index]] if JOINT_PARENTS[index] >= 0 else ""
        if joint in driven or (parent in carried and parent not in roles):
            carried.add(joint)
    if "head" in driven and "head" not in roles and "neck" in roles:
        in_space["neck"] = in_space["head"]
        carried.add("neck")
    turned = [joint for joint in JOINT_NAMES if joint in carried and joint in roles and joint not in _FACE]
    by_bone = {roles[joint]: joint for joint in turned}
    # an arm that is driven is taken out of its rest pose; one that is not stays in it
    turns = rest_turns(description, roles, axes)
    stand = {joint: multiply(in_space[joint], turns[joint][None]) if joint in turns and joint in driven else in_space[joint]
             for joint in turned}
    curves: dict[str, np.ndarray] = {}
    for joint in sorted(turned, key=JOINT_INDEX.__getitem__):
        bone, name = bones[roles[joint]], bones[roles[joint]].parent
        while name and name not in by_bone:
            name = bones[name].parent if name in bones else ""
        goal = stand[joint]
        if name and joint not in isolated:
            goal = multiply(inverse(stand[by_bone[name]]), goal)
        goal = np.broadcast_to(goal, (len(times_s), 4))
        curves[roles[joint]] = bone_rotation(goal, bone, axes)
    return curves
