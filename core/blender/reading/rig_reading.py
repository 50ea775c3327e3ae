# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a character into plain data, with why something on it cannot be keyed."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import replace
from itertools import chain
from typing import Any

import bpy
import numpy as np

from ...errors import UserError
from ...rigs.character import Character
from ...rigs.description import Bone, FaceMesh, RigDescription, ShapeKey
from ...rigs.detection.bone_roles import find_bones
from ...rigs.detection.mapping import map_character
from ...rigs.detection.mapping_override import read_keys
from ...rigs.detection.shape_keys import detect
from ...rigs.sliders import Response
from .. import compat
from ..characters import bone_path, face_meshes, rotation_property, shape_keys, shape_path, stored_mapping
from ..compat import Animated
from .bone_order import parents_first
from .face_sliders import drivers, follows_keys
from .finite_places import require_finite, require_size, rest_matrices
from .mouth_measuring import measure_mouth
from .moved_meshes import moved_by
from .shape_measuring import empty_keys
from .slider_reading import slider_of

# Constraints that leave keys visible: limits, what acts on scale only, and what is baked from physics.
_HARMLESS_CONSTRAINTS = {
    "LIMIT_ROTATION",
    "LIMIT_LOCATION",
    "LIMIT_SCALE",
    "LIMIT_DISTANCE",
    "MAINTAIN_VOLUME",
    "COPY_SCALE",
    "FLOOR",
    "SHRINKWRAP",
}
# Constraints that aim a bone, so that its own rotation is not seen, or only the twist of it.
_TURNING_CONSTRAINTS = {"DAMPED_TRACK", "TRACK_TO", "LOCKED_TRACK", "STRETCH_TO"}
_CHAIN_CONSTRAINTS = {"IK", "SPLINE_IK"}
_FAINT, _WHOLE = 0.01, 0.99  # influences
_REPLACED = "muted; others that follow sliders show them"  # MMD's bound morphs
_FREE_THEM = "key what moves them, or remove the drivers (right-click the value, Delete Drivers), and generate again"
_LINKED = "linked from another file; make a library override (Object > Library Override > Make) or make it local"
_SYSTEM_OVERRIDE = (
    "part of a library override that cannot be edited yet; right-click it in the Outliner: Library Override > Make"
)


def character_of(root: bpy.types.Object, scene: bpy.types.Scene) -> Character:
    """All that is found out about a character, with the corrections of its mapping that were made by hand. Raises UserError."""
    description = describe(root, scene)
    return Character.of(description, map_character(description, stored_mapping(root)))


def describe(root: bpy.types.Object, scene: bpy.types.Scene) -> RigDescription:
    """Read a character once into plain data, with why something cannot be keyed. Raises UserError where a place is no number."""
    require_finite(root, scene)
    useful = _useful_keys(root, scene)
    meshes = tuple(_describe_mesh(mesh, scene, useful) for mesh in face_meshes(root, scene))
    meshes = _with_empty_marked(meshes, empty_keys(meshes, root, scene))
    mouth = measure_mouth(meshes, scene, _mapped_by_hand(root))
    world = np.array(root.matrix_world, np.float64)
    if root.type != "ARMATURE":
        return RigDescription(root.name, meshes, {}, world, mouth=mouth)
    description = RigDescription(root.name, meshes, _describe_bones(root), world, root.name, mouth=mouth)
    jaw = find_bones(description, (stored_mapping(root) or {}).get("bones")).bones.get("jaw", "")
    return replace(description, on_jaw=moved_by(root, jaw, scene)) if jaw else description


def _mapped_by_hand(root: bpy.types.Object) -> dict[str, dict[str, float]]:
    """What a person said that keys show; nothing of a mapping that is damaged: whoever maps the character says so."""
    try:
        return read_keys((stored_mapping(root) or {}).get("keys", {}))
    except UserError:
        return {}


