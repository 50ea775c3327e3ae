# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a character is posed standing, or sits, kneels, lies, crouches, leans or stands on one leg.

What counts is where hips, knees, ankles and shoulders are, so that it is the same for keys, poses without keys and rigs
that pose their legs by inverse kinematics. A figure that does so at every one of its keys keeps its hips and legs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..motion.joints import JOINT_INDEX, LEG_JOINTS, SIDES
from ..motion.vectors import norm
from .character import Character
from .posed_figure import PosedFigure
from .retargeting.pose import Pose
from .spaces import rest_head

# By eye, on posed figures; lengths are shares of the resting leg.
_LOW = 0.82  # hips that are less above both ankles than this share of standing are lowered on purpose
_THIGH_DEG = 45.0  # thighs that are raised this far from hanging down are bent to a seat
_LIES_DEG, _LEANS_DEG = 55.0, 25.0  # of the trunk, from the vertical
_FLAT_SHIN = 0.4  # a shin that rises by less than this share of its length lies on the floor
_LIFTED = 0.2  # a foot this much higher than the other stands nowhere
_SAME = 0.05  # nearer than this, two ways to find a joint agree
_TURNS, _MOVES = 0.01, 0.01  # less is no motion: of a quaternion's numbers, of the leg's length

SAID = {
    "SITS": "sits",
    "KNEELS": "kneels",
    "LIES": "lies",
    "CROUCHES": "crouches",
    "LEANS": "leans",
    "ON_ONE_LEG": "stands on one leg",
}
_BY_KEYS_TOO = frozenset(("SITS", "KNEELS", "LIES"))  # the others are prompts where they are keyed


