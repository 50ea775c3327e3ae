# SPDX-License-Identifier: GPL-3.0-or-later
"""Every panel draws in every state, with icons that this Blender has."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import FunctionType, SimpleNamespace
from typing import ClassVar

import bpy
import pytest

from tests.blender.building import add_armature, add_face, add_person, person, put_stand_in, select, write_wav

ICONS = set(bpy.types.UILayout.bl_rna.functions["prop"].parameters["icon"].enum_items.keys())


class Layout:
    """Stands for a UILayout: notes texts, refuses unknown icons, properties and operators."""

    buttons: ClassVar[list[tuple[str, str, str | None]]] = []  # operator, icon, text of all that were ever drawn

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
                self.buttons.append((arguments[0], icon, text))
                return SimpleNamespace()
            return Layout(self.texts)

        return add


def generate_panel(part) -> str:
    """The texts of the one with the button, their lines joined again."""
    return " ".join(drawn(part, [part("panels.generate").AUDIO2RIG_PT_generate]).split())


def drawn(part, panels: Sequence[type] = ()) -> str:
    """All texts of these panels, or of all, as they are now."""
    texts: list[str] = []
    for cls in panels or [cls for cls in part("panels").CLASSES if issubclass(cls, bpy.types.Panel)]:
        helpers = {name: value for name, value in vars(cls).items() if isinstance(value, FunctionType | staticmethod)}
        panel = type("Panel", (), {**helpers, "layout": Layout(texts)})()
        cls.draw(panel, bpy.context)
        if hasattr(cls, "draw_header"):
            cls.draw_header(panel, bpy.context)
    return "\n".join(texts)


def test_an_empty_scene(scene, part):
    texts = drawn(part)
    assert (
        "audio2rig.add_demo_character" in texts
        and "Choose a sound file under Sound" in texts
        and "(greyed out)" in texts
    )


def test_why_generate_is_greyed_out(scene, part, monkeypatch, tmp_path):
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "x.wav"))
    assert "There is no character" in drawn(part)
    face = add_face()
    monkeypatch.setattr(part("core.blender.preferences"), "missing_packages", lambda _kind: [])
    assert "(greyed out)" not in generate_panel(part)
    scene.audio2rig.mode = "DANCE"
    monkeypatch.setattr(part("core.performance.modes"), "can_dance", lambda: False)
    assert "The dance model is missing" in generate_panel(part)
    monkeypatch.setattr(part("core.performance.modes"), "can_dance", lambda: True)
    assert "(greyed out)" not in generate_panel(part)
    scene.audio2rig.mode, scene.audio2rig.parts = "AUTO", set()
    assert "Choose a part under Parts and Strength" in generate_panel(part)
    scene.audio2rig.parts = {"LIPS"}
    select(face)
    bpy.ops.object.mode_set(mode="EDIT")
    assert "Leave Edit Mode (Tab) first" in drawn(part)
    bpy.ops.object.mode_set(mode="OBJECT")
    scene.audio2rig.audio_path = str(tmp_path / "gone.wav")
    assert "gone.wav is not there" in generate_panel(part)
    scene.audio2rig.audio_source = "STRIP"
    assert "The sequencer has no sound strip" in generate_panel(part)
    scene.audio2rig.audio_source, scene.audio2rig.audio_path = "FILE", str(tmp_path / "x.wav")
    face.audio2rig.undrivable = '{"LIPS": "it has neither mouth shapes nor a jaw bone"}'
    assert "Face cannot show Lips: switch on other parts" in generate_panel(part)
    face.audio2rig.undrivable = ""
    monkeypatch.setattr(part("core.blender.preferences"), "missing_packages", lambda _kind: ["PyTorch"])
    assert "Missing: PyTorch" in drawn(part)


def test_generate_is_greyed_out_for_an_instance(scene, part, tmp_path):
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "x.wav"))
    away = bpy.data.collections.new("Away")
    face = add_face()
    scene.collection.objects.unlink(face)
    away.objects.link(face)
    instance = bpy.data.objects.new("Instance", None)
    instance.instance_type, instance.instance_collection = "COLLECTION", away
    scene.collection.objects.link(instance)
    select(instance)
    texts = generate_panel(part)
    assert "(greyed out)" in texts and "instance" in texts


def test_a_set_is_looked_through_once_however_many_panels_ask(scene, part, monkeypatch):
    instances, looked = part("core.blender.reading.instances"), []
    whole = instances._has_character
    monkeypatch.setattr(instances, "_has_character", lambda collection: looked.append(collection) or whole(collection))
    away = bpy.data.collections.new("Set")
    away.objects.link(bpy.data.objects.new("Table", bpy.data.meshes.new("Table")))
    instance = bpy.data.objects.new("Instance", None)
    instance.instance_type, instance.instance_collection = "COLLECTION", away
    scene.collection.objects.link(instance)
    select(instance)
    assert "instance" not in drawn(part) + drawn(part) and looked == [away]
    face = add_face()
    scene.collection.objects.unlink(face)
    away.objects.link(face)
    select(instance)
    assert "is an instance of the collection" in " ".join(drawn(part).split()) and looked == [away, away]


def test_scripts_may_name_what_the_scene_lacks(scene, part, monkeypatch, tmp_path):
    """Only the sidebar's button is grey: a script gives the sound with the call."""
    put_stand_in(monkeypatch)
    add_face()
    assert bpy.ops.audio2rig.generate.poll()
    assert bpy.ops.audio2rig.generate(filepath=str(write_wav(tmp_path / "x.wav"))) == {"FINISHED"}
    operator = part("operators.generate").AUDIO2RIG_OT_generate
    scene.audio2rig.audio_path = ""
    sidebar = SimpleNamespace(
        scene=scene, region=SimpleNamespace(type="UI"), view_layer=bpy.context.view_layer, mode="OBJECT", object=None
    )
    assert operator.why_not(sidebar) == "Choose a sound file under Sound"


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
    assert (
        "Listening" in texts and "audio2rig.cancel" in texts and "audio2rig.generate\n" not in texts.split("Remove")[0]
    )


