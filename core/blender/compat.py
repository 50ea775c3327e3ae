# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between Blender 4.2 and 5.3, asked by capability; by version number only a mended fault that nothing else tells.

A checker knows the names of one release only; so what another release calls otherwise is `Any` here.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar

import bpy

LAYER_NAME = "Layer"
Animated = bpy.types.Object | bpy.types.Key  # the data-blocks that takes animate
_Block = TypeVar("_Block", bound=bpy.types.ID)


def enum_value(rna_type: type, property_name: str, identifier: str, default: int = 0) -> int:
    """The integer behind an enum item, which foreach_set wants; `default` where this Blender lacks the item."""
    item = rna_type.bl_rna.properties[property_name].enum_items.get(identifier)
    return default if item is None else item.value


@cache
def generated_key_type() -> int:
    """The integer of key type Generated (Blender 4.2 has it; JITTER would be the nearest before)."""
    return enum_value(bpy.types.Keyframe, "type", "GENERATED", enum_value(bpy.types.Keyframe, "type", "JITTER"))


def file_path_options() -> set[Any]:
    """Options for a file path that may begin with `//`; since 4.5 fields that do not say so show such paths in red."""
    known = "is_path_supports_blend_relative" in bpy.types.Property.bl_rna.properties
    return {"PATH_SUPPORTS_BLEND_RELATIVE"} if known else set()


# ---------------------------------------------------------------------------------------------- actions and slots (4.4)


def has_slots() -> bool:
    """Since 4.4 one Action animates several data-blocks, each through its slot, and curves live in channelbags."""
    return "slots" in bpy.types.Action.bl_rna.properties


def new_slot(action: bpy.types.Action, owner: Animated) -> Any:
    """A slot of `action` for `owner`; None before 4.4."""
    return action.slots.new(id_type=owner.id_type, name=owner.name) if has_slots() else None


def find_slot(action: bpy.types.Action, identifier: str) -> Any:
    """The slot with this identifier, or None."""
    return action.slots.get(identifier) if has_slots() and identifier else None


def ensure_curves(action: bpy.types.Action, slot: Any) -> Any:
    """Where the curves for `slot` live: an object with `.fcurves` and `.groups` (channelbag, or the Action before 4.4)."""
    if not has_slots():
        return action
    layer = action.layers[0] if action.layers else action.layers.new(LAYER_NAME)
    strip: Any = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(slot, ensure=True)


def find_curves(action: bpy.types.Action | None, slot: Any) -> Any:
    """Like ensure_curves, but None where there are none."""
    if action is None:
        return None
    if not has_slots():
        return action
    if slot is None:
        return None
    for layer in action.layers:
        strip: Any
        for strip in layer.strips:
            bag = strip.channelbag(slot)
            if bag is not None:
                return bag
    return None


def active_curves(owner: Animated) -> Any:
    """The curves that animate `owner` now (object with `.fcurves`), or None."""
    data: Any = owner.animation_data
    if data is None or data.action is None:
        return None
    return find_curves(data.action, data.action_slot if has_slots() else None)


def curves_by_channel(owner: Animated) -> dict[tuple[str, int], bpy.types.FCurve]:
    """The curves that animate `owner` now, by data path and component."""
    curves = active_curves(owner)
    return {(curve.data_path, curve.array_index): curve for curve in curves.fcurves} if curves is not None else {}


def new_curve(curves: Any, data_path: str, index: int, group: str) -> bpy.types.FCurve:
    """Add a curve in a group. Channelbags of 4.4 and 4.5 take no group argument, so the group is set afterwards."""
    if isinstance(curves, bpy.types.Action):
        action: Any = curves
        return action.fcurves.new(data_path, index=index, action_group=group)
    curve = curves.fcurves.new(data_path, index=index)
    if group:
        curve.group = curves.groups.get(group) or curves.groups.new(group)
    return curve


def assign(owner: Animated, action: bpy.types.Action | None, slot: Any) -> None:
    """Let `action` (through `slot`) animate `owner`, or nothing if None.

    Un-assigning on an armature that was never evaluated (`pose` is still None) crashes Blender 4.5 to 5.2, and so does
    assigning the slot that is assigned already; hence the update and the comparison.
    """
    if isinstance(owner, bpy.types.Object) and owner.type == "ARMATURE" and owner.pose is None:
        bpy.context.view_layer.update()
        if owner.pose is None:
            raise RuntimeError(f"{owner.name} is in no view layer, so its Action cannot be changed")
    data: Any = owner.animation_data
    if data is None:
        if action is None:
            return
        data = owner.animation_data_create()
    if data.action != action:
        data.action = action
    if action is not None and slot is not None and data.action_slot != slot:
        data.action_slot = slot


def active_slot_identifier(owner: Animated) -> str:
    """Identifier of the slot that animates `owner`, "" if none or before 4.4."""
    data: Any = owner.animation_data
    if not has_slots() or data is None or data.action_slot is None:
        return ""
    return data.action_slot.identifier


def slot_handle(owner: Animated) -> int:
    """The number of the slot that animates `owner`, which renaming and copying do not change; 0 if none or before 4.4."""
    data: Any = owner.animation_data
    return data.action_slot.handle if has_slots() and data is not None and data.action_slot is not None else 0


def nla_tracks(owner: Animated) -> list[Any]:
    """The NLA tracks of a data-block."""
    return list(owner.animation_data.nla_tracks) if owner.animation_data is not None else []


def strip_slot(nla_strip: Any) -> Any:
    """The slot that an NLA strip plays; None before 4.4."""
    return nla_strip.action_slot if has_slots() else None


def set_strip_slot(nla_strip: bpy.types.NlaStrip, slot: Any) -> None:
    """Choose the slot that an NLA strip plays; before 4.4 an Action has one user only."""
    if slot is not None and nla_strip.action_slot != slot:
        nla_strip.action_slot = slot


