# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands and forearms stay out of torso, head and thighs, as far as they did on the body whose motion it is.

A body is a handful of capsules whose sizes follow from where its bones are (shoulders, hips, knees, head). The same capsules
stand around the canonical body. Where a hand is deeper inside the character than it was inside the canonical body in the same
frame, it is pushed out the way the canonical hand lay, and the arm follows by two-bone reaching; hands that touch on purpose
still touch. The push is smooth in time and bounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...motion.adult_skeleton import ADULT_REST_M
from ...motion.clip import Clip
from ...motion.joints import JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS, SIDES
from ...motion.kinematics import two_bone_ik
from ...motion.resampling import curves_at, rotations_at
from ...motion.rotations import rotate
from ...motion.smoothing import gaussian_smooth, smooth_upper_envelope
from ..character import Character
from ..description import Bone, RigDescription
from ..detection.mapping import CharacterMapping
from ..spaces import rest_head
from .foot_planting import canonical_turn, linked_pose, turn_bones
from .pose import Pose
from .skeleton_map import SkeletonMap

MOST_M = 0.15  # a hand is pushed by no more than this
_REACH_S = 0.12  # a push begins that long before it is needed and ends as long after
_ROUNDS = 3
# Along forearm and hand: (from joint, to joint, share of the way, radius in metres, share of the wrist's push that arrives).
_POINTS = (
    ("elbow", "wrist", 0.55, 0.04, 0.55),
    ("wrist", "middle1", 0.0, 0.03, 1.0),
    ("wrist", "middle1", 0.6, 0.035, 1.0),
    ("wrist", "middle1", 1.5, 0.02, 1.0),
)
# The joints whose turns say where capsules and points are.
_MATTER = frozenset(
    (
        "pelvis",
        "spine1",
        "spine2",
        "spine3",
        "neck",
        "head",
        *(
            f"{side}_{joint}"
            for side in ("left", "right")
            for joint in ("hip", "knee", "collar", "shoulder", "elbow", "wrist")
        ),
    )
)
_ENOUGH_M = 2e-3  # what is not deeper than this is left alone
_TRUNK = ("spine3", "spine2", "spine1", "pelvis")


@dataclass(frozen=True)
class Capsule:
    """All within `radius` of the line between two points, each fixed to a bone (armature space in rest). Units of the armature."""

    name: str
    first_bone: str
    first: np.ndarray
    second_bone: str
    second: np.ndarray
    radius: float


@dataclass(frozen=True)
class Shape:
    """A body as capsules, and its arms: side → joint → bone. scale: units of the armature for a canonical metre."""

    capsules: tuple[Capsule, ...]
    arms: dict[str, dict[str, str]]
    axes: np.ndarray
    scale: float


def body_shape(character: Character, scale: float) -> Shape:
    """Capsules of a character, from the places of its bones. A part whose bones are missing has none."""
    bones, axes = character.description.bones, character.axes

    def bone(joint: str) -> str:
        return character.skeleton.bone_of(joint)

    def rest(joint: str) -> np.ndarray | None:
        """Canonical axes, canonical metres."""
        return axes.T @ rest_head(bones[bone(joint)]) / scale if bone(joint) else None

    capsules: list[Capsule] = []

    def add(name: str, first_bone: str, first: np.ndarray, second_bone: str, second: np.ndarray, radius: float) -> None:
        capsules.append(
            Capsule(name, first_bone, axes @ first * scale, second_bone, axes @ second * scale, float(radius) * scale)
        )

    shoulders = [rest(f"{side}_shoulder") for side in SIDES]
    hips = [rest(f"{side}_hip") for side in SIDES]
    chest = next((bone(joint) for joint in _TRUNK if bone(joint)), "")
    low = next((bone(joint) for joint in reversed(_TRUNK) if bone(joint)), "")
    if chest and all(place is not None for place in (*shoulders, *hips)):
        half = 0.5 * abs(shoulders[0][0] - shoulders[1][0])
        radius, out = 0.6 * half, 0.38 * half
        top, bottom = 0.5 * (shoulders[0] + shoulders[1]), 0.5 * (hips[0] + hips[1])
        depth = 0.5 * (top[2] + bottom[2])
        for side, sign in (("left", 1.0), ("right", -1.0)):
            add(
                f"torso {side}",
                low,
                np.array([bottom[0] + sign * out, bottom[1] + 0.5 * radius, depth]),
                chest,
                np.array([top[0] + sign * out, top[1] - 0.9 * radius, depth]),
                radius,
            )
    head, pelvis = rest("head"), rest("pelvis") if rest("pelvis") is not None else hips[0]
    if head is not None and pelvis is not None:
        size = float(head[1] - pelvis[1]) / float(ADULT_REST_M[JOINT_INDEX["head"]][1] - ADULT_REST_M[0][1])
        add(
            "head",
            bone("head"),
            head + np.array([0.0, 0.02, 0.02]) * size,
            bone("head"),
            head + np.array([0.0, 0.13, 0.02]) * size,
            0.095 * size,
        )
    for side in SIDES:
        hip, knee = rest(f"{side}_hip"), rest(f"{side}_knee")
        if hip is not None and knee is not None:
            add(
                f"{side} thigh", bone(f"{side}_hip"), hip, bone(f"{side}_knee"), knee, 0.19 * np.linalg.norm(knee - hip)
            )
    arms = {}
    for side in SIDES:
        names = {joint: bone(f"{side}_{joint}") for joint in ("shoulder", "elbow", "wrist", "middle1")}
        if names["shoulder"] and names["elbow"] and names["wrist"]:
            arms[side] = names
    return Shape(tuple(capsules), arms, axes, scale)


