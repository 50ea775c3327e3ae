# SPDX-License-Identifier: GPL-3.0-or-later
"""The face that an Action shows on a character: a take, an imported or a hand-made one."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ...errors import UserError
from ...motion.face_motion import FaceMotion
from ...rigs.character import Character
from .. import characters, compat
from ..compat import Animated
from ..keying.fcurves import is_muted
from ..reading import face_reading
from ..reading.face_reading import FaceCurves
from ..remembered import Take
from ..sounds import scene_time
from ..takes.take_memory import owner_of, target_of

_LONGEST_S = 3600.0
_A_FRAME_MORE = 1  # an Action with one key is a pose, held


def motion_of_action(
    scene: bpy.types.Scene, root: bpy.types.Object, character: Character, action: bpy.types.Action
) -> FaceMotion | None:
    """The face and head of a character while an Action plays on it; second 0 is its first key, of a take where its sound begins. None if
    it moves neither."""
    take = _take_of(root, action)
    curves = _curves_of_take(root, take) if take is not None else _curves_of(scene, root, action)
    frames = face_reading.frame_range(face_reading.face_curves(scene, character, curves))
    if frames is None:
        return None
    first, last = frames
    if take is not None and take.lines and take.frame_start < last:
        first = take.frame_start
    a_second = scene_time.frames_per_second(scene) * scene_time.key_frames_a_frame(scene)
    if (last - first) / a_second > _LONGEST_S:
        raise UserError(f"The Action “{action.name}” lasts longer than an hour.", "Choose a shorter one.")
    frames = first + np.arange(int(np.ceil(last - first - 1e-6)) + 1 + _A_FRAME_MORE, dtype=np.float64)
    face = face_reading.face_at_frames(scene, character, curves, np.minimum(frames, last), a_second)
    return face.motion if face.known.any() else None


def _take_of(root: bpy.types.Object, action: bpy.types.Action) -> Take | None:
    """The take that an Action is of: before Blender 4.4 it has an Action for each data-block."""
    takes = characters.memory(root).takes
    return next(
        (take for take in takes if not take.is_original and any(track.action == action for track in take.tracks)), None
    )


def _curves_of_take(root: bpy.types.Object, take: Take) -> FaceCurves:
    found: dict[Animated, dict[tuple[str, int], bpy.types.FCurve]] = {}
    for track in take.tracks:
        owner = owner_of(target_of(root, track), track.on_shape_keys)
        curves = compat.find_curves(track.action, compat.find_slot(track.action, track.slot)) if track.action else None
        if owner is not None and curves is not None:
            found[owner] = _by_channel(curves)
    return found


def _curves_of(scene: bpy.types.Scene, root: bpy.types.Object, action: bpy.types.Action) -> FaceCurves:
    """What any Action would do to the character's data-blocks: the curves of the slot that is named after one, or of all that fit."""
    found: dict[Animated, dict[tuple[str, int], bpy.types.FCurve]] = {}
    for part in characters.animated_objects(root, scene):
        for owner in filter(None, (part, characters.shape_keys(part))):
            merged: dict[tuple[str, int], bpy.types.FCurve] = {}
            for slot in _slots(action, owner):
                curves = compat.find_curves(action, slot)
                if curves is not None:
                    merged = {**_by_channel(curves), **merged}
            found[owner] = merged
    return found


def _slots(action: bpy.types.Action, owner: Animated) -> list[Any]:
    """The slots of an Action that fit a data-block, the one that it would choose first alone if there is one; [None] before 4.4."""
    if not compat.has_slots():
        return [None]
    slots: Any = action.slots
    fitting = [slot for slot in slots if slot.target_id_type in (owner.id_type, "UNSPECIFIED")]
    own = [slot for slot in fitting if slot.name_display == owner.name]
    return own or fitting


def _by_channel(curves: Any) -> dict[tuple[str, int], bpy.types.FCurve]:
    return {(curve.data_path, curve.array_index): curve for curve in curves.fcurves if not is_muted(curve)}
