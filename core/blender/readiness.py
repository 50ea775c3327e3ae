# SPDX-License-Identifier: GPL-3.0-or-later
"""Why Generate cannot work now, as far as one can tell without reading files or walking through the scene: buttons grey out by it."""

from __future__ import annotations

from typing import Any

import bpy

from ..settings import PARTS
from ..wording import listed
from . import characters, compat, preferences, warming
from .reading import instances
from .setting_properties import scene_settings


def why_not(context: bpy.types.Context) -> str:
    """The first thing that is missing, and where to mend it; "" if generating may work."""
    settings = scene_settings(context.scene)
    root = characters.shown(context)
    if reason := why_no_sound(context):
        return reason
    if reason := _no_character(context, settings, root):
        return reason
    if not settings.parts:
        return "Choose a part under Parts and Strength"
    if settings.mode == "DANCE" and (reason := why_no_dance()):
        return f"{reason}, or choose Speech"
    if missing := preferences.missing_packages("SPEECH"):
        return f"Missing: {', '.join(missing)} (see Preferences)"
    warming.begin()
    return ""


def why_no_dance() -> str:
    """Why nothing can dance here, and what to do; "" if it can."""
    from ..performance import modes  # with numpy: not for enabling

    return "" if modes.can_dance() else "The dance model is missing: install Audio2Rig's full zip"


def why_no_takes() -> str:
    """Why there is no take to look for; "" if there is one. Their Actions are looked through: scenes have far fewer than objects."""
    from .takes.take_memory import TAG  # with numpy: not for enabling

    return "" if any(TAG in action for action in bpy.data.actions) else "Generate a take first"


def why_no_sound(context: bpy.types.Context) -> str:
    """Why there is no sound to work with; "" if there is one."""
    from .sounds import chosen  # with numpy: not for enabling

    settings = scene_settings(context.scene)
    if settings.audio_source == "FILE":
        return "Choose a sound file under Sound" if not settings.audio_path.strip() else chosen.missing(context)
    scenes = {compat.sequencer_scene(context), context.scene}
    if any(strip.type == "SOUND" for scene in scenes for strip in compat.strips(scene)):
        return ""
    return "The sequencer has no sound strip: add one, or choose a file under Sound"


def _no_character(context: bpy.types.Context, settings: Any, root: bpy.types.Object | None) -> str:
    if root is None:
        active = context.view_layer.objects.active
        if reason := instances.why_not(active):
            return f"{reason} {instances.what_to_do(active)}"
        if not bpy.data.armatures and not bpy.data.shape_keys:
            return "There is no character: add yours, or Add Demo Character"
        return ""  # the scene may have one that is not selected; looking for it is for the click
    if not root.users_scene:
        return ""  # deleted: the click looks for another one
    if context.scene.objects.get(root.name) != root:
        return f'"{root.name}" is not in this scene: choose a character that is'
    if root.mode == "EDIT" or context.mode.startswith("EDIT") and characters.root_of(context.object) == root:
        return "Leave Edit Mode (Tab) first"
    if root.animation_data is not None and root.animation_data.use_tweak_mode:
        return "Leave Tweak Mode in the NLA editor (Tab) first"
    undrivable = characters.undrivable_parts(root)
    if settings.parts and settings.parts <= undrivable.keys():
        still = listed(label for part, label, _ in PARTS if part in settings.parts)
        return f"{root.name} cannot show {still}: switch on other parts, or Detect Character again"
    return ""
