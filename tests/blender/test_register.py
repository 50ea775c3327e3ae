# SPDX-License-Identifier: GPL-3.0-or-later
"""The extension as Blender sees it: names, versions, defaults, and use as a plain add-on folder."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import bpy
import pytest

ROOT = Path(__file__).resolve().parents[2]
# fmt: off
SETTINGS = {
    "audio_path", "audio_source", "strip", "character", "mode", "seed", "frame_start", "use_prompts", "parts", "lips_strength",
    "expression_strength", "eyes_strength", "head_strength", "body_strength", "hands_strength", "emotion", "emotion_strength",
    "style", "last_report"}
# fmt: on
OPERATORS = {
    "generate",
    "cancel",
    "detect_character",
    "add_demo_character",
    "add_prompt",
    "remove_prompts",
    "bake_down",
}


def test_the_names_that_others_rely_on(scene):
    assert set(scene.audio2rig.bl_rna.properties.keys()) >= SETTINGS
    assert set(dir(bpy.ops.audio2rig)) >= OPERATORS
    given = bpy.ops.audio2rig.generate.get_rna_type().properties.keys()
    assert set(given) >= {"filepath", "mode", "seed", "frame_start", "frame_end", "parts", "locomotion", "transcript"}
    sources = scene.audio2rig.bl_rna.properties["audio_source"].enum_items.keys()
    assert list(sources) == ["FILE", "STRIP"]
    assert scene.audio2rig.parts == {"LIPS", "EXPRESSION", "EYES", "HEAD", "BODY", "HANDS"}
    assert scene.audio2rig.locomotion == "SHIFT"


def test_the_settings_of_the_scene_are_the_fields(scene, part):
    settings, properties = part("core.settings"), part("core.blender.properties")
    fields = part("core.setting_fields")
    numbers = [one for one in fields.settings_of(settings.GenerateSettings, fields.Place.SCENE) if one.kind is float]
    same = {one.name: one.default for one in numbers}  # single precision in Blender
    read = properties.read(scene)
    assert [getattr(read, name) for name in same] == pytest.approx(list(same.values()), rel=1e-6)
    assert dataclasses.replace(read, **same) == settings.GenerateSettings()
    for one in fields.settings_of(settings.GenerateSettings, fields.Place.SCENE):
        known = scene.audio2rig.bl_rna.properties[one.name]
        assert (known.name, known.description) == (one.label, one.tooltip)
        if one.items:
            assert tuple(known.enum_items.keys()) == fields.identifiers(one.items)
    given = bpy.ops.audio2rig.generate.get_rna_type().properties.keys()
    for one in fields.settings_of(settings.GenerateSettings, fields.Place.OPERATOR):
        assert one.argument in given
    changed = settings.GenerateSettings(seed=3, parts=frozenset({"EYES"}), shape_tolerance=0.1, style="CALM")
    properties.write(scene, {"seed": 3, "parts": frozenset({"EYES"}), "shape_tolerance": 0.1, "style": "CALM"})
    read = properties.read(scene)
    assert read.shape_tolerance == pytest.approx(0.1)
    assert dataclasses.replace(read, **same) == dataclasses.replace(changed, shape_tolerance=same["shape_tolerance"])


def test_the_add_on_folder_says_the_same_as_the_manifest(extension):
    manifest = tomllib.loads((ROOT / "blender_manifest.toml").read_text(encoding="utf-8"))
    source = (ROOT / "__init__.py").read_text(encoding="utf-8")
    assert f'"version": ({", ".join(manifest["version"].split("."))})' in source
    assert f'"blender": ({", ".join(manifest["blender_version_min"].split("."))})' in source
    assert manifest["tagline"] in source


def test_a_clone_works_as_a_plain_add_on_folder(tmp_path):
    """In scripts/addons, under its own name instead of bl_ext.…"""
    addons = tmp_path / "scripts" / "addons"
    addons.mkdir(parents=True)
    (addons / "audio2rig").symlink_to(ROOT, target_is_directory=True)
    script = textwrap.dedent("""
        import os
        import addon_utils, bpy
        assert addon_utils.enable("audio2rig", default_set=True) is not None
        assert bpy.context.scene.audio2rig.seed == 0
        assert "audio2rig" in bpy.context.preferences.addons
        assert bpy.context.preferences.addons["audio2rig"].preferences.device == "AUTO"
        addon_utils.disable("audio2rig", default_set=True)
        print("works", flush=True)
        os._exit(0)
    """)
    result = subprocess.run(
        [sys.executable, "-c", "import bpy\n" + script],
        capture_output=True,
        text=True,
        timeout=180,
        env={**os.environ, "BLENDER_USER_RESOURCES": str(tmp_path)},
    )
    assert "works" in result.stdout, result.stdout + result.stderr