def _with_empty_marked(meshes: tuple[FaceMesh, ...], empty: set[tuple[str, str]]) -> tuple[FaceMesh, ...]:
    if not empty:
        return meshes
    return tuple(
        replace(mesh, keys=tuple(replace(key, empty=(mesh.name, key.name) in empty) for key in mesh.keys))
        for mesh in meshes
    )


def _useful_keys(root: bpy.types.Object, scene: bpy.types.Scene) -> set[str]:
    """The driven keys whose names mean something, or that were mapped by hand: a figure may have thousands of others, and reading a
    driver takes its time."""
    meshes = [keys for mesh in face_meshes(root, scene) if (keys := shape_keys(mesh)) is not None]
    if not any(True for keys in meshes for _ in drivers(keys)):
        return set()
    names = [[block.name for block in keys.key_blocks] for keys in meshes]
    known = {key for match in detect(list(dict.fromkeys(chain(*names))), names) for key in match.keys}
    return known | (stored_mapping(root) or {}).get("keys", {}).keys()


def _describe_mesh(mesh_object: bpy.types.Object, scene: bpy.types.Scene, useful: Set[str]) -> FaceMesh:
    keys = shape_keys(mesh_object)
    assert keys is not None and keys.reference_key is not None  # `face_meshes` gives only meshes that have some
    # A linked mesh on an object that can be edited becomes an override of its own when its keys are written.
    blocked = "" if compat.can_override_data(mesh_object) else _why_not_editable(keys)
    if not blocked and not keys.use_relative:
        blocked = "absolute shape keys; tick Relative in the mesh's Shape Keys panel"
    driving = {curve.data_path: curve for curve in drivers(keys)}
    replaced = {block.relative_key.name for block in keys.key_blocks if shape_path(block.name) in driving}
    curves = {curve.data_path: curve for curve in _fcurves(keys)}
    described = []
    for block in keys.key_blocks:
        if block == keys.reference_key:
            continue
        path = shape_path(block.name)
        driven: Response | str = "driven" if path in driving else ""
        if driven and block.name in useful:
            driven = _followed(block, driving[path], scene)
        slider, why_none = (driven, "") if isinstance(driven, Response) else (None, driven)
        lowest, highest = (slider.outputs.min(), slider.outputs.max()) if slider else (-np.inf, np.inf)
        described.append(
            ShapeKey(
                block.name,
                max(block.slider_min, float(lowest)),
                min(block.slider_max, float(highest)),
                why_none
                or ((_REPLACED if block.name in replaced else "muted") if block.mute else "")
                or _why_curve_is_kept(None if slider else curves.get(path)),
                slider=slider,
            )
        )
    return FaceMesh(mesh_object.name, tuple(described), blocked)


def _followed(block: bpy.types.ShapeKey, curve: bpy.types.FCurve, scene: bpy.types.Scene) -> Response | str:
    """The slider to key in the place of a driven shape key, or why there is none."""
    if why := follows_keys(curve):
        return why
    reach = max(block.slider_min, 0.0), min(block.slider_max, 1.0)
    found = slider_of(curve, reach, _why_slider_is_kept, scene)
    return found if isinstance(found, Response) else f"driven {found}; {_FREE_THEM}"


def _why_slider_is_kept(bone: Any, name: str) -> str:
    """Why keys on a property of a pose bone would not be seen, or are not wanted."""
    turn, move, _ = _constrained(bone)
    if name == "location":
        return move
    return turn if name.startswith("rotation") else ""


def _describe_bones(armature: bpy.types.Object) -> dict[str, Bone]:
    everything = _why_not_editable(armature)
    kept = _kept_channels(armature)
    chains = _ik_chains(armature)
    keyed = _keyed_influences(armature)
    # In edit mode `data.bones` is what it was before entering it; callers refuse edit mode on the character anyway.
    bones = {}
    data: Any = armature.data
    rest = rest_matrices(data)
    for bone, parent in parents_first(data.bones):
        pose_bone = armature.pose.bones.get(bone.name) if armature.pose is not None else None
        more: dict[str, Any] = {"blocked": everything, "blocked_location": everything}
        if pose_bone is not None:
            more = _what_may_be_keyed(pose_bone, everything, kept, chains.get(bone.name, ""))
            more["notes"] += _moved_later(pose_bone, keyed)
        bones[bone.name] = Bone(
            bone.name,
            parent,
            rest[bone.name],
            bone.length,
            deform=bone.use_deform,
            connected=bone.use_connect and bool(parent),
            inherits_rotation=bone.use_inherit_rotation,
            local_location=bone.use_local_location,
            **more,
        )
    return bones


