# SPDX-License-Identifier: GPL-3.0-or-later
"""From the canonical body to a character's bones, whatever its rest pose, proportions and number of bones.

Let G be the rotation of a canonical joint in space and A the turn from the character's resting bone to the canonical one
(`rest_pose`): the bone then stands at H = G A, and its own rotation is what is left of H after that of the bone that carries it
(`body_links`). A joint without a bone gives its turn to those below, so that hands and head arrive where they were meant to.
The body is moved so that the middle between the hips goes where the canonical one goes, scaled by the length of the legs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...motion.clip import Clip
from ...motion.easing import smooth_step
from ...motion.joints import FACE_JOINTS, JOINT_NAMES, JOINT_PARENTS, SIDES
from ...motion.resampling import curves_at, rotations_at
from ...motion.rotations import IDENTITY, from_axis_angle, inverse, multiply, rotate, slerp
from ...motion.smoothing import gaussian_smooth
from ..character import Character
from ..spaces import bone_offset, bone_rotation, rest_head
from .rest_pose import adult, relative, twist_angle
from .skeleton_map import Link, SkeletonMap, parents_of

__all__ = ["BodyCurves", "body_curves", "joint_at", "stands"]

_PATH_S = 0.7  # what of the path over the ground is slower than this is travelling, the rest sways
_TRAVELS_M = 0.3


@dataclass(frozen=True)
class BodyCurves:
    """rotations: {bone: float32 (T, 4)}, locations: {bone: float32 (T, 3)}, both as in `Controls`. scale: units of the armature a
    canonical metre became. moved: the joints whose curves there are."""

    rotations: dict[str, np.ndarray]
    locations: dict[str, np.ndarray]
    scale: float
    moved: frozenset[str]


def joint_at(clip: Clip, joint: str, times_s: np.ndarray) -> np.ndarray:
    """The rotation of a joint at the given times, float64 (T, 4)."""
    return rotations_at(clip[joint].astype(np.float64), clip.rate_hz, clip.start_s, times_s)


def in_space(clip: Clip, times_s: np.ndarray, driven: frozenset[str]) -> dict[str, np.ndarray]:
    """G of every joint: quaternions float64 (T, 4); joints that are not driven stay as the joint above."""
    turned: dict[str, np.ndarray] = {}
    for index, joint in enumerate(JOINT_NAMES):
        parent = JOINT_PARENTS[index]
        above = turned[JOINT_NAMES[parent]] if parent >= 0 else np.tile(IDENTITY.astype(np.float64), (len(times_s), 1))
        turned[joint] = multiply(above, joint_at(clip, joint, times_s)) if joint in driven else above
    return turned


def stands(turned: dict[str, np.ndarray], links: SkeletonMap) -> dict[str, np.ndarray]:
    """H of every link's bone: quaternions float64 (T, 4), canonical, relative to its rest pose."""
    result: dict[str, np.ndarray] = {}
    about: dict[
        str, tuple[np.ndarray, np.ndarray]
    ] = {}  # joint → how far the limb turns about itself, its axis at rest
    rest = links.rest
    for side in SIDES:
        collar, shoulder, elbow, wrist = (f"{side}_{joint}" for joint in ("collar", "shoulder", "elbow", "wrist"))
        if side in rest.forearms and {elbow, wrist} <= rest.turns.keys():
            forearm, hand = (multiply(turned[joint], rest.turns[joint][None]) for joint in (elbow, wrist))
            about[elbow] = np.unwrap(twist_angle(relative(forearm, hand), rest.forearms[side])), rest.forearms[side]
        if side in rest.upper_arms and shoulder in rest.turns:
            turn = relative(turned[collar], multiply(turned[shoulder], rest.turns[shoulder][None]))
            about[shoulder] = _steady_twist(turn, rest.upper_arms[side]), rest.upper_arms[side]
    for name, link in links.links.items():
        goal = (
            turned[link.low]
            if link.share == 0.0
            else turned[link.high]
            if link.share == 1.0
            else slerp(turned[link.low], turned[link.high], link.share)
        )
        goal = multiply(goal, link.turn[None])
        if link.twist and link.joint in about:
            angle, axis = about[link.joint]
            goal = multiply(goal, from_axis_angle(link.twist * angle[:, None] * axis))
        result[name] = goal
    return result


