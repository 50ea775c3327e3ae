# SPDX-License-Identifier: GPL-3.0-or-later
"""What a take was made with, for its row in the list and for what the panel says of it, and the report of its making."""

from __future__ import annotations

from datetime import datetime

import bpy

from ...settings import DANCE_STYLES, EMOTIONS, STYLES, GenerateSettings
from ...wording import count
from .. import characters
from ..remembered import Take
from ..report import Report
from ..setting_properties import scene_settings

_LABELS = {identifier: label for identifier, label, _ in (*EMOTIONS, *STYLES)}
_DANCES = {identifier: label for identifier, label, _ in DANCE_STYLES}


def remember_making(
    take: Take, settings: GenerateSettings, prompts: int, frames: tuple[float, float], mode: str
) -> None:
    """Let a take know what it was made with. frames: the first and the last one that were generated. mode: SPEECH or DANCE."""
    take.seed, take.prompts = settings.seed, prompts
    take.first, take.last = frames
    chosen = (
        (settings.emotion, settings.emotion_strength, ("NEUTRAL", "FROM_VOICE")),
        (settings.second_emotion, settings.second_strength, ("NEUTRAL",)),
    )
    take.mood = ", ".join(f"{_LABELS[name]} {strength:.1f}" for name, strength, usual in chosen if name not in usual)
    take.style = "" if settings.style == "NATURAL" else _LABELS[settings.style]
    if mode == "DANCE":
        take.style = "Dance" if settings.dance_style == "AUTO" else f"Dance: {_DANCES[settings.dance_style]}"
    take.created = datetime.now().isoformat(" ", "minutes")


def show_report(scene: bpy.types.Scene, root: bpy.types.Object, take: Take, report: Report) -> None:
    """Keep the report of a take with it and in the panel, which shows its character from now on if none was chosen."""
    take.report = scene_settings(scene).last_report = report.text
    if scene_settings(scene).character is None:
        characters.follow_selection_to(scene, root)


def in_a_row(take: Take) -> str:
    """What tells it from its neighbours in the list: seed, mood, prompts, frames."""
    if take.is_original:
        return ""
    made_by = "imported" if take.imported else f"seed {take.seed}"
    parts = [made_by, take.mood, count(take.prompts, "prompt") if take.prompts else "", _frames(take)]
    return " · ".join(filter(None, parts))


def in_words(take: Take) -> list[str]:
    """All that is known, a line each."""
    if take.is_original:
        return []
    sounds = dict.fromkeys(line.strip or _file_name(line.sound) for line in take.lines)
    seed = "" if take.imported else f"Seed {take.seed}"
    lines = [
        f"Sound: {', '.join(sounds)}" if sounds else "",
        f"Recording: {_file_name(take.imported)}" if take.imported else "",
        ", ".join(filter(None, (seed, take.mood.lower(), take.style.lower()))),
        f"Frames {_frames(take)}" if _frames(take) else "",
        f"{count(take.prompts, 'prompt')} kept" if take.prompts else "",
        f"Made {take.created}" if take.created else "",
    ]
    return [line for line in lines if line]


def _file_name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _frames(take: Take) -> str:
    return f"{take.first:g} – {take.last:g}" if take.last > take.first else ""
