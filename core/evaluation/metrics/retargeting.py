# SPDX-License-Identifier: GPL-3.0-or-later
"""How far limbs, hands, fingers and feet of a rig are from the canonical body's, and whether its trunk turns as fast."""

from __future__ import annotations

import numpy as np

from ...motion.adult_skeleton import ADULT_REST_M
from ...motion.clip import Clip
from ...motion.joints import FINGERS, JOINT_NAMES, JOINT_PARENTS, SIDES
from ...motion.kinematics.forward import forward
from ...motion.rotations import to_matrix
from ...motion.spans import spans

LIMBS = {
    "upper arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "wrist"),
    "thigh": ("hip", "knee"),
    "shin": ("knee", "ankle"),
}
_OFFSETS = np.array(
    [ADULT_REST_M[joint] - (ADULT_REST_M[parent] if parent >= 0 else 0.0) for joint, parent in enumerate(JOINT_PARENTS)]
)
_UP = np.array([0.0, 1.0, 0.0])


def retargeting_errors(clip: Clip, found: dict[str, np.ndarray], adjusted: bool) -> dict[str, np.ndarray]:
    """Errors in all frames, by the names of the bench `retargeting`: degrees, but for those that end in _cm.

    found: what the worker read back; adjusted: whether feet and hands were moved for the character.
    """
    joints = [str(joint) for joint in found["joints"]]
    frames = found["frames"]
    axes = found["axes"] / np.linalg.norm(found["axes"], axis=0)
    local = found["local_axes"]
    own = {joint: found["heads"][:, index] @ axes for index, joint in enumerate(joints)}
    rest = {joint: found["rest"][index] @ axes for index, joint in enumerate(joints)}
    turns = {
        joint: np.einsum("ji,tjk,kl->til", local, found["turns"][:, index], local) for index, joint in enumerate(joints)
    }
    places, turned = forward(clip.rotations[frames], clip.root_translation_m[frames], _OFFSETS, JOINT_PARENTS)
    source = {joint: places[:, index] for index, joint in enumerate(JOINT_NAMES)}
    stand = {joint: to_matrix(turned[:, index]) for index, joint in enumerate(JOINT_NAMES)}
    errors: dict[str, np.ndarray] = {}
    for side in SIDES:
        for name, (joint, further) in LIMBS.items():
            first, second = f"{side}_{joint}", f"{side}_{further}"
            if first in own and second in own and first in clip.driven:
                kind = name if not adjusted else "arms" if "arm" in name else "legs"
                _add(errors, kind, angle(own[second] - own[first], source[second] - source[first]))
        if adjusted:
            _feet(errors, side, own, rest, clip.contacts[frames])
            continue
        _hands(errors, side, own, source, clip)
        ankle = f"{side}_ankle"
        if ankle in own and ankle in clip.driven:
            _add(errors, "sole", angle(turns[ankle] @ _UP, stand[ankle] @ _UP))
    if not adjusted:
        chest = next((joint for joint in ("spine3", "spine2", "spine1") if joint in turns), "")
        for name, shown, meant in (("chest", chest, "spine3"), ("head", "head", "head")):
            if shown in turns and meant in clip.driven:
                _add(errors, name, turned_by(turns[shown], stand[meant]))
    return errors


TURNING = {"pelvis": ("pelvis",), "chest": ("spine3",), "clavicle": ("left_collar", "right_collar")}


def turning_deg(clip: Clip, found: dict[str, np.ndarray]) -> dict[str, tuple[float, float]]:
    """How far parts of the trunk turn in the world over all frames, added up: name of TURNING → degrees of the rig's bones
    and of the canonical joints. Without parts that the rig has not or the clip does not drive. found: as read back."""
    joints, frames, local = [str(joint) for joint in found["joints"]], found["frames"], found["local_axes"]
    _, turned = forward(clip.rotations[frames], clip.root_translation_m[frames], _OFFSETS, JOINT_PARENTS)
    ways: dict[str, tuple[float, float]] = {}
    for name, meant in TURNING.items():
        for joint in meant:
            if joint not in joints or joint not in clip.driven:
                continue
            shown = np.einsum("ji,tjk,kl->til", local, found["turns"][:, joints.index(joint)], local)
            stands = to_matrix(turned[:, JOINT_NAMES.index(joint)])
            before = ways.get(name, (0.0, 0.0))
            own, goal = (float(turned_by(turns[1:], turns[:-1]).sum()) for turns in (shown, stands))
            ways[name] = before[0] + own, before[1] + goal
    return ways


def turned_by(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Degrees between two turns (T, 3, 3)."""
    cosine = (np.einsum("tij,tij->t", first, second) - 1.0) / 2.0
    return np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))


def _add(errors: dict[str, np.ndarray], name: str, values: np.ndarray) -> None:
    errors[name] = np.concatenate([errors[name], values]) if name in errors else values


def angle(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Degrees between (T, 3) and (T, 3)."""
    first, second = (
        vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-12) for vector in (first, second)
    )
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(first, second), axis=-1), (first * second).sum(-1)))


def _hands(errors, side: str, own, source, clip: Clip) -> None:
    wrist, middle, index, pinky = (f"{side}_{joint}" for joint in ("wrist", "middle1", "index1", "pinky1"))
    if not {wrist, middle} <= own.keys() or wrist not in clip.driven:
        return
    along, goal = own[middle] - own[wrist], source[middle] - source[wrist]
    _add(errors, "hand", angle(along, goal))
    if {index, pinky} <= own.keys():
        across, wanted = own[index] - own[pinky], source[index] - source[pinky]
        _add(errors, "palm", angle(_beside(across, along), _beside(wanted, goal)))
    for finger in FINGERS:
        names = [f"{side}_{finger}{number}" for number in (1, 2, 3)]
        if not set(names) <= own.keys() or names[0] not in clip.driven:
            continue
        bent = [angle(own[names[2]] - own[names[1]], along), angle(source[names[2]] - source[names[1]], goal)]
        _add(errors, "thumb" if finger == "thumb" else "curl", np.abs(bent[0] - bent[1]))
        for number in (0, 1):
            first, second = names[number], names[number + 1]
            _add(errors, "finger bones", angle(own[second] - own[first], source[second] - source[first]))


def _beside(vector: np.ndarray, along: np.ndarray) -> np.ndarray:
    along = along / np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-12)
    return vector - along * (vector * along).sum(-1, keepdims=True)


def _feet(errors, side: str, own, rest, contacts: np.ndarray) -> None:
    size = _legs(rest, side) / _legs(dict(zip(JOINT_NAMES, ADULT_REST_M)), side)
    for joint, column in ((f"{side}_ankle", SIDES.index(side)), (f"{side}_foot", 2 + SIDES.index(side))):
        if joint not in own:
            continue
        stands = contacts[:, column] > 0.5
        if stands.any():
            _add(errors, "floor_cm", np.abs(100.0 * (own[joint][:, 1] - rest[joint][1]) / size)[stands])
        for start, end in spans(stands):
            place = own[joint][start:end, [0, 2]]
            _add(errors, "slip_cm", 100.0 / size * np.linalg.norm(place - np.median(place, 0), axis=-1))


def _legs(places, side: str) -> float:
    points = [places.get(f"{side}_{joint}") for joint in ("hip", "knee", "ankle")]
    if any(point is None for point in points):
        return float(np.linalg.norm(places["head"] - places[f"{side}_ankle"]))
    return float(np.linalg.norm(points[1] - points[0]) + np.linalg.norm(points[2] - points[1]))
