# SPDX-License-Identifier: GPL-3.0-or-later
"""Pins as they are remembered with a character: set where a hand, a foot or the hips are now, and read for a generation.

A pin keeps where its bone was in the scene when it was set, and the same as seen from the object that holds it, as a
constraint *Child Of* would. What moves is read frame by frame, and the scene is put back as it was.
"""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from ..errors import UserError
from ..motion.joints import JOINT_INDEX
from ..motion.rotations import continuous, from_matrix
from ..rigs.character import Character
from ..rigs.pin_effectors import EFFECTOR_JOINTS, EFFECTOR_LABELS, effector_of
from ..rigs.pins import Pin
from ..rigs.spaces import rest_head
from ..rigs.stance import shown_bones
from . import characters
from .reading import rig_reading
from .reading.passing_frames import moves, put_back
from .remembered import append, remove_selected
from .sounds import scene_time

_FARTHEST = 1e6  # of Blender's units: beyond, its own numbers hold no hand's breadth
_MOST_FRAMES = 20_000  # that a pin is read at: some ten minutes, each of them evaluated
_SECONDS = 2.0  # that a new pin holds where no preview range says how long


def hold_there(pin: Any) -> None:
    """Let a pin whose object was changed hold where it is in the scene."""
    pin.target_name = pin.target.name if pin.target is not None else ""
    pin.offset = _by_columns(_target_matrix(pin).inverted_safe() @ _matrix(pin.world))


def add(
    context: bpy.types.Context,
    root: bpy.types.Object,
    effector: str = "",
    target: bpy.types.Object | None = None,
    bone: str = "",
    frames: tuple[int, int] | None = None,
    at_target: bool = False,
) -> Any:
    """Pin a part of the character where it is now. Raises UserError.

    Args:
        context: whose selected bone says what is pinned, and whose frame says from when on.
        root: the character.
        effector: what is pinned; "" for what the selected bone belongs to.
        target: an object that holds it.
        bone: a bone of that object.
        frames: (first, last); None for the preview range, or two seconds from now on.
        at_target: it is put to the object's own place, not held where it is.
    """
    scene = context.scene
    character = rig_reading.character_of(root, scene)
    effector = effector or _selected_effector(context, root, character)
    shown, driven = shown_bones(character), character.roles.get(EFFECTOR_JOINTS[effector], "")
    if not driven or root.pose is None:
        raise UserError(
            f"No bone of “{root.name}” was recognised as its {EFFECTOR_LABELS[effector].lower()}.",
            "Say under Mapping which bone it is.",
        )
    if target is not None and bone and (target.pose is None or bone not in target.pose.bones):
        raise UserError(f"“{target.name}” has no bone “{bone}”.", "Choose one that it has.")
    context.view_layer.update()
    seen = root.pose.bones[shown[EFFECTOR_JOINTS[effector]]]
    apart = seen.bone.matrix_local.inverted_safe() @ root.pose.bones[driven].bone.matrix_local
    world = root.matrix_world @ seen.matrix @ apart
    world = _rigid(world)
    holder = _matrix_of(target, bone)
    if not (_is_somewhere(world) and _is_somewhere(holder)):
        raise UserError(
            f"“{(target or root).name}” stands nowhere, or far away.", "Reset its place, rotation and scale."
        )
    memory = characters.own_memory(root, scene)
    first, last = frames or _usual_frames(scene)
    name = _free_name(memory, effector, target)
    append(
        memory.pins,
        name=name,
        effector=effector,
        first=first,
        last=last,
        world=_by_columns(world),
        bone=bone,
        target=target,
    )
    pin = memory.pins[-1]
    if at_target and target is not None:
        world.translation = holder.translation
        pin.world = _by_columns(world)
    hold_there(pin)
    memory.pin_index = len(memory.pins) - 1
    return pin


def _free_name(memory: Any, effector: str, target: bpy.types.Object | None) -> str:
    name = EFFECTOR_LABELS[effector] + (f" on {target.name}" if target is not None else "")
    taken, number = {pin.name for pin in memory.pins}, 2
    free = name
    while free in taken:
        free, number = f"{name} {number}", number + 1
    return free


def _usual_frames(scene: bpy.types.Scene) -> tuple[int, int]:
    if scene.use_preview_range:
        return scene.frame_preview_start, scene.frame_preview_end
    frames = scene_time.frames_per_second(scene) * _SECONDS
    return scene.frame_current, round(scene.frame_current + frames)


def _selected_effector(context: bpy.types.Context, root: bpy.types.Object, character: Character) -> str:
    """What the active or selected bone belongs to: by its joint, or the joint that rests nearest to a control."""
    bones = list(context.selected_pose_bones_from_active_object or []) if context.object == root else []
    active = context.active_pose_bone if context.object == root else None
    bone = active or (bones[0] if bones else None)
    joints = {name: joint for joint, name in character.roles.items() if joint in JOINT_INDEX}
    if bone is not None and joints:
        place = np.array(bone.bone.matrix_local.translation)
        rests = {name: rest_head(character.description.bones[name]) for name in joints}
        nearest = min(rests, key=lambda name: float(np.linalg.norm(rests[name] - place)))
        if found := effector_of(joints.get(bone.name, joints[nearest])):
            return found
    raise UserError(
        "No hand, foot or hips are selected.", "Select a bone of one in Pose Mode, or choose what is pinned."
    )


