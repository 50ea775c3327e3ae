# SPDX-License-Identifier: GPL-3.0-or-later
"""Limbs brought to where they are held: feet that stand while the animator's keys move the hips, and pins.

After a body's curves were blended with the animator's keys, its hips may be elsewhere than where its legs were made
for. Here the legs are solved again by two-bone IK: to where the feet were planted, by way of where keys on the legs put
them; arms, feet and hips to their pins. Hips that are higher than the legs reach lift the heels, never the figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ...motion.joints import SIDES
from ...motion.kinematics import two_bone_ik
from ...motion.kinematics.heel_lift import heel_lift
from ...motion.kinematics.joint_limits import ROOT_ACCELERATION_M_S2
from ...motion.locomotion.legs import Leg
from ...motion.rotations import IDENTITY, continuous, from_matrix, inverse, multiply, rotate, slerp, to_matrix
from ...motion.vectors import norm
from ...prompts.acceleration_limit import AccelerationLimit
from ...prompts.blending import blend_through
from ..character import Character
from ..pins import Pin
from ..spaces import rest_rotation
from .body import BodyCurves
from .foot_planting import LegBones, leg_bones, legs_of
from .pose import Pose, pose_of, turn_bones, turn_from_rest

_MOVED_M = 1e-3  # hips and feet that keys moved less stay as they are made
_STAYS_M = 0.003  # an ankle that moves less after a key on its leg is held there; by eye
_SHORT_M = 0.005  # what is missing to a goal from here on is said
_STOP_AXIS = {"left": np.array([0.0, -1.0, 0.0]), "right": np.array([0.0, 1.0, 0.0])}  # about which elbows bend in a T


@dataclass(frozen=True)
class Shortfall:
    """Something that was asked for and is out of reach. pin: None if it is the hips' height. metres: that are missing at
    worst; frame: where. lifted: the heels lift, and that is enough."""

    pin: Pin | None
    metres: float
    frame: float
    lifted: bool = False


@dataclass(frozen=True)
class SolvedLimbs:
    """rotations, locations: of the bones that changed, as in `Controls`. bones: all that has to be precise for limbs to
    be where they are held. short: what is out of reach. idle: pins that hold nothing, for the limb is not generated."""

    rotations: dict[str, np.ndarray] = field(default_factory=dict)
    locations: dict[str, np.ndarray] = field(default_factory=dict)
    bones: frozenset[str] = frozenset()
    short: tuple[Shortfall, ...] = ()
    idle: tuple[Pin, ...] = ()


@dataclass(frozen=True)
class _Body:
    """A character in T frames of motion. made: its curves before the animator's keys were met. scale: units of the
    armature a metre. frames: (T,), of the scene; times_s: (T,). free: (T,), 0 at the ends of a range that stay as they
    are. keyed: {bone: (n,) seconds at which it is keyed}. driven: the bones that are generated."""

    character: Character
    made: BodyCurves
    frames: np.ndarray
    times_s: np.ndarray
    free: np.ndarray
    keyed: Mapping[str, np.ndarray]
    driven: frozenset[str]

    @property
    def scale(self) -> float:
        return self.made.scale

    @property
    def rate_hz(self) -> float:
        return 1.0 / max(float(np.median(np.diff(self.times_s))), 1e-3) if len(self.times_s) > 1 else 1.0

    def place(self, pose: Pose, bone: str) -> np.ndarray:
        """Where a bone starts, canonical axes, metres: (T, 3)."""
        places = np.broadcast_to(pose.matrix(bone)[:, :3, 3], (len(self.frames), 3))
        return places @ self.character.axes / self.scale

    def goal(self, pin: Pin) -> np.ndarray:
        """Where a pin is, canonical axes, metres: (T, 3)."""
        return pin.places_at(self.frames) @ self.character.axes / self.scale

    def weights(self, pin: Pin) -> np.ndarray:
        return pin.weights(self.frames) * self.free


def solve_limbs(
    made: BodyCurves,
    blended: BodyCurves,
    character: Character,
    pins: Sequence[Pin],
    frames: np.ndarray,
    rate_hz: float,
    keyed: Mapping[str, np.ndarray],
    free: np.ndarray,
    driven: frozenset[str],
) -> SolvedLimbs:
    """The limbs' curves for feet that stay planted and pins that hold.

    Args:
        made: all bones' curves before they met the animator's keys; feet stand in them where they should.
        blended: the same curves, passing through the keys.
        character: whose.
        pins: what is held.
        frames: (T,) of the scene.
        rate_hz: frames a second.
        keyed: {bone: frames (n,) at which it is keyed}.
        free: (T,), how far the frames may change, 0 to 1.
        driven: the bones that are generated; the others of these curves stand still.
    """
    times = {bone: (at - frames[0]) / rate_hz for bone, at in keyed.items()}
    body = _Body(character, made, frames, (frames - frames[0]) / rate_hz, free, times, driven)
    solved = SolvedLimbs()
    if hips := [pin for pin in pins if pin.effector == "HIPS"]:
        solved = _with_hips(body, blended, hips)
        blended = _merged(blended, solved)
    legs = _with_feet(body, blended, [pin for pin in pins if pin.effector.endswith("FOOT")])
    blended, solved = _merged(blended, legs), _both(solved, legs)
    arms = _with_hands(body, blended, [pin for pin in pins if pin.effector.endswith("HAND")])
    return _both(solved, arms)


def _merged(curves: BodyCurves, solved: SolvedLimbs) -> BodyCurves:
    return replace(
        curves, rotations={**curves.rotations, **solved.rotations}, locations={**curves.locations, **solved.locations}
    )


def _both(first: SolvedLimbs, second: SolvedLimbs) -> SolvedLimbs:
    return SolvedLimbs(
        {**first.rotations, **second.rotations},
        {**first.locations, **second.locations},
        first.bones | second.bones,
        (*first.short, *second.short),
        (*first.idle, *second.idle),
    )


def _chain(body: _Body, *bones: str) -> frozenset[str]:
    """These bones, and those that carry them."""
    links, found = body.character.skeleton.links, set(bones)
    for bone in bones:
        above = links[bone].above if bone in links else ""
        while above and above not in found:
            found.add(above)
            above = links[above].above
    return frozenset(found | {body.character.skeleton.carrier}) & body.driven


# ------------------------------------------------------------------------------------------------------------------ hips


def _with_hips(body: _Body, curves: BodyCurves, pins: Sequence[Pin]) -> SolvedLimbs:
    """The bone that carries the body moved so that the pelvis is at its pins."""
    character = body.character
    carrier, pelvis = character.skeleton.carrier, character.skeleton.bone_of("pelvis") or character.skeleton.carrier
    if not carrier or carrier not in body.driven:
        return SolvedLimbs(idle=tuple(pins))
    pose = pose_of(character, curves.rotations, curves.locations)
    shift = np.zeros((len(body.frames), 3))
    for pin in pins:
        shift += body.weights(pin)[:, None] * (body.goal(pin) - body.place(pose, pelvis) - shift)
    moved = _moved_carrier(body, pose, curves, shift)
    return SolvedLimbs({}, {carrier: moved}, _chain(body, carrier, pelvis))


def _moved_carrier(body: _Body, pose: Pose, curves: BodyCurves, shift: np.ndarray) -> np.ndarray:
    """The location of the bone that carries the body, float32 (T, 3), for a body moved by (T, 3) canonical metres."""
    carrier = body.character.skeleton.carrier
    offset = (shift * body.scale @ body.character.axes.T)[..., None]
    along = (np.swapaxes(pose.location_axes(carrier), -1, -2) @ offset)[..., 0]
    old = np.asarray(curves.locations.get(carrier, np.zeros((len(shift), 3))), np.float64)
    return (old + along).astype(np.float32)


# ------------------------------------------------------------------------------------------------------------------ feet


def _with_feet(body: _Body, curves: BodyCurves, pins: Sequence[Pin]) -> SolvedLimbs:
    """Legs whose feet stand where they were planted, or at their pins."""
    character = body.character
    bones = leg_bones(character)
    whole = {side: names for side, names in bones.items() if {names.hip, names.knee, names.ankle} <= body.driven}
    sides = [side for side in SIDES if side in whole]
    idle = tuple(pin for pin in pins if pin.effector.split("_")[0].lower() not in sides)
    if not sides:
        return SolvedLimbs(idle=idle)
    frames = len(body.frames)
    before = legs_of(
        pose_of(character, body.made.rotations, body.made.locations), whole, character.axes, body.scale, frames
    )
    pose = pose_of(character, curves.rotations, curves.locations)
    now = legs_of(pose, whole, character.axes, body.scale, frames)
    turns: dict[str, np.ndarray] = {}
    short: list[Shortfall] = []
    for side in sides:
        held = [pin for pin in pins if pin.effector == f"{side.upper()}_FOOT"]
        apart = norm(now[side].hip - before[side].hip).max(initial=0.0)
        if apart < _MOVED_M and not held:
            continue
        goals = _foot_goals(body, whole[side], before[side], now[side], pose, held)
        made, missing = _leg_turns(body, whole[side], now[side], goals, held)
        turns.update(made)
        short += missing
    if not turns:
        return SolvedLimbs(idle=idle)
    rotations = turn_bones(pose, turns, character.axes)
    return SolvedLimbs(rotations, {}, _chain(body, *turns), tuple(short), idle)


@dataclass(frozen=True)
class _FootGoals:
    """ankle: (T, 3) metres; foot, toe: how they stand in space from rest, (T, 4). held: (T,), how much a pin holds."""

    ankle: np.ndarray
    foot: np.ndarray
    toe: np.ndarray
    held: np.ndarray


def _foot_goals(body: _Body, bones: LegBones, before: Leg, now: Leg, pose: Pose, pins: Sequence[Pin]) -> _FootGoals:
    """Where a foot goes: where it was planted, by way of where keys on its leg put it, or to its pins."""
    keyed = np.unique(np.concatenate([np.empty(0), *(body.keyed.get(bone, []) for bone in (bones.hip, bones.knee))]))
    keyed = _with_holds(keyed[(keyed >= body.times_s[0]) & (keyed <= body.times_s[-1])], body.times_s, now.ankle)
    places = np.stack([np.interp(keyed, body.times_s, now.ankle[:, axis]) for axis in range(3)], 1)
    ankle = blend_through(body.times_s, before.ankle, keyed, places, AccelerationLimit(ROOT_ACCELERATION_M_S2))
    ankle = now.ankle + (ankle - now.ankle) * body.free[:, None]
    foot = slerp(now.foot_rotation, before.foot_rotation, body.free)
    toe = slerp(now.toe_rotation, before.toe_rotation, body.free)
    held = np.zeros(len(body.frames))
    for pin in pins:
        weight = body.weights(pin)
        ankle = ankle + weight[:, None] * (body.goal(pin) - ankle)
        if (turns := pin.turns_at(body.frames)) is not None:
            goal = _from_rest(turns, bones.ankle, pose, body.character.axes)
            turn = slerp(np.broadcast_to(IDENTITY, foot.shape), multiply(goal, inverse(foot)), weight)
            foot, toe = multiply(turn, foot), multiply(turn, toe)
        held = np.maximum(held, weight)
    return _FootGoals(ankle, foot, toe, held)


def _with_holds(keyed_s: np.ndarray, times_s: np.ndarray, ankle: np.ndarray) -> np.ndarray:
    """The times of keys on a leg (n,), and until when its ankle, at (T, 3), stays there after each: a key is held."""
    held = [keyed_s]
    for key_s in keyed_s:
        row = int(np.searchsorted(times_s, key_s - 1e-6))
        away = norm(ankle[row:] - ankle[row]) > _STAYS_M
        last = row + (int(away.argmax()) if away.any() else len(away)) - 1
        if last > row:
            held.append(times_s[last : last + 1])
    return np.unique(np.concatenate(held))


def _from_rest(turns: np.ndarray, bone: str, pose: Pose, axes: np.ndarray) -> np.ndarray:
    """How a bone that stands so in armature space, quaternions (T, 4), is turned from its rest about canonical axes."""
    rest = rest_rotation(pose.description.bones[bone])
    return continuous(from_matrix(axes.T @ to_matrix(turns) @ rest.T @ axes))


def _leg_turns(
    body: _Body, bones: LegBones, leg: Leg, goals: _FootGoals, pins: Sequence[Pin]
) -> tuple[dict[str, np.ndarray], list[Shortfall]]:
    """How far the leg's bones turn in space, {bone: (T, 4)}, and what is out of reach."""
    own = norm(leg.ankle - leg.hip)
    reach = two_bone_ik.exact_reach(leg.length, own)
    ball = goals.ankle + rotate(goals.foot, leg.ball_offset)
    tiptoe, ankle, missing = heel_lift(leg.hip, goals.ankle, ball, reach, body.rate_hz)
    stands = 1.0 - goals.held  # a foot at a pin stands on nothing that its ball could stay on
    tiptoe = slerp(np.broadcast_to(IDENTITY, tiptoe.shape), tiptoe, stands)
    ankle = goals.ankle + stands[:, None] * (ankle - goals.ankle)
    thigh, shin, arrived = two_bone_ik.solve(leg.hip, leg.knee, leg.ankle, ankle, leg.knee_axis)
    turns = {
        bones.hip: thigh,
        bones.knee: shin,
        bones.ankle: multiply(multiply(tiptoe, goals.foot), inverse(leg.foot_rotation)),
    }
    if bones.toe and bones.toe in body.driven:
        turns[bones.toe] = multiply(goals.toe, inverse(leg.toe_rotation))
    short = _shortfalls(body, pins, arrived)
    lifted = (ankle - goals.ankle)[:, 1] * stands
    worst = int(np.argmax(np.where(goals.held > 0.5, -1.0, lifted + missing)))
    if lifted[worst] + missing[worst] > _SHORT_M and goals.held[worst] <= 0.5:
        enough = bool(missing[worst] < _SHORT_M)
        metres = lifted[worst] if enough else missing[worst]
        short.append(Shortfall(None, float(metres), float(body.frames[worst]), enough))
    return turns, short


