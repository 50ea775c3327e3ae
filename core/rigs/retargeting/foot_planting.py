# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's own feet on its own floor.

After retargeting, legs of other proportions no longer stand quite where the canonical ones stood: they slide by some
millimetres, float or sink. Here the character's bones are evaluated, the feet planned on them with
`core.motion.locomotion.foot_plan` at the heights at which its own ankles and balls rest, and its legs brought there;
the bone that carries the body goes down where a leg is too short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...motion.joints import SIDES
from ...motion.kinematics import two_bone_ik
from ...motion.locomotion.contacts import detect_contacts
from ...motion.locomotion.foot_plan import plan_feet
from ...motion.locomotion.legs import FootPlan, Leg
from ...motion.rotations import rotate
from ..character import Character
from ..description import RigDescription
from ..spaces import rest_head, rest_tail
from .body import BodyCurves
from .pose import Pose, pose_of, turn_bones, turn_from_rest

_JOINTS = ("hip", "knee", "ankle")
_HINGE = np.array([1.0, 0.0, 0.0])  # knees bend about the left-right axis
_BALL = 0.17  # of the leg's length, from ankle to ball, where no bone tells; by eye
_UNMOVED_M = 1e-9  # a pelvis that moves less stays as it is


@dataclass(frozen=True)
class LegBones:
    """The bones of one leg; toe is "" if there is none. ball: where the ball of the foot rests, armature space (3,)."""

    hip: str
    knee: str
    ankle: str
    toe: str
    ball: np.ndarray


def leg_bones(character: Character) -> dict[str, LegBones]:
    """side → bones, for the legs that have hip, knee and ankle."""
    description, skeleton = character.description, character.skeleton
    found = {}
    for side in SIDES:
        names = [skeleton.bone_of(f"{side}_{joint}") for joint in _JOINTS]
        if not all(names):
            continue
        places = [rest_head(description.bones[name]) for name in names]
        if min(np.linalg.norm(b - a) for a, b in zip(places, places[1:])) < 1e-6:
            continue
        toe = skeleton.bone_of(f"{side}_foot")
        hip, knee, ankle = names
        found[side] = LegBones(hip, knee, ankle, toe, _ball(description, names, toe, character.axes))
    return found


def _ball(description: RigDescription, names: list[str], toe: str, axes: np.ndarray) -> np.ndarray:
    """Where the ball of the foot rests, armature space (3,): where the toes begin, or by the bone of the foot."""
    if toe:
        return rest_head(description.bones[toe])
    hip, knee, ankle = (axes.T @ rest_head(description.bones[name]) for name in names)
    length = np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee)
    tail = axes.T @ rest_tail(description.bones[names[2]])
    way = tail - ankle
    if (
        0.08 * length < np.linalg.norm(way) < 0.5 * length
        and way[2] > 0.5 * np.linalg.norm(way)
        and way[1] < 0.2 * length
    ):
        return axes @ tail  # the foot's bone points to the toes
    return axes @ (ankle + [0.0, 0.0, _BALL * length])


def legs_of(pose: Pose, bones: Mapping[str, LegBones], axes: np.ndarray, scale: float, frames: int) -> dict[str, Leg]:
    """The legs' motion in canonical axes, in units of `scale`."""
    legs = {}
    for side, names in bones.items():

        def place(bone: str) -> np.ndarray:
            return np.broadcast_to(pose.matrix(bone)[:, :3, 3], (frames, 3)) @ axes / scale

        hip, knee, ankle = place(names.hip), place(names.knee), place(names.ankle)
        thigh = turn_from_rest(pose, names.hip, axes, frames)
        foot = turn_from_rest(pose, names.ankle, axes, frames)
        toe = turn_from_rest(pose, names.toe, axes, frames) if names.toe else foot
        heel = axes.T @ rest_head(pose.description.bones[names.ankle]) / scale
        ball = axes.T @ names.ball / scale
        hinge = two_bone_ik.hinge_axis(knee - hip, ankle - knee, thigh, _HINGE)
        legs[side] = Leg(hip, knee, ankle, foot, toe, ball - heel, float(heel[1]), float(ball[1]), rotate(thigh, hinge))
    return legs


def plant_feet(curves: BodyCurves, character: Character, contacts: np.ndarray, rate_hz: float) -> BodyCurves:
    """Curves in which the feet stand on the floor while they are in contact, and do not slide.

    The floor is where the character's own soles rest.

    Args:
        curves: of the whole body, T frames.
        character: whose curves they are.
        contacts: (T, 4) of the canonical motion at the same frames, 0..1 (see `Clip`); all zero: found on the
            character's own feet.
        rate_hz: frames a second.

    Returns:
        New rotations of the legs' bones and a new location of the bone that carries the body, the other curves as they
        were; unchanged if the character has not two whole legs or these are not driven.
    """
    bones, driven = leg_bones(character), set(curves.rotations)
    if len(bones) < 2 or not all({names.hip, names.knee, names.ankle} <= driven for names in bones.values()):
        return curves
    frames = len(contacts)
    if not frames:
        return curves
    pose = pose_of(character, curves.rotations, curves.locations)
    legs = legs_of(pose, bones, character.axes, curves.scale, frames)
    contacts = np.asarray(contacts)
    if not (contacts > 0.5).any():
        ankles, balls = (np.stack(places, 1) for places in zip(*((leg.ankle, leg.ball) for leg in legs.values())))
        contacts = detect_contacts(ankles, balls, rate_hz)
    plan = plan_feet(list(legs.values()), contacts, rate_hz)
    carrier = character.skeleton.carrier
    carrier = carrier if carrier in character.description.bones else ""
    moved = plan.pelvis if carrier else np.zeros_like(plan.pelvis)
    turns = _leg_turns(legs, plan, moved, bones, driven)
    locations = dict(curves.locations)
    if carrier and np.abs(moved).max(initial=0.0) > _UNMOVED_M:
        shift = (moved * curves.scale @ character.axes.T)[..., None]
        offset = (np.swapaxes(pose.location_axes(carrier), -1, -2) @ shift)[..., 0]
        old = np.asarray(locations.get(carrier, np.zeros((frames, 3))), np.float64)
        locations[carrier] = (old + offset).astype(np.float32)
    rotations = {**curves.rotations, **turn_bones(pose, turns, character.axes)}
    return replace(curves, rotations=rotations, locations=locations)


def _leg_turns(
    legs: Mapping[str, Leg], plan: FootPlan, moved: np.ndarray, bones: Mapping[str, LegBones], driven: set[str]
) -> dict[str, np.ndarray]:
    """How far the bones of the legs turn in space for feet that stand as planned: {bone: (T, 4)}. moved: of the pelvis,
    (T, 3)."""
    turns: dict[str, np.ndarray] = {}
    for at, (side, leg) in enumerate(legs.items()):
        thigh, shin, _ = two_bone_ik.solve(
            leg.hip + moved, leg.knee + moved, leg.ankle + moved, plan.ankles[at], leg.knee_axis
        )
        names = bones[side]
        turns.update({names.hip: thigh, names.knee: shin, names.ankle: plan.feet[at]})
        if names.toe and names.toe in driven:
            turns[names.toe] = plan.toes[at]
    return turns
