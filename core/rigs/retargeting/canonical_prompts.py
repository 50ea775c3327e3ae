# SPDX-License-Identifier: GPL-3.0-or-later
"""From poses of a character back to the canonical body: what the animator's keys on bones and shape keys ask for.

Retargeting (`body.body_curves`) is a function from joint rotations to bone rotations; here it is inverted where keys
are. What a bone is off by is turned into its joint's frame and given to the joint, again and again, until the bones
stand as they were keyed: once is enough where every bone follows one joint, bones that share the turn of several
(spines of other lengths, twist bones, half of the hand's turn on the forearm) take some rounds.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...motion.clip import Clip
from ...motion.face import ARKIT_NAMES
from ...motion.joints import JOINT_INDEX, JOINT_NAMES
from ...motion.kinematics.joint_limits import out_of_range_deg
from ...motion.rotations import continuous, from_axis_angle, inverse, multiply, normalised, scaled, slerp, to_axis_angle
from ...prompts.model import PosePrompts, TimedValues
from ..character import Character
from ..description import Bone
from ..detection.mapping import CharacterMapping
from ..prompts import OutOfRange, RigPrompts
from ..spaces import rest_rotation
from .body import BodyCurves, body_curves
from .bone_links import SkeletonMap
from .rest_pose import twist_angle

log = logging.getLogger(__name__)

_ROUNDS = 30
_EXACT_RAD = 2e-4
_MOST_GAIN = 3.0
_REACH_S = 1.0  # a bone that is not keyed at a prompt's time stands as its own keys this near say
_NO_TIMES = np.empty(0)


def prompts_in_canonical_space(
    given: RigPrompts, character: Character, driven: frozenset[str] = frozenset(JOINT_NAMES)
) -> tuple[PosePrompts, tuple[OutOfRange, ...]]:
    """What the keys ask for in canonical space, and which of them are beyond what people do, the worst first.

    driven: the joints that are generated; keys of others are left out. Bones that follow no joint, and shape keys that
    are not one canonical shape each, keep their keys but tell the model nothing.
    """
    shapes = _shapes(given, character.mapping)
    if not character.roles or not (given.rotations or given.locations):
        return PosePrompts(shapes=shapes), ()
    character = character.driven_by(driven)
    skeleton = character.skeleton
    keyed = {
        name: keys
        for name, keys in given.rotations.items()
        if name in skeleton.links and skeleton.links[name].joint in driven
    }
    carriers = (skeleton.carrier, skeleton.travel) if "pelvis" in driven else ()
    moved = {name: given.locations[name] for name in carriers if name in given.locations}
    times_s = np.unique(np.concatenate([_NO_TIMES, *(keys[0] for keys in (*keyed.values(), *moved.values()))]))
    if not len(times_s):
        return PosePrompts(shapes=shapes), ()
    clip, rows_of_joints = _pose(times_s, keyed, character, driven)
    joints = {joint: (times_s[rows], clip[joint][rows].astype(np.float64)) for joint, rows in rows_of_joints.items()}
    root = _root(clip, times_s, moved, character, driven) if moved else None
    return PosePrompts(joints, root, shapes), _out_of_range(joints, skeleton)


# ---------------------------------------------------------------------------------------------------------------- poses


def _pose(
    times_s: np.ndarray, keyed: Mapping[str, TimedValues], character: Character, driven: frozenset[str]
) -> tuple[Clip, dict[str, np.ndarray]]:
    """A clip with one frame for each time in which the keyed bones stand as keyed, and of each joint the frames (n,) at
    which one of its bones is keyed."""
    clip = Clip.still(len(times_s), 1.0, driven)
    rotations = clip.rotations.astype(np.float64)
    at_rest = _body_curves(clip, character, driven).rotations
    links = character.skeleton.links
    wanted = {name: _at(times_s, *keyed[name]) for name in links if name in keyed and name in at_rest}
    worst_rad = 0.0
    for _ in range(_ROUNDS):
        made = _body_curves(replace(clip, rotations=rotations.copy()), character, driven).rotations
        off = {name: _off_by(made[name].astype(np.float64), *target) for name, target in wanted.items()}
        angles_rad = [np.linalg.norm(to_axis_angle(turns), axis=1).max(initial=0.0) for turns in off.values()]
        worst_rad = float(max(angles_rad, default=0.0))
        if worst_rad < _EXACT_RAD:
            break
        for joint, turns in _joint_turns(off, character).items():
            index = JOINT_INDEX[joint]
            rotations[:, index] = normalised(multiply(rotations[:, index], turns))
    log.debug("keyed bones are matched within %.3f degrees", np.degrees(worst_rad))
    rows_of_joints: dict[str, np.ndarray] = {}
    for name in wanted:
        joint, rows = links[name].joint, np.flatnonzero(np.isin(times_s, keyed[name][0]))
        rows_of_joints[joint] = np.union1d(rows_of_joints.get(joint, rows), rows)
    return replace(clip, rotations=continuous(rotations)), rows_of_joints


def _body_curves(clip: Clip, character: Character, driven: frozenset[str]) -> BodyCurves:
    """Of every frame of a clip, whatever its time."""
    return body_curves(clip, np.arange(len(clip), dtype=np.float64), character, driven, False)


def _off_by(made: np.ndarray, target: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The turn (T, 4) from how a bone stands to how it should, quaternions (T, 4), where that is known, bool (T,)."""
    return np.where(known[:, None], multiply(inverse(made), target), [1.0, 0.0, 0.0, 0.0])


