# SPDX-License-Identifier: GPL-3.0-or-later
"""A body as a handful of capsules and its hands as points, sized by where its bones are (shoulders, hips, knees,
head)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...motion.adult_skeleton import adult_position
from ...motion.joints import SIDES, TORSO_JOINTS
from ...motion.vectors import norm
from ..character import Character
from ..spaces import rest_head
from .pose import Pose

# Along forearm and hand: (from joint, to joint, share of the way, radius in metres, share of the wrist's push that
# arrives); by eye.
HAND_POINTS = (
    ("elbow", "wrist", 0.55, 0.04, 0.55),
    ("wrist", "middle1", 0.0, 0.03, 1.0),
    ("wrist", "middle1", 0.6, 0.035, 1.0),
    ("wrist", "middle1", 1.5, 0.02, 1.0),
)


@dataclass(frozen=True)
class Capsule:
    """All within `radius` of the line between two points, each fixed to a bone (armature space in rest). Units of the
    armature."""

    name: str
    first_bone: str
    first: np.ndarray
    second_bone: str
    second: np.ndarray
    radius: float


@dataclass(frozen=True)
class BodyShape:
    """A body as capsules, and its arms: side → joint → bone. scale: units of the armature for a canonical metre."""

    capsules: tuple[Capsule, ...]
    arms: dict[str, dict[str, str]]
    axes: np.ndarray
    scale: float


def body_shape(character: Character, scale: float) -> BodyShape:
    """Capsules of a character, from the places of its bones. A part whose bones are missing has none.

    scale: units of the armature for a canonical metre.
    """
    axes, bones = character.axes, character.description.bones
    joints = [*TORSO_JOINTS, "head", *(f"{side}_{joint}" for side in SIDES for joint in ("shoulder", "hip", "knee"))]
    names = {joint: name for joint in joints if (name := character.skeleton.bone_of(joint))}
    rest = {joint: axes.T @ rest_head(bones[name]) / scale for joint, name in names.items()}
    found = (*_torso(names, rest), *_head(names, rest), *_thighs(names, rest))
    capsules = tuple(
        Capsule(
            one.name,
            one.first_bone,
            axes @ one.first * scale,
            one.second_bone,
            axes @ one.second * scale,
            float(one.radius) * scale,
        )
        for one in found
    )
    arms = {}
    for side in SIDES:
        arm = {
            joint: character.skeleton.bone_of(f"{side}_{joint}") for joint in ("shoulder", "elbow", "wrist", "middle1")
        }
        if arm["shoulder"] and arm["elbow"] and arm["wrist"]:
            arms[side] = arm
    return BodyShape(capsules, arms, axes, scale)


# The shares below are by eye, of people of average build. names: joint → bone. rest: joint → where it rests, canonical
# metres.


def _torso(names: Mapping[str, str], rest: Mapping[str, np.ndarray]) -> tuple[Capsule, ...]:
    """One capsule at each side, from the hips to below the shoulders."""
    chest = next((names[joint] for joint in reversed(TORSO_JOINTS) if joint in names), "")
    low = next((names[joint] for joint in TORSO_JOINTS if joint in names), "")
    if not chest or not {f"{side}_{joint}" for side in SIDES for joint in ("shoulder", "hip")} <= rest.keys():
        return ()
    left, right = rest["left_shoulder"], rest["right_shoulder"]
    half = 0.5 * abs(left[0] - right[0])
    radius, out = 0.6 * half, 0.38 * half
    top, bottom = 0.5 * (left + right), 0.5 * (rest["left_hip"] + rest["right_hip"])
    depth = 0.5 * (top[2] + bottom[2])
    return tuple(
        Capsule(
            f"torso {side}",
            low,
            np.array([bottom[0] + sign * out, bottom[1] + 0.5 * radius, depth]),
            chest,
            np.array([top[0] + sign * out, top[1] - 0.9 * radius, depth]),
            radius,
        )
        for side, sign in (("left", 1.0), ("right", -1.0))
    )


def _head(names: Mapping[str, str], rest: Mapping[str, np.ndarray]) -> tuple[Capsule, ...]:
    pelvis = rest.get("pelvis", rest.get("left_hip"))
    if "head" not in rest or pelvis is None:
        return ()
    head = rest["head"]
    size = float(head[1] - pelvis[1]) / float(adult_position("head")[1] - adult_position("pelvis")[1])
    low, high = np.array([0.0, 0.02, 0.02]), np.array([0.0, 0.13, 0.02])
    return (Capsule("head", names["head"], head + low * size, names["head"], head + high * size, 0.095 * size),)


def _thighs(names: Mapping[str, str], rest: Mapping[str, np.ndarray]) -> tuple[Capsule, ...]:
    found = []
    for side in SIDES:
        hip, knee = f"{side}_hip", f"{side}_knee"
        if hip in rest and knee in rest:
            radius = 0.19 * float(np.linalg.norm(rest[knee] - rest[hip]))
            found.append(Capsule(f"{side} thigh", names[hip], rest[hip], names[knee], rest[knee], radius))
    return tuple(found)


def carried_point(pose: Pose, bone: str, point: np.ndarray, shape: BodyShape) -> np.ndarray:
    """Where a point of the resting armature goes with a bone: (T or 1, 3), canonical axes and metres."""
    local = np.linalg.inv(pose.matrix_at_rest(bone)) @ np.append(point, 1.0)
    return (pose.matrix(bone) @ local)[:, :3] @ shape.axes / shape.scale


def hand_points(pose: Pose, shape: BodyShape, side: str, frames: int) -> np.ndarray:
    """The points of `HAND_POINTS` of one side: (T, points, 3), canonical axes and metres."""
    arm, bones = shape.arms[side], pose.description.bones
    place = {
        joint: carried_point(pose, arm[joint], rest_head(bones[arm[joint]]), shape) for joint in ("elbow", "wrist")
    }
    if arm["middle1"]:
        place["middle1"] = carried_point(pose, arm["wrist"], rest_head(bones[arm["middle1"]]), shape)
    else:  # straight on from the forearm, at rest
        elbow, wrist = (rest_head(bones[arm[joint]]) for joint in ("elbow", "wrist"))
        place["middle1"] = carried_point(pose, arm["wrist"], wrist + 0.4 * (wrist - elbow), shape)
    points = [place[first] + share * (place[second] - place[first]) for first, second, share, _, _ in HAND_POINTS]
    return np.stack([np.broadcast_to(point, (frames, 3)) for point in points], 1)


def distances(pose: Pose, shape: BodyShape, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From points (T, n, 3) with the radii of `HAND_POINTS` to each capsule: signed distance (T, n, capsules) in
    canonical metres, negative inside, and the way out (T, n, capsules, 3)."""
    radii = np.array([point[3] for point in HAND_POINTS])
    found, ways = [], []
    for capsule in shape.capsules:
        first = carried_point(pose, capsule.first_bone, capsule.first, shape)[:, None]
        second = carried_point(pose, capsule.second_bone, capsule.second, shape)[:, None]
        line = second - first
        share = ((points - first) * line).sum(-1) / np.maximum((line * line).sum(-1), 1e-12)
        away = points - (first + np.clip(share, 0.0, 1.0)[..., None] * line)
        length = norm(away)
        found.append(length - capsule.radius / shape.scale - radii)
        ways.append(away / np.maximum(length, 1e-6)[..., None])
    return np.stack(found, -1), np.stack(ways, -2)
