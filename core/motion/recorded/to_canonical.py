# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings of other skeletons on the canonical one: what core.rigs does for characters, the other way round.

Rotations are taken in space. Where H is the recorded turn of a joint and A the turn that takes its resting limb to the
canonical resting direction, the canonical joint stands at G = H A⁻¹; A is found down each limb, so that twist is kept.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from ..clip import Clip
from ..joints import FINGERS, JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS, other_side
from ..rotations import IDENTITY, continuous, inverse, multiply, normalised, rotate, shortest_arc
from ..skeleton import Skeleton, average_adult
from .joint_names import joints_by_likeness
from .recording import Recording

_SIDES = (("left", "Left", "Lf"), ("right", "Right", "Rt"))
# canonical joint: names in the order of preference; {L} is Left or Right, {l} Lf or Rt
_CENTRE = {
    "pelvis": ("JtPelvis", "Hips"),
    "spine1": ("JtSpineA", "LowerBack", "ToSpine", "Spine"),
    "spine2": ("JtSpineB",),
    "spine3": ("JtSpineC",),
    "neck": ("JtNeckA", "Neck"),
    "head": ("JtSkullA", "Head"),
}
_LIMBS = {
    "hip": ("JtHip{l}", "{L}UpLeg"),
    "knee": ("JtKnee{l}", "{L}Leg"),
    "ankle": ("JtAnkle{l}", "{L}Foot"),
    "foot": ("JtBall{l}", "{L}ToeBase"),
    "collar": ("JtClavicle{l}", "{L}Shoulder"),
    "shoulder": ("JtShoulder{l}", "{L}Arm"),
    "elbow": ("JtElbow{l}", "{L}ForeArm"),
    "wrist": ("JtWrist{l}", "{L}Hand"),
}
_NEEDED = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
_LETTERS = dict(zip("123", "ABC"))


def joint_names(names: tuple[str, ...]) -> dict[str, str]:
    """Canonical joint → the recording's joint, as far as its names are known (SmartBody's and the Hips/LeftArm family)."""
    found: dict[str, str] = {}
    have = set(names)

    def take(joint: str, candidates: tuple[str, ...]) -> None:
        hit = next((name for name in candidates if name in have), None)
        if hit is not None:
            found[joint] = hit

    for joint, candidates in _CENTRE.items():
        take(joint, candidates)
    if found.get("spine1") in ("LowerBack", "ToSpine"):
        found |= {"spine2": "Spine", "spine3": "Spine1"}
    elif found.get("spine1") == "Spine":
        chain = [name for name in ("Spine", "Spine1", "Spine2", "Spine3") if name in have][-3:]
        found |= dict(zip(("spine1", "spine2", "spine3"), chain))
    for side, long, short in _SIDES:
        for part, candidates in _LIMBS.items():
            take(f"{side}_{part}", tuple(name.format(L=long, l=short) for name in candidates))
        for finger in FINGERS:
            other = "Little" if finger == "pinky" else finger.capitalize()
            for number, letter in _LETTERS.items():
                take(
                    f"{side}_{finger}{number}",
                    (f"Jt{other}{letter}{short}", f"{long}Hand{finger.capitalize()}{number}"),
                )
    return found


def found_joints(skeleton: Skeleton) -> dict[str, str]:
    """Canonical joint → the skeleton's joint: by names that are known, else by likeness."""
    known = joint_names(skeleton.names)
    return known if not missing_joints(known) else joints_by_likeness(skeleton.names, skeleton.parents)


def missing_joints(found: Collection[str]) -> tuple[str, ...]:
    """What a body cannot do without and is not among the canonical joints that were found."""
    needed = ("pelvis", *(f"{side}_{part}" for side, _, _ in _SIDES for part in _NEEDED))
    return tuple(joint for joint in needed if joint not in found)


def _tip(joint: str, names: tuple[str, ...], name: str) -> str | None:
    """The recording's end of the last finger bone."""
    for candidate in (f"{name}_End", name[:-1] + "4" if name[-1].isdigit() else "", f"{name[:-3]}D{name[-2:]}"):
        if candidate in names:
            return candidate
    return None


