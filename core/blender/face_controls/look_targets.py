# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a target of the gaze is over time, seen from a character's eyes while its head faces the front.

Its neutral head is that of the rest pose, carried by the armature's object; where a clip or a pose has brought the chest elsewhere, that
over the chest as it is. What is generated is not counted: the gaze makes up for it by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix, Vector

from ...errors import UserError
from ...performance.face.look_at import GazeTarget, direction_deg
from ...rigs.character import Character
from ...rigs.spaces import rest_head, rest_tail
from ...settings import GenerateSettings
from .. import characters
from ..keying.timing import Timing
from ..reading import rig_reading
from ..reading.passing_frames import moves, put_back
from ..setting_properties import scene_settings
from ..sounds import scene_time
from ..takes.take_memory import TAG

_MOST_SAMPLES = 400  # of a moving target: each is a frame of the scene that has to be evaluated
_FARTHEST = 1e9  # of Blender's units: beyond, no way can be told
_EYES_AT = 0.45  # of the head's bone where there are no bones of eyes; by eye
# A chest turned or moved further (degrees, and a share of the head's height) is where it is on purpose: where a take plays, whose bodies
# sway, and where none does.
_POSED_IN_TAKE, _POSED = (40.0, 0.25), (15.0, 0.1)
_LOOKS = 5  # frames at which it is looked whether a clip moves the chest
_HAS_BOUNDS = {"MESH", "CURVE", "SURFACE", "FONT", "META"}
_Place = Callable[[], Vector]