def _shortfalls(body: _Body, pins: Sequence[Pin], arrived: np.ndarray) -> list[Shortfall]:
    """The pins that a joint, which arrives at (T, 3), does not reach while they hold."""
    short = []
    for pin in pins:
        apart = np.where(body.weights(pin) > 0.999, norm(body.goal(pin) - arrived), 0.0)
        worst = int(apart.argmax())
        if apart[worst] > _SHORT_M:
            short.append(Shortfall(pin, float(apart[worst]), float(body.frames[worst])))
    return short


# ----------------------------------------------------------------------------------------------------------------- hands


def _with_hands(body: _Body, curves: BodyCurves, pins: Sequence[Pin]) -> SolvedLimbs:
    """Arms whose wrists are at their pins."""
    solved, idle = SolvedLimbs(), []
    for side in SIDES:
        held = [pin for pin in pins if pin.effector == f"{side.upper()}_HAND"]
        joints = ("shoulder", "elbow", "wrist")
        arm = {joint: body.character.skeleton.bone_of(f"{side}_{joint}") for joint in joints}
        if held and not body.driven.issuperset(arm.values()):
            idle += held
        elif held:
            solved = _both(solved, _with_hand(body, curves, side, arm, held))
    return replace(solved, idle=tuple(idle))


def _with_hand(body: _Body, curves: BodyCurves, side: str, arm: Mapping[str, str], pins: Sequence[Pin]) -> SolvedLimbs:
    character, frames = body.character, len(body.frames)
    pose = pose_of(character, curves.rotations, curves.locations)
    shoulder, elbow, wrist = (body.place(pose, arm[joint]) for joint in ("shoulder", "elbow", "wrist"))
    goal = wrist
    hand = turn_from_rest(pose, arm["wrist"], character.axes, frames)
    wanted = hand
    for pin in pins:
        weight = body.weights(pin)
        goal = goal + weight[:, None] * (body.goal(pin) - goal)
        if (turns := pin.turns_at(body.frames)) is not None:
            goal_turn = _from_rest(turns, arm["wrist"], pose, character.axes)
            wanted = slerp(
                wanted, np.where((wanted * goal_turn).sum(-1, keepdims=True) < 0, -goal_turn, goal_turn), weight
            )
    upper = turn_from_rest(pose, arm["shoulder"], character.axes, frames)
    rest = character.skeleton.rest.turns.get(f"{side}_shoulder", IDENTITY)
    axis = rotate(inverse(np.asarray(rest, np.float64)), _STOP_AXIS[side])
    hinge = rotate(upper, two_bone_ik.hinge_axis(elbow - shoulder, wrist - elbow, upper, axis))
    first, second, arrived = two_bone_ik.solve(shoulder, elbow, wrist, goal, hinge)
    turns = {arm["shoulder"]: first, arm["elbow"]: second, arm["wrist"]: multiply(wanted, inverse(hand))}
    rotations = turn_bones(pose, turns, character.axes)
    return SolvedLimbs(rotations, {}, _chain(body, *arm.values()), tuple(_shortfalls(body, pins, arrived)))
