# SPDX-License-Identifier: GPL-3.0-or-later
"""From poses of a character back to the canonical body: what the animator's keys on bones and shape keys ask for.

Retargeting (`body.body_curves`) is a function from joint rotations to bone rotations; here it is inverted where keys are. What a
bone is off by is turned into its joint's frame and given to the joint, again and again, until the bones stand as they were
keyed: once is enough where every bone follows one joint, bones that share the turn of several (spines of other lengths, twist
bones, half of the hand's turn on the forearm) take some rounds.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ...motion.clip import Clip
from ...motion.face_track import ARKIT_NAMES
from ...motion.joints import JOINT_INDEX, JOINT_NAMES
from ...motion.kinematics.joint_limits import out_of_range_deg
from ...motion.rotations import continuous, from_axis_angle, inverse, multiply, normalised, scaled, slerp, to_axis_angle
from ...prompts.model import PosePrompts
from ..character import Character
from ..description import Bone
from ..detection.mapping import CharacterMapping
from ..spaces import rest_rotation
from .body import body_curves
from .rest_pose import twist_angle
from .skeleton_map import SkeletonMap

log = logging.getLogger(__name__)

_ROUNDS = 30
_EXACT_RAD = 2e-4
_MOST_GAIN = 3.0
_REACH_S = 1.0  # a bone that is not keyed at a prompt's time stands as its own keys this near say
_NO_TIMES = np.empty(0)


@dataclass(frozen=True)
class RigPrompts:
    """Keys set by hand on a character, by name; times in seconds of the sound, ascending.

    rotations: {bone: (times (n,), quaternions wxyz (n, 4) relative to rest, in bone space)}. locations: {bone: (times, (n, 3) units of
    the armature, in bone space)}. shapes: {shape key: (times, values (n,))}.
    """

    rotations: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    locations: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    shapes: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)


@dataclass(frozen=True)
class BeyondReach:
    """The prompt of a bone that bends it furthest beyond what people do. degrees: how far beyond."""

    bone: str
    time_s: float
    degrees: float


def to_canonical(
    given: RigPrompts, character: Character, driven: frozenset[str] = frozenset(JOINT_NAMES)
) -> tuple[PosePrompts, tuple[BeyondReach, ...]]:
    """What the keys ask for in canonical space, and which of them are beyond what people do, the worst first.

    driven: the joints that are generated; keys of others are left out. Bones that follow no joint, and shape keys that are not
    one canonical shape each, keep their keys but tell the model nothing.
    """
    shapes = _shapes(given, character.mapping)
    if not character.roles or not (given.rotations or given.locations):
        return PosePrompts(shapes=shapes), ()
    character = character.driven_by(driven)
    links = character.skeleton
    keyed = {
        name: keys
        for name, keys in given.rotations.items()
        if name in links.links and links.links[name].joint in driven
    }
    moving = [name for name in (links.carrier, links.travel) if name in given.locations and "pelvis" in driven]
    times_s = np.unique(
        np.concatenate(
            [_NO_TIMES, *(keys[0] for keys in keyed.values()), *(given.locations[name][0] for name in moving)]
        )
    )
    if not len(times_s):
        return PosePrompts(shapes=shapes), ()
    clip, asked = _pose(times_s, keyed, character, driven)
    joints = {}
    for joint, rows in asked.items():
        joints[joint] = times_s[rows], clip[joint][rows].astype(np.float64)
    root = _root(clip, times_s, {name: given.locations[name] for name in moving}, character, driven) if moving else None
    return PosePrompts(joints, root, shapes), _beyond(joints, links)


# ----------------------------------------------------------------------------------------------------------------- poses


def _pose(
    times_s: np.ndarray,
    keyed: Mapping[str, tuple[np.ndarray, np.ndarray]],
    character: Character,
    driven: frozenset[str],
) -> tuple[Clip, dict[str, np.ndarray]]:
    """A clip with one frame for each time in which the keyed bones stand as keyed, and which joints were asked for when."""
    bones, links, axes = character.description.bones, character.skeleton, character.axes
    clip = Clip.still(len(times_s), 1.0, driven)
    rows_s = np.arange(len(times_s), dtype=np.float64)  # frame t of the clip is "second" t: times need not be even
    wanted = {name: _at(times_s, *keys) for name, keys in keyed.items()}
    rotations = clip.rotations.astype(np.float64)
    resting = body_curves(clip, rows_s, character, driven, False).rotations
    passed = _passed_on(links)
    order = [name for name in links.links if name in wanted and name in resting]
    for _ in range(_ROUNDS):
        made = body_curves(
            Clip(rotations.astype(np.float64), clip.root_translation_m, clip.contacts, 1.0, driven),
            rows_s,
            character,
            driven,
            False,
        ).rotations
        worst = 0.0
        turns: dict[str, list[np.ndarray]] = {}
        backs: dict[str, np.ndarray] = {}
        for name in order:
            target, known = wanted[name]
            off = multiply(inverse(made[name].astype(np.float64)), target)
            off = np.where(known[:, None], off, [1.0, 0.0, 0.0, 0.0])
            worst = max(worst, float(np.linalg.norm(to_axis_angle(off), axis=1).max(initial=0.0)))
            link = links.links[name]
            turn = _in_axes(off, bones[name], axes)
            if 0.0 < link.share < 1.0 and link.joint == link.high:  # it takes a share of the joint's turn
                turn = scaled(turn, min(1.0 / link.share, _MOST_GAIN))
            if link.joint in passed:  # a hand, of whose turn about the forearm the forearm takes a share
                share, axis = passed[link.joint]
                about = twist_angle(turn, axis)[:, None] * axis * share / (1.0 - share)
                turn = multiply(turn, from_axis_angle(about))
                elbow = link.joint.replace("wrist", "elbow")
                if elbow in turns:
                    back = links.links[link.above].turn if link.above else link.turn
                    backs[elbow] = _conjugated(back, from_axis_angle(-about))
            turns.setdefault(link.joint, []).append(_conjugated(link.turn, turn))
        if worst < _EXACT_RAD:
            break
        for joint, offs in turns.items():
            index = JOINT_INDEX[joint]
            turn = offs[0]
            for number, other in enumerate(offs[1:], 2):  # several bones of one joint: their mean
                turn = slerp(turn, other, 1.0 / number)
            turn = multiply(turn, backs[joint]) if joint in backs else turn
            rotations[:, index] = normalised(multiply(rotations[:, index], turn))
    log.debug("keyed bones are matched within %.3f degrees", np.degrees(worst))
    asked: dict[str, np.ndarray] = {}
    for name in order:
        joint, rows = links.links[name].joint, np.flatnonzero(np.isin(times_s, keyed[name][0]))
        asked[joint] = np.union1d(asked[joint], rows) if joint in asked else rows
    for index in range(rotations.shape[1]):
        rotations[:, index] = continuous(rotations[:, index])
    return Clip(rotations, clip.root_translation_m, clip.contacts, 1.0, driven), {
        joint: rows.astype(int) for joint, rows in asked.items()
    }


def _at(times_s: np.ndarray, key_times_s: np.ndarray, quaternions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How a bone stands at each time by its own keys, quaternions (T, 4), and where they say so: at them, and near to them."""
    quaternions = np.asarray(quaternions, np.float64)
    after = np.clip(np.searchsorted(key_times_s, times_s), 0, len(key_times_s) - 1)
    before = np.clip(np.searchsorted(key_times_s, times_s, side="right") - 1, 0, len(key_times_s) - 1)
    span = key_times_s[after] - key_times_s[before]
    share = np.clip(np.where(span > 0, (times_s - key_times_s[before]) / np.maximum(span, 1e-9), 0.0), 0.0, 1.0)
    near = np.minimum(np.abs(times_s - key_times_s[before]), np.abs(times_s - key_times_s[after])) <= _REACH_S
    return slerp(quaternions[before], quaternions[after], share), near