def read_target(
    context: bpy.types.Context,
    root: bpy.types.Object,
    character: Character,
    settings: GenerateSettings,
    timing: Timing,
    last: float,
) -> GazeTarget:
    """Where the eyes are to look. last: the last key frame of the sound. Raises UserError; the scene is left as it was."""
    scene = context.scene
    context.view_layer.update()
    if settings.look_at == "CAMERA":
        if scene.camera is None:
            raise UserError("The scene has no camera to look at.", "Add one, or let the eyes look at an object.")
        called, moving = "the camera", _camera_moves(scene)

        def place() -> Vector:
            return scene.camera.matrix_world.translation if scene.camera is not None else Vector()

    else:
        target = _object(scene, root, settings.look_at_target)
        called, moving = f"“{target.name}”", moves(target)
        place, by_bone = _place_of(target, scene)
        moving = moving or by_bone and moves(target, by_bone=True)
    eyes = _Eyes(root, character)
    frames = _frames(scene, timing, last)
    moving = moving or moves(root) or moves(root, by_bone=True) and _is_posed_somewhere(scene, root, eyes, frames)
    frames = frames if moving else []
    ways = [eyes.way_to(place())]
    if frames:
        with put_back(scene, root):
            ways = []
            for frame in frames:
                scene.frame_set(int(frame // 1), subframe=float(frame % 1))
                ways.append(eyes.way_to(place()))
    times_s = np.array([timing.time_s(frame * scene_time.key_frames_a_frame(scene)) for frame in frames] or [0.0])
    where = eyes.neutral(ways)
    there = (np.abs(where) < _FARTHEST).all(1)  # NaN is not
    if not there.any():
        raise UserError(
            f"{called}, which the eyes are to look at, stands nowhere.", "Reset its place, or choose another."
        )
    return GazeTarget(called, times_s[there], direction_deg(where[there]))


def _object(scene: bpy.types.Scene, root: bpy.types.Object, name: str) -> bpy.types.Object:
    """The object of this name. Raises UserError."""
    where = "Choose one under Face Controls, Eyes."
    if not name:
        raise UserError("The eyes are to look at an object, but none is chosen.", where)
    chosen = scene_settings(scene).look_at_target_block
    found = chosen if chosen is not None and chosen.name == name else bpy.data.objects.get(name)
    if found is None or scene.objects.get(found.name) != found:
        raise UserError(f"“{name}”, which the eyes are to look at, is not in the scene any more.", where)
    if found == root or characters.root_of(found) == root and found in characters.face_meshes(root, scene):
        raise UserError(f"“{name}” is the character itself.", "Choose another object for the eyes to look at.")
    return found


def _place_of(target: bpy.types.Object, scene: bpy.types.Scene) -> tuple[_Place, bool]:
    """What tells where a target is now, and whether a bone of it does: a character is looked in the face, a shape at its middle."""
    if target.type == "ARMATURE" and target.pose is not None:
        other = rig_reading.character_of(target, scene)
        eyes = _Eyes(target, other)
        if eyes.bone:
            return eyes.now, True
    if target.type in _HAS_BOUNDS:
        return (
            lambda: target.matrix_world @ (sum((Vector(corner) for corner in target.bound_box), Vector()) / 8.0),
            False,
        )
    return lambda: target.matrix_world.translation.copy(), False


def _camera_moves(scene: bpy.types.Scene) -> bool:
    return moves(scene.camera) or any(marker.camera is not None for marker in scene.timeline_markers)


def _frames(scene: bpy.types.Scene, timing: Timing, last: float) -> list[float]:
    """The scene's frames at which a target is looked for."""
    a_frame = scene_time.key_frames_a_frame(scene)
    first = np.floor(timing.frame_start / a_frame)
    end = last / a_frame if np.isfinite(last) else max(float(scene.frame_end), first + 1.0)
    step = max(1.0, np.ceil((end - first) / _MOST_SAMPLES))
    return np.arange(first, np.ceil(end) + step, step).tolist()


def _is_posed_somewhere(scene: bpy.types.Scene, root: bpy.types.Object, eyes: _Eyes, frames: list[float]) -> bool:
    """Whether a clip brings the chest elsewhere at one of some frames."""
    with put_back(scene, root):
        for place in np.unique(np.linspace(0, len(frames) - 1, _LOOKS).astype(int)).tolist():
            scene.frame_set(int(frames[place]))
            if eyes.way_to(Vector())[2]:
                return True
    return False


class _Eyes:
    """Between the eyes of a character, and which way its neutral head faces."""

    def __init__(self, root: bpy.types.Object, character: Character):
        self.root, self.axes = root, np.asarray(character.axes, np.float64)
        bones, roles = character.description.bones, character.roles
        self.bone = roles.get("head", "") if root.pose is not None else ""
        sides = [roles[role] for role in ("left_eye_smplhf", "right_eye_smplhf") if role in roles]
        if len(sides) == 2:
            self.rest = np.mean([rest_head(bones[name]) for name in sides], 0)
        elif self.bone:
            head, tail = rest_head(bones[self.bone]), rest_tail(bones[self.bone])
            self.rest = head + _EYES_AT * (tail - head)
        else:
            self.rest = _middle(root)
        neck = roles.get("neck", "") or self.bone
        self.chest = bones[neck].parent if self.bone else ""
        self.height = float(np.linalg.norm(self.rest)) or 1.0
        action = root.animation_data.action if root.animation_data is not None else None
        self.posed_beyond = _POSED_IN_TAKE if action is not None and TAG in action else _POSED

    def now(self) -> Vector:
        """Where they are in the scene as the character stands."""
        bone = self.root.pose.bones[self.bone]  # pyright: ignore[reportOptionalMemberAccess] -- it has bones
        return self.root.matrix_world @ (bone.matrix @ bone.bone.matrix_local.inverted_safe() @ self._point())

    def way_to(self, place: Vector) -> tuple[np.ndarray, np.ndarray, bool]:
        """The way to a place in canonical axes: from the head of the rest pose, and from that over the chest as it is now; and whether
        these are far apart."""
        world = self.root.matrix_world
        carried = self._chest_turn()
        both = [np.array((world @ turn).inverted_safe() @ place) - self.rest for turn in (Matrix.Identity(4), carried)]
        moved = float(np.linalg.norm(np.array(carried @ self._point()) - self.rest)) / self.height
        posed = np.degrees(carried.to_quaternion().angle) > self.posed_beyond[0] or moved > self.posed_beyond[1]
        return self.axes.T @ both[0], self.axes.T @ both[1], posed

    def _point(self) -> Vector:
        return Vector(self.rest.tolist())

    def _chest_turn(self) -> Matrix:
        """How the chest stands against rest, in armature space."""
        if not self.chest:
            return Matrix.Identity(4)
        bone = self.root.pose.bones[self.chest]  # pyright: ignore[reportOptionalMemberAccess]
        turn = bone.matrix @ bone.bone.matrix_local.inverted_safe()
        place, quaternion, _ = turn.decompose()
        return Matrix.Translation(place.to_tuple()) @ quaternion.to_matrix().to_4x4()

    @staticmethod
    def neutral(ways: list[tuple[np.ndarray, np.ndarray, bool]]) -> np.ndarray:
        """(N, 3): one of both ways for all frames, so that nothing jumps."""
        posed = any(is_posed for *_, is_posed in ways)
        return np.array([carried if posed else rest for rest, carried, _ in ways])


def _middle(part: Any) -> np.ndarray:
    """The middle of a mesh in its own space, (3,)."""
    return np.mean([tuple(corner) for corner in part.bound_box], 0) if part.type in _HAS_BOUNDS else np.zeros(3)