def _follow(pose: Pose, bone: str, point: np.ndarray, shape: Shape) -> np.ndarray:
    """Where a point of the resting armature goes with a bone: (T or 1, 3), canonical axes and metres."""
    local = np.linalg.inv(pose.matrix_at_rest(bone)) @ np.append(point, 1.0)
    return (pose.matrix(bone) @ local)[:, :3] @ shape.axes / shape.scale


def _hand_points(pose: Pose, shape: Shape, side: str, frames: int) -> np.ndarray:
    """The points of `_POINTS`, (T, points, 3)."""
    arm, bones = shape.arms[side], pose.description.bones
    place = {joint: _follow(pose, arm[joint], rest_head(bones[arm[joint]]), shape) for joint in ("elbow", "wrist")}
    if arm["middle1"]:
        place["middle1"] = _follow(pose, arm["wrist"], rest_head(bones[arm["middle1"]]), shape)
    else:  # straight on from the forearm, at rest
        elbow, wrist = (rest_head(bones[arm[joint]]) for joint in ("elbow", "wrist"))
        place["middle1"] = _follow(pose, arm["wrist"], wrist + 0.4 * (wrist - elbow), shape)
    points = [place[first] + share * (place[second] - place[first]) for first, second, share, _, _ in _POINTS]
    return np.stack([np.broadcast_to(point, (frames, 3)) for point in points], 1)


