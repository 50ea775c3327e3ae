# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's own feet on its own floor.

After retargeting, legs of other proportions no longer stand quite where the canonical ones stood: they slide by some
millimetres, float or sink. Here the character's bones are evaluated, the feet planned on them with `core.motion.locomotion.foot_plan`
at the heights at which its own ankles and balls rest, and its legs brought there; the bone that carries the body goes down
where a leg is too short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...motion.joints import SIDES
from ...motion.kinematics import two_bone_ik
from ...motion.locomotion.contacts import detect_contacts
from ...motion.locomotion.foot_plan import plan_feet
from ...motion.locomotion.legs import Leg
from ...motion.rotations import continuous, from_matrix, inverse, multiply, normalised, rotate
from ..character import Character
from ..description import RigDescription
from ..spaces import rest_head, rest_rotation, rest_tail
from .pose import Pose, carrier_of
from .skeleton_map import parents_of

_JOINTS = ("hip", "knee", "ankle")
_HINGE = np.array([1.0, 0.0, 0.0])  # knees bend about the left-right axis
_BALL = 0.17  # of the leg's length, from ankle to ball, where no bone tells


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
    description, links = character.description, character.skeleton
    found = {}
    for side in SIDES:
        names = [links.bone_of(f"{side}_{joint}") for joint in _JOINTS]
        if not all(names):
            continue
        places = [rest_head(description.bones[name]) for name in names]
        if min(np.linalg.norm(b - a) for a, b in zip(places, places[1:])) < 1e-6:
            continue
        toe = links.bone_of(f"{side}_foot")
        found[side] = LegBones(*names, toe, _ball(description, names, toe, character.axes))
    return found


def _ball(description: RigDescription, names: list[str], toe: str, axes: np.ndarray) -> np.ndarray:
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


def linked_pose(character: Character, rotations: Mapping[str, np.ndarray], locations: Mapping[str, np.ndarray]) -> Pose:
    """The character in motion, its bones hanging together by parents, or by the links of a control rig."""
    description, links = character.description, character.skeleton
    above = {
        name: link.above
        for name, link in links.links.items()
        if link.above and link.above not in parents_of(description, name)
    }
    if links.carrier and links.travel and links.travel not in parents_of(description, links.carrier):
        above[links.carrier] = links.travel
    free = frozenset(name for name, link in links.links.items() if link.free)
    return Pose(description, rotations, locations, above, free)


def canonical_turn(pose: Pose, bone: str, axes: np.ndarray, frames: int) -> np.ndarray:
    """A bone's turn from its rest, about canonical axes, wxyz (T, 4)."""
    into = rest_rotation(pose.description.bones[bone]).T @ axes
    turn = axes.T @ pose.matrix(bone)[:, :3, :3] @ into
    return np.broadcast_to(continuous(from_matrix(turn)), (frames, 4))


def _legs(pose: Pose, bones: Mapping[str, LegBones], axes: np.ndarray, scale: float, frames: int) -> dict[str, Leg]:
    """The legs' motion in canonical axes, in units of `scale`."""
    legs = {}
    for side, names in bones.items():

        def place(bone: str) -> np.ndarray:
            return np.broadcast_to(pose.matrix(bone)[:, :3, 3], (frames, 3)) @ axes / scale

        hip, knee, ankle = place(names.hip), place(names.knee), place(names.ankle)
        thigh = canonical_turn(pose, names.hip, axes, frames)
        foot = canonical_turn(pose, names.ankle, axes, frames)
        toe = canonical_turn(pose, names.toe, axes, frames) if names.toe else foot
        heel = axes.T @ rest_head(pose.description.bones[names.ankle]) / scale
        ball = axes.T @ names.ball / scale
        hinge = two_bone_ik.hinge_axis(knee - hip, ankle - knee, thigh, _HINGE)
        legs[side] = Leg(hip, knee, ankle, foot, toe, ball - heel, float(heel[1]), float(ball[1]), rotate(thigh, hinge))
    return legs