def _joint_turns(off: Mapping[str, np.ndarray], character: Character) -> dict[str, np.ndarray]:
    """How joints have to turn, {joint: quaternions (T, 4)}, for their bones to lose what they are off by, {bone: (T,
    4)}."""
    bones, skeleton = character.description.bones, character.skeleton
    passed = _passed_on(skeleton)
    turns: dict[str, list[np.ndarray]] = {}
    backs: dict[str, np.ndarray] = {}
    for name, turn in off.items():
        link = skeleton.links[name]
        turn = _in_axes(turn, bones[name], character.axes)
        if 0.0 < link.share < 1.0 and link.joint == link.high:  # it takes a share of the joint's turn
            turn = scaled(turn, min(1.0 / link.share, _MOST_GAIN))
        if link.joint in passed:  # a hand, of whose turn about the forearm the forearm takes a share
            share, axis = passed[link.joint]
            about = twist_angle(turn, axis)[:, None] * axis * share / (1.0 - share)
            turn = multiply(turn, from_axis_angle(about))
            elbow = link.joint.replace("wrist", "elbow")
            if elbow in turns:
                back = skeleton.links[link.above].rest_turn if link.above else link.rest_turn
                backs[elbow] = _conjugated(back, from_axis_angle(-about))
        turns.setdefault(link.joint, []).append(_conjugated(link.rest_turn, turn))
    result = {}
    for joint, of_bones in turns.items():
        turn = of_bones[0]
        for number, other in enumerate(of_bones[1:], 2):  # several bones of one joint: their mean
            turn = slerp(turn, other, 1.0 / number)
        result[joint] = multiply(turn, backs[joint]) if joint in backs else turn
    return result


