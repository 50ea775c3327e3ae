# SPDX-License-Identifier: GPL-3.0-or-later
"""Trying a shape key or a bone: it moves there and back, for as long as one needs to see it, and is then exactly as before.

Only one thing is tried at a time. Whatever would keep what is shown (saving, undo, a render, another frame) ends the trial first.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bpy
from bpy.app.handlers import persistent
from mathutils import Euler, Quaternion, Vector

from ..errors import UserError
from . import characters, compat, handlers
from .compat import Animated
from .property_paths import read, write

if TYPE_CHECKING:
    from ..rigs.sliders import Response

LASTS_S = 1.5
_RISES_S = 0.5  # there, and as long back; in between it stays
_TURN_RAD = math.radians(25.0)
_MOVE_M = 0.015  # of a bone that shapes a face by being moved; by eye
_MOVED_ROLES = ("lip_", "lid_", "brow_", "cheek", "nose")


@dataclass(frozen=True)
class _Property:
    """What is moved. identity: of its data-block, which may be gone by the next moment. shown: how it is, by how far it is moved, 0..1."""

    identity: int
    path: str
    before: Any
    shown: Callable[[float], Any]


class _Running:
    """What is tried now."""

    properties: tuple[_Property, ...] = ()


def begin(root: bpy.types.Object, scene: bpy.types.Scene, name: str, role: str | None = None) -> None:
    """Try a shape key, or a bone if `role` says which it plays ("" for none). Raises UserError if it cannot be moved."""
    end()
    _Running.properties = _of_bone(root, name, role) if role is not None else _of_shape(root, scene, name)


def show(at_s: float) -> None:
    """Move it to where it is so many seconds after the beginning."""
    amount = min(at_s, LASTS_S - at_s) / _RISES_S
    amount = min(max(amount, 0.0), 1.0)
    _set_all(amount * amount * (3.0 - 2.0 * amount))


def is_running() -> bool:
    return bool(_Running.properties)


def end() -> None:
    """Put everything back; nothing where nothing is tried."""
    for one in _Running.properties:
        owner = _find(one.identity)
        if owner is not None:
            write(owner, one.path, one.before)
    _Running.properties = ()


def _set_all(amount: float) -> None:
    for one in _Running.properties:
        owner = _find(one.identity)
        if owner is not None:
            write(owner, one.path, one.shown(amount))


def _find(identity: int) -> Animated | None:
    blocks: tuple[Animated, ...] = (*bpy.data.shape_keys, *bpy.data.objects)
    return compat.by_session_id(blocks, identity)


# --------------------------------------------------------------------------------------------------------- what is moved


def _of_shape(root: bpy.types.Object, scene: bpy.types.Scene, name: str) -> tuple[_Property, ...]:
    """The key on every mesh that has it, or the slider that it follows."""
    found: list[_Property] = []
    driven = False
    for mesh in characters.face_meshes(root, scene):
        keys = characters.shape_keys(mesh)
        block = keys.key_blocks.get(name) if keys is not None else None
        if keys is None or block is None or not compat.is_editable(keys):
            continue
        path, before = characters.shape_path(name), block.value
        drivers = keys.animation_data.drivers if keys.animation_data is not None else ()
        if any(curve.data_path == path for curve in drivers):
            driven = True
            continue
        high = block.slider_max
        found.append(
            _Property(
                compat.session_id(keys), path, before, lambda amount, low=before, high=high: low + (high - low) * amount
            )
        )
    if not found and driven:
        found = _of_slider(root, scene, name)
    if not found:
        reason = "it follows a driver" if driven else "it is on no mesh of this file"
        raise UserError(f'The shape key "{name}" of "{root.name}" cannot be moved: {reason}.', "Try another row.")
    return tuple(found)


def _of_slider(root: bpy.types.Object, scene: bpy.types.Scene, name: str) -> list[_Property]:
    from .reading import rig_reading

    keys = (key for mesh in rig_reading.describe(root, scene).meshes for key in mesh.keys if key.name == name)
    response = next((key.slider for key in keys if key.slider is not None), None)
    part = scene.objects.get(response.slider.owner) if response is not None else None
    if response is None or part is None or response.slider.rotation_mode:
        return []
    owner: Any = characters.shape_keys(part) if response.slider.on_shape_keys else part
    if owner is None or (before := read(owner, response.slider.path)) is None:
        return []
    return [_Property(compat.session_id(owner), response.slider.path, before, _along(response, before))]


def _along(response: Response, before: Any) -> Callable[[float], Any]:
    """How a slider stands while its shape goes to its fullest."""
    full = response.inputs[int(response.outputs.argmax())]

    def shown(amount: float) -> Any:
        if not isinstance(before, list):
            return type(before)(before + (full - before) * amount)
        index = response.slider.index
        return [value + (full - value) * amount if part == index else value for part, value in enumerate(before)]

    return shown


def _of_bone(root: bpy.types.Object, name: str, role: str) -> tuple[_Property, ...]:
    bone: Any = root.pose.bones.get(name) if root.pose is not None else None
    if bone is None:
        raise UserError(f'"{root.name}" has no bone "{name}".', "Press Detect Character, under Character.")
    if any(word in role for word in _MOVED_ROLES):
        down = (root.matrix_world @ bone.bone.matrix_local).to_3x3().inverted_safe() @ Vector((0.0, 0.0, -_MOVE_M))
        path, place = characters.bone_path(name, "location"), Vector(bone.location)
        return (_Property(compat.session_id(root), path, [*bone.location], lambda amount: [*(place + down * amount)]),)
    mode = bone.rotation_mode
    path = characters.bone_path(name, characters.rotation_property(mode))
    before = list(getattr(bone, characters.rotation_property(mode)))
    return (_Property(compat.session_id(root), path, before, lambda amount: _turned(before, mode, amount)),)


def _turned(before: list[float], mode: str, amount: float) -> list[float]:
    """A rotation, as its bone writes it, turned further about the bone's X axis."""
    further = Quaternion((1.0, 0.0, 0.0), _TURN_RAD * amount)
    if mode == "QUATERNION":
        return [*(Quaternion(before) @ further)]
    if mode == "AXIS_ANGLE":
        axis, angle = (Quaternion(before[1:], before[0]) @ further).to_axis_angle()
        return [angle, *axis]
    start = Euler(before, mode)  # pyright: ignore[reportArgumentType] -- the order, as the bone has it
    return list((start.to_quaternion() @ further).to_euler(mode, start))  # pyright: ignore[reportArgumentType]


# --------------------------------------------------------------------------------------------------- what ends a trial


@persistent
def _on_event(*_arguments: Any) -> None:
    end()


@persistent
def _on_load(*_arguments: Any) -> None:
    _Running.properties = ()  # all of it goes


_ENDING = ("save_pre", "undo_pre", "redo_pre", "frame_change_pre", "render_init")
_HANDLERS = (*((name, _on_event) for name in _ENDING), ("load_pre", _on_load))


def register() -> None:
    handlers.install(*_HANDLERS)


def unregister() -> None:
    end()
    handlers.remove(*_HANDLERS)
