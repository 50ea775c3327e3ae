# SPDX-License-Identifier: GPL-3.0-or-later
# pyright: reportInvalidTypeForm=false
# (Blender declares properties by annotations that are no types.)
"""What is remembered of prompts: the list that the panel shows, and how long each is held and eased.

No `from __future__ import annotations`: see `properties`.
"""

from dataclasses import replace
from typing import Any

import bpy
from bpy.props import FloatProperty, IntProperty, StringProperty

from . import characters
from .setting_properties import scene_settings


def nearest(memory: Any) -> int:
    """The row that the playhead is on, else the nearest one; of several at its frame the one that was clicked. -1 without any."""
    frame = bpy.context.scene.frame_current_final
    away = [max(row.frame - frame, frame - row.last, 0.0) for row in memory.prompts]
    clicked = memory.clicked_prompt
    if 0 <= clicked < len(away) and away[clicked] < 0.5:
        return clicked
    return away.index(min(away)) if away else -1


def click(memory: Any, index: int) -> None:
    """Clicking a prompt in the list goes to its frame."""
    memory.clicked_prompt = index
    if 0 <= index < len(memory.prompts):
        frame = memory.prompts[index].frame
        bpy.context.scene.frame_set(int(frame // 1), subframe=frame % 1)


def _pace_of(row: Any) -> Any:
    from . import prompt_paces  # with numpy: not for enabling

    return prompt_paces.shown(
        characters.memory_with(row, "prompts"), scene_settings(bpy.context.scene), row.group, row.frame
    )


def _hold_of(row: Any) -> float:
    return _pace_of(row).hold_s


def _ease_of(row: Any) -> float:
    return _pace_of(row).ease_s


def _set_hold(row: Any, seconds: float) -> None:
    _set_pace(row, hold_s=seconds)


def _set_ease(row: Any, seconds: float) -> None:
    _set_pace(row, ease_s=seconds)


def _set_pace(row: Any, **changes: float) -> None:
    from . import prompt_paces

    pace = replace(_pace_of(row), **changes)
    memory = characters.memory_with(row, "prompts")
    prompt_paces.keep(memory, scene_settings(bpy.context.scene), row.group, row.frame, pace)


class Audio2RigPrompt(bpy.types.PropertyGroup):
    """One row of the list of prompts. `name` says which part of the character it holds."""

    frame: FloatProperty(name="Frame", description="The frame of the prompt, the first one of a hold")
    last: FloatProperty(name="Last Frame", description="The last frame of a hold")
    group: StringProperty(description="Which part of the character, as core.blender.prompt_rows names it")
    keys: IntProperty(name="Prompts", description="How many bones and sliders are keyed")
    hold: FloatProperty(
        name="Hold",
        description="How many seconds this prompt is held, from its key on. Two equal keys say themselves how long",
        min=0.0,
        max=60.0,
        soft_max=4.0,
        step=10,
        unit="TIME_ABSOLUTE",
        get=_hold_of,
        set=_set_hold,
    )
    ease: FloatProperty(
        name="Ease",
        description="How many seconds the way into this prompt and out of it takes",
        min=0.0,
        max=10.0,
        soft_max=2.0,
        step=10,
        unit="TIME_ABSOLUTE",
        get=_ease_of,
        set=_set_ease,
    )


class Audio2RigPromptPace(bpy.types.PropertyGroup):
    """How long one prompt is held and eased, where a person said so."""

    group: StringProperty(description="Which part of the character, as core.blender.prompt_rows names it")
    frame: FloatProperty(name="Frame", description="The frame of the prompt")
    hold: FloatProperty(name="Hold", description="How many seconds it is held")
    ease: FloatProperty(name="Ease", description="How many seconds the way in and the way out take")


CLASSES = (Audio2RigPrompt, Audio2RigPromptPace)