def remove(root: bpy.types.Object, scene: bpy.types.Scene) -> str:
    """Remove the selected pin. Returns its name. Raises UserError."""
    return remove_selected(characters.own_memory(root, scene), "pins", "pin_index", "pin")


# --------------------------------------------------------------------------------------------------------------- reading


def read(
    context: bpy.types.Context, root: bpy.types.Object, frames_a_frame: float = 1.0
) -> tuple[tuple[Pin, ...], tuple[str, ...]]:
    """The character's pins as plain data, and sentences about those that cannot hold. Main thread; the scene is left as it
    was. frames_a_frame: how far keys go on while the scene goes on by a frame (see `scene_time`)."""
    scene, notes = context.scene, []
    usable = []
    for pin in characters.memory(root).pins:
        if not pin.is_on:
            continue
        if reason := _why_not(pin, scene, root):
            notes.append(f"The pin “{pin.name}” holds nothing: {reason}")
        else:
            usable.append(pin)
    frames = [_frames(pin, root) for pin in usable]
    wanted = sorted({frame for some in frames for frame in some if len(some) > 1})
    matrices = _matrices(context, root, usable, wanted)
    found = []
    for index, pin in enumerate(usable):
        some = frames[index] if len(frames[index]) > 1 else [None]
        places = np.array([matrices[frame][index] for frame in some], np.float64)
        if not _is_somewhere(places):
            notes.append(f"The pin “{pin.name}” holds nothing: it stands nowhere, or far away. Set it again.")
            continue
        turns = continuous(from_matrix(places[:, :3, :3])) if pin.use_turn else None
        at = np.array(frames[index], np.float64) * frames_a_frame
        first, last, ease = (float(value) * frames_a_frame for value in (pin.first, pin.last, pin.ease))
        found.append(Pin(pin.name, pin.effector, first, last, ease, at, places[:, :3, 3], turns))
    return tuple(found), tuple(notes)


def _why_not(pin: Any, scene: bpy.types.Scene, root: bpy.types.Object) -> str:
    if pin.target_name and (pin.target is None or scene.objects.get(pin.target.name) != pin.target):
        return f"“{pin.target_name}” is not in the scene any more. Choose another object for it, or remove it."
    if pin.target is not None and pin.bone and (pin.target.pose is None or pin.bone not in pin.target.pose.bones):
        return f"“{pin.target.name}” has no bone “{pin.bone}” any more. Choose another one, or remove the pin."
    if pin.last < pin.first:
        return f"it ends (frame {pin.last}) before it begins (frame {pin.first}). Change its frames."
    if _hangs_on_motion(pin, root) and pin.last - pin.first + 2 * pin.ease > _MOST_FRAMES:
        return f"it holds for {pin.last - pin.first + 1} frames on what moves, of which up to {_MOST_FRAMES} are read. Let it end sooner."
    return ""


def _hangs_on_motion(pin: Any, root: bpy.types.Object) -> bool:
    owners = [owner for owner in (root, pin.target) if owner is not None]
    return any(moves(owner, bool(pin.bone) and owner == pin.target) for owner in owners)


def _frames(pin: Any, root: bpy.types.Object) -> list[float]:
    """The frames at which a pin is read: one if nothing that it hangs on moves."""
    if not _hangs_on_motion(pin, root):
        return [float(pin.first)]
    return [float(frame) for frame in range(pin.first - pin.ease, pin.last + pin.ease + 1)]


def _matrices(
    context: bpy.types.Context, root: bpy.types.Object, pins: list[Any], frames: list[float]
) -> dict[float | None, list[np.ndarray]]:
    """{frame, None for now: where each pin is in the character's armature space, (4, 4)}."""

    def here() -> list[np.ndarray]:
        to_armature = root.matrix_world.inverted_safe()
        places = [to_armature @ _target_matrix(pin) @ _matrix(pin.offset) for pin in pins]
        return [np.array(_rigid(place), np.float64) for place in places]

    found: dict[float | None, list[np.ndarray]] = {None: here()}
    if frames:
        with put_back(context.scene, root):
            for frame in frames:
                context.scene.frame_set(int(frame // 1), subframe=frame % 1)
                found[frame] = here()
    return found


def _target_matrix(pin: Any) -> Matrix:
    """Where what holds a pin is in the scene now, without scale."""
    return _matrix_of(pin.target, pin.bone)


def _matrix_of(target: bpy.types.Object | None, bone: str) -> Matrix:
    """Where an object or a bone of it is in the scene now, without scale; None: the scene itself."""
    if target is None:
        return Matrix.Identity(4)
    matrix = target.matrix_world
    if bone and target.pose is not None and bone in target.pose.bones:
        matrix = matrix @ target.pose.bones[bone].matrix
    return _rigid(matrix)


def _rigid(matrix: Matrix) -> Matrix:
    """A matrix without scale."""
    turn = matrix.to_quaternion().to_matrix().to_4x4()
    turn.translation = matrix.translation
    return turn


def _is_somewhere(matrix: Matrix | np.ndarray) -> bool:
    return bool((np.abs(np.array(matrix, np.float64)) <= _FARTHEST).all())  # NaN is not


def _by_columns(matrix: Matrix) -> list[float]:
    return [value for column in matrix.transposed() for value in column]


def _matrix(values: Any) -> Matrix:
    return Matrix([list(values[4 * row : 4 * row + 4]) for row in range(4)]).transposed()
