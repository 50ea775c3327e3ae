# SPDX-License-Identifier: GPL-3.0-or-later
"""From a performance to the curves of one character.

Shape keys: a key that is one canonical shape follows it; poses and incomplete sets are solved for (`solve`). Bones: head,
neck, spine and limbs from the body; jaw, eyes, lids and face controls from the face. What shape keys already do, bones do not
do again: the jaw bone rests if a shape opens the mouth (unless the mapping says otherwise), eye bones if shapes turn the
gaze, lid bones if shapes blink, lip and brow controls if shapes move lips and brows.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace

import numpy as np

from ...motion.clip import Clip
from ...motion.face_track import FACE_INDEX, FACE_NAMES, FaceTrack
from ...motion.joints import FINGER_JOINTS, HEAD_JOINTS, TORSO_AND_LIMB_JOINTS
from ...motion.resampling import curves_at
from ...motion.rotations import rotate
from ...performance.performance import Performance
from ..animation import Controls, RigSwitch
from ..character import Character
from ..description import RigDescription
from ..detection.mapping import CharacterMapping
from ..detection.shape_keys import LIPS, PARTS, TONGUE
from .body import body_curves, joint_at
from .face_bones import FaceBones
from .face_shapes import Basis, solve_mouth, solve_shapes
from .foot_planting import plant_feet
from .self_collision import resolve_self_collisions

logger = logging.getLogger(__name__)

# Mouth shapes a set of single shapes may lack and still be followed one by one.
_DISPENSABLE = frozenset(
    (
        "jawForward",
        "jawLeft",
        "jawRight",
        "mouthLeft",
        "mouthRight",
        "cheekPuff",
        "mouthDimpleLeft",
        "mouthDimpleRight",
        "mouthFrownLeft",
        "mouthFrownRight",
        "mouthShrugUpper",
    )
)
# Which areas of the face belong to which part of a performance.
_PART_AREAS = {"LIPS": ("lips", "tongue"), "EXPRESSION": ("brows", "cheeks", "eyes"), "EYES": ("blink", "gaze")}
_PART_JOINTS = {"HEAD": HEAD_JOINTS, "BODY": TORSO_AND_LIMB_JOINTS, "HANDS": frozenset(FINGER_JOINTS)}
_SMALL = 1e-4


def retarget(
    performance: Performance, character: Character, parts: frozenset[str] | None = None, adjusted: bool = True
) -> Controls:
    """Curves for a character, at the face's rate.

    parts: write only what belongs to these (LIPS, EXPRESSION, EYES, HEAD, BODY …); None: everything. adjusted: bend legs and
    arms so that the character's own feet stand on its floor and its hands stay out of its body.
    """
    face = performance.face
    if not len(face) and len(performance.body):
        body = performance.body
        face = FaceTrack(np.zeros((len(body), len(FACE_NAMES)), np.float32), body.rate_hz, body.start_s)
    values = _gaze_from_eyes(np.asarray(face.values, np.float32), performance.body, face)
    wanted = (
        set(FACE_NAMES)
        if parts is None
        else {name for part in parts for area in _PART_AREAS.get(part, ()) for name in PARTS[area]}
    )
    shapes = _shape_curves(values, character.description, character.mapping, wanted)
    bones = _bone_curves(values, face, performance.body, character, wanted, parts, adjusted)
    return Controls(
        face.rate_hz,
        face.start_s,
        shapes,
        bones.rotations,
        bones.locations,
        (*character.mapping.notes, *bones.notes),
        bones.switches,
    )


# ----------------------------------------------------------------------------------------------------------- shape keys


def _shape_curves(
    values: np.ndarray, description: RigDescription, mapping: CharacterMapping, wanted: set[str]
) -> dict[str, dict[str, np.ndarray]]:
    mixes = {key: shape for key, shape in mapping.keys.items() if wanted & shape.keys()}
    limits: dict[str, list[tuple[float, float]]] = {}
    ranges: dict[tuple[str, str], tuple[float, float]] = {}
    for mesh in description.meshes:
        for key in mesh.keys:
            ranges[mesh.name, key.name] = key.minimum, key.maximum
            limits.setdefault(key.name, []).append((key.minimum, key.maximum))
    mouth = {key: shape for key, shape in mixes.items() if (LIPS | TONGUE) & shape.keys()}
    other = {key: shape for key, shape in mixes.items() if key not in mouth}
    curves = {**_mouth_curves(values, mouth, limits, mapping), **_plain_curves(values, other, limits)}
    result: dict[str, dict[str, np.ndarray]] = {}
    for mesh, keys in mapping.shapes.items():
        own = {}
        for key in keys:
            if key not in curves or (mesh, key) not in ranges:
                continue
            low, high = ranges[mesh, key]
            curve = curves[key]
            own[key] = curve if low <= 0.0 and high >= 1.0 else np.clip(curve, low, high)
        if own:
            result[mesh] = own
    return result


def _single(shape: dict[str, float]) -> bool:
    return len(shape) == 1


def _direct(values: np.ndarray, shape: dict[str, float]) -> np.ndarray:
    """The value of a key that shows `shape` at 1, nearest to the canonical values: float32 (T,) in 0..1."""
    if len(shape) == 1:
        name, weight = next(iter(shape.items()))
        curve = values[:, FACE_INDEX[name]]
        if weight == 1.0:
            return curve
        return np.clip(curve / weight, 0.0, 1.0).astype(np.float32)
    columns = values[:, [FACE_INDEX[name] for name in shape]]
    weights = np.array(list(shape.values()), np.float32)
    return np.clip(columns @ weights / (weights @ weights), 0.0, 1.0).astype(np.float32)


def _basis(mixes: dict[str, dict[str, float]], limits) -> tuple[Basis, list[list[str]]]:
    """The unknowns to solve for: keys that show one and the same single shape move together."""
    groups: dict[object, list[str]] = {}
    for key, shape in mixes.items():
        groups.setdefault(tuple(shape.items()) if _single(shape) else key, []).append(key)
    members = list(groups.values())
    low = [max(0.0, max(limit[0] for key in keys for limit in limits.get(key, [(0.0, 1.0)]))) for keys in members]
    high = [min(1.0, max(limit[1] for key in keys for limit in limits.get(key, [(0.0, 1.0)]))) for keys in members]
    return Basis.of([mixes[keys[0]] for keys in members], low, np.maximum(high, low)), members


def _mouth_curves(values, mixes, limits, mapping: CharacterMapping) -> dict[str, np.ndarray]:
    if not mixes:
        return {}
    shown = {name for shape in mixes.values() for name in shape}
    jaw_by_bone = "jaw" in mapping.bones and "jawOpen" not in shown
    complete = LIPS - shown - _DISPENSABLE - ({"jawOpen"} if jaw_by_bone else set())
    if all(map(_single, mixes.values())) and (not complete or len(shown & LIPS) < 3):
        return {key: _direct(values, shape) for key, shape in mixes.items()}
    basis, members = _basis(mixes, limits)
    weights = solve_mouth(basis, values).astype(np.float32)
    return {key: weights[:, column] for column, keys in enumerate(members) for key in keys}


def _plain_curves(values, mixes, limits) -> dict[str, np.ndarray]:
    """Brows, lids, gaze, cheeks: followed one by one, or solved for where keys share a canonical shape."""
    uses: dict[str, set[tuple]] = {}
    for shape in mixes.values():
        for name in shape:
            uses.setdefault(name, set()).add(tuple(sorted(shape.items())))
    tangled = {key: shape for key, shape in mixes.items() if any(len(uses[name]) > 1 for name in shape)}
    # whatever shares a shape with a tangled key is part of the knot
    curves = {key: _direct(values, shape) for key, shape in mixes.items() if key not in tangled}
    if tangled:
        basis, members = _basis(tangled, limits)
        weights = solve_shapes(basis, values).astype(np.float32)
        curves.update({key: weights[:, column] for column, keys in enumerate(members) for key in keys})
    return curves


# ---------------------------------------------------------------------------------------------------------------- bones


def _gaze_from_eyes(values: np.ndarray, body: Clip, face: FaceTrack) -> np.ndarray:
    """Gaze as shapes, if the performance turns the eyes as joints only. Returns the values, or a copy with gaze."""
    gaze = [FACE_INDEX[name] for name in sorted(PARTS["gaze"])]
    if not len(body) or "left_eye_smplhf" not in body.driven or np.abs(values[:, gaze]).max(initial=0.0) > _SMALL:
        return values
    values = values.copy()
    for side, outwards in (("Left", 1.0), ("Right", -1.0)):
        rotation = joint_at(body, f"{side.lower()}_eye_smplhf", face.times_s)
        forward = rotate(rotation, np.array([0.0, 0.0, 1.0]))
        yaw, pitch = np.arctan2(forward[:, 0], forward[:, 2]), np.arcsin(np.clip(forward[:, 1], -1, 1))
        for way, angle in (("Out", outwards * yaw), ("In", -outwards * yaw), ("Up", pitch), ("Down", -pitch)):
            values[:, FACE_INDEX[f"eyeLook{way}{side}"]] = np.clip(angle / FaceBones.LOOK[way], 0.0, 1.0)
    return values


@dataclass
class _Bones:
    rotations: dict[str, np.ndarray] = field(default_factory=dict)
    locations: dict[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    switches: tuple[RigSwitch, ...] = ()


def _bone_curves(
    values,
    face: FaceTrack,
    body: Clip,
    character: Character,
    wanted: set[str],
    parts: frozenset[str] | None,
    adjusted: bool,
) -> _Bones:
    made = _Bones()
    if not character.roles:
        return made
    _body(made, body, face.times_s, character, parts, adjusted)
    eyes = {
        side: joint_at(body, f"{side}_eye_smplhf", face.times_s)
        for side in ("left", "right")
        if len(body) and f"{side}_eye_smplhf" in body.driven
    }
    turned, moved = FaceBones(character).curves(values, wanted, eyes)
    made.rotations.update(turned)
    made.locations.update(moved)
    return made


def _body(
    made: _Bones, body: Clip, times_s: np.ndarray, character: Character, parts: frozenset[str] | None, adjusted: bool
) -> None:
    """Torso, limbs, head and fingers, as far as they are wanted."""
    driven = (
        frozenset().union(*(joints for part, joints in _PART_JOINTS.items() if parts is None or part in parts))
        & body.driven
    )
    if not len(body) or not driven:
        return
    torso = bool(driven & {"pelvis", "spine1", "spine2", "spine3"})
    table, character = character.control_table, character.driven_by(driven)
    curves = body_curves(body, times_s, character, driven, parts is None or "ROOT" in parts)
    rotations, locations = curves.rotations, curves.locations
    if adjusted:
        contacts = curves_at(body.contacts, body.rate_hz, body.start_s, times_s)
        rate_hz = (len(times_s) - 1) / (times_s[-1] - times_s[0]) if len(times_s) > 1 else body.rate_hz
        rotations, locations = plant_feet(
            curves.rotations, curves.locations, character, contacts, rate_hz, curves.scale
        )
        rotations = resolve_self_collisions(
            rotations, locations, character, replace(body, driven=driven), times_s, curves.scale
        )
    made.rotations.update(rotations)
    made.locations.update(locations)
    if driven - HEAD_JOINTS:
        made.notes = (*character.skeleton.notes, *_uneven(character.description))
    if table is not None:
        made.switches = tuple(
            RigSwitch(bone, path, value)
            for bone, path, value, joints in table.switches
            if bone in character.description.bones
            and curves.moved & {*joints}
            and (torso or not table.isolated & {*joints})
        )


def _uneven(description: RigDescription) -> tuple[str, ...]:
    """A note if the object's scale bends directions."""
    lengths = np.linalg.norm(np.asarray(description.world, np.float64)[:3, :3], axis=0)
    if lengths.min() > 0.98 * lengths.max():
        return ()
    return (
        f"“{description.armature}” is scaled unevenly ({', '.join(f'{length:.3g}' for length in lengths)}), which bends every "
        "turn; apply its scale (Ctrl A, Scale) for limbs that point where they should.",
    )
