# SPDX-License-Identifier: GPL-3.0-or-later
"""How the character dances: open where Mode is Dance, folded where it is Auto, which dances only to music."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import characters, readiness
from ..core.blender.setting_properties import scene_settings
from ..core.settings import IN_BODY
from .drawing import Audio2RigPanel, FoldedPanel, hint, hints, split

_MOVES = {"BODY", *IN_BODY}  # the parts that dance


def _draw(layout: Any, context: bpy.types.Context) -> None:
    """The settings, each greyed out where something else switches it off, and why."""
    settings = scene_settings(context.scene)
    root = characters.shown(context)
    undrivable = characters.undrivable_parts(root) if root is not None else {}
    moves = settings.parts & _MOVES - undrivable.keys()
    legs = moves & {"BODY", "LEGS"}
    said = []
    if missing := readiness.why_no_dance():
        said.append(missing)
    elif "BODY" in undrivable:
        said.append(f"Only the face can follow the music: {undrivable['BODY']}")
    elif not moves:
        said.append("Only the face follows the music: Body is off")
    column = split(layout).column()
    column.enabled = not missing
    dance = column.column()
    dance.active = bool(moves)
    dance.prop(settings, "dance_style", text="Style")
    dance.prop(settings, "dance_energy", slider=True)
    stage = column.column()
    stage.active = bool(legs) and "ROOT" in settings.parts
    stage.prop(settings, "stage_radius_m")
    if legs and "ROOT" not in settings.parts:
        said.append("Dances on the spot: Root is off")
    sing = column.column(heading="Lips")
    sing.active = "LIPS" in settings.parts
    sing.prop(settings, "dance_sings")
    if "LIPS" not in settings.parts:
        said.append("Cannot sing: Lips is off")
    column.column(heading="Timeline").prop(settings, "beat_markers")
    for reason in said:
        hints(layout, reason, 36, icon="INFO")


class AUDIO2RIG_PT_dance(Audio2RigPanel, bpy.types.Panel):
    bl_label = "Dance"
    bl_order = 2

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return scene_settings(context.scene).mode == "DANCE"

    def draw(self, context: bpy.types.Context) -> None:
        _draw(self.layout, context)


class AUDIO2RIG_PT_dance_to_music(FoldedPanel, bpy.types.Panel):
    bl_label = "Dance, If It Is Music"
    bl_order = 2

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return scene_settings(context.scene).mode == "AUTO"

    def draw(self, context: bpy.types.Context) -> None:
        hint(self.layout, "Used if Auto hears music without a voice", icon="INFO")
        _draw(self.layout, context)


CLASSES = (AUDIO2RIG_PT_dance, AUDIO2RIG_PT_dance_to_music)
