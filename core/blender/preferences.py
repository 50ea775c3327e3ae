# SPDX-License-Identifier: GPL-3.0-or-later
"""Add-on preferences: the device to compute on, and what is installed."""

from __future__ import annotations

import importlib.util
import os
from functools import lru_cache
from typing import Any

import bpy
from bpy.props import BoolProperty

from ..errors import UserError
from ..setting_fields import Place, settings_of
from ..settings import GenerateSettings
from .setting_properties import declare

PACKAGE = (__package__ or "").removesuffix(".core.blender")
# What each kind of performance imports: module, label.
NEEDED = {
    "SPEECH": (
        ("torch", "PyTorch"),
        ("safetensors", "safetensors"),
        ("soundfile", "soundfile"),
        ("soxr", "soxr"),
        ("scipy", "SciPy"),
    ),
    "MUSIC": (("librosa", "librosa"),),
}
FOR = {"SPEECH": "", "MUSIC": " (for music only)"}
HOW_TO_GET = (
    "Install the full zip of Audio2Rig for your platform: it brings everything.",
    "The lean zip needs these packages in Blender's own Python.",
)


@lru_cache(maxsize=len(NEEDED))
def find_packages(kind: str) -> tuple[tuple[str, str], ...]:
    """(label, folder or "") of every package that this kind of performance needs, found without importing them."""
    found = []
    for module, label in NEEDED[kind]:
        spec = importlib.util.find_spec(module)
        places = list(spec.submodule_search_locations or [spec.origin or ""]) if spec else [""]
        found.append((label, places[0]))
    return tuple(found)


def missing_packages(kind: str) -> list[str]:
    return [label for label, place in find_packages(kind) if not place]


def require_packages(kind: str) -> None:
    """Raises UserError, which says where they come from, where packages are missing."""
    if missing := missing_packages(kind):
        raise UserError(f"Missing in Blender's Python: {', '.join(missing)}.", HOW_TO_GET[0])


def look_again() -> list[str]:
    """Look for the packages once more. Returns those that are missing for speech."""
    importlib.invalidate_caches()
    find_packages.cache_clear()
    return missing_packages("SPEECH")


class Audio2RigPreferences(bpy.types.AddonPreferences):
    bl_idname = PACKAGE

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        for setting in settings_of(GenerateSettings, Place.PREFERENCES):
            if setting.name != "threads":
                layout.prop(self, setting.name)
        row = layout.row(heading="Threads")
        row.prop(self, "is_automatic")
        if not _is_automatic(self):  # 0 would have to be explained
            row.prop(self, "threads", text="")
        box = layout.box()
        for kind in NEEDED:
            for label, place in find_packages(kind):
                row = box.row()
                row.alert = not place and kind == "SPEECH"
                icon = "CHECKMARK" if place else "ERROR" if kind == "SPEECH" else "INFO"
                row.label(text=f"{label}{FOR[kind]}: {place or 'not found'}", icon=icon)
        if missing_packages("SPEECH"):
            for line in HOW_TO_GET:
                box.label(text=line)
        box.operator("audio2rig.refresh_packages", icon="FILE_REFRESH")


def _is_automatic(preferences: Any) -> bool:
    return preferences.threads == 0


def _choose_automatic(preferences: Any, value: bool) -> None:
    preferences.threads = 0 if value else os.cpu_count() or 1


declare(Audio2RigPreferences, Place.PREFERENCES)
Audio2RigPreferences.__annotations__["is_automatic"] = BoolProperty(
    name="Automatic",
    description="Half of the cores for each of lips and face, one for the body's small networks",
    get=_is_automatic,
    set=_choose_automatic,
)


def values() -> dict[str, Any]:
    """{setting: value} as the person set them; empty where the package runs without being enabled."""
    addon = bpy.context.preferences.addons.get(PACKAGE)
    if addon is None or addon.preferences is None:
        return {}
    return {one.name: getattr(addon.preferences, one.name) for one in settings_of(GenerateSettings, Place.PREFERENCES)}


register, unregister = bpy.utils.register_classes_factory((Audio2RigPreferences,))
