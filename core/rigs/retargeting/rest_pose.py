# SPDX-License-Identifier: GPL-3.0-or-later
"""From a character's rest pose to the canonical one: how far each limb, hand and finger has to be turned.

The canonical rest pose is the average adult's T (`core.motion.adult_skeleton`). A character may rest in an A, relaxed,
with fingers curled or spread. A bone's rest turn takes it to where the canonical one rests: the shortest one, found
down each limb, so that bones keep their twist; for a hand whose knuckles are known the turn of the whole palm. Feet
stand flat in both and are only turned about the vertical; torso, clavicles and head rest alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...motion.adult_skeleton import adult_position
from ...motion.joints import FINGERS, SIDES
from ...motion.rotations import IDENTITY, inverse, multiply, rotate, shortest_arc
from ...motion.vectors import cross
from ..description import RigDescription
from ..spaces import about, rest_head, rest_tail, unit_vector

_KNUCKLES = ("index", "middle", "ring", "pinky")
_SAME_WAY = 0.25  # cosine, by eye: a finger's last bone points roughly on, or its tail means nothing
_LEGS_APART = 0.35  # cosine, by eye: toes that point further off than this are not made to point ahead


def twist_angle(rotations: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """How far (T, 4) turn about an axis (3,), radians in −π..π, by swing and twist."""
    angle = 2.0 * np.arctan2(rotations[..., 1:] @ axis, rotations[..., 0])
    return (angle + np.pi) % (2 * np.pi) - np.pi


def between_knuckles(position: float) -> tuple[int, int, float]:
    """A place along a finger of three bones (0 the knuckle, 3 the tip) → two of its bones, 1..3, and the share of the
    second."""
    place = float(np.clip(position - 0.5, 0.0, 2.0))
    first = min(int(place), 1)
    return first + 1, first + 2, place - first


def finger_places(count: int) -> list[tuple[int, int, float]]:
    """For each of `count` bones of a finger the canonical bones that it stands for, as `between_knuckles` gives
    them."""
    return [between_knuckles(3.0 * (number + 0.5) / count) for number in range(count)]


def finger_way(side: str, finger: str, number: int) -> np.ndarray:
    """Where bone 1..3 of a canonical finger points at rest, unit (3,); the last continues the one before."""
    first = min(number, 2)
    return unit_vector(adult_position(f"{side}_{finger}{first + 1}") - adult_position(f"{side}_{finger}{first}"))


@dataclass(frozen=True)
class RestPose:
    """How a character rests, against the canonical rest pose.

    turns: joint → its rest turn, quaternion wxyz float64 (4,), canonical, for the mapped joints of arms, hands and
    legs. forearms, upper_arms: side → their resting direction, unit (3,), canonical axes. palms: sides whose palm is
    known from its knuckles.
    """

    turns: dict[str, np.ndarray]
    forearms: dict[str, np.ndarray]
    palms: frozenset[str]
    upper_arms: dict[str, np.ndarray] = field(default_factory=dict)


class _Reader:
    """Where a character's mapped joints rest, canonical axes, units of the armature."""

    def __init__(self, description: RigDescription, roles: dict[str, str], axes: np.ndarray):
        self.bones, self.roles, self.axes = description.bones, roles, axes
        self.children: dict[str, list[str]] = {}
        for bone in self.bones.values():
            self.children.setdefault(bone.parent, []).append(bone.name)

    def head(self, joint: str) -> np.ndarray:
        return self.axes.T @ rest_head(self.bones[self.roles[joint]])

    def tail(self, joint: str) -> np.ndarray:
        return self.axes.T @ rest_tail(self.bones[self.roles[joint]])

    def finger(self, side: str, finger: str) -> list[str]:
        return [joint for number in (1, 2, 3) if (joint := f"{side}_{finger}{number}") in self.roles]

    def end_way(self, joint: str, before: np.ndarray | None) -> np.ndarray:
        """Where the last mapped bone of a chain points: to a bone below it, to its tail, or on."""
        below = [
            self.axes.T @ rest_head(self.bones[name]) - self.head(joint)
            for name in self.children.get(self.roles[joint], [])
        ]
        below.append(self.tail(joint) - self.head(joint))
        for way in below:
            if np.linalg.norm(way) > 1e-9 and (before is None or unit_vector(way) @ unit_vector(before) > _SAME_WAY):
                return way
        return below[-1] if before is None else before


def rest_pose(description: RigDescription, roles: dict[str, str], axes: np.ndarray) -> RestPose:
    """How a character rests. roles: joint → bone name. axes: (3, 3), of `spaces.character_axes`."""
    reader = _Reader(description, roles, axes)
    turns: dict[str, np.ndarray] = {}
    forearms: dict[str, np.ndarray] = {}
    upper_arms: dict[str, np.ndarray] = {}
    palms = set()
    for side in SIDES:
        _follow(reader, [f"{side}_{part}" for part in ("hip", "knee", "ankle")], turns)
        _foot(reader, side, turns)
        arm = _follow(reader, [f"{side}_{part}" for part in ("shoulder", "elbow", "wrist")], turns)
        if f"{side}_shoulder" in roles and f"{side}_elbow" in roles:
            upper_arms[side] = unit_vector(reader.head(f"{side}_elbow") - reader.head(f"{side}_shoulder"))
        if f"{side}_elbow" in roles and f"{side}_wrist" in roles:
            forearms[side] = unit_vector(reader.head(f"{side}_wrist") - reader.head(f"{side}_elbow"))
        hand, known = _hand(reader, side, arm)
        if known:
            palms.add(side)
        if f"{side}_wrist" in roles:
            turns[f"{side}_wrist"] = hand
        for finger in FINGERS:
            _finger(reader, side, finger, hand, turns)
    return RestPose(turns, forearms, frozenset(palms), upper_arms)