def _kept_channels(owner: Animated) -> dict[tuple[str, int], str]:
    """Channels that stay as they are, with the reason: driven, or their owner locked or muted the curve."""
    kept = {
        (curve.data_path, curve.array_index): reason
        for curve in _fcurves(owner)
        if (reason := _why_curve_is_kept(curve))
    }
    if owner.animation_data is not None:
        kept.update({(driver.data_path, driver.array_index): "driven" for driver in owner.animation_data.drivers})
    return kept


def _what_may_be_keyed(bone: Any, everything: str, kept: dict[tuple[str, int], str], chain: str) -> dict[str, Any]:
    """The arguments of `Bone` that say which of its channels stay as they are."""
    mode = bone.rotation_mode
    rotation = bone_path(bone.name, rotation_property(mode))
    location = bone_path(bone.name, "location")
    turn, move, notes = _constrained(bone)
    in_euler = mode not in {"QUATERNION", "AXIS_ANGLE"}
    found = [kept.get((rotation, index), "") if kept else "" for index in range(3 if in_euler else 4)]
    by_component = not in_euler and (bone.lock_rotations_4d or any(found))
    if in_euler:
        locked = [bool(lock or reason) for lock, reason in zip(bone.lock_rotation, found)]
        held = tuple(bone.rotation_euler)
    else:
        fourth = found[0] or ("its rotation is locked" if bone.lock_rotations_4d and bone.lock_rotation_w else "")
        locked = [bool(lock or reason) for lock, reason in zip(bone.lock_rotation, found[1:])]
        if fourth and mode == "QUATERNION":  # without the first number the other three say nothing
            locked = [True, True, True]
        held = tuple(bone.matrix_basis.to_euler("XYZ"))
    places = [bool(lock or kept.get((location, axis))) for axis, lock in enumerate(bone.lock_location)]
    turn = everything or chain or turn
    move = everything or chain or move
    if not turn and all(locked):
        turn = next((reason for reason in found if reason), "its rotation is locked")
    if not move and all(places):
        move = next((reason for axis in range(3) if (reason := kept.get((location, axis)))), "its location is locked")
    return {
        "rotation_mode": mode,
        "blocked": turn,
        "blocked_location": move,
        "locked": tuple(locked),
        "held": held,
        "locked_components": by_component,
        "locked_location": tuple(places),
        "notes": notes,
    }


def _keyed_influences(armature: bpy.types.Object) -> set[str]:
    """The data paths of influences that the playing Action animates."""
    return {curve.data_path for curve in _fcurves(armature) if curve.data_path.endswith("].influence")}


def _moved_later(bone: bpy.types.PoseBone, keyed: Set[str]) -> tuple[str, ...]:
    """What of the bone's constraints is off now and is keyed to come on, as where an arm goes over from FK to IK."""
    return tuple(
        f"its constraint {constraint.name}, whose influence is keyed, moves it too while it is on"
        for constraint in (bone.constraints if keyed else ())
        if constraint.influence < _FAINT and not constraint.mute and f"{constraint.path_from_id()}.influence" in keyed
    )


def _constrained(bone: bpy.types.PoseBone) -> tuple[str, str, tuple[str, ...]]:
    """Why keys on the bone's rotation and on its location would not be seen, and what else moves it."""
    turn = move = ""
    notes = []
    for constraint in bone.constraints:
        if (
            constraint.mute
            or not constraint.is_valid
            or constraint.influence < _FAINT
            or constraint.type in _HARMLESS_CONSTRAINTS
        ):
            continue
        turns, moves = _replaces(constraint)
        if constraint.influence > _WHOLE and (turns or moves):
            reason = f"moved by its constraint {constraint.name}"
            turn, move = turn or (reason if turns else ""), move or (reason if moves else "")
        elif constraint.type not in _CHAIN_CONSTRAINTS:
            notes.append(f"its constraint {constraint.name} moves it too")
    return turn, move, tuple(notes)