def plant_feet(
    rotations: Mapping[str, np.ndarray],
    locations: Mapping[str, np.ndarray],
    character: Character,
    contacts: np.ndarray,
    rate_hz: float,
    scale: float,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Curves in which the feet stand on the floor while they are in contact, and do not slide.

    rotations, locations: {bone: (T, 4)}, {bone: (T, 3)} as in `Controls`. contacts: (T, 4) of the canonical motion at the same
    frames, 0..1; all zero: found on the character's own feet. scale: units of the armature for a canonical metre. The floor is
    where the character's own soles rest. Returns new rotations of the legs' bones and a new location of the bone that carries the
    body, the other curves as they were; unchanged if the character has not two whole legs or these are not driven.
    """
    links, axes = character.skeleton, character.axes
    bones = leg_bones(character)
    driven = set(rotations)
    if len(bones) < 2 or not all({names.hip, names.knee, names.ankle} <= driven for names in bones.values()):
        return dict(rotations), dict(locations)
    frames = len(contacts)
    if not frames:
        return dict(rotations), dict(locations)
    pose = linked_pose(character, rotations, locations)
    legs = _legs(pose, bones, axes, scale, frames)
    contacts = np.asarray(contacts)
    if not (contacts > 0.5).any():
        contacts = detect_contacts(
            *(np.stack(places, 1) for places in zip(*((leg.ankle, leg.ball) for leg in legs.values()))), rate_hz
        )
    plan = plan_feet(list(legs.values()), contacts, rate_hz)
    carries = links.carrier if links.carrier in character.description.bones else ""
    moved = plan.pelvis if carries else np.zeros_like(plan.pelvis)
    turns: dict[str, np.ndarray] = {}
    for at, (side, leg) in enumerate(legs.items()):
        thigh, shin, _ = two_bone_ik.solve(
            leg.hip + moved, leg.knee + moved, leg.ankle + moved, plan.ankles[at], leg.knee_axis
        )
        names = bones[side]
        turns.update({names.hip: thigh, names.knee: shin, names.ankle: plan.feet[at]})
        if names.toe and names.toe in driven:
            turns[names.toe] = plan.toes[at]
    new_locations = dict(locations)
    if carries and np.abs(moved).max(initial=0.0) > 1e-9:
        offset = (np.swapaxes(pose.location_axes(carries), -1, -2) @ (moved * scale @ axes.T)[..., None])[..., 0]
        old = np.asarray(locations.get(carries, np.zeros((frames, 3))), np.float64)
        new_locations[carries] = (old + offset).astype(np.float32)
    return {**rotations, **turn_bones(pose, turns, axes)}, new_locations


def turn_bones(pose: Pose, turns: Mapping[str, np.ndarray], axes: np.ndarray) -> dict[str, np.ndarray]:
    """Bones turned further in space: {bone: wxyz (T, 4) about canonical axes, put before what it does} → new rotations of these
    bones, float32 (T, 4). A bone below a turned one is not turned twice: each stands where its own turn puts it."""
    result = {}
    for name, turn in turns.items():
        carrier = carrier_of(pose.description, name, pose.above)
        inherited = pose.inherits(name)
        while carrier and carrier not in turns and inherited:
            inherited = pose.inherits(carrier)
            carrier = carrier_of(pose.description, carrier, pose.above)
        before = turns[carrier] if carrier and inherited else None
        goal = turn if before is None else multiply(inverse(before), turn)
        # the same turn in the frame in which the bone's own rotation acts
        into = np.swapaxes(pose.frame(name)[:, :3, :3], -1, -2) @ axes
        local = np.concatenate([goal[:, :1], (into @ goal[:, 1:, None])[..., 0]], -1)
        old = np.asarray(pose.rotations.get(name, np.array([[1.0, 0.0, 0.0, 0.0]])), np.float64)
        result[name] = continuous(normalised(multiply(local, np.broadcast_to(old, local.shape)))).astype(np.float32)
    return result
