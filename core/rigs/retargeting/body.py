# SPDX-License-Identifier: GPL-3.0-or-later
"""From the canonical body to a character's bones, whatever its rest pose, proportions and number of bones.

A bone's world rotation is that of its joint in the canonical body, put after the turn from the resting bone to the
canonical rest pose (`rest_pose`); its own rotation is what is left of that after the world rotation of the bone that
carries it (`skeleton_map`). A joint without a bone gives its turn to those below, so that hands and head arrive where
they were meant to. Here "world" is the character's armature in canonical axes, and rotations are relative to rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...motion.clip import Clip
from ...motion.easing import smooth_step
from ...motion.joints import FACE_JOINTS, HEAD_JOINTS, JOINT_NAMES, JOINT_PARENTS, SIDES
from ...motion.resampling import rotations_at
from ...motion.rotations import IDENTITY, from_axis_angle, multiply, slerp
from ..character import Character
from ..spaces import bone_rotation
from .body_translation import body_locations, leg_scale
from .bone_links import Link, SkeletonMap
from .rest_pose import relative_rotation, twist_angle

# Cosines of half the swing of a limb: its turn about itself is trusted less and less from 120 to 163 degrees; by eye.
_UNKNOWN_TWIST, _KNOWN_TWIST = 0.15, 0.5


@dataclass(frozen=True)
class BodyCurves:
    """The curves of a character's body.

    rotations: {bone: float32 (T, 4)}, locations: {bone: float32 (T, 3)}, both as in `Controls`. scale: units of the
    armature that a canonical metre became. moved: the joints whose curves there are.
    """

    rotations: dict[str, np.ndarray]
    locations: dict[str, np.ndarray]
    scale: float
    moved: frozenset[str]


def joint_rotations_at(clip: Clip, joint: str, times_s: np.ndarray) -> np.ndarray:
    """The local rotation of a joint at any times (T,): quaternions wxyz float64 (T, 4)."""
    return rotations_at(clip[joint].astype(np.float64), clip.rate_hz, clip.start_s, times_s)


def joint_world_rotations(clip: Clip, times_s: np.ndarray, driven: frozenset[str]) -> dict[str, np.ndarray]:
    """How every joint of the canonical body is turned in space.

    Args:
        clip: the motion.
        times_s: (T,), seconds of the sound.
        driven: joints that count; others stay as the joint above.

    Returns:
        {joint: quaternions wxyz float64 (T, 4)}, canonical axes.
    """
    found: dict[str, np.ndarray] = {}
    for index, joint in enumerate(JOINT_NAMES):
        parent = JOINT_PARENTS[index]
        above = found[JOINT_NAMES[parent]] if parent >= 0 else np.tile(IDENTITY.astype(np.float64), (len(times_s), 1))
        found[joint] = multiply(above, joint_rotations_at(clip, joint, times_s)) if joint in driven else above
    return found


def bone_world_rotations(joints: Mapping[str, np.ndarray], skeleton: SkeletonMap) -> dict[str, np.ndarray]:
    """How every link's bone has to stand.

    Args:
        joints: of `joint_world_rotations`.
        skeleton: how bones follow joints.

    Returns:
        {bone: quaternions wxyz float64 (T, 4)}, canonical axes, relative to its rest pose.
    """
    twists = _limb_twists(joints, skeleton)
    found = {}
    for name, link in skeleton.links.items():
        low, high = joints[link.low], joints[link.high]
        between = low if link.share == 0.0 else high if link.share == 1.0 else slerp(low, high, link.share)
        rotations = multiply(between, link.rest_turn[None])
        if link.twist and link.joint in twists:
            angle, axis = twists[link.joint]
            rotations = multiply(rotations, from_axis_angle(link.twist * angle[:, None] * axis))
        found[name] = rotations
    return found


def _limb_twists(joints: Mapping[str, np.ndarray], skeleton: SkeletonMap) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Elbow → how far the hand is turned about the forearm, shoulder → the arm about itself: radians (T,), and the axis
    at rest."""
    rest = skeleton.rest
    found = {}
    for side in SIDES:
        collar, shoulder, elbow, wrist = (f"{side}_{joint}" for joint in ("collar", "shoulder", "elbow", "wrist"))
        if side in rest.forearms and {elbow, wrist} <= rest.turns.keys():
            axis = rest.forearms[side]
            forearm, hand = (multiply(joints[joint], rest.turns[joint][None]) for joint in (elbow, wrist))
            found[elbow] = np.unwrap(twist_angle(relative_rotation(forearm, hand), axis)), axis
        if side in rest.upper_arms and shoulder in rest.turns:
            axis = rest.upper_arms[side]
            turn = relative_rotation(joints[collar], multiply(joints[shoulder], rest.turns[shoulder][None]))
            found[shoulder] = _steady_twist(turn, axis), axis
    return found


