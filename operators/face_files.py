# SPDX-License-Identifier: GPL-3.0-or-later
# pyright: reportInvalidTypeForm=false
# (Blender declares properties by annotations that are no types.)
"""A captured face as a take, and a take's face as a file."""

from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, StringProperty

from ..core.blender import characters, compat
from ..core.blender.remembered import current_take
from ..core.blender.setting_properties import scene_settings
from ..core.errors import UserError
from .base import CharacterOperator

PATH_OPTIONS: Any = {"SKIP_SAVE"} | compat.file_path_options()
SUFFIX = {"LIVE_LINK": ".csv", "JSON": ".json"}
RATES: Any = {"default": 0.0, "min": 0.0, "max": 240.0, "precision": 3, "options": {"SKIP_SAVE"}}


class AUDIO2RIG_OT_import_face(CharacterOperator, bpy.types.Operator):
    bl_idname = "audio2rig.import_face"
    bl_label = "Import Face"
    bl_description = (
        "Read a captured face as a take of its own: a CSV of Live Link Face, JSON, or keypoints of OpenPose or MediaPipe as JSON. "
        "What you set by hand stays in the other takes"
    )

    filepath: StringProperty(name="File", description="The recording", subtype="FILE_PATH", options=PATH_OPTIONS)
    filter_glob: StringProperty(default="*.csv;*.json;*.jsonl;*.txt", options={"HIDDEN"})
    frame_start: FloatProperty(
        name="First Frame",
        description="The scene's frame at which the recording begins",
        default=1.0,
        options={"SKIP_SAVE"},
    )
    rate: FloatProperty(
        name="Frames a Second",
        description="For files that do not say it themselves, such as OpenPose's; 0: as is usual for them",
        **RATES,
    )

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        self.frame_start = float(scene_settings(context.scene).frame_start)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender.face_files.importing import FaceFile, import_face

        if not self.filepath:
            raise UserError("No file is chosen.", "Choose the recording of a face.")
        start = self.frame_start if self.properties.is_property_set("frame_start") else None
        file = FaceFile(Path(bpy.path.abspath(self.filepath)), start, self.rate)
        self.report({"INFO"}, import_face(context, file, self.character(context)).headline)


class AUDIO2RIG_OT_export_face(CharacterOperator, bpy.types.Operator):
    bl_idname = "audio2rig.export_face"
    bl_label = "Export Face"
    bl_description = "Write the face of the take that plays to a file that other programs read"
    bl_options = {"REGISTER"}

    filepath: StringProperty(name="File", description="Where to write", subtype="FILE_PATH", options=PATH_OPTIONS)
    filter_glob: StringProperty(default="*.csv;*.json", options={"HIDDEN"})
    check_existing: BoolProperty(default=True, options={"HIDDEN"})
    file_format: EnumProperty(
        name="Format",
        description="What is written",
        items=(
            (
                "LIVE_LINK",
                "Live Link Face CSV",
                "Timecode, ARKit's 52 shapes, angles of head and eyes; what Unreal reads",
            ),
            ("JSON", "JSON", "ARKit's shapes, the tongue's and the head, with names: see docs/face-capture.md"),
        ),
        options={"SKIP_SAVE"},
    )
    rate: FloatProperty(name="Frames a Second", description="Of the file; 0: the scene's", **RATES)
    take: StringProperty(name="Take", description="Its name; empty: the one that plays", options={"SKIP_SAVE"})
    overwrite: BoolProperty(
        name="Overwrite", description="Replace a file that is there", default=False, options={"SKIP_SAVE"}
    )

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        root = self.character(context)
        take = current_take(characters.memory(root))
        name = bpy.path.clean_name(take.name if take is not None else root.name)
        self.filepath = f"{name}{SUFFIX[self.file_format]}"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def check(self, _context: bpy.types.Context) -> bool:
        """Let the file's name end as the format that is chosen does."""
        path = Path(self.filepath)
        wanted = SUFFIX[self.file_format]
        if not path.name or path.suffix.lower() == wanted:
            return False
        known = path.suffix.lower() in SUFFIX.values()
        self.filepath = str(path.with_suffix(wanted) if known else path.with_name(path.name + wanted))
        return True

    def draw(self, _context: bpy.types.Context) -> None:
        for name in ("file_format", "rate", "overwrite"):
            self.layout.prop(self, name)

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender.face_files.exporting import FaceExport, export_face

        if not self.filepath:
            raise UserError("No file is chosen.", "Say where to write.")
        path = Path(bpy.path.abspath(self.filepath))
        chosen = self.properties.is_property_set("file_format") or path.suffix.lower() not in SUFFIX.values()
        wanted = FaceExport(path, self.file_format if chosen else "", self.rate, self.take, self.overwrite)
        self.report({"INFO"}, export_face(context, wanted, self.character(context)))


CLASSES = (AUDIO2RIG_OT_import_face, AUDIO2RIG_OT_export_face)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