# ------------------------------------------------------------------------------------------------------- sequencer (5.0)


def sequencer_scene(context: bpy.types.Context) -> bpy.types.Scene:
    """The scene whose sequencer the person sees: since 5.0 the workspace may show another scene's."""
    workspace = getattr(context, "workspace", None)
    return getattr(workspace, "sequencer_scene", None) or context.scene


def strips(scene: bpy.types.Scene) -> Any:
    """All strips of a scene's sequencer, also those in meta strips (`sequences_all` before 4.4); () without a sequencer."""
    editor: Any = scene.sequence_editor
    if editor is None:
        return ()
    return editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all


def top_strips(scene: bpy.types.Scene) -> Any:
    """The strips of a scene's sequencer that no meta strip holds; the scene has a sequencer."""
    editor: Any = scene.sequence_editor
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def strips_property(editor: bpy.types.SequenceEditor) -> str:
    """The name of the collection of all strips, for a search field."""
    return "strips_all" if hasattr(editor, "strips_all") else "sequences_all"


def new_sound_strip(scene: bpy.types.Scene, name: str, path: str, channel: int, frame: int) -> Any:
    scene.sequence_editor_create()
    return top_strips(scene).new_sound(name, path, channel, frame)


def strip_frames(strip: Any) -> tuple[float, float, float]:
    """(frame where the strip is first heard, frame after the last heard, frame where the untrimmed sound begins).

    5.2 renamed them and warns about the old names.
    """
    names = strip.bl_rna.properties
    if "left_handle" in names and "content_start" in names:
        return float(strip.left_handle), float(strip.right_handle), float(strip.content_start)
    return float(strip.frame_final_start), float(strip.frame_final_end), float(strip.frame_start)


def strip_skipped_frames(strip: Any) -> float:
    """Frames cut off for good at the beginning of a strip's content ("hard trim")."""
    names = strip.bl_rna.properties
    for name in ("content_trim_start", "animation_offset_start"):
        if name in names:
            return float(getattr(strip, name))
    return 0.0


def strip_sound_start(strip: Any) -> float:
    """The frame at which all of a strip's sound would begin, with what is trimmed and what was cut off for good."""
    return strip_frames(strip)[2] - strip_skipped_frames(strip)


def knows_speed_before_sound() -> bool:
    """Whether a retimed strip may be mixed from before its sound on. Until 5.1.2 its speed there is whatever lies in memory: silence, or
    the end of Blender (audaspace pull request 73). A fault that was mended, so that nothing but the version tells."""
    return bpy.app.version >= (5, 1, 2)


def strip_content_frames(strip: Any) -> float:
    """How many frames the whole content of a strip takes, what is cut off for good included."""
    names = strip.bl_rna.properties
    if "content_duration" in names:
        return float(strip.content_duration + strip.content_trim_start + strip.content_trim_end)
    return float(strip.frame_duration + strip.animation_offset_start + strip.animation_offset_end)


def move_strip(strip: Any, frames: int) -> None:
    """Move a strip, with all that it holds, later by some frames."""
    if "content_start" in strip.bl_rna.properties:
        strip.content_start += frames
    else:
        strip.frame_start += frames


# ------------------------------------------------------------------------------------------------------------- rendering


def set_video_output(scene: bpy.types.Scene, path: str) -> None:
    """Render the animation to an H.264 video with AAC sound at `path`."""
    image = scene.render.image_settings
    if "media_type" in image.bl_rna.properties:  # 5.0: videos are a media type of their own
        image.media_type = "VIDEO"
    image.file_format = "FFMPEG"
    ffmpeg: Any = scene.render.ffmpeg
    ffmpeg.format = "MPEG4"
    ffmpeg.codec = "H264"
    ffmpeg.constant_rate_factor = "HIGH"
    ffmpeg.audio_codec = "AAC"
    scene.render.use_file_extension = False
    scene.render.filepath = path


def session_id(identifier: bpy.types.ID) -> int:
    """A number that stays with a data-block through undo and renaming, for as long as Blender runs."""
    return identifier.session_uid


def by_session_id(blocks: Iterable[_Block], identity: int) -> _Block | None:
    """The data-block with this session id, or None if it is gone: a reference to it would not outlive an undo."""
    return next((block for block in blocks if session_id(block) == identity), None)


def is_editable(identifier: bpy.types.ID) -> bool:
    """Whether values and animation of this data-block can be changed in this file."""
    override = identifier.override_library
    if override is not None:
        return not override.is_system_override
    return identifier.library is None


def can_override_data(mesh_object: bpy.types.Object) -> bool:
    """Whether the object is in this file, but its mesh's keys are not yet to be edited, and can be made so.

    A library override from Blender's menu has linked meshes, on objects that Blender calls system overrides.
    """
    if mesh_object.library is not None or not isinstance(mesh_object.data, bpy.types.Mesh):
        return False
    return not is_editable(mesh_object.data)


def override_data(mesh_object: bpy.types.Object, others: Iterable[bpy.types.Object] = ()) -> None:
    """Make the object's mesh a library override that can be edited; its shape keys come with it.

    others: objects that are to show the new mesh, too, if they show the linked one. All else in the file stays linked, so that a second
    character from the same library keeps a face of its own.
    """
    linked: Any = mesh_object.data
    made = linked if linked.override_library is not None else linked.override_create(remap_local_usages=False)
    made.override_library.is_system_override = False
    for part in (mesh_object, *(other for other in others if other.data == linked)):
        if part.library is not None:
            continue
        if part.data != made:
            part.data = made
        if part.override_library is not None:
            part.override_library.is_system_override = False
