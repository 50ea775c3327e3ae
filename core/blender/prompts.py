# SPDX-License-Identifier: GPL-3.0-or-later
"""What the animator does with prompts: key a pose, let go of keys, list them. What is there is read by
`prompt_rows`, what was posed and not keyed yet by `unkeyed_pose`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import bpy
import numpy as np

from ..errors import UserError
from ..rigs.character import Character
from . import characters, compat
from .keying import fcurves
from .keying.fcurves import SAME_FRAME, Keys
from .prompt_rows import DrivenChannels, Prompt, prompts_of, properties_by_group, rows
from .remembered import append
from .takes.playing_keys import PlayingCurve
from .takes.take_memory import TAG
from .takes.written_keys import CurveName, WrittenKeys, recall, remember
from .unkeyed_pose import Candidate, bone_candidates, shape_candidates, slider_candidates


def refresh(
    root: bpy.types.Object, scene: bpy.types.Scene, character: Character | None = None, with_clips: bool | None = None
) -> list[Prompt]:
    """Renew the list that the panel shows. Returns the prompts. Raises UserError with the list as it was. character:
    what is known of it already; None: it is looked at. with_clips: see `properties_by_group`."""
    found = prompts_of(root, scene, DrivenChannels.of(root, scene, character), with_clips)
    memory: Any = characters.own_memory(root, scene)  # properties that registering makes
    memory.prompts.clear()
    for row in rows(found):
        append(memory.prompts, name=row.group, group=row.group, frame=row.frame, last=row.last, keys=row.keys)
    if memory.prompt_index >= len(memory.prompts):
        memory.prompt_index = -1
    return found


def add(
    root: bpy.types.Object,
    scene: bpy.types.Scene,
    frame: float,
    pose_bones: Iterable[bpy.types.PoseBone],
    which: str = "AUTO",
) -> int:
    """Key the pose as it is now at `frame`, as prompts. Returns how many.

    which: CHANGED, what was changed by hand since the frame was shown; SELECTED, the given bones; ALL, the face and
    every bone that generating moves; AUTO, what was changed, or the given bones if that is nothing, or else the whole face.
    Raises UserError.
    """
    channels = DrivenChannels.of(root, scene)
    bones = list(bone_candidates(root, scene, frame))
    posed = {(one.owner, one.path) for one in bones}
    sliders = [one for one in slider_candidates(scene, frame, channels) if (one.owner, one.path) not in posed]
    shapes = [*shape_candidates(root, scene, frame, channels), *sliders]
    wanted = _chosen(shapes, bones, {bone.name for bone in pose_bones}, channels, which)
    if not wanted:
        raise UserError(
            f'"{root.name}" has nothing to key here.',
            "Select bones in Pose Mode." if which == "SELECTED" else "Pose shape keys or bones first.",
        )
    keyed = [(one.owner, one.path) for one in wanted if _key(one, frame)]
    return len(set(keyed))


def _chosen(
    shapes: list[Candidate], bones: list[Candidate], selected: set[str], channels: DrivenChannels, which: str
) -> list[Candidate]:
    of_selected = [one for one in bones if one.bone in selected]
    if which == "ALL":
        return [*(one for one in shapes if one.driven), *(one for one in bones if one.bone in channels.driven)]
    if which == "SELECTED":
        return of_selected
    changed = [one for one in (*shapes, *bones) if one.changed]
    if changed or which == "CHANGED":
        return changed
    return of_selected or [one for one in shapes if one.driven]


def _key(one: Candidate, frame: float) -> bool:
    """Key a property; Blender leaves a key that is there already its type, so that is set, too."""
    value: Any = one.owner.path_resolve(one.path)
    index = one.components[0] if hasattr(value, "__len__") and len(one.components) == 1 else -1
    keyed = bool(one.owner.keyframe_insert(one.path, index=index, frame=frame, keytype="KEYFRAME"))
    found: Any = compat.active_curves(one.owner)
    curves = [found.fcurves.find(one.path, index=part) for part in one.components] if found is not None else []
    for point in (point for curve in curves if curve is not None for point in curve.keyframe_points):
        if abs(point.co.x - frame) <= SAME_FRAME:
            point.type = "KEYFRAME"
    return keyed


def remove(root: bpy.types.Object, scene: bpy.types.Scene, first: float, last: float, group: str = "") -> int:
    """Let the next generation overwrite the prompts from frame `first` to `last`, and none beside them: their keys
    become Generated ones, which the take takes for its own.

    group: only of this part of the character. Nothing moves. Returns how many. Raises UserError.
    """
    released: dict[bpy.types.Action, dict[CurveName, WrittenKeys]] = {}
    count = 0
    for owner, path, parts, part in properties_by_group(root, scene, DrivenChannels.of(root, scene)):
        if group and part != group:
            continue
        frames = np.empty(0)
        for index, one in parts.items():
            keys = one.keys
            chosen = keys.by_hand & (keys.frames >= first - SAME_FRAME) & (keys.frames <= last + SAME_FRAME)
            if not chosen.any():
                continue
            _show_as_generated(one.curve, keys.frames[chosen])
            frames = np.append(frames, np.round(keys.frames[chosen], 3))
            name = one.name or (compat.slot_handle(owner), path, index)
            action: Any = one.curve.id_data
            released.setdefault(action, {})[name] = _released(one, keys[chosen])
        count += len(np.unique(frames))
    for action, written in released.items():
        _let_go(action, written)
    return count


def _show_as_generated(curve: bpy.types.FCurve, frames: np.ndarray) -> None:
    now = np.empty(len(curve.keyframe_points), np.int32)
    curve.keyframe_points.foreach_get("type", now)
    chosen = np.isin(fcurves.places(curve)[:, 0], frames)
    types = np.where(chosen, compat.generated_key_type(), now).astype(np.int32)
    curve.keyframe_points.foreach_set("type", types)


def _released(one: PlayingCurve, keys: Keys) -> WrittenKeys:
    return (one.written or WrittenKeys.nothing()).with_released(keys)


def _let_go(action: bpy.types.Action, written: Mapping[CurveName, WrittenKeys]) -> None:
    """Let an Action take keys for generated ones; a take of an earlier version tells them by their type."""
    known = recall(action)
    if known is not None or TAG not in action:
        remember(action, {**(known or {}), **written})
