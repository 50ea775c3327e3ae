# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a character's body goes: the middle between the hips goes where the canonical one goes, scaled by the legs'
length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...motion.adult_skeleton import adult_position
from ...motion.clip import Clip
from ...motion.joints import SIDES
from ...motion.resampling import curves_at
from ...motion.rotations import IDENTITY, multiply, rotate
from ...motion.smoothing import gaussian_smooth
from ..character import Character
from ..spaces import bone_offset, rest_head
from .bone_links import parents_of

_PATH_S = 0.7  # what of the path over the ground is slower than this is travelling, the rest sways; by eye
_TRAVELS_M = 0.3  # a path that stays within this is swaying; by eye


def _rest_position(character: Character, bone: str) -> np.ndarray:
    """Where a bone starts at rest: (3,), canonical axes, armature units."""
    return character.axes.T @ rest_head(character.description.bones[bone])


def _legs(character: Character) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Resting hip, knee and ankle of each leg that has all three."""
    legs = []
    for side in SIDES:
        names = [character.skeleton.bone_of(f"{side}_{joint}") for joint in ("hip", "knee", "ankle")]
        if all(names):
            legs.append(tuple(_rest_position(character, name) for name in names))
    return legs


def _length(points: Sequence[np.ndarray]) -> float:
    return float(sum(np.linalg.norm(second - first) for first, second in zip(points, points[1:])))


def leg_scale(character: Character) -> float:
    """Units of the armature for a canonical metre: by the legs, or by the height of the head over the pelvis."""
    own = [adult_position(f"left_{joint}") for joint in ("hip", "knee", "ankle")]
    if legs := _legs(character):
        return float(np.mean([_length(leg) for leg in legs])) / _length(own)
    low, high = character.skeleton.bone_of("pelvis"), character.skeleton.bone_of("head")
    if low and high:
        return float(
            np.linalg.norm(_rest_position(character, high) - _rest_position(character, low))
            / np.linalg.norm(adult_position("head") - adult_position("pelvis"))
        )
    return 1.0


def body_locations(
    clip: Clip,
    times_s: np.ndarray,
    character: Character,
    pelvis: np.ndarray,
    rotations: Mapping[str, np.ndarray],
    scale: float,
    travelling: bool,
) -> dict[str, np.ndarray]:
    """Locations of the bone that carries the body and of the one that travels.

    Args:
        clip: the motion, whose root is followed.
        times_s: (T,), seconds of the sound.
        character: whose locations; its skeleton has a carrier.
        pelvis: (T, 4), quaternions wxyz: how the canonical pelvis is turned in space.
        rotations: {bone: (T, 4)}: each bone's own rotation in canonical axes; bones that are not there stay.
        scale: units of the armature for a canonical metre.
        travelling: put the path over the ground on the root bone, if there is one.

    Returns:
        {bone: float32 (T, 3)}, as in `Controls`.
    """
    skeleton, bones = character.skeleton, character.description.bones
    root = curves_at(clip.root_translation_m.astype(np.float64), clip.rate_hz, clip.start_s, times_s)
    between = 0.5 * (adult_position("left_hip") + adult_position("right_hip")) - adult_position("pelvis")
    wanted = scale * (root + rotate(pelvis, np.broadcast_to(between, root.shape)) - between)
    hips = [skeleton.bone_of(f"{side}_hip") for side in SIDES]
    hips = hips if all(hips) else [name for name in (skeleton.bone_of("pelvis"), skeleton.carrier) if name][:1]
    moving = np.mean([_positions(character, rotations, name) for name in hips], 0)
    resting = np.mean([_rest_position(character, name) for name in hips], 0)
    wanted[:, 1] += _hip_rise(character)
    shift = wanted - (moving - resting)
    locations: dict[str, np.ndarray] = {}
    if travelling and skeleton.travel:
        path = root * scale
        smooth = gaussian_smooth(path, _PATH_S * _rate_hz(times_s)) * [1.0, 0.0, 1.0]
        if np.ptp(smooth, axis=0).max() > _TRAVELS_M * scale:
            locations[skeleton.travel] = bone_offset(smooth, bones[skeleton.travel], character.axes)
            shift = shift - smooth
    locations[skeleton.carrier] = bone_offset(shift, bones[skeleton.carrier], character.axes)
    return locations


def _rate_hz(times_s: np.ndarray) -> float:
    return 1.0 / max(float(np.median(np.diff(times_s))), 1e-3) if len(times_s) > 1 else 1.0


def _hip_rise(character: Character) -> float:
    """How much higher the hips are when the legs stand as in the canonical rest pose instead of their own."""
    legs = _legs(character)
    if not legs:
        return 0.0
    thigh, shin = (
        adult_position("left_knee") - adult_position("left_hip"),
        adult_position("left_ankle") - adult_position("left_knee"),
    )
    drops = [
        np.linalg.norm(knee - hip) * thigh[1] / np.linalg.norm(thigh)
        + np.linalg.norm(ankle - knee) * shin[1] / np.linalg.norm(shin)
        - (ankle - hip)[1]
        for hip, knee, ankle in legs
    ]
    return -float(np.mean(drops))


def _positions(character: Character, rotations: Mapping[str, np.ndarray], bone: str) -> np.ndarray:
    """Where a bone starts when the bones above it are turned, without any location: (T, 3) canonical axes, armature
    units."""
    links = character.skeleton.links
    chain = [bone]
    while links.get(chain[-1]) is not None and links[chain[-1]].above:
        chain.append(links[chain[-1]].above)
    if chain == [bone] and bone not in links:
        above = next((name for name in parents_of(character.description, bone) if name in links), "")
        while above:
            chain.append(above)
            above = links[above].above
    frames = len(next(iter(rotations.values()))) if rotations else 1
    total = np.tile(IDENTITY.astype(np.float64), (frames, 1))
    place = np.broadcast_to(_rest_position(character, chain[-1]), (frames, 3)).copy()
    for name, further in zip(reversed(chain), [*reversed(chain[:-1]), ""]):
        if name in rotations:
            total = rotations[name] if links[name].free else multiply(total, rotations[name])
        if further:
            place = place + rotate(
                total,
                np.broadcast_to(_rest_position(character, further) - _rest_position(character, name), place.shape),
            )
    return place