def test_an_operator_has_one_icon_and_one_name(scene, part, monkeypatch, tmp_path):
    """In whatever panel and state it is drawn. Those that do several things by a property are named after what they do."""
    drawn(part)
    put_stand_in(monkeypatch)
    rig = add_armature()
    add_face(keys=[f"Key {number}" for number in range(51)], parent=rig)
    add_face("Head", parent=rig)
    drawn(part)
    bpy.ops.audio2rig.detect_character()
    scene.audio2rig.use_sound_strip = scene.audio2rig.extend_scene = False
    scene.frame_end, scene.use_preview_range = 10, True
    bpy.ops.audio2rig.generate(filepath=str(write_wav(tmp_path / "line.wav")))
    drawn(part)
    icons: dict[str, set[str]] = {}
    for operator, icon, text in Layout.buttons:
        icons.setdefault(operator, set()).update({icon} - {"NONE"})
        label = getattr(bpy.types, "AUDIO2RIG_OT_" + operator.split(".")[1]).bl_label
        several = {"audio2rig.add_prompt", "audio2rig.remove_prompts", "audio2rig.generate"}
        assert not text or text in label or operator in several, (operator, text)
    two = {"audio2rig.play_sound", "audio2rig.jump_to_prompt", "audio2rig.generate"}  # stop; both ways; a range
    assert {name: found for name, found in icons.items() if len(found) > 1 and name not in two} == {}
    assert all("EYEDROPPER" not in found for found in icons.values())


@pytest.mark.parametrize("missing", [True, False])
def test_preferences_say_what_is_missing(extension, part, monkeypatch, missing):
    preferences = part("core.blender.preferences")
    monkeypatch.setattr(preferences, "find_packages", lambda _kind: (("PyTorch", "" if missing else "/here"),))
    texts: list[str] = []
    stand_in = SimpleNamespace(layout=Layout(texts), bl_rna=preferences.Audio2RigPreferences.bl_rna, threads=0)
    monkeypatch.setattr(Layout, "prop", lambda *_arguments, **_named: None, raising=False)
    preferences.Audio2RigPreferences.draw(stand_in, bpy.context)
    assert ("full zip" in "\n".join(texts)) == missing
    assert any("PyTorch: " in text for text in texts)


def test_no_number_of_threads_is_automatic(extension, part):
    preferences = bpy.context.preferences.addons[extension.__name__].preferences
    assert preferences.threads == 0 and preferences.is_automatic
    preferences.is_automatic = False
    assert preferences.threads >= 1 and not preferences.is_automatic
    preferences.is_automatic = True
    assert preferences.threads == 0


def test_packages_are_found_without_importing_them(extension, part):
    preferences = part("core.blender.preferences")
    preferences.find_packages.cache_clear()
    assert dict(preferences.find_packages("SPEECH")).keys() == {"PyTorch", "SciPy", "soxr", "soundfile", "safetensors"}
    assert dict(preferences.find_packages("MUSIC")).keys() == {"librosa"}