def _replaces(constraint: Any) -> tuple[bool, bool]:
    """Whether a constraint at full influence takes the place of a bone's own (rotation, location)."""
    kind = constraint.type
    if kind in {"COPY_ROTATION", "COPY_LOCATION"}:
        whole = constraint.use_x and constraint.use_y and constraint.use_z
        adds = constraint.use_offset if kind == "COPY_LOCATION" else constraint.mix_mode != "REPLACE"
        return kind == "COPY_ROTATION" and whole and not adds, kind == "COPY_LOCATION" and whole and not adds
    if kind == "COPY_TRANSFORMS":
        return (constraint.mix_mode == "REPLACE",) * 2
    return kind in _TURNING_CONSTRAINTS or kind == "ARMATURE", kind == "ARMATURE"


def _ik_chains(armature: bpy.types.Object) -> dict[str, str]:
    """{bone: why it cannot be keyed} for the bones that inverse kinematics poses: those with the constraint and those above."""
    posed: dict[str, str] = {}
    bones = armature.pose.bones if armature.pose is not None else ()
    constraint: Any  # each kind has properties of its own
    for bone in bones:
        for constraint in bone.constraints:
            if (
                constraint.type not in _CHAIN_CONSTRAINTS
                or constraint.mute
                or constraint.influence < _FAINT
                or not constraint.is_valid
            ):
                continue
            if constraint.type == "IK" and constraint.target is None and constraint.ik_type == "COPY_POSE":
                continue
            link = bone if getattr(constraint, "use_tail", True) else bone.parent
            left = constraint.chain_count or len(bones)
            while link is not None and left > 0:
                posed.setdefault(
                    link.name, f"posed by the {'IK' if constraint.type == 'IK' else 'Spline IK'} of {bone.name}"
                )
                link, left = link.parent, left - 1
    return posed


def _why_not_editable(identifier: bpy.types.ID) -> str:
    if compat.is_editable(identifier):
        return ""
    return _LINKED if identifier.override_library is None else _SYSTEM_OVERRIDE


def _why_curve_is_kept(curve: bpy.types.FCurve | None) -> str:
    """A curve that its owner locked or muted stays as it is."""
    if curve is None:
        return ""
    if curve.group is not None and curve.group.mute:
        return f"its group “{curve.group.name}” of curves is muted"
    return "its curve is locked" if curve.lock else "its curve is muted" if curve.mute else ""


def _fcurves(owner: Animated) -> Iterable[bpy.types.FCurve]:
    curves = compat.active_curves(owner)
    return curves.fcurves if curves is not None else ()


def require_ready(root: bpy.types.Object, description: RigDescription, scene: bpy.types.Scene) -> None:
    """Raises UserError if the character cannot be keyed now: edit mode, no size, nothing to drive, all linked."""
    for part in (root, *face_meshes(root, scene)):
        if part.mode == "EDIT":
            raise UserError(f'"{part.name}" is in Edit Mode.', "Leave Edit Mode (Tab), then generate.")
    require_size(root)
    require_something(root, description)
    reasons = {mesh.blocked for mesh in description.meshes} | {bone.blocked for bone in description.bones.values()}
    if "" not in reasons:
        raise UserError(f'Nothing of "{root.name}" can be keyed: {sorted(reasons)[0]}.', "")


def require_something(root: bpy.types.Object, description: RigDescription) -> None:
    """Raises UserError if the character has neither shape keys nor bones."""
    if not description.meshes and not description.bones:
        raise UserError(
            f'"{root.name}" has no shape keys and no armature, so nothing on it can speak.',
            "Give it shape keys (52 ARKit shapes are best) or a jaw bone, or select another character.",
        )