def _at(times_s: np.ndarray, key_times_s: np.ndarray, quaternions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How a bone stands at each time by its own keys, quaternions (T, 4), and where they say so: at them, and near to
    them."""
    quaternions = np.asarray(quaternions, np.float64)
    after = np.clip(np.searchsorted(key_times_s, times_s), 0, len(key_times_s) - 1)
    before = np.clip(np.searchsorted(key_times_s, times_s, side="right") - 1, 0, len(key_times_s) - 1)
    span = key_times_s[after] - key_times_s[before]
    share = np.clip(np.where(span > 0, (times_s - key_times_s[before]) / np.maximum(span, 1e-9), 0.0), 0.0, 1.0)
    near = np.minimum(np.abs(times_s - key_times_s[before]), np.abs(times_s - key_times_s[after])) <= _REACH_S
    return slerp(quaternions[before], quaternions[after], share), near


def _passed_on(skeleton: SkeletonMap) -> dict[str, tuple[float, np.ndarray]]:
    """{wrist: (the share of its turn about the forearm that the forearm itself takes, the forearm's axis at rest)}."""
    found = {}
    for side, axis in skeleton.rest.forearms.items():
        hand = skeleton.links.get(skeleton.bone_of(f"{side}_wrist"))
        share = skeleton.links[hand.above].twist if hand is not None and hand.above else 0.0
        if 0.0 < share < 1.0 - 1.0 / _MOST_GAIN + 1e-9:
            found[f"{side}_wrist"] = share, axis
    return found


def _conjugated(frame: np.ndarray, turns: np.ndarray) -> np.ndarray:
    return multiply(multiply(frame[None], turns), inverse(frame)[None])


def _in_axes(quaternions: np.ndarray, bone: Bone, axes: np.ndarray) -> np.ndarray:
    """Turns in bone space (T, 4) in canonical axes: the inverse of `spaces.bone_rotation`."""
    out_of = axes.T @ rest_rotation(bone) * np.linalg.det(axes)  # −1: a mirrored armature
    return np.concatenate([quaternions[:, :1], quaternions[:, 1:] @ out_of.T], -1)


def _root(
    clip: Clip, times_s: np.ndarray, moved: Mapping[str, TimedValues], character: Character, driven: frozenset[str]
) -> TimedValues | None:
    """The root's offsets where the bone that carries the body was placed by hand: (times, metres (n, 3))."""
    bones, skeleton, axes = character.description.bones, character.skeleton, character.axes
    carrier = skeleton.carrier
    placed = carrier if carrier in moved else skeleton.travel
    chosen = np.isin(times_s, moved[placed][0])
    made = _body_curves(clip, character, driven)
    if carrier not in made.locations:
        return None
    offsets = np.zeros((len(times_s), 3))
    for name, (key_times_s, places) in moved.items():
        places = np.asarray(places, np.float64)
        at = np.stack([np.interp(times_s, key_times_s, places[:, axis]) for axis in range(3)], 1)
        offsets += at @ (axes.T @ rest_rotation(bones[name])).T
    if carrier in moved:  # else only the travelling bone was placed: the hips are over it as the pose alone has them
        offsets = offsets - made.locations[carrier].astype(np.float64) @ (axes.T @ rest_rotation(bones[carrier])).T
    return times_s[chosen], (offsets / made.scale)[chosen]


# --------------------------------------------------------------------------------------------------------------- shapes


def _shapes(given: RigPrompts, mapping: CharacterMapping) -> dict[str, TimedValues]:
    found: dict[str, TimedValues] = {}
    mixes = mapping.keys
    for key, (times_s, values) in given.shapes.items():
        mix = mixes.get(key, {})
        if len(mix) == 1:
            name, weight = next(iter(mix.items()))
            if name in ARKIT_NAMES and name not in found:
                found[name] = (
                    np.asarray(times_s, np.float64),
                    np.clip(np.asarray(values, np.float64) * weight, 0.0, 1.0),
                )
    return found


# ---------------------------------------------------------------------------------------------------------------- range


def _out_of_range(joints: Mapping[str, TimedValues], skeleton: SkeletonMap) -> tuple[OutOfRange, ...]:
    found = []
    for joint, (times_s, quaternions) in joints.items():
        outside = out_of_range_deg(joint, quaternions)
        if len(outside) and outside.max() > 0.0:
            worst = int(outside.argmax())
            bone = next((name for name, link in skeleton.links.items() if link.joint == joint), joint)
            found.append(OutOfRange(bone, float(times_s[worst]), float(outside[worst])))
    return tuple(sorted(found, key=lambda one: -one.degrees))