@pytest.mark.parametrize("absent, said", [("librosa", False), ("scipy", True), ("soundfile", True)])
def test_only_what_is_asked_for_must_be_there(scene, part, monkeypatch, tmp_path, absent, said):
    """Speech imports no music analysis, so a machine without it can generate."""
    preferences = part("core.blender.preferences")
    here = SimpleNamespace(submodule_search_locations=["/here"], origin="/here")
    finder = SimpleNamespace(util=SimpleNamespace(find_spec=lambda name: None if name == absent else here))
    monkeypatch.setattr(preferences, "importlib", finder)
    preferences.find_packages.cache_clear()
    add_face()
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "x.wav"))
    try:
        assert ("Missing: " in drawn(part)) == said
    finally:
        preferences.find_packages.cache_clear()


def test_the_dance_says_what_it_cannot_do(scene, part, monkeypatch):
    panels = part("panels.dance")
    open_one, folded = panels.CLASSES

    def said(panel) -> str:
        return " ".join(drawn(part, [panel]).split())

    assert [cls.poll(bpy.context) for cls in panels.CLASSES] == [False, True]
    assert "DEFAULT_CLOSED" in folded.bl_options and "Used if Auto hears music" in said(folded)
    scene.audio2rig.mode = "SPEECH"
    assert not any(cls.poll(bpy.context) for cls in panels.CLASSES)
    scene.audio2rig.mode = "DANCE"
    assert [cls.poll(bpy.context) for cls in panels.CLASSES] == [True, False]
    monkeypatch.setattr(part("core.performance.modes"), "can_dance", lambda: False)
    assert "The dance model is missing" in said(open_one) and "(greyed out)" in said(open_one)
    monkeypatch.setattr(part("core.performance.modes"), "can_dance", lambda: True)
    assert "Dances on the spot: Root is off" in said(open_one) and "(greyed out)" not in said(open_one)
    scene.audio2rig.parts = {"LIPS", "BODY", "ROOT"}
    assert "Root is off" not in said(open_one)
    scene.audio2rig.parts = {"EXPRESSION"}
    texts = said(open_one)
    assert "Only the face follows the music: Body is off" in texts and "Cannot sing: Lips is off" in texts
    select(add_face())
    bpy.ops.audio2rig.detect_character()
    assert "there is no" in said(open_one)


def test_parts_that_the_character_lacks_are_grey_and_say_why(scene, part):
    rig = add_armature("Stick", ("lower", "upper"))
    add_face(parent=rig)
    bpy.ops.audio2rig.detect_character()
    texts = drawn(part)
    assert "Body, Hands, Root: none of its bones was" in texts
    person = add_person()
    select(person)
    bpy.ops.audio2rig.detect_character()
    scene.audio2rig.locomotion = "FREE"
    texts = drawn(part)
    assert "Body, Hands, Root" not in texts and "Steps on the spot" in texts
    scene.audio2rig.transcript_text = bpy.data.texts.new("Lines")
    assert "(greyed out)" in drawn(part)


def test_the_mapping_lists_every_joint_also_those_without_a_bone(scene, part, tmp_path):
    bones = {name: bone for name, bone in person().items() if name != "LeftForeArm"}
    bones["LeftHand"] = (*bones["LeftHand"][:2], "LeftArm")
    bones["Elbow_odd"] = ((0.43, 0.01, 1.39), (0.68, 0, 1.38), "LeftArm")
    rig = add_person(bones=bones)
    bpy.ops.audio2rig.detect_character()
    rows = {row.name: (row.target, row.is_bone) for row in rig.audio2rig.mapping_rows}
    joints = part("core.motion.joints").JOINT_NAMES
    assert set(joints) <= set(rows) and all(is_bone for _, is_bone in rows.values())
    assert rows["left_pinky1"][0] == "" and rows["right_elbow"][0] == "mixamorig:RightForeArm"
    assert bpy.ops.audio2rig.mapping_edit(name="left_elbow", target="mixamorig:Elbow_odd", is_bone=True) == {"FINISHED"}
    assert {row.name: row.target for row in rig.audio2rig.mapping_rows}["left_elbow"] == "mixamorig:Elbow_odd"
    path = tmp_path / "mapping.json"
    assert bpy.ops.audio2rig.mapping_export(filepath=str(path)) == {"FINISHED"}
    assert bpy.ops.audio2rig.mapping_edit(name="right_knee", target="", is_bone=True) == {"FINISHED"}
    assert {row.name: row.target for row in rig.audio2rig.mapping_rows}["right_knee"] == ""
    assert bpy.ops.audio2rig.mapping_import(filepath=str(path)) == {"FINISHED"}
    rows = {row.name: row.target for row in rig.audio2rig.mapping_rows}
    assert rows["left_elbow"] == "mixamorig:Elbow_odd" and rows["right_knee"] == "mixamorig:RightLeg"
