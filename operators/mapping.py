# SPDX-License-Identifier: GPL-3.0-or-later
# pyright: reportInvalidTypeForm=false
# (Blender declares properties by annotations that are no types.)
"""Correcting by hand which shape and bone is which, and trying shapes."""

import time
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ..core.blender import characters, compat, trial
from ..core.errors import UserError
from ..core.input_files import shown
from ..core.wording import count
from .base import CharacterOperator

POLL_S = 1.0 / 30.0
LONGEST_STEP_S = 0.15
LOOKING_AROUND = {"MIDDLEMOUSE", "WHEELUPMOUSE", "WHEELDOWNMOUSE", "TRACKPADPAN", "TRACKPADZOOM", "MOUSEROTATE"}
FILE_FILTER = "*.json"
PATH_OPTIONS: Any = {"SKIP_SAVE"} | compat.file_path_options()


def _row(root: bpy.types.Object) -> Any:
    """The selected row of the mapping table. Raises UserError."""
    memory = characters.memory(root)
    if memory.mapping_index >= len(memory.mapping_rows):
        raise UserError("No row is selected.", "Detect the character first.")
    return memory.mapping_rows[memory.mapping_index]


def _shapes_to_pick(_self: Any, _context: bpy.types.Context, text: str) -> list[str]:
    from ..core.blender import inspection

    return inspection.shapes_to_pick(text)


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
        search=_shapes_to_pick,
        search_options={"SUGGESTION"},
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
        layout.label(text=_row(self.character(context)).label, icon="BONE_DATA" if self.is_bone else "SHAPEKEY_DATA")
        if self.is_bone:
            layout.prop_search(self, "target", self.character(context).data, "bones", text="Bone")
        else:
            layout.prop(self, "target", icon="VIEWZOOM")
            layout.label(text="One shape, or several: jawOpen 0.6, mouthFunnel 0.3", icon="INFO")

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
        self.report({"INFO"}, f"Wrote {shown(path)}")


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


class AUDIO2RIG_OT_use_key_order(CharacterOperator, bpy.types.Operator):
    bl_idname = "audio2rig.use_key_order"
    bl_label = "Use Order of Keys"
    bl_description = "Take shape keys whose names say nothing, but which are as many as ARKit's, for ARKit's by their places in the list"

    order: EnumProperty(
        name="Order",
        description="In which order they come",
        items=(
            ("APPLE", "ARKit", "As Apple lists them and Live Link Face records them: eyeBlinkLeft first"),
            ("ALPHABET", "By the Alphabet", "browDownLeft first"),
            ("MEDIAPIPE", "MediaPipe", "The neutral face first, then by the alphabet, without the tongue"),
        ),
    )

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import inspection

        named = inspection.use_order(self.character(context), context.scene, self.order)
        self.report({"INFO"}, f"{count(named, 'shape key')} named by place. Press Test to see whether they show it")


class _TestOperator(CharacterOperator):
    """Moves something there and back. Its own timer says when; whatever else a person begins meanwhile ends it first."""

    bl_options = {"REGISTER"}

    _timer: bpy.types.Timer | None = None
    _shown_s: float  # how much of it was shown: where drawing is slow it takes longer, and is seen all the same
    _last_s: float  # of time.monotonic: a TIMER event does not say whose timer it is

    def begin(self, context: bpy.types.Context) -> None:
        """Let `trial` know what is moved. Raises UserError."""
        raise NotImplementedError

    def run(self, context: bpy.types.Context) -> None:
        """Without a window nothing is seen; whether it can be moved is told all the same."""
        self.begin(context)
        trial.end()

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        return self.reported(lambda: self._start(context))

    def _start(self, context: bpy.types.Context) -> set[str]:
        self.begin(context)
        self._shown_s, self._last_s = 0.0, time.monotonic()
        self._timer = context.window_manager.event_timer_add(POLL_S, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        now_s = time.monotonic()
        self._shown_s += min(now_s - self._last_s, LONGEST_STEP_S)
        self._last_s = now_s
        is_begun = event.value == "PRESS" and event.type not in LOOKING_AROUND
        if self._shown_s >= trial.LASTS_S or not trial.is_running() or is_begun:
            self.cancel(context)
            return {"FINISHED", "PASS_THROUGH"}
        if event.type == "TIMER":
            trial.show(self._shown_s)
        return {"PASS_THROUGH"}

    def cancel(self, context: bpy.types.Context) -> None:
        trial.end()
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None


class AUDIO2RIG_OT_test_shape(_TestOperator, bpy.types.Operator):
    bl_idname = "audio2rig.test_shape"
    bl_label = "Test"
    bl_description = "Move the shape key or the bone of the selected row there and back"

    name: StringProperty(
        name="Shape Key", description="The shape key or bone; empty: the selected row", options={"SKIP_SAVE"}
    )
    is_bone: BoolProperty(name="Bone", description="The name is a bone's", options={"SKIP_SAVE"})

    def begin(self, context: bpy.types.Context) -> None:
        root = self.character(context)
        if self.name:
            trial.begin(root, context.scene, self.name, "" if self.is_bone else None)
        else:
            _try_row(context, root, _row(root))


class AUDIO2RIG_OT_test_next(_TestOperator, bpy.types.Operator):
    bl_idname = "audio2rig.test_next"
    bl_label = "Test Next"
    bl_description = "Go to the next row that can be moved, and move it there and back"

    def begin(self, context: bpy.types.Context) -> None:
        root = self.character(context)
        memory = characters.memory(root)
        _row(root)
        for step in range(1, len(memory.mapping_rows) + 1):
            index = (memory.mapping_index + step) % len(memory.mapping_rows)
            row = memory.mapping_rows[index]
            if memory.only_unmapped and row.target:
                continue
            try:
                _try_row(context, root, row)
            except UserError:
                continue
            memory.mapping_index = index
            return
        raise UserError("None of the rows can be moved.", "Look at another character.")


def _try_row(context: bpy.types.Context, root: bpy.types.Object, row: Any) -> None:
    if row.is_bone and not row.target:
        raise UserError("No bone was found for this row.", "Choose one with Edit.")
    trial.begin(root, context.scene, row.target if row.is_bone else row.name, row.name if row.is_bone else None)


CLASSES = (
    AUDIO2RIG_OT_mapping_edit,
    AUDIO2RIG_OT_mapping_reset,
    AUDIO2RIG_OT_mapping_export,
    AUDIO2RIG_OT_mapping_import,
    AUDIO2RIG_OT_use_key_order,
    AUDIO2RIG_OT_test_shape,
    AUDIO2RIG_OT_test_next,
)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