def _steady_twist(turn: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """How far a limb turns about itself, (T,) radians; less and less where it is swung so far that it cannot be
    told."""
    known = np.hypot(turn[:, 0], turn[:, 1:] @ axis)  # the cosine of half the swing
    return twist_angle(turn, axis) * smooth_step(known, _UNKNOWN_TWIST, _KNOWN_TWIST)


def body_curves(
    clip: Clip, times_s: np.ndarray, character: Character, driven: frozenset[str] | None = None, travelling: bool = True
) -> BodyCurves:
    """Curves of all driven joints but the face's.

    Args:
        clip: the motion.
        times_s: (T,), seconds of the sound at which the curves are wanted.
        character: whose curves; see `Character.driven_by`.
        driven: the joints to write, of those that the clip drives; None: all of them.
        travelling: put the path over the ground on the root bone, if there is one.
    """
    driven = (clip.driven if driven is None else driven & clip.driven).difference(FACE_JOINTS)
    if not len(clip) or not driven:
        return BodyCurves({}, {}, 1.0, frozenset())
    skeleton = character.skeleton
    joints = joint_world_rotations(clip, times_s, driven)
    world = bone_world_rotations(joints, skeleton)
    turning = _turning_joints(driven, skeleton)
    rotations: dict[str, np.ndarray] = {}
    local: dict[str, np.ndarray] = {}  # bone → its own rotation in canonical axes
    for name, link in skeleton.links.items():
        if not (_turns(link, turning) or _twists(link, driven)):
            continue
        carried = bool(link.above) and not link.free
        local[name] = relative_rotation(world[link.above], world[name]) if carried else world[name]
        rotations[name] = bone_rotation(local[name], character.description.bones[name], character.axes)
    locations, scale = {}, leg_scale(character)
    if "pelvis" in driven and skeleton.carrier:
        locations = body_locations(clip, times_s, character, joints["pelvis"], local, scale, travelling)
    moved = frozenset(skeleton.links[name].joint for name in rotations)
    return BodyCurves(rotations, locations, scale, moved)


def _turning_joints(driven: frozenset[str], skeleton: SkeletonMap) -> set[str]:
    """Joints that turn, themselves or by one above that has no bone."""
    have = {link.joint for link in skeleton.links.values()}
    turning = set()
    for index, joint in enumerate(JOINT_NAMES):
        parent = JOINT_NAMES[JOINT_PARENTS[index]] if JOINT_PARENTS[index] >= 0 else ""
        if joint in driven or (parent in turning and parent not in have):
            turning.add(joint)
    if "head" in driven and "head" not in have:
        turning.add("neck")
    return turning


def _turns(link: Link, turning: set[str]) -> bool:
    between = len(link.joints) > 1 and link.joint not in HEAD_JOINTS  # the chest alone does not turn the neck
    return link.joint in turning or between and bool(turning & {*link.joints})


def _twists(link: Link, driven: frozenset[str]) -> bool:
    pair = ("shoulder", "elbow") if link.joint.endswith("shoulder") else ("elbow", "wrist")
    return bool(link.twist) and all(f"{link.side}_{joint}" in driven for joint in pair)
