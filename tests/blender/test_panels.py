# SPDX-License-Identifier: GPL-3.0-or-later
"""Every panel draws in every state, with icons that this Blender has."""
from __future__ import annotations

import threading
from types import SimpleNamespace

import bpy
import pytest

from tests.blender.building import add_armature, add_face, put_stand_in, select, write_wav

ICONS = set(bpy.types.UILayout.bl_rna.functions["prop"].parameters["icon"].enum_items.keys())


class Layout:
    """Stands for a UILayout: notes texts, refuses unknown icons, properties and operators."""

    def __init__(self, texts: list[str]):
        self.__dict__["texts"] = texts

    def __setattr__(self, name, value):
        assert name in bpy.types.UILayout.bl_rna.properties, name
        if name == "enabled" and not value:
            self.texts.append("(greyed out)")

    def __getattr__(self, name):
        if name == "panel":
            return lambda *_arguments, **_named: (Layout(self.texts), Layout(self.texts))

        def add(*arguments, icon="NONE", text=None, **_named):
            assert name in bpy.types.UILayout.bl_rna.functions, name
            assert icon in ICONS, icon
            if text:
                self.texts.append(text)
            if name in {"prop", "prop_enum", "prop_search"}:
                assert arguments[1] in arguments[0].bl_rna.properties, arguments[1]
            if name == "operator":
                kind, verb = arguments[0].split(".")
                assert verb in dir(getattr(bpy.ops, kind)), arguments[0]
                self.texts.append(arguments[0])
                return SimpleNamespace()
            return Layout(self.texts)

        return add


def drawn(part) -> str:
    """All texts of all panels, as they are now."""
    texts: list[str] = []
    for cls in (*part("panels.main").CLASSES, *part("panels.settings").CLASSES):
        panel = type("Panel", (), {"layout": Layout(texts), "split_layout": Layout(texts)})()
        cls.draw(panel, bpy.context)
        if hasattr(cls, "draw_header"):
            cls.draw_header(panel, bpy.context)
    return "\n".join(texts)


def test_an_empty_scene(scene, part):
    texts = drawn(part)
    assert "audio2rig.add_demo_character" in texts and "Choose a sound file above" in texts and "(greyed out)" in texts


def test_why_generate_is_greyed_out(scene, part, monkeypatch):
    face = add_face()
    scene.audio2rig.audio_path = "x.wav"
    monkeypatch.setattr(part("core.blender.preferences"), "missing_packages", lambda: [])
    assert "Choose" not in drawn(part)
    scene.audio2rig.mode = "DANCE"
    assert "Dance comes in a later version" in drawn(part)
    scene.audio2rig.mode, scene.audio2rig.parts = "AUTO", set()
    assert "Choose a part below" in drawn(part)
    scene.audio2rig.parts = {"LIPS"}
    select(face)
    bpy.ops.object.mode_set(mode="EDIT")
    assert "Leave Edit Mode first" in drawn(part)
    bpy.ops.object.mode_set(mode="OBJECT")
    monkeypatch.setattr(part("core.blender.preferences"), "missing_packages", lambda: ["PyTorch"])
    assert "Missing: PyTorch" in drawn(part)


def test_with_a_character_takes_and_a_report(scene, part, monkeypatch, tmp_path):
    put_stand_in(monkeypatch)
    rig = add_armature()
    add_face(parent=rig)
    bpy.ops.audio2rig.detect_character()
    bpy.ops.audio2rig.generate(filepath=str(write_wav(tmp_path / "line.wav")))
    scene.audio2rig.audio_source = "STRIP"
    scene.use_preview_range = True
    texts = drawn(part)
    assert "ARKit" in texts and "audio2rig.bake_down" in texts and "Take line on Rig" in texts and "Missing: " in texts


def test_while_a_job_runs(scene, part):
    jobs = part("core.blender.jobs")
    go_on = threading.Event()
    job = jobs.start(scene, lambda progress: go_on.wait(20), "line")
    job.progress.report(0.4, "Listening")
    texts = drawn(part)
    go_on.set()
    job.join(5)
    jobs.release(job)
    assert "Listening" in texts and "audio2rig.cancel" in texts and "audio2rig.generate\n" not in texts.split("Remove")[0]


@pytest.mark.parametrize("missing", [True, False])
def test_preferences_say_what_is_missing(extension, part, monkeypatch, missing):
    preferences = part("core.blender.preferences")
    monkeypatch.setattr(preferences, "find_packages", lambda: (("PyTorch", "" if missing else "/somewhere"),))
    texts: list[str] = []
    stand_in = SimpleNamespace(layout=Layout(texts), bl_rna=preferences.Audio2RigPreferences.bl_rna)
    monkeypatch.setattr(Layout, "prop", lambda *_arguments, **_named: None, raising=False)
    preferences.Audio2RigPreferences.draw(stand_in, bpy.context)
    assert ("full zip" in "\n".join(texts)) == missing
    assert any("PyTorch: " in text for text in texts)


def test_packages_are_found_without_importing_them(extension, part):
    preferences = part("core.blender.preferences")
    preferences.find_packages.cache_clear()
    assert dict(preferences.find_packages()).keys() == {"PyTorch", "SciPy", "librosa", "safetensors"}
