# SPDX-License-Identifier: GPL-3.0-or-later
# pyright: reportInvalidTypeForm=false
# (Blender declares properties by annotations that are no types.)
"""Learn a performer from a folder, and use the file."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import StringProperty

from ..core.blender import compat, preferences, stored_paths
from ..core.blender.setting_properties import scene_settings
from ..core.errors import UserError
from ..core.input_files import shown
from ..core.progress import Progress
from .background import BackgroundOperator

if TYPE_CHECKING:
    from ..core.performance.performer.adapting import Adapted

PATH_OPTIONS: Any = {"SKIP_SAVE"} | compat.file_path_options()


class AUDIO2RIG_OT_adapt_to_performer(BackgroundOperator, bpy.types.Operator):
    bl_idname = "audio2rig.adapt_to_performer"
    bl_label = "Adapt to Performer"
    bl_description = (
        "Learn how one person moves, from a folder of sounds with captures of the same names: faces (Live Link Face CSV, JSON of shapes or "
        "keypoints), bodies (BVH) or both; one to ten minutes. Blender stays usable; Esc cancels"
    )

    directory: StringProperty(
        name="Folder", description="Sounds with captured faces and bodies", subtype="DIR_PATH", options=PATH_OPTIONS
    )
    filter_folder: bpy.props.BoolProperty(default=True, options={"HIDDEN"})
    performer: StringProperty(
        name="Name", description="Of the performer; empty: the folder's", options={"SKIP_SAVE"}, maxlen=80
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if self.properties.is_property_set("directory"):
            return super().invoke(context, event)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def gather(self, context: bpy.types.Context) -> tuple[Path, str, int]:
        preferences.require_packages("SPEECH")
        if not self.directory:
            raise UserError("No folder is chosen.", "Choose the folder with the recordings.")
        return Path(bpy.path.abspath(self.directory)), self.performer, compat.session_id(context.scene)

    def name_of(self, gathered: tuple[Path, str, int]) -> str:
        return shown(gathered[0].name)

    def doing(self, name: str) -> str:
        return f"Learning from {name}"

    def worker(self, gathered: tuple[Path, str, int]) -> "Callable[[Progress], Adapted]":
        from ..core.performance.performer.adapting import adapt_folder

        folder, name, _ = gathered
        return lambda progress: adapt_folder(folder, name, None, progress)

    def write(self, gathered: tuple[Path, str, int], worked: "Adapted") -> str:
        scene = compat.by_session_id(bpy.data.scenes, gathered[2])
        if scene is not None:  # it may be gone by now, and another one be shown
            scene_settings(scene).performer = stored_paths.as_preferred(str(worked.path))
        for note in worked.said:
            self.report({"INFO"}, note)
        return worked.headline


CLASSES = (AUDIO2RIG_OT_adapt_to_performer,)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