def _follow(reader: _Reader, chain: list[str], turns: dict[str, np.ndarray]) -> np.ndarray:
    """Turns down a limb; joints that have no bone are passed over. Returns the last."""
    have = [joint for joint in chain if joint in reader.roles]
    turn = IDENTITY.astype(np.float64)
    for joint, further in zip(have, have[1:]):
        way = reader.head(further) - reader.head(joint)
        turn = multiply(shortest_arc(rotate(turn, way), adult_position(further) - adult_position(joint)), turn)
        turns[joint] = turn
    if have and have[-1] != chain[-1]:  # the limb ends early: its last bone points with its tail
        joint, further = have[-1], chain[chain.index(have[-1]) + 1]
        turn = multiply(
            shortest_arc(rotate(turn, reader.end_way(joint, None)), adult_position(further) - adult_position(joint)),
            turn,
        )
        turns[joint] = turn
    return turn


def _foot(reader: _Reader, side: str, turns: dict[str, np.ndarray]) -> None:
    """Feet stay as flat as they rest; they only come to point where the canonical ones do."""
    ankle, toe = f"{side}_ankle", f"{side}_foot"
    if ankle not in reader.roles:
        return
    turn = IDENTITY.astype(np.float64)
    way = (reader.head(toe) if toe in reader.roles else reader.tail(ankle)) - reader.head(ankle)
    goal = adult_position(toe) - adult_position(ankle)
    way, goal = (vector * [1.0, 0.0, 1.0] for vector in (way, goal))
    if np.linalg.norm(way) > 1e-9 and unit_vector(way) @ unit_vector(goal) > _LEGS_APART:
        yaw = np.arctan2(goal[0], goal[2]) - np.arctan2(way[0], way[2])
        turn = about((0.0, 1.0, 0.0), np.array([yaw]))[0]
    turns[ankle] = turn
    if toe in reader.roles:
        turns[toe] = turn


def _hand(reader: _Reader, side: str, arm: np.ndarray) -> tuple[np.ndarray, bool]:
    """The turn of the palm: from knuckles where there are two fingers or one and a thumb, else the forearm's."""
    wrist = f"{side}_wrist"
    if wrist not in reader.roles:
        return arm, False
    first = {
        finger: joints[0] for finger in FINGERS if (joints := reader.finger(side, finger)) and joints[0][-1] == "1"
    }
    knuckles = [finger for finger in _KNUCKLES if finger in first]
    if not knuckles:
        return arm, False
    base = reader.head(wrist)
    # the middle finger tells where the hand points, or what there is of the others
    told = ["middle"] if "middle" in knuckles else knuckles
    along = np.mean([reader.head(first[finger]) - base for finger in told], 0)
    goal_along = unit_vector(
        np.mean([adult_position(f"{side}_{finger}1") - adult_position(wrist) for finger in told], 0)
    )
    turn = multiply(shortest_arc(rotate(arm, along), goal_along), arm)
    ends = (knuckles[0], knuckles[-1]) if len(knuckles) > 1 else ("thumb", knuckles[0]) if "thumb" in first else None
    if ends is None:
        return turn, False
    across = rotate(turn, reader.head(first[ends[0]]) - reader.head(first[ends[1]]))
    goal = adult_position(f"{side}_{ends[0]}1") - adult_position(f"{side}_{ends[1]}1")
    across, goal = (vector - goal_along * (vector @ goal_along) for vector in (across, goal))
    if np.linalg.norm(across) < 1e-9:
        return turn, False
    angle = np.arctan2(cross(across, goal) @ goal_along, across @ goal)
    return multiply(about(tuple(goal_along), np.array([angle]))[0], turn), True


def _finger(reader: _Reader, side: str, finger: str, hand: np.ndarray, turns: dict[str, np.ndarray]) -> None:
    joints = reader.finger(side, finger)
    turn, before = hand, None
    for joint, further, (low, high, share) in zip(
        joints, [*joints[1:], ""], finger_places(len(joints)) if joints else []
    ):
        way = reader.head(further) - reader.head(joint) if further else reader.end_way(joint, before)
        if np.linalg.norm(way) < 1e-9:
            turns[joint] = turn
            continue
        goal = (1.0 - share) * finger_way(side, finger, low) + share * finger_way(side, finger, high)
        turn = multiply(shortest_arc(rotate(turn, way), goal), turn)
        turns[joint] = turn
        before = way


def relative_rotation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """What is left of `second` after `first`: quaternions (…, 4)."""
    return multiply(inverse(first), second)