def _steady_twist(turn: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """How far a limb turns about itself, (T,) radians; less and less where it is swung so far (over 140 degrees) that it cannot be told."""
    known = np.hypot(turn[:, 0], turn[:, 1:] @ axis)  # the cosine of half the swing
    return twist_angle(turn, axis) * smooth_step(known, 0.15, 0.5)


def _carried(driven: frozenset[str], links: SkeletonMap) -> set[str]:
    """Joints that turn, themselves or by one above that has no bone."""
    have = {link.joint for link in links.links.values()}
    carried = set()
    for index, joint in enumerate(JOINT_NAMES):
        parent = JOINT_NAMES[JOINT_PARENTS[index]] if JOINT_PARENTS[index] >= 0 else ""
        if joint in driven or (parent in carried and parent not in have):
            carried.add(joint)
    if "head" in driven and "head" not in have:
        carried.add("neck")
    return carried


def body_curves(
    clip: Clip, times_s: np.ndarray, character: Character, driven: frozenset[str] | None = None, travelling: bool = True
) -> BodyCurves:
    """Curves of all driven joints but the face's.

    driven: the joints to write, of those that the clip drives; None: all of them. travelling: put the path over the ground on
    the root bone, if there is one.
    """
    driven = (clip.driven if driven is None else driven & clip.driven).difference(FACE_JOINTS)
    if not len(clip) or not driven:
        return BodyCurves({}, {}, 1.0, frozenset())
    links = character.skeleton
    turned = in_space(clip, times_s, driven)
    stand = stands(turned, links)
    carried = _carried(driven, links)
    rotations: dict[str, np.ndarray] = {}
    turns: dict[str, np.ndarray] = {}  # bone → its own rotation in canonical axes, identity where it is not written
    for name, link in links.links.items():
        if not (_moves(link, carried) or _twists(link, driven)):
            continue
        goal = stand[name]
        if link.above and not link.free:
            goal = relative(stand[link.above], goal)
        turns[name] = goal
        rotations[name] = bone_rotation(goal, character.description.bones[name], character.axes)
    locations, scale = {}, leg_scale(character)
    if "pelvis" in driven and links.carrier:
        locations = _locations(clip, times_s, character, turned, turns, scale, travelling)
    moved = frozenset(links.links[name].joint for name in rotations)
    return BodyCurves(rotations, locations, scale, moved)


def _moves(link: Link, carried: set[str]) -> bool:
    between = len(link.joints) > 1 and link.joint not in ("neck", "head")  # the chest alone does not turn the neck
    return link.joint in carried or between and bool(carried & {*link.joints})


def _twists(link: Link, driven: frozenset[str]) -> bool:
    pair = ("shoulder", "elbow") if link.joint.endswith("shoulder") else ("elbow", "wrist")
    return bool(link.twist) and all(f"{link.side}_{joint}" in driven for joint in pair)


# ----------------------------------------------------------------------------------------------------------- translation


def _rest(character: Character, bone: str) -> np.ndarray:
    return character.axes.T @ rest_head(character.description.bones[bone])


def _legs(character: Character) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Resting hip, knee and ankle of each leg that has all three."""
    legs = []
    for side in SIDES:
        names = [character.skeleton.bone_of(f"{side}_{joint}") for joint in ("hip", "knee", "ankle")]
        if all(names):
            legs.append(tuple(_rest(character, name) for name in names))
    return legs


def _length(points) -> float:
    return float(sum(np.linalg.norm(second - first) for first, second in zip(points, points[1:])))


def leg_scale(character: Character) -> float:
    """Units of the armature for a canonical metre: by the legs, or by the height of the head over the pelvis."""
    own = [adult(f"left_{joint}") for joint in ("hip", "knee", "ankle")]
    if legs := _legs(character):
        return float(np.mean([_length(leg) for leg in legs])) / _length(own)
    low, high = character.skeleton.bone_of("pelvis"), character.skeleton.bone_of("head")
    if low and high:
        return float(
            np.linalg.norm(_rest(character, high) - _rest(character, low))
            / np.linalg.norm(adult("head") - adult("pelvis"))
        )
    return 1.0


def _locations(
    clip: Clip,
    times_s: np.ndarray,
    character: Character,
    turned: dict[str, np.ndarray],
    turns: dict[str, np.ndarray],
    scale: float,
    travelling: bool,
) -> dict[str, np.ndarray]:
    links, bones = character.skeleton, character.description.bones
    root = curves_at(clip.root_translation_m.astype(np.float64), clip.rate_hz, clip.start_s, times_s)
    pelvis = turned["pelvis"]
    between = 0.5 * (adult("left_hip") + adult("right_hip")) - adult("pelvis")
    wanted = scale * (root + rotate(pelvis, np.broadcast_to(between, root.shape)) - between)
    hips = [links.bone_of(f"{side}_hip") for side in SIDES]
    hips = hips if all(hips) else [name for name in (links.bone_of("pelvis"), links.carrier) if name][:1]
    moving = np.mean([_places(character, turns, name) for name in hips], 0)
    resting = np.mean([_rest(character, name) for name in hips], 0)
    wanted[:, 1] += _higher(character)
    shift = wanted - (moving - resting)
    locations: dict[str, np.ndarray] = {}
    if travelling and links.travel:
        path = root * scale
        smooth = gaussian_smooth(path, _PATH_S * _rate_hz(times_s)) * [1.0, 0.0, 1.0]
        if np.ptp(smooth, axis=0).max() > _TRAVELS_M * scale:
            locations[links.travel] = bone_offset(smooth, bones[links.travel], character.axes)
            shift = shift - smooth
    locations[links.carrier] = bone_offset(shift, bones[links.carrier], character.axes)
    return locations


def _rate_hz(times_s: np.ndarray) -> float:
    return 1.0 / max(float(np.median(np.diff(times_s))), 1e-3) if len(times_s) > 1 else 1.0


def _higher(character: Character) -> float:
    """How much higher the hips are when the legs stand as in the canonical rest pose instead of their own."""
    legs = _legs(character)
    if not legs:
        return 0.0
    thigh, shin = adult("left_knee") - adult("left_hip"), adult("left_ankle") - adult("left_knee")
    drops = [
        np.linalg.norm(knee - hip) * thigh[1] / np.linalg.norm(thigh)
        + np.linalg.norm(ankle - knee) * shin[1] / np.linalg.norm(shin)
        - (ankle - hip)[1]
        for hip, knee, ankle in legs
    ]
    return -float(np.mean(drops))


def _places(character: Character, turns: dict[str, np.ndarray], bone: str) -> np.ndarray:
    """Where a bone starts when the links above it are turned, without any location: (T, 3) canonical axes, armature units."""
    links = character.skeleton
    chain = [bone]
    while links.links.get(chain[-1]) is not None and links.links[chain[-1]].above:
        chain.append(links.links[chain[-1]].above)
    if chain == [bone] and bone not in links.links:
        above = next((name for name in parents_of(character.description, bone) if name in links.links), "")
        while above:
            chain.append(above)
            above = links.links[above].above
    frames = len(next(iter(turns.values()))) if turns else 1
    total = np.tile(IDENTITY.astype(np.float64), (frames, 1))
    place = np.broadcast_to(_rest(character, chain[-1]), (frames, 3)).copy()
    for name, further in zip(reversed(chain), [*reversed(chain[:-1]), ""]):
        if name in turns:
            total = turns[name] if links.links[name].free else multiply(total, turns[name])
        if further:
            place = place + rotate(
                total, np.broadcast_to(_rest(character, further) - _rest(character, name), place.shape)
            )
    return place


def undo(stand: np.ndarray, link: Link) -> np.ndarray:
    """G of a link's joint from how its bone stands, (…, 4): what reading a pose needs. Right where the link has one joint."""
    return multiply(stand, inverse(link.turn))