def _passed_on(links: SkeletonMap) -> dict[str, tuple[float, np.ndarray]]:
    """{wrist: (the share of its turn about the forearm that the forearm itself takes, the forearm's axis at rest)}."""
    found = {}
    for side, axis in links.rest.forearms.items():
        hand = links.links.get(links.bone_of(f"{side}_wrist"))
        share = links.links[hand.above].twist if hand is not None and hand.above else 0.0
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
    clip: Clip,
    times_s: np.ndarray,
    given: Mapping[str, tuple[np.ndarray, np.ndarray]],
    character: Character,
    driven: frozenset[str],
) -> tuple[np.ndarray, np.ndarray] | None:
    """The root's offsets where the bone that carries the body was placed by hand: (times, metres (n, 3))."""
    bones, links, axes = character.description.bones, character.skeleton, character.axes
    carrier = links.carrier
    chosen = np.isin(times_s, given.get(carrier, given.get(links.travel))[0])
    rows_s = np.arange(len(times_s), dtype=np.float64)
    made = body_curves(clip, rows_s, character, driven, False)
    if carrier not in made.locations:
        return None
    asked = np.zeros((len(times_s), 3))
    for name, (key_times_s, places) in given.items():
        out_of = axes.T @ rest_rotation(bones[name])
        at = np.stack(
            [np.interp(times_s, key_times_s, np.asarray(places, np.float64)[:, axis]) for axis in range(3)], 1
        )
        asked += at @ out_of.T
    out_of = axes.T @ rest_rotation(bones[carrier])
    if carrier not in given:  # only the travelling bone was placed: the hips are over it as the pose alone has them
        return times_s[chosen], (asked / made.scale)[chosen]
    return times_s[chosen], ((asked - made.locations[carrier].astype(np.float64) @ out_of.T) / made.scale)[chosen]


# ---------------------------------------------------------------------------------------------------------------- shapes


def _shapes(given: RigPrompts, mapping: CharacterMapping) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
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


# ----------------------------------------------------------------------------------------------------------------- reach


def _beyond(joints: Mapping[str, tuple[np.ndarray, np.ndarray]], links: SkeletonMap) -> tuple[BeyondReach, ...]:
    found = []
    for joint, (times_s, quaternions) in joints.items():
        outside = out_of_range_deg(joint, quaternions)
        if len(outside) and outside.max() > 0.0:
            worst = int(outside.argmax())
            bone = next((name for name, link in links.links.items() if link.joint == joint), joint)
            found.append(BeyondReach(bone, float(times_s[worst]), float(outside[worst])))
    return tuple(sorted(found, key=lambda one: -one.degrees))
