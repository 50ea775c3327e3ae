# SPDX-License-Identifier: GPL-3.0-or-later
"""How long each prompt of a character is held and eased: the settings, and what a person set for one of them, which is
remembered with the character by part and frame."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ..prompts.model import PosePrompts
from ..prompts.pacing import FACE, Pace, Paces, PromptPaces
from ..settings import GenerateSettings
from . import characters
from .keying.body_groups import group_of
from .keying.timing import Timing
from .remembered import append

_SAME = 1e-4  # seconds
_SAME_FRAME = 1e-3


def usual(settings: Any, group: str) -> Pace:
    """What the settings say for a part of the character. settings: a generation's, or the scene's."""
    if group == FACE:
        return Pace(float(settings.face_hold), float(settings.face_ease))
    return Pace(float(settings.prompt_hold), float(settings.prompt_ease))


def read(root: bpy.types.Object, scene: bpy.types.Scene, settings: GenerateSettings) -> PromptPaces:
    """The paces of all prompts. Main thread."""
    memory: Any = characters.memory(root)
    own = {
        (one.group, round(one.frame, 3)): Pace(float(one.hold), float(one.ease), exact=True)
        for one in memory.prompt_paces
    }
    return PromptPaces(usual(settings, FACE), usual(settings, ""), own)


def of_joints(prompts: PosePrompts, paces: PromptPaces, timing: Timing) -> dict[str, Paces]:
    """By canonical joint, and "root": of its prompts."""
    found = {
        joint: paces.of(group_of(joint), np.asarray(timing.frame(times_s)))
        for joint, (times_s, _) in prompts.joints.items()
    }
    if prompts.root is not None:
        found["root"] = paces.of(group_of("pelvis"), np.asarray(timing.frame(prompts.root[0])))
    return found


def shown(memory: Any, settings: Any, group: str, frame: float) -> Pace:
    """The pace of one row of the list. memory: of the character. settings: the scene's."""
    index = _find(memory, group, frame)
    if index < 0:
        return usual(settings, group)
    return Pace(memory.prompt_paces[index].hold, memory.prompt_paces[index].ease, exact=True)


def keep(memory: Any, settings: Any, group: str, frame: float, pace: Pace) -> None:
    """Remember a pace that a person set for a row; what is usual is not remembered."""
    index, normal = _find(memory, group, frame), usual(settings, group)
    is_usual = abs(pace.hold_s - normal.hold_s) < _SAME and abs(pace.ease_s - normal.ease_s) < _SAME
    if index >= 0:
        memory.prompt_paces.remove(index)
    if not is_usual:
        append(memory.prompt_paces, name=group, group=group, frame=frame, hold=pace.hold_s, ease=pace.ease_s)


def _find(memory: Any, group: str, frame: float) -> int:
    for index, one in enumerate(memory.prompt_paces):
        if one.group == group and abs(one.frame - frame) < _SAME_FRAME:
            return index
    return -1