def rest_turns(recording: Recording, found: dict[str, str]) -> dict[str, np.ndarray]:
    """A of the module's head for every found joint: quaternions wxyz (4,)."""
    places = dict(zip(recording.skeleton.names, recording.skeleton.rest_positions_m.numpy().astype(np.float64)))
    adult = dict(zip(JOINT_NAMES, average_adult().rest_positions_m.numpy().astype(np.float64)))
    turns: dict[str, np.ndarray] = {joint: IDENTITY.astype(np.float64) for joint in found}

    def follow(chain: list[str], turn: np.ndarray) -> None:
        for joint, further in zip(chain, chain[1:] + [""]):
            if joint not in found:
                continue
            if further in found:
                way, goal = places[found[further]] - places[found[joint]], adult[further] - adult[joint]
            else:
                tip = _tip(joint, recording.skeleton.names, found[joint])
                if tip is None or joint[-1] != "3":
                    turns[joint] = turn
                    continue
                way, goal = places[tip] - places[found[joint]], adult[joint] - adult[chain[-2]]
            turn = multiply(shortest_arc(rotate(turn, way), goal), turn)
            turns[joint] = turn

    for side, _, _ in _SIDES:
        follow([f"{side}_{part}" for part in ("hip", "knee", "ankle")], IDENTITY)
        turns[f"{side}_ankle"] = IDENTITY  # feet rest flat on the floor in both
        follow([f"{side}_{part}" for part in ("shoulder", "elbow", "wrist")], IDENTITY)
        wrist = turns[f"{side}_elbow"]
        knuckles = [f"{side}_{finger}1" for finger in ("index", "middle", "pinky")]
        if all(joint in found for joint in knuckles):
            index, middle, pinky = (places[found[joint]] for joint in knuckles)
            hand = places[found[f"{side}_wrist"]]
            a_index, a_middle, a_pinky = (adult[joint] for joint in knuckles)
            wrist = multiply(shortest_arc(rotate(wrist, middle - hand), a_middle - adult[f"{side}_wrist"]), wrist)
            along = a_middle - adult[f"{side}_wrist"]
            along = along / np.linalg.norm(along)
            # the palm: turn about the hand's length until the knuckles lie as they do on the canonical hand
            across, goal = rotate(wrist, index - pinky), a_index - a_pinky
            across, goal = (vector - along * (vector @ along) for vector in (across, goal))
            wrist = multiply(shortest_arc(across, goal), wrist)
        turns[f"{side}_wrist"] = wrist
        for finger in FINGERS:
            follow([f"{side}_{finger}{number}" for number in "123"], wrist)
    return turns


def _legs_m(places: dict[str, np.ndarray], hip: str, knee: str, ankle: str) -> float:
    return float(np.linalg.norm(places[knee] - places[hip]) + np.linalg.norm(places[ankle] - places[knee]))


def to_canonical(recording: Recording) -> Clip:
    """The recording's motion on the canonical skeleton, at its rate, standing on y = 0 near the origin. Driven: what it has.

    Translation is scaled by the length of the legs. Raises ValueError for skeletons without hips, legs and arms.
    """
    names = recording.skeleton.names
    found = found_joints(recording.skeleton)
    if missing := missing_joints(found):
        raise ValueError(f"{recording.name}: not found: {list(missing)}")
    turns = rest_turns(recording, found)
    in_space: list[np.ndarray] = []
    local = recording.rotations.astype(np.float64)
    for joint, parent in enumerate(recording.skeleton.parents):
        in_space.append(local[:, joint] if parent < 0 else multiply(in_space[parent], local[:, joint]))
    stand: dict[str, np.ndarray] = {}
    rotations = np.zeros((len(recording), len(JOINT_NAMES), 4))
    for index, joint in enumerate(JOINT_NAMES):
        above = stand[JOINT_NAMES[JOINT_PARENTS[index]]] if JOINT_PARENTS[index] >= 0 else None
        if joint in found:
            stand[joint] = multiply(in_space[names.index(found[joint])], inverse(turns[joint])[None])
        elif above is not None:
            stand[joint] = above
        rotations[:, index] = stand[joint] if above is None else multiply(inverse(above), stand[joint])
    rotations = continuous(normalised(rotations)).astype(np.float32)
    return Clip(
        rotations,
        _root(recording, found),
        np.zeros((len(recording), 4), np.float32),
        recording.rate_hz,
        frozenset(found),
    )


def _root(recording: Recording, found: dict[str, str]) -> np.ndarray:
    places = dict(zip(recording.skeleton.names, recording.skeleton.rest_positions_m.numpy().astype(np.float64)))
    adult = average_adult()
    own = dict(zip(JOINT_NAMES, adult.rest_positions_m.numpy().astype(np.float64)))
    legs = _legs_m(places, found["left_hip"], found["left_knee"], found["left_ankle"])
    scale = _legs_m(own, "left_hip", "left_knee", "left_ankle") / legs
    moving = recording.positions_m()
    index = recording.skeleton.names.index
    # the middle between the hips is what both skeletons have alike; the pelvis itself may sit higher or lower
    hips = 0.5 * (moving[:, index(found["left_hip"])] + moving[:, index(found["right_hip"])]) * scale
    pelvis_turn = recording.rotations[:, 0].astype(np.float64)
    chain = index(found["pelvis"])
    if chain != 0:
        pelvis_turn = multiply(pelvis_turn, recording.rotations[:, chain].astype(np.float64))
    between = 0.5 * (own["left_hip"] + own["right_hip"]) - own["pelvis"]
    pelvis = hips - rotate(pelvis_turn, np.broadcast_to(between, hips.shape))
    feet = 0.5 * (moving[:, index(found["left_ankle"])] + moving[:, index(found["right_ankle"])])[0] * scale
    pelvis[:, [0, 2]] -= feet[[0, 2]]
    return (pelvis - own["pelvis"]).astype(np.float32)


def mirrored(clip: Clip) -> Clip:
    """Left and right exchanged (reflection in the plane x = 0)."""
    order = [JOINT_INDEX[other_side(name)] for name in JOINT_NAMES]
    rotations = clip.rotations[:, order] * np.array([1, 1, -1, -1], np.float32)
    root = clip.root_translation_m * np.array([-1, 1, 1], np.float32)
    driven = frozenset(other_side(name) for name in clip.driven)
    return Clip(rotations, root, clip.contacts[:, [1, 0, 3, 2]], clip.rate_hz, driven, clip.start_s)
