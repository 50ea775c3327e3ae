# SPDX-License-Identifier: GPL-3.0-or-later
"""Correcting by hand which shape and bone is which, and trying shapes."""

from contextlib import ExitStack
from pathlib import Path

import bpy
from bpy.props import BoolProperty, StringProperty

from ..core.blender import characters, compat
from ..core.errors import UserError
from . import errors
from .errors import reported

TEST_S = 0.7
FILE_FILTER = "*.json"


class _ForCharacter:
    """What all of these share: they are about the character that the panel shows."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if characters.shown(context) is None:
            cls.poll_message_set("Select the character")
            return False
        return True


def _row(context: bpy.types.Context) -> bpy.types.PropertyGroup | None:
    """The selected row of the mapping table."""
    settings = characters.memory(characters.shown(context))
    return (
        settings.mapping_rows[settings.mapping_index] if settings.mapping_index < len(settings.mapping_rows) else None
    )


class AUDIO2RIG_OT_mapping_edit(_ForCharacter, bpy.types.Operator):
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
        row = _row(context)
        if row is None:
            return errors.show(self, UserError("No row is selected.", "Detect the character first."))
        self.name, self.target, self.is_bone = row.name, row.target, row.is_bone
        return context.window_manager.invoke_props_dialog(self, width=420)

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.label(text=self.name, icon="BONE_DATA" if self.is_bone else "SHAPEKEY_DATA")
        if self.is_bone:
            layout.prop_search(self, "target", characters.shown(context).data, "bones", text="Bone")
        else:
            layout.prop(self, "target")
            layout.label(text="For instance: jawOpen 0.6, mouthFunnel 0.3", icon="INFO")

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.blender import inspection

        with reported(self) as result:
            if not self.name:
                raise UserError("No row is named.", "Select one in the list.")
            inspection.correct(characters.shown(context), context.scene, self.name, self.target, self.is_bone)
        return result


class AUDIO2RIG_OT_mapping_reset(_ForCharacter, bpy.types.Operator):
    bl_idname = "audio2rig.mapping_reset"
    bl_label = "Reset Mapping"
    bl_description = "Forget all corrections that were made by hand"

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.blender import inspection

        with reported(self) as result:
            inspection.reset(characters.shown(context), context.scene)
        return result


class AUDIO2RIG_OT_mapping_export(_ForCharacter, bpy.types.Operator):
    bl_idname = "audio2rig.mapping_export"
    bl_label = "Export Mapping"
    bl_description = "Write the mapping to a JSON file, for another file or for editing"
    bl_options = {"REGISTER"}

    filepath: StringProperty(
        name="File",
        description="Where to write",
        subtype="FILE_PATH",
        options={"SKIP_SAVE"} | compat.file_path_options(),
    )
    filter_glob: StringProperty(default=FILE_FILTER, options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        self.filepath = f"{bpy.path.clean_name(characters.shown(context).name)}.json"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.blender import inspection

        with reported(self) as result:
            path = Path(bpy.path.abspath(self.filepath)).with_suffix(".json")
            inspection.export_mapping(characters.shown(context), context.scene, path)
            self.report({"INFO"}, f"Wrote {path}")
        return result


class AUDIO2RIG_OT_mapping_import(_ForCharacter, bpy.types.Operator):
    bl_idname = "audio2rig.mapping_import"
    bl_label = "Import Mapping"
    bl_description = "Read a mapping from a JSON file"

    filepath: StringProperty(
        name="File", description="What to read", subtype="FILE_PATH", options={"SKIP_SAVE"} | compat.file_path_options()
    )
    filter_glob: StringProperty(default=FILE_FILTER, options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.blender import inspection

        with reported(self) as result:
            inspection.import_mapping(characters.shown(context), context.scene, Path(bpy.path.abspath(self.filepath)))
        return result


class AUDIO2RIG_OT_test_shape(_ForCharacter, bpy.types.Operator):
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

    def _begin(self, context: bpy.types.Context) -> None:
        from ..core.blender import inspection

        name, is_bone = self.name, self.is_bone
        if not name:
            row = _row(context)
            if row is None:
                raise UserError("No row is selected.", "Detect the character first.")
            name, is_bone = (row.target, True) if row.is_bone else (row.name, False)
        self._shown = ExitStack()
        self._shown.enter_context(inspection.shown_fully(characters.shown(context), context.scene, name, is_bone))
        context.view_layer.update()

    def execute(self, context: bpy.types.Context) -> set[str]:
        with reported(self) as result:
            self._begin(context)
            self._shown.close()
        return result

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        try:
            self._begin(context)
        except UserError as error:
            return errors.show(self, error)
        self._timer = context.window_manager.event_timer_add(TEST_S, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if event.type != "TIMER":
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
