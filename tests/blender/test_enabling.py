# SPDX-License-Identifier: GPL-3.0-or-later
"""Enabling the extension: fast, without heavy packages, repeatable, and everything it registers follows the rules."""

from __future__ import annotations

from pathlib import Path

import addon_utils
import bpy

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "bl_ext.user_default.audio2rig"
HEAVY = ("torch", "librosa", "scipy", "smplx", "soundfile", "soxr", "safetensors", "sklearn", "numba")


def our_classes(base: type) -> list[type]:
    found, queue = [], [base]
    while queue:
        for cls in queue.pop().__subclasses__():
            queue.append(cls)
            if cls.__module__.startswith(PACKAGE) and cls.is_registered:
                found.append(cls)
    return found


def test_enabling_loads_nothing_heavy(extension) -> None:
    loaded = {name.split(".")[0] for name in extension.loaded_by_enabling}
    assert not loaded & set(HEAVY), sorted(loaded & set(HEAVY))


def test_disabling_and_enabling_again(extension) -> None:
    for _ in range(2):
        addon_utils.disable(PACKAGE)
        assert not hasattr(bpy.types.Scene, "audio2rig")
        assert addon_utils.enable(PACKAGE, default_set=True, persistent=True) is not None
        assert hasattr(bpy.types.Scene, "audio2rig")


def test_operators_follow_the_rules(extension) -> None:
    operators = our_classes(bpy.types.Operator)
    assert {"audio2rig.generate", "audio2rig.cancel", "audio2rig.detect_character", "audio2rig.add_demo_character"} <= {
        cls.bl_idname for cls in operators
    }
    for cls in operators:
        assert cls.bl_idname.startswith("audio2rig."), cls
        assert cls.__name__.startswith("AUDIO2RIG_OT_"), cls
        assert cls.bl_label.strip(), cls
        description = getattr(cls, "bl_description", "") or (cls.__doc__ or "")
        assert description.strip(), f"{cls.__name__} has no tooltip"
        assert not description.strip().endswith("."), f"{cls.__name__}: Blender adds the full stop"


def test_panels_follow_the_rules(extension) -> None:
    panels = our_classes(bpy.types.Panel)
    assert panels
    for cls in panels:
        assert cls.__name__.startswith("AUDIO2RIG_PT_"), cls
        if cls.bl_space_type == "VIEW_3D":
            assert cls.bl_category == "Audio2Rig", cls


def test_every_setting_has_a_tooltip(extension) -> None:
    missing = [
        f"{cls.__name__}.{prop.identifier}"
        for cls in our_classes(bpy.types.PropertyGroup)
        for prop in cls.bl_rna.properties
        if prop.identifier not in ("rna_type", "name") and not prop.description
    ]
    assert not missing, missing
