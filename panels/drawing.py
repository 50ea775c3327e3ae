# SPDX-License-Identifier: GPL-3.0-or-later
"""What all panels share: where they are, and how lines, hints and settings are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core.blender import jobs
from ..core.setting_fields import Place, settings_of
from ..core.settings import GenerateSettings

SETTINGS = {one.name: one for one in settings_of(GenerateSettings, Place.SCENE)}


class Audio2RigPanel:
    """What all panels share."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Audio2Rig"
    if TYPE_CHECKING:
        layout: Any  # a UILayout: None only while nothing is drawn


class FoldedPanel(Audio2RigPanel):
    bl_options = {"DEFAULT_CLOSED"}


def progress(layout: Any, job: jobs.Job) -> None:
    """How far a generation is, and the button that stops it."""
    layout.progress(factor=job.progress.fraction, text=job.progress.message or "Starting")
    row = layout.row()
    row.scale_y = 1.4
    row.operator("audio2rig.cancel", icon="CANCEL")


def split(layout: Any) -> Any:
    """The layout, with labels to the left of what follows and no dots for keys."""
    layout.use_property_split = True
    layout.use_property_decorate = False
    return layout


def settings_of_section(layout: Any, settings: Any, panel: str, skipped: frozenset[str] = frozenset()) -> None:
    """Draw the settings that belong into this section of the panel, but for those that it draws in its own way."""
    for setting in SETTINGS.values():
        if setting.panel == panel and setting.name not in skipped:
            layout.prop(settings, setting.name)


def hint(layout: Any, text: str, icon: str = "ERROR") -> None:
    """A pale line: why something cannot be done, or what one may do."""
    row = layout.row()
    row.active = False
    row.label(text=text, icon=icon)


def hints(layout: Any, text: str, width: int, icon: str = "ERROR") -> None:
    """A hint in as many lines as it takes, the first one with the icon."""
    for number, line in enumerate(wrapped(text, width)):
        hint(layout, line, icon="BLANK1" if number else icon)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters; Blender's labels do not wrap."""
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line] if line else lines


def frames_row(layout: Any, item: Any, icon: str) -> None:
    """A row of a list about something that has a name and frames, and can be switched off."""
    row = layout.row(align=True)
    row.active = item.is_on
    row.prop(item, "name", text="", emboss=False, icon=icon)
    right = row.row(align=True)
    right.alignment = "RIGHT"
    right.label(text=f"{item.first} – {item.last}")
    right.prop(item, "is_on", text="")