@dataclass(frozen=True)
class _Figure:
    """Joints at one moment, {joint: (3,)}, and the same at rest; up and ahead: unit (3,); all in armature space."""

    places: Mapping[str, np.ndarray]
    rest: Mapping[str, np.ndarray]
    up: np.ndarray
    ahead: np.ndarray

    def middle(self, *joints: str) -> np.ndarray | None:
        found = [self.places[joint] for joint in joints if joint in self.places]
        return np.mean(found, 0) if found else None

    def leg(self, side: str, places: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        return [places[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle")]


def stance_of(posed: PosedFigure, character: Character) -> str:
    """SITS, KNEELS, LIES, CROUCHES, LEANS or ON_ONE_LEG if the figure clearly does so now and at all of its keys; else
    "": it stands, or moves."""
    stand_ins = shown_bones(character)
    needed = [f"{side}_{joint}" for side in SIDES for joint in ("hip", "knee", "ankle")]
    if not all(joint in stand_ins for joint in needed):
        return ""
    rest = {joint: rest_head(character.description.bones[bone]) for joint, bone in stand_ins.items()}
    world = np.asarray(character.description.world, np.float64)[:3, :3]
    up = world.T @ np.array([0.0, 0.0, 1.0])
    figure = _Figure({}, rest, up / max(float(np.linalg.norm(up)), 1e-12), character.axes[:, 2])
    kinds = [kind_of(replace(figure, places=places)) for places in _moments(posed, character, stand_ins, rest)]
    if not kinds or "" in kinds:
        return ""
    keyed = posed.keyed & _lower_bones(character)
    return kinds[0] if kinds[0] in _BY_KEYS_TOO or not keyed else ""


def kind_of(figure: _Figure) -> str:
    """What one pose is, "" for standing."""
    legs = [figure.leg(side, figure.places) for side in SIDES]
    resting = [figure.leg(side, figure.rest) for side in SIDES]
    lengths = [np.linalg.norm(b - a) + np.linalg.norm(c - b) for a, b, c in resting]
    low = max((hip - ankle) @ figure.up / length for (hip, _, ankle), length in zip(legs, lengths))
    trunk_deg = _trunk_deg(figure)
    if low < _LOW / 2 and trunk_deg > _LIES_DEG or trunk_deg > 90.0 - _LIES_DEG / 2 and low < _LOW:
        return "LIES"
    if low < _LOW:
        return _lowered(figure, legs)
    if trunk_deg > _LEANS_DEG:
        return "LEANS"
    heights = [ankle @ figure.up - rest[2] @ figure.up for (_, _, ankle), rest in zip(legs, resting)]
    return "ON_ONE_LEG" if abs(heights[0] - heights[1]) > _LIFTED * float(np.mean(lengths)) else ""


def _lowered(figure: _Figure, legs: list[list[np.ndarray]]) -> str:
    """What legs do below hips that are low: each of hip, knee, ankle (3,)."""
    raised = []
    for hip, knee, ankle in legs:
        thigh, shin = knee - hip, ankle - knee
        length = float(np.linalg.norm(shin))
        if -(shin @ figure.up) < _FLAT_SHIN * length and -(shin @ figure.ahead) > _FLAT_SHIN * length:
            return "KNEELS"
        raised.append(np.degrees(np.arccos(np.clip(-(thigh @ figure.up) / np.linalg.norm(thigh), -1.0, 1.0))))
    return "SITS" if min(raised) > _THIGH_DEG else "CROUCHES"


def _trunk_deg(figure: _Figure) -> float:
    """How far the trunk leans from the vertical, 0 where it cannot be told."""
    high = figure.middle("left_shoulder", "right_shoulder")
    high = figure.middle("neck") if high is None else high
    low = figure.middle("left_hip", "right_hip")
    if high is None or low is None:
        return 0.0
    way = high - low
    return float(np.degrees(np.arccos(np.clip(way @ figure.up / max(np.linalg.norm(way), 1e-12), -1.0, 1.0))))


def shown_bones(character: Character) -> dict[str, str]:
    """{joint: the bone that shows where it is}: of a control rig the bone that deforms the mesh there."""
    bones = character.description.bones
    deforming = [bone for bone in bones.values() if bone.deform]
    size = norm(np.array([rest_head(bone) for bone in bones.values()]).reshape(-1, 3)).max(initial=0.0)
    heads = np.array([rest_head(bone) for bone in deforming])
    found = {}
    for joint, name in character.roles.items():
        if joint not in JOINT_INDEX:
            continue
        found[joint] = name
        if not bones[name].deform and deforming:
            apart = norm(heads - rest_head(bones[name]))
            nearest = int(np.argmin(apart))
            if apart[nearest] < 0.01 * size:
                found[joint] = deforming[nearest].name
    return found


def _moments(
    posed: PosedFigure, character: Character, stand_ins: Mapping[str, str], rest: Mapping[str, np.ndarray]
) -> list[dict[str, np.ndarray]]:
    """Where the joints are at each moment that is known; [] if they move in a way that only Blender could follow."""
    pose = Pose(character.description, posed.rotations, posed.locations)
    frames = max((len(values) for values in (*posed.rotations.values(), *posed.locations.values())), default=1)
    by_keys = {joint: np.broadcast_to(pose.matrix(bone)[:, :3, 3], (frames, 3)) for joint, bone in stand_ins.items()}
    all_moments = [{joint: places[at] for joint, places in by_keys.items()} for at in range(frames)]
    shown = {joint: posed.heads[bone] for joint, bone in stand_ins.items() if bone in posed.heads}
    length = float(np.linalg.norm(rest["left_ankle"] - rest["left_hip"]))
    legs = LEG_JOINTS & shown.keys()
    if not shown or all(np.linalg.norm(shown[joint] - by_keys[joint][0]) < _SAME * length for joint in legs):
        return all_moments
    return [] if _lower_moves(posed, character, length) else [shown]


def _lower_bones(character: Character) -> frozenset[str]:
    """The bones, controls too, that rest nearer to hips, legs or feet than to any other joint."""
    bones = character.description.bones
    joints = [joint for joint in character.roles if joint in JOINT_INDEX]
    places = np.array([rest_head(bones[character.roles[joint]]) for joint in joints]).reshape(-1, 3)
    lower = np.array([joint in LEG_JOINTS or joint == "pelvis" for joint in joints], bool)
    return frozenset(
        name
        for name, bone in bones.items()
        if len(joints) and lower[int(np.argmin(np.linalg.norm(places - rest_head(bone), axis=1)))]
    )


def _lower_moves(posed: PosedFigure, character: Character, length: float) -> bool:
    lower = _lower_bones(character)
    turns = [np.ptp(values, axis=0).max() for name, values in posed.rotations.items() if name in lower]
    moves = [np.ptp(values, axis=0).max() for name, values in posed.locations.items() if name in lower]
    return max(turns, default=0.0) > _TURNS or max(moves, default=0.0) > _MOVES * length
