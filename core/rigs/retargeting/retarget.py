# SPDX-License-Identifier: GPL-3.0-or-later
"""From a performance to the curves of one character.

Shape keys and bones of the face come from the face (`shape_curves`, `face_bones`), head, neck, spine and limbs from the
body. What shape keys already do, bones do not do again: the jaw bone rests if a shape opens the mouth (unless the
mapping says otherwise), eye bones if shapes turn the gaze, lid bones if shapes blink, lip and brow controls if shapes
move lips and brows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ...motion.clip import Clip
from ...motion.face_track import FACE_INDEX, FACE_NAMES, LOOK_RAD, FaceTrack
from ...motion.joints import FACE_JOINTS, HEAD_JOINTS, SIDES, TORSO_JOINTS
from ...motion.lid_closures import LIDS
from ...motion.resampling import curves_at
from ...motion.rotations import rotate
from ...performance.parts import JOINTS, PART_OF_SHAPE, driven_joints, driven_shapes
from ...performance.performance import Performance
from ..animation import Controls, RigSwitch
from ..character import Character
from ..description import RigDescription
from ..detection.shape_keys import PARTS
from .body import BodyCurves, body_curves, joint_rotations_at
from .face_bones import FaceBones
from .foot_planting import plant_feet
from .kept_pose import KeptPose
from .self_collision import resolve_self_collisions
from .shape_curves import shape_curves

_NO_GAZE = 1e-4  # gaze shapes below this say nothing
_EVEN_SCALE = 0.98  # the shortest axis of an object over the longest: less bends every turn visibly; by eye


@dataclass(frozen=True)
class _BoneCurves:
    rotations: dict[str, np.ndarray] = field(default_factory=dict)
    locations: dict[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    switches: tuple[RigSwitch, ...] = ()


def retarget(
    performance: Performance,
    character: Character,
    parts: frozenset[str] | None = None,
    adjusted: bool = True,
    kept: KeptPose | None = None,
    shapes: frozenset[str] = frozenset(FACE_NAMES),
) -> Controls:
    """Curves for a character, at the face's rate.

    Args:
        performance: face and body in canonical space.
        character: whose curves.
        parts: write only what belongs to these (LIPS, EXPRESSION, EYES, HEAD, BODY …); None: everything.
        adjusted: bend legs and arms so that the character's own feet stand on its floor and its hands stay out of its
            body.
        kept: what of the character's own pose the body plays about.
        shapes: of the face write only what shows any of these.
    """
    face = performance.face
    if not len(face) and len(performance.body):
        body = performance.body
        face = FaceTrack(np.zeros((len(body), len(FACE_NAMES)), np.float32), body.rate_hz, body.start_s)
    values = _gaze_from_eyes(np.asarray(face.values, np.float32), performance.body, face)
    wanted = driven_shapes(PART_OF_SHAPE.values() if parts is None else parts) & shapes
    bones = _BoneCurves()
    if character.roles:
        bones = _body(performance.body, face.times_s, character, parts, adjusted, kept or KeptPose())
        rotations, locations = FaceBones(character).curves(values, wanted, _eyes(performance.body, face))
        bones = replace(bones, rotations={**bones.rotations, **rotations}, locations={**bones.locations, **locations})
    return Controls(
        face.rate_hz,
        face.start_s,
        shape_curves(values, character.description, character.mapping, wanted),
        bones.rotations,
        bones.locations,
        (*character.mapping.notes, *bones.notes),
        bones.switches,
        blinks=_blinks(performance.blinks, character),
    )


def _blinks(blinks: np.ndarray, character: Character) -> dict[str, dict[str, np.ndarray]]:
    """{mesh: {key: the blinks}} for keys that show shut lids more than anything else."""
    return {
        mesh: {key: blinks for key, mix in keys.items() if mix and max(mix, key=lambda name: abs(mix[name])) in LIDS}
        for mesh, keys in character.mapping.shapes.items()
        if len(blinks)
    }


def face_at_rest(performance: Performance, character: Character, parts: frozenset[str]) -> Controls:
    """One frame of the character with its face at rest: lips, lids, gaze and expression, as far as these parts drive them."""
    still = FaceTrack(np.zeros((1, len(FACE_NAMES)), np.float32), performance.face.rate_hz)
    body = replace(performance.body, driven=frozenset())
    return retarget(replace(performance, face=still, body=body), character, parts)


def _gaze_from_eyes(values: np.ndarray, body: Clip, face: FaceTrack) -> np.ndarray:
    """Gaze as shapes, if the performance turns the eyes as joints only. Returns the values, or a copy with gaze."""
    gaze = [FACE_INDEX[name] for name in sorted(PARTS["gaze"])]
    if not len(body) or "left_eye_smplhf" not in body.driven or np.abs(values[:, gaze]).max(initial=0.0) > _NO_GAZE:
        return values
    values = values.copy()
    for side, outwards in (("Left", 1.0), ("Right", -1.0)):
        rotation = joint_rotations_at(body, f"{side.lower()}_eye_smplhf", face.times_s)
        forward = rotate(rotation, np.array([0.0, 0.0, 1.0]))
        yaw, pitch = np.arctan2(forward[:, 0], forward[:, 2]), np.arcsin(np.clip(forward[:, 1], -1, 1))
        for way, angle in (("Out", outwards * yaw), ("In", -outwards * yaw), ("Up", pitch), ("Down", -pitch)):
            values[:, FACE_INDEX[f"eyeLook{way}{side}"]] = np.clip(angle / LOOK_RAD[way], 0.0, 1.0)
    return values


def _eyes(body: Clip, face: FaceTrack) -> dict[str, np.ndarray]:
    """side → how the body turns that eye, quaternions (T, 4); sides whose eye it does not turn are left out."""
    joints = {side: f"{side}_eye_smplhf" for side in SIDES}
    return {
        side: joint_rotations_at(body, joint, face.times_s)
        for side, joint in joints.items()
        if len(body) and joint in body.driven
    }


def _body(
    body: Clip, times_s: np.ndarray, character: Character, parts: frozenset[str] | None, adjusted: bool, kept: KeptPose
) -> _BoneCurves:
    """Torso, limbs, head and fingers, as far as they are wanted."""
    driven = (driven_joints(JOINTS if parts is None else parts) & body.driven).difference(FACE_JOINTS) - kept.joints
    if not len(body) or not driven:
        return _BoneCurves()
    character = character.driven_by(driven)
    curves = kept.played_about(body_curves(body, times_s, character, driven, parts is None or "ROOT" in parts))
    if adjusted:
        contacts = curves_at(body.contacts, body.rate_hz, body.start_s, times_s)
        rate_hz = (len(times_s) - 1) / (times_s[-1] - times_s[0]) if len(times_s) > 1 else body.rate_hz
        curves = plant_feet(curves, character, contacts, rate_hz)
        beside = kept.beside(curves, len(times_s))
        moved = resolve_self_collisions(beside, character, replace(body, driven=driven), times_s)
        curves = kept.without(moved, curves)
    notes = (*character.skeleton.notes, *_uneven(character.description)) if driven - HEAD_JOINTS else ()
    return _BoneCurves(curves.rotations, curves.locations, notes, _switches(character, curves, driven))


def _switches(character: Character, curves: BodyCurves, driven: frozenset[str]) -> tuple[RigSwitch, ...]:
    """What of a control rig must be set for these curves to be seen. Isolated bones need no switch while the torso is
    still."""
    table = character.control_table
    if table is None:
        return ()
    torso = bool(driven & {*TORSO_JOINTS})
    return tuple(
        RigSwitch(bone, path, value)
        for bone, path, value, joints in table.switches
        if bone in character.description.bones
        and curves.moved & {*joints}
        and (torso or not table.isolated & {*joints})
    )


def _uneven(description: RigDescription) -> tuple[str, ...]:
    """A note if the object's scale bends directions."""
    lengths = np.linalg.norm(np.asarray(description.world, np.float64)[:3, :3], axis=0)
    if lengths.min() > _EVEN_SCALE * lengths.max():
        return ()
    return (
        f"“{description.armature}” is scaled unevenly ({', '.join(f'{length:.3g}' for length in lengths)}), which "
        "bends every turn; apply its scale (Ctrl A, Scale) for limbs that point where they should.",
    )
