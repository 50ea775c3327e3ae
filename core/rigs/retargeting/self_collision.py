# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands and forearms stay out of torso, head and thighs, as far as they did on the body whose motion it is.

A body is a handful of capsules whose sizes follow from where its bones are (shoulders, hips, knees, head). The same
capsules stand around the canonical body. Where a hand is deeper inside the character than it was inside the canonical
body in the same frame, it is pushed out the way the canonical hand lay, and the arm follows by two-bone reaching; hands
that touch on purpose still touch. The push is smooth in time and bounded.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from ...motion.adult_skeleton import adult_position
from ...motion.clip import Clip
from ...motion.joints import HEAD_JOINTS, JOINT_NAMES, JOINT_PARENTS, SIDES, TORSO_JOINTS
from ...motion.kinematics import two_bone_ik
from ...motion.resampling import curves_at
from ...motion.rotations import IDENTITY, rotate
from ...motion.smoothing import gaussian_smooth, smooth_upper_envelope
from ...motion.vectors import norm
from ..character import Character
from ..description import Bone, RigDescription
from ..detection.mapping import CharacterMapping
from ..spaces import rest_head
from .body import BodyCurves, joint_rotations_at
from .body_shape import HAND_POINTS, BodyShape, body_shape, carried_point, distances, hand_points
from .bone_links import SkeletonMap
from .pose import Pose, pose_of, turn_bones, turn_from_rest

# By eye.
_MOST_M = 0.15  # a hand is pushed by no more than this
_REACH_S = 0.12  # a push begins that long before it is needed and ends as long after
_ROUNDS = 3
_ENOUGH_M = 2e-3  # what is not deeper than this is left alone
# The joints whose turns say where capsules and points are.
_POSING_JOINTS = frozenset(
    (
        *TORSO_JOINTS,
        *HEAD_JOINTS,
        *(f"{side}_{joint}" for side in SIDES for joint in ("hip", "knee", "collar", "shoulder", "elbow", "wrist")),
    )
)


@lru_cache(maxsize=1)
def canonical_body() -> tuple[Character, BodyShape]:
    """The canonical body as a character whose bones are its joints, and its capsules."""
    bones = {}
    for index, joint in enumerate(JOINT_NAMES):
        rest = np.eye(4)
        rest[:3, 3] = adult_position(joint)
        bones[joint] = Bone(joint, JOINT_NAMES[JOINT_PARENTS[index]] if JOINT_PARENTS[index] >= 0 else "", rest, 0.05)
    joints = {joint: joint for joint in JOINT_NAMES}
    character = Character.of(RigDescription("canonical", (), bones), CharacterMapping("canonical", bones=joints))
    return character, body_shape(character, 1.0)


def _canonical_pose(clip: Clip, times_s: np.ndarray) -> tuple[Pose, BodyShape]:
    """The canonical body in the motion at any times (T,)."""
    character, shape = canonical_body()
    rotations = {joint: joint_rotations_at(clip, joint, times_s) for joint in clip.driven & _POSING_JOINTS}
    root = curves_at(clip.root_translation_m.astype(np.float64), clip.rate_hz, clip.start_s, times_s)
    return Pose(character.description, rotations, {"pelvis": root}), shape


def resolve_self_collisions(curves: BodyCurves, character: Character, clip: Clip, times_s: np.ndarray) -> BodyCurves:
    """Curves in which hands and forearms are nowhere deeper in the body than on the canonical one.

    Only the bones of shoulders, elbows and wrists change; hands keep their turn in space. Arms that are not driven
    stay.

    Args:
        curves: of the whole body, made from `clip`.
        character: whose curves they are.
        clip: the motion; `driven` says which arms may change.
        times_s: (T,), seconds of the sound, of the curves' frames.
    """
    if not len(times_s) or not len(clip):
        return curves
    shape = body_shape(character, curves.scale)
    driven = {
        side: arm
        for side, arm in shape.arms.items()
        if {arm["shoulder"], arm["elbow"], arm["wrist"]} <= set(curves.rotations)
        and {f"{side}_shoulder", f"{side}_elbow"} <= clip.driven
    }
    if not driven or not shape.capsules:
        return curves
    source_pose, source = _canonical_pose(clip, times_s)
    columns = [[one.name for one in source.capsules].index(capsule.name) for capsule in shape.capsules]
    rate_hz = (len(times_s) - 1) / max(times_s[-1] - times_s[0], 1e-6) if len(times_s) > 1 else clip.rate_hz
    result = dict(curves.rotations)
    for side in driven:
        allowed, ways = distances(source_pose, source, hand_points(source_pose, source, side, len(times_s)))
        allowed, ways = np.minimum(allowed[..., columns], 0.0), ways[..., columns, :]
        result.update(_without_collisions(curves, character, shape, side, allowed, ways, rate_hz))
    return replace(curves, rotations=result)


