# SPDX-License-Identifier: GPL-3.0-or-later
"""Where hands rest between gestures: at the sides, before the belly, one on the other, on a hip; by seed and character, and in a
long speech now here, now there. And arms that are never quite still, resting or held.

The model draws a resting arm about its speaker's posture; the same small movements are played about another rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ...motion import rotations as rot
from ...motion.adult_skeleton import ADULT_REST_M
from ...motion.clip import Clip
from ...motion.easing import minimum_jerk, smooth_step
from ...motion.joints import JOINT_INDEX, JOINT_PARENTS, SIDES
from ...motion.kinematics.forward import forward
from ...motion.kinematics.two_bone_ik import solve
from ...motion.smoothing import gaussian_smooth, smooth_noise
from ...motion.vectors import unit
from ...settings import GenerateSettings
from ..parts import BODY
from ..seeding import generator_for

_ARM = ("shoulder", "elbow", "wrist")
# How far from its speaker's posture an arm still rests, and where it surely gestures; by eye.
_RESTS_DEG, _GESTURES_DEG, _SOFT_S = 22.0, 50.0, 0.15
_DRIFT_DEG, _DRIFT_S = {"shoulder": 0.9, "elbow": 1.3, "wrist": 1.6}, 0.7  # deviation, and between knots; by eye
_KEEPS_S, _CHANGE_S = (14.0, 40.0), 1.3  # how long hands keep to a rest, and take to another; by eye
_HIP_OUT_M = 0.045  # by eye: a posture whose elbows are so far outside the wrists has its hands on the hips


@dataclass(frozen=True)
class _Place:
    """Where a left hand rests, from the pelvis in metres; where its fingers and its palm point; where the elbow is. By eye,
    for an average adult; mirrored for a right hand."""

    wrist_m: tuple[float, float, float]
    fingers: tuple[float, float, float]
    palm: tuple[float, float, float]
    elbow_m: tuple[float, float, float]


_UNDER = _Place((0.085, 0.095, 0.180), (-0.88, -0.18, 0.30), (-0.15, 0.10, -0.98), (0.26, 0.19, 0.0))
_OVER = _Place((0.075, 0.120, 0.220), (-0.90, -0.28, 0.16), (-0.10, -0.05, -1.0), (0.26, 0.20, 0.01))
_BELLY = _Place((0.115, 0.135, 0.215), (-0.75, -0.05, 0.60), (-0.55, 0.25, -0.80), (0.28, 0.20, 0.0))
_HIP = _Place((0.235, 0.035, 0.030), (-0.80, -0.45, 0.25), (-0.45, 0.55, -0.30), (0.33, 0.24, -0.07))
_SIDES: dict[str, _Place | None] = {side: None for side in SIDES}
# name → how often, and where the hands are; None: as the posture has them. By eye.
_RESTS: dict[str, tuple[float, dict[str, _Place | None]]] = {
    "at the sides": (0.58, _SIDES),
    "left on right": (0.09, {"left": _OVER, "right": _UNDER}),
    "right on left": (0.09, {"left": _UNDER, "right": _OVER}),
    "before the belly": (0.16, {side: _BELLY for side in SIDES}),
    "left on the hip": (0.10, _SIDES | {"left": _HIP}),
    "right on the hip": (0.10, _SIDES | {"right": _HIP}),
}


_CROSSED = ("left on right", "right on left")  # from one to the other a hand would go through the other


def rest_of(seed: int, character: str) -> str:
    """How a character rests its hands with a seed: a name of `_RESTS`."""
    shares = np.array([share for share, _ in _RESTS.values()])
    return list(_RESTS)[int(generator_for(seed, f"rest {character}").choice(len(shares), p=shares / shares.sum()))]


@dataclass(frozen=True)
class RestFrom:
    """A rest, a name of `_RESTS`, and from when on the hands go there. own: (55, 4) a posture whose arms they take instead."""

    start_s: float
    rest: str
    own: np.ndarray | None = None


def rests_of(seed: int, character: str, phrase_ends_s: Sequence[float]) -> tuple[RestFrom, ...]:
    """Where a character rests its hands over time: another place at the end of some phrases.

    Args:
        seed, character: as of `rest_of`, where it begins.
        phrase_ends_s: ascending; hands that gesture go to their rest then.
    """
    random = generator_for(seed, f"rests {character}")
    found = [RestFrom(0.0, rest_of(seed, character))]
    keeps_s = float(random.uniform(*_KEEPS_S))
    for end_s in phrase_ends_s:
        if end_s - found[-1].start_s < keeps_s:
            continue
        last = found[-1].rest
        others = [name for name in _RESTS if name != last and {name, last} != set(_CROSSED)]
        shares = np.array([_RESTS[name][0] for name in others])
        found.append(RestFrom(float(end_s), others[int(random.choice(len(others), p=shares / shares.sum()))]))
        keeps_s = float(random.uniform(*_KEEPS_S))
    return tuple(found)


def resting(clip: Clip, posture: np.ndarray, rests: Sequence[RestFrom], settings: GenerateSettings) -> Clip:
    """The clip with arms that rest where this character rests them; arms that gesture stay as they are.

    Args:
        clip: of the model.
        posture: (55, 4) of its speaker, about which its arms rest.
        rests: of `rests_of`, the first from the beginning.
        settings: parts, stance and what the hands hold count.
    """
    if BODY not in settings.parts or settings.stance == "AS_POSED" or settings.holds or not len(clip):
        return clip
    of_performer = any(one.own is not None for one in rests)
    if _on_hips(posture) and not of_performer:
        return clip
    rotations = clip.rotations.copy()
    times_s = clip.start_s + np.arange(len(clip)) / clip.rate_hz
    for side in SIDES:
        places = [_RESTS[one.rest][1][side] for one in rests]
        joints = [JOINT_INDEX[f"{side}_{part}"] for part in _ARM]
        if not (any(places) or of_performer) or not {f"{side}_{part}" for part in _ARM} <= clip.driven:
            continue
        own = rotations[:, joints].astype(np.float64)
        away = rot.multiply(rot.inverse(posture[joints])[None], own)
        far = rot.angle_between_deg(posture[joints][None], own)[:, :2].max(axis=1)
        weight = 1.0 - smooth_step(gaussian_smooth(far, _SOFT_S * clip.rate_hz), _RESTS_DEG, _GESTURES_DEG)
        arms = [_arm_of(one, posture, side) for one in rests]
        moved = rot.multiply(_arm_over_time(arms, [one.start_s for one in rests], times_s), away)
        for index, joint in enumerate(joints):
            rotations[:, joint] = rot.slerp(own[:, index], moved[:, index], weight)
    return replace(clip, rotations=rot.continuous(rotations).astype(np.float32))


def _arm_of(rest: RestFrom, posture: np.ndarray, side: str) -> np.ndarray:
    """(3, 4): shoulder, elbow and wrist at a rest."""
    joints = [JOINT_INDEX[f"{side}_{part}"] for part in _ARM]
    if rest.own is not None:
        return rest.own[joints]
    place = _RESTS[rest.rest][1][side]
    return posture[joints] if place is None else _arm_at(posture, side, place)


def _arm_over_time(arms: Sequence[np.ndarray], starts_s: Sequence[float], times_s: np.ndarray) -> np.ndarray:
    """(T, 3, 4): the first of some poses (3, 4) of an arm, and the others from when on they are taken."""
    found = np.repeat(arms[0][None], len(times_s), axis=0)
    for before, after, start_s in zip(arms, arms[1:], starts_s[1:]):
        first, last = np.searchsorted(times_s, (start_s, start_s + _CHANGE_S))
        found[last:] = after
        share = minimum_jerk((times_s[first:last] - start_s) / _CHANGE_S)
        for index in range(len(after)):
            found[first:last, index] = rot.slerp(before[index], after[index], share)
    return found


def with_living_arms(clip: Clip, seed: int, strength: float) -> Clip:
    """The clip with arms that drift a little. strength: 1 as usual people do, 0 leaves all as it is."""
    driven = [f"{side}_{part}" for side in SIDES for part in _ARM if f"{side}_{part}" in clip.driven]
    if not driven or not len(clip) or strength <= 0.0:
        return clip
    rotations, times_s = clip.rotations.astype(np.float64), np.arange(len(clip)) / clip.rate_hz
    for joint in driven:
        drift = smooth_noise(generator_for(seed, f"drift {joint}"), times_s, 3, _DRIFT_S)
        turn = rot.from_axis_angle(strength * np.radians(_DRIFT_DEG[joint.split("_")[1]]) * drift)
        rotations[:, JOINT_INDEX[joint]] = rot.multiply(rotations[:, JOINT_INDEX[joint]], turn)
    return replace(clip, rotations=rot.continuous(rotations).astype(np.float32))


def _on_hips(posture: np.ndarray) -> bool:
    places, _ = _posed(posture)
    out = [
        np.abs(places[JOINT_INDEX[f"{side}_elbow"], 0]) - np.abs(places[JOINT_INDEX[f"{side}_wrist"], 0])
        for side in SIDES
    ]
    return min(out) > _HIP_OUT_M


def _arm_at(posture: np.ndarray, side: str, place: _Place) -> np.ndarray:
    """Local rotations (3, 4) of shoulder, elbow and wrist that bring a hand to its place."""
    mirror = np.array([1.0 if side == SIDES[0] else -1.0, 1.0, 1.0])
    places, world = _posed(posture)
    shoulder, elbow, wrist = (JOINT_INDEX[f"{side}_{part}"] for part in _ARM)
    collar = JOINT_PARENTS[shoulder]
    goal = mirror * place.wrist_m
    # first the elbow where it should be, then the hand to its place: so the arm bends in the plane that was meant
    start, aimed = places[shoulder], mirror * place.elbow_m
    swing = rot.shortest_arc(places[elbow] - start, aimed - start)
    upper = rot.multiply(swing, world[shoulder])
    middle = start + rot.rotate(swing, places[elbow] - start)
    fold = rot.shortest_arc(rot.rotate(swing, places[wrist] - places[elbow]), goal - middle)
    lower = rot.multiply(fold, rot.multiply(swing, world[elbow]))
    end = middle + rot.rotate(rot.multiply(fold, swing), places[wrist] - places[elbow])
    hinge = np.cross(middle - start, end - middle)
    turns = solve(start[None], middle[None], end[None], goal[None], hinge[None])
    upper, lower = rot.multiply(turns[0][0], upper), rot.multiply(turns[1][0], lower)
    hand = _turned_to(mirror * place.fingers, mirror * place.palm, mirror[0])
    locals_ = [
        rot.multiply(rot.inverse(above), own) for above, own in ((world[collar], upper), (upper, lower), (lower, hand))
    ]
    return np.stack(locals_)


def _turned_to(fingers: np.ndarray, palm: np.ndarray, sign: float) -> np.ndarray:
    """The world rotation (4,) of a hand whose fingers and palm point there; at rest fingers point aside, palms down."""
    along = unit(fingers)
    down = unit(palm - along * (palm @ along))
    goal = np.stack([sign * along, -down, np.cross(sign * along, -down)], axis=1)
    return rot.from_matrix(goal[None])[0]


def _posed(posture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places from the pelvis (55, 3) and world rotations (55, 4) of a posture."""
    places, world = forward(posture[None], np.zeros((1, 3)), _offsets_m(), JOINT_PARENTS)
    return places[0] - places[0, JOINT_INDEX["pelvis"]], world[0]


@lru_cache(maxsize=1)
def _offsets_m() -> np.ndarray:
    rest = np.asarray(ADULT_REST_M, np.float64)
    return np.array(
        [rest[joint] - (rest[parent] if parent >= 0 else 0.0) for joint, parent in enumerate(JOINT_PARENTS)]
    )
