# SPDX-License-Identifier: GPL-3.0-or-later
"""The chosen sound in a few words, as far as it is known without reading files."""

from __future__ import annotations

import math
from pathlib import PureWindowsPath
from typing import Any

import bpy

from .. import compat
from ..setting_properties import scene_settings
from . import lengths, scene_time, timeline


def line(context: bpy.types.Context) -> str:
    """ "12.7 s → frame 306", what is wrong with the file, or "" if nothing is known."""
    scene = context.scene
    settings = scene_settings(scene)
    if settings.audio_source == "STRIP":
        return _of_strip(compat.sequencer_scene(context), settings.strip)
    if not settings.audio_path:
        return ""
    seconds = lengths.of(settings.audio_path)
    if seconds is None:
        return missing(context)
    last = math.ceil(_start(scene, settings) + seconds * scene_time.frames_per_second(scene) - 1e-6)
    return f"{seconds:.1f} s → frame {last}"


def frames(context: bpy.types.Context) -> tuple[float, float] | None:
    """The first and last frame at which it sounds; None if its length is not known."""
    scene = context.scene
    settings = scene_settings(scene)
    if settings.audio_source == "STRIP":
        strip = _chosen_strip(compat.sequencer_scene(context), settings.strip)
        return compat.strip_frames(strip)[:2] if strip is not None else None
    seconds = lengths.of(settings.audio_path) if settings.audio_path else None
    if seconds is None:
        return None
    start = float(_start(scene, settings))
    return start, start + seconds * scene_time.frames_per_second(scene)


def missing(context: bpy.types.Context) -> str:
    """What is wrong with the chosen file, "" if nothing is known of it."""
    settings = scene_settings(context.scene)
    if settings.audio_source != "FILE" or not lengths.is_no_sound(settings.audio_path):
        return ""
    name = PureWindowsPath(settings.audio_path).name
    return f"{name} is not there, or no sound" if name else ""


def _start(scene: bpy.types.Scene, settings: Any) -> float:
    """Where the file begins: where the person says, else where the sequencer plays it, else with the shot."""
    if settings.is_property_set("chosen_start"):
        return settings.chosen_start
    played = timeline.starts_of(scene, bpy.path.abspath(settings.audio_path))
    return played[0] if len(played) == 1 else scene.frame_start


def _of_strip(scene: bpy.types.Scene, name: str) -> str:
    strip = _chosen_strip(scene, name)
    if strip is None:
        return ""
    first, last, _ = compat.strip_frames(strip)
    return f"{(last - first) / scene_time.frames_per_second(scene):.1f} s → frame {last:.0f}"


def _chosen_strip(scene: bpy.types.Scene, name: str) -> Any:
    """The strip that is named, or else the active or only one; None if there is none."""
    sounds = [strip for strip in compat.strips(scene) if strip.type == "SOUND"]
    active: Any = scene.sequence_editor.active_strip if scene.sequence_editor is not None else None
    named = [strip for strip in sounds if strip.name == name]
    some = named if name else [strip for strip in sounds if strip == active] or sounds
    return some[0] if len(some) == 1 else None