def _without_collisions(
    curves: BodyCurves,
    character: Character,
    shape: BodyShape,
    side: str,
    allowed: np.ndarray,
    ways: np.ndarray,
    rate_hz: float,
) -> dict[str, np.ndarray]:
    """New rotations of one arm's bones; none if its hand is nowhere too deep.

    allowed: (T, points, capsules), canonical metres, the distances that are not too deep. ways: (T, points, capsules,
    3), the way out.
    """
    frames = len(allowed)
    pose = pose_of(character, curves.rotations, curves.locations)
    push, moved = np.zeros((frames, 3)), pose
    turned: dict[str, np.ndarray] = {}
    for _ in range(_ROUNDS):
        found, _ = distances(moved, shape, hand_points(moved, shape, side, frames))
        need = allowed - found
        if need.max() < _ENOUGH_M:
            break
        push = _bounded(push + _steady(_deepest(need, ways), rate_hz))
        turned = turn_bones(pose, _arm_turns(pose, shape, side, push, character.skeleton), shape.axes)
        moved = pose_of(character, {**curves.rotations, **turned}, curves.locations)
    return turned


def _deepest(need: np.ndarray, ways: np.ndarray) -> np.ndarray:
    """The push of the wrist (T, 3) that the point asks for that is deepest: need (T, points, capsules), ways (…, 3)."""
    arrives = np.array([point[4] for point in HAND_POINTS])
    flat = (need / arrives[:, None]).reshape(len(need), -1)
    at = flat.argmax(-1)
    size = np.maximum(np.take_along_axis(flat, at[:, None], 1), 0.0)
    return size * np.take_along_axis(ways.reshape(len(need), -1, 3), at[:, None, None], 1)[:, 0]


def _steady(push: np.ndarray, rate_hz: float) -> np.ndarray:
    """A smooth push that is nowhere smaller: its size under a hull of its peaks, its direction slowly turning."""
    size = smooth_upper_envelope(norm(push), int(np.ceil(_REACH_S * rate_hz)))
    way = gaussian_smooth(push, _REACH_S * rate_hz) + 1e-3 * gaussian_smooth(push, 6.0 * _REACH_S * rate_hz)
    return size[:, None] * way / np.maximum(norm(way)[..., None], 1e-9)


def _bounded(push: np.ndarray) -> np.ndarray:
    """No longer than _MOST_M, approached smoothly."""
    length = norm(push)[..., None]
    return push * (_MOST_M * np.tanh(length / _MOST_M) / np.maximum(length, 1e-9))


def _arm_turns(
    pose: Pose, shape: BodyShape, side: str, push: np.ndarray, skeleton: SkeletonMap
) -> dict[str, np.ndarray]:
    """How far the arm's bones turn in space for a wrist that is pushed by (T, 3) canonical metres: {bone: (T, 4)}."""
    arm, bones, frames = shape.arms[side], pose.description.bones, len(push)
    shoulder, elbow, wrist = (
        np.broadcast_to(carried_point(pose, arm[joint], rest_head(bones[arm[joint]]), shape), (frames, 3))
        for joint in ("shoulder", "elbow", "wrist")
    )
    upper = turn_from_rest(pose, arm["shoulder"], shape.axes, frames)
    rest = skeleton.rest.turns.get(f"{side}_shoulder", IDENTITY)
    # in the canonical T an elbow bends the forearm to the front: about −Y on the left
    axis = rotate(rest * np.array([1.0, -1.0, -1.0, -1.0]), np.array([0.0, -1.0 if side == "left" else 1.0, 0.0]))
    hinge = rotate(upper, two_bone_ik.hinge_axis(elbow - shoulder, wrist - elbow, upper, axis))
    first, second, _ = two_bone_ik.solve(shoulder, elbow, wrist, wrist + push, hinge)
    return {arm["shoulder"]: first, arm["elbow"]: second, arm["wrist"]: np.tile([1.0, 0.0, 0.0, 0.0], (frames, 1))}
