# SPDX-License-Identifier: GPL-3.0-or-later
"""Add-on preferences: the device to compute on, and what is installed."""

import importlib.util
from functools import lru_cache

import bpy
from bpy.props import EnumProperty, IntProperty

PACKAGE = __package__.removesuffix(".core.blender")
NEEDED = (("torch", "PyTorch"), ("scipy", "SciPy"), ("librosa", "librosa"), ("safetensors", "safetensors"))
HOW_TO_GET = (
    "Install the full zip of Audio2Rig for your platform: it brings everything.",
    "The lean zip needs these packages in Blender's own Python.",
)


@lru_cache(maxsize=1)
def find_packages() -> tuple[tuple[str, str], ...]:
    """(label, folder or "") of every package that generating needs, found without importing them."""
    found = []
    for module, label in NEEDED:
        spec = importlib.util.find_spec(module)
        places = list(spec.submodule_search_locations or [spec.origin or ""]) if spec else [""]
        found.append((label, places[0]))
    return tuple(found)


def missing_packages() -> list[str]:
    return [label for label, place in find_packages() if not place]


class Audio2RigPreferences(bpy.types.AddonPreferences):
    bl_idname = PACKAGE

    device: EnumProperty(
        name="Device",
        description="What the models run on",
        default="AUTO",
        items=(
            ("AUTO", "Auto", "A graphics card if PyTorch can use one, else the processor"),
            ("CUDA", "CUDA", "An NVIDIA graphics card"),
            ("MPS", "MPS", "An Apple graphics processor"),
            ("CPU", "CPU", "The processor"),
        ),
    )
    threads: IntProperty(
        name="Threads",
        description="Processor threads that generating may use. 0: as many as PyTorch chooses",
        default=0,
        min=0,
        max=256,
    )

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "device")
        layout.prop(self, "threads")
        box = layout.box()
        for label, place in find_packages():
            row = box.row()
            row.alert = not place
            row.label(text=f"{label}: {place or 'not found'}", icon="CHECKMARK" if place else "ERROR")
        if missing_packages():
            for line in HOW_TO_GET:
                box.label(text=line)
        box.operator("audio2rig.refresh_packages", icon="FILE_REFRESH")


class AUDIO2RIG_OT_refresh_packages(bpy.types.Operator):
    bl_idname = "audio2rig.refresh_packages"
    bl_label = "Look Again"
    bl_description = "Look again for the packages that generating needs"

    def execute(self, _context: bpy.types.Context) -> set[str]:
        importlib.invalidate_caches()
        find_packages.cache_clear()
        missing = missing_packages()
        self.report({"WARNING"} if missing else {"INFO"}, f"Missing: {', '.join(missing)}" if missing else "All found")
        return {"FINISHED"}


def get() -> tuple[str, int]:
    """(device, threads) as the person set them; the defaults where the package runs without being enabled."""
    addon = bpy.context.preferences.addons.get(PACKAGE)
    preferences = addon.preferences if addon else None
    if preferences is None:
        return "AUTO", 0
    return preferences.device, preferences.threads


CLASSES = (Audio2RigPreferences, AUDIO2RIG_OT_refresh_packages)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