def distances(pose: Pose, shape: Shape, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From points (T, n, 3) with the radii of `_POINTS` to each capsule: signed distance (T, n, capsules) in canonical metres,
    negative inside, and the way out (T, n, capsules, 3)."""
    radii = np.array([point[3] for point in _POINTS])
    found, ways = [], []
    for capsule in shape.capsules:
        first = _follow(pose, capsule.first_bone, capsule.first, shape)[:, None]
        second = _follow(pose, capsule.second_bone, capsule.second, shape)[:, None]
        line = second - first
        share = ((points - first) * line).sum(-1) / np.maximum((line * line).sum(-1), 1e-12)
        away = points - (first + np.clip(share, 0.0, 1.0)[..., None] * line)
        length = np.linalg.norm(away, axis=-1)
        found.append(length - capsule.radius / shape.scale - radii)
        ways.append(away / np.maximum(length, 1e-6)[..., None])
    return np.stack(found, -1), np.stack(ways, -2)


@lru_cache(maxsize=1)
def _canonical() -> tuple[Character, Shape]:
    """The canonical body as a character whose bones are its joints."""
    bones = {}
    for index, joint in enumerate(JOINT_NAMES):
        rest = np.eye(4)
        rest[:3, 3] = ADULT_REST_M[index]
        bones[joint] = Bone(joint, JOINT_NAMES[JOINT_PARENTS[index]] if JOINT_PARENTS[index] >= 0 else "", rest, 0.05)
    joints = {joint: joint for joint in JOINT_NAMES}
    character = Character.of(RigDescription("canonical", (), bones), CharacterMapping("canonical", bones=joints))
    return character, body_shape(character, 1.0)


def _source(clip: Clip, times_s: np.ndarray) -> tuple[Pose, Shape]:
    character, shape = _canonical()
    rotations = {
        joint: rotations_at(clip[joint].astype(np.float64), clip.rate_hz, clip.start_s, times_s)
        for joint in clip.driven & _MATTER
    }
    root = curves_at(clip.root_translation_m.astype(np.float64), clip.rate_hz, clip.start_s, times_s)
    return Pose(character.description, rotations, {"pelvis": root}), shape


def resolve_self_collisions(
    rotations: Mapping[str, np.ndarray],
    locations: Mapping[str, np.ndarray],
    character: Character,
    clip: Clip,
    times_s: np.ndarray,
    scale: float,
) -> dict[str, np.ndarray]:
    """Rotations in which hands and forearms are nowhere deeper in the body than on the canonical one.

    rotations, locations: {bone: (T, 4)}, {bone: (T, 3)} as in `Controls`, made from `clip` at times_s (T,). scale: units of the
    armature for a canonical metre. Only the bones of shoulders, elbows and wrists change; hands keep their turn in space. Arms
    that are not driven stay.
    """
    result = dict(rotations)
    if not len(times_s) or not len(clip):
        return result
    shape = body_shape(character, scale)
    driven = {
        side: arm
        for side, arm in shape.arms.items()
        if {arm["shoulder"], arm["elbow"], arm["wrist"]} <= set(rotations)
        and {f"{side}_shoulder", f"{side}_elbow"} <= clip.driven
    }
    source_pose, source = _source(clip, times_s)
    names = [capsule.name for capsule in source.capsules]
    columns = [names.index(capsule.name) for capsule in shape.capsules]
    if not driven or not columns:
        return result
    rate_hz = (len(times_s) - 1) / max(times_s[-1] - times_s[0], 1e-6) if len(times_s) > 1 else clip.rate_hz
    frames = len(times_s)
    pose = linked_pose(character, rotations, locations)
    for side, arm in driven.items():
        allowed, ways = distances(source_pose, source, _hand_points(source_pose, source, side, frames))
        allowed, ways = np.minimum(allowed[..., columns], 0.0), ways[..., columns, :]
        push, moved = np.zeros((frames, 3)), pose
        for _ in range(_ROUNDS):
            found, _ = distances(moved, shape, _hand_points(moved, shape, side, frames))
            need = allowed - found
            if need.max() < _ENOUGH_M:
                break
            push = _bounded(push + _steady(_deepest(need, ways), rate_hz))
            turned = turn_bones(pose, _arm_turns(pose, arm, side, push, character.skeleton, shape, frames), shape.axes)
            result.update(turned)
            moved = linked_pose(character, {**rotations, **turned}, locations)
    return result


def _deepest(need: np.ndarray, ways: np.ndarray) -> np.ndarray:
    """The push of the wrist (T, 3) that the point asks for that is deepest: need (T, points, capsules), ways (…, 3)."""
    arrives = np.array([point[4] for point in _POINTS])
    flat = (need / arrives[:, None]).reshape(len(need), -1)
    at = flat.argmax(-1)
    size = np.maximum(np.take_along_axis(flat, at[:, None], 1), 0.0)
    return size * np.take_along_axis(ways.reshape(len(need), -1, 3), at[:, None, None], 1)[:, 0]


def _steady(push: np.ndarray, rate_hz: float) -> np.ndarray:
    """A smooth push that is nowhere smaller: its size under a hull of its peaks, its direction slowly turning."""
    size = smooth_upper_envelope(np.linalg.norm(push, axis=-1), int(np.ceil(_REACH_S * rate_hz)))
    way = gaussian_smooth(push, _REACH_S * rate_hz) + 1e-3 * gaussian_smooth(push, 6.0 * _REACH_S * rate_hz)
    return size[:, None] * way / np.maximum(np.linalg.norm(way, axis=-1, keepdims=True), 1e-9)


def _bounded(push: np.ndarray) -> np.ndarray:
    """No longer than MOST_M, approached smoothly."""
    length = np.linalg.norm(push, axis=-1, keepdims=True)
    return push * (MOST_M * np.tanh(length / MOST_M) / np.maximum(length, 1e-9))


def _arm_turns(
    pose: Pose, arm: dict[str, str], side: str, push: np.ndarray, links: SkeletonMap, shape: Shape, frames: int
) -> dict[str, np.ndarray]:
    bones = pose.description.bones
    shoulder, elbow, wrist = (
        np.broadcast_to(_follow(pose, arm[joint], rest_head(bones[arm[joint]]), shape), (frames, 3))
        for joint in ("shoulder", "elbow", "wrist")
    )
    upper = canonical_turn(pose, arm["shoulder"], shape.axes, frames)
    rest = links.rest.turns.get(f"{side}_shoulder", np.array([1.0, 0.0, 0.0, 0.0]))
    # in the canonical T an elbow bends the forearm to the front: about −Y on the left
    axis = rotate(rest * np.array([1.0, -1.0, -1.0, -1.0]), np.array([0.0, -1.0 if side == "left" else 1.0, 0.0]))
    hinge = rotate(upper, two_bone_ik.hinge_axis(elbow - shoulder, wrist - elbow, upper, axis))
    first, second, _ = two_bone_ik.solve(shoulder, elbow, wrist, wrist + push, hinge)
    return {arm["shoulder"]: first, arm["elbow"]: second, arm["wrist"]: np.tile([1.0, 0.0, 0.0, 0.0], (frames, 1))}
