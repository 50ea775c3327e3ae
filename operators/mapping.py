# SPDX-License-Identifier: GPL-3.0-or-later
# pyright: reportInvalidTypeForm=false
# (Blender declares properties by annotations that are no types.)
"""Correcting by hand which shape and bone is which, and trying shapes."""

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, StringProperty

from ..core.blender import characters, compat
from ..core.errors import UserError
from .base import CharacterOperator

TEST_S = 0.7
POLL_S = 0.1
FILE_FILTER = "*.json"
PATH_OPTIONS: Any = {"SKIP_SAVE"} | compat.file_path_options()


def _row(root: bpy.types.Object) -> Any:
    """The selected row of the mapping table. Raises UserError."""
    memory = characters.memory(root)
    if memory.mapping_index >= len(memory.mapping_rows):
        raise UserError("No row is selected.", "Detect the character first.")
    return memory.mapping_rows[memory.mapping_index]


class AUDIO2RIG_OT_mapping_edit(CharacterOperator, bpy.types.Operator):
    bl_idname = "audio2rig.mapping_edit"
    bl_label = "Edit Row"
    bl_description = "Say what this shape key shows, or which bone this is"

    name: StringProperty(
        name="Shape Key",
        description="The shape key, or the role of a bone; empty: the selected row",
        options={"SKIP_SAVE"},
    )
    target: StringProperty(
        name="Shows",
        description="ARKit or tongue shapes with their weights, e.g. jawOpen 0.6, mouthFunnel; "
        "or the bone's name. Empty: nothing",
        options={"SKIP_SAVE"},
    )
    is_bone: BoolProperty(name="Bone", description="The row is about a bone", options={"SKIP_SAVE", "HIDDEN"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        return self.reported(lambda: self._ask(context))

    def _ask(self, context: bpy.types.Context) -> set[str]:
        row = _row(self.character(context))
        self.name, self.target, self.is_bone = row.name, row.target, row.is_bone
        return context.window_manager.invoke_props_dialog(self, width=420)

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.label(text=self.name, icon="BONE_DATA" if self.is_bone else "SHAPEKEY_DATA")
        if self.is_bone:
            layout.prop_search(self, "target", self.character(context).data, "bones", text="Bone")
        else:
            layout.prop(self, "target")
            layout.label(text="For instance: jawOpen 0.6, mouthFunnel 0.3", icon="INFO")

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import inspection

        if not self.name:
            raise UserError("No row is named.", "Select one in the list.")
        inspection.correct(self.character(context), context.scene, self.name, self.target, self.is_bone)


class AUDIO2RIG_OT_mapping_reset(CharacterOperator, bpy.types.Operator):
    bl_idname = "audio2rig.mapping_reset"
    bl_label = "Reset Mapping"
    bl_description = "Forget all corrections that were made by hand"

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import inspection

        inspection.reset(self.character(context), context.scene)


class AUDIO2RIG_OT_mapping_export(CharacterOperator, bpy.types.Operator):
    bl_idname = "audio2rig.mapping_export"
    bl_label = "Export Mapping"
    bl_description = "Write the mapping to a JSON file, for another file or for editing"
    bl_options = {"REGISTER"}

    filepath: StringProperty(name="File", description="Where to write", subtype="FILE_PATH", options=PATH_OPTIONS)
    filter_glob: StringProperty(default=FILE_FILTER, options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        self.filepath = f"{bpy.path.clean_name(self.character(context).name)}.json"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import inspection

        path = Path(bpy.path.abspath(self.filepath)).with_suffix(".json")
        inspection.export_mapping(self.character(context), context.scene, path)
        self.report({"INFO"}, f"Wrote {path}")


class AUDIO2RIG_OT_mapping_import(CharacterOperator, bpy.types.Operator):
    bl_idname = "audio2rig.mapping_import"
    bl_label = "Import Mapping"
    bl_description = "Read a mapping from a JSON file"

    filepath: StringProperty(name="File", description="What to read", subtype="FILE_PATH", options=PATH_OPTIONS)
    filter_glob: StringProperty(default=FILE_FILTER, options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import inspection

        inspection.import_mapping(self.character(context), context.scene, Path(bpy.path.abspath(self.filepath)))


class AUDIO2RIG_OT_test_shape(CharacterOperator, bpy.types.Operator):
    bl_idname = "audio2rig.test_shape"
    bl_label = "Test Shape"
    bl_description = "Show the selected shape key fully for a moment, or turn the bone a little"
    bl_options = {"REGISTER"}

    name: StringProperty(
        name="Shape Key", description="The shape key or bone; empty: the selected row", options={"SKIP_SAVE"}
    )
    is_bone: BoolProperty(name="Bone", description="The name is a bone's", options={"SKIP_SAVE"})

    _shown: ExitStack
    _timer: bpy.types.Timer
    _until_s: float  # of time.monotonic: a TIMER event does not say whose timer it is

    def _begin(self, context: bpy.types.Context) -> None:
        from ..core.blender import inspection

        root = self.character(context)
        name, is_bone = self.name, self.is_bone
        if not name:
            row = _row(root)
            name, is_bone = (row.target, True) if row.is_bone else (row.name, False)
        self._shown = ExitStack()
        self._shown.enter_context(inspection.shown_fully(root, context.scene, name, is_bone))
        context.view_layer.update()

    def run(self, context: bpy.types.Context) -> None:
        self._begin(context)
        self._shown.close()

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        return self.reported(lambda: self._start(context))

    def _start(self, context: bpy.types.Context) -> set[str]:
        self._begin(context)
        self._until_s = time.monotonic() + TEST_S
        self._timer = context.window_manager.event_timer_add(POLL_S, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if event.type != "TIMER" or time.monotonic() < self._until_s:
            return {"PASS_THROUGH"}
        self.cancel(context)
        return {"FINISHED"}

    def cancel(self, context: bpy.types.Context) -> None:
        self._shown.close()
        context.window_manager.event_timer_remove(self._timer)
        context.view_layer.update()


CLASSES = (
    AUDIO2RIG_OT_mapping_edit,
    AUDIO2RIG_OT_mapping_reset,
    AUDIO2RIG_OT_mapping_export,
    AUDIO2RIG_OT_mapping_import,
    AUDIO2RIG_OT_test_shape,
)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
