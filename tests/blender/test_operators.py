# SPDX-License-Identifier: GPL-3.0-or-later
"""What operators say: why they are greyed out, what went wrong, and numbers in good English."""

from __future__ import annotations

import inspect
import logging
from types import SimpleNamespace

import bpy
import pytest

from tests.blender.building import add_armature, add_face, put_stand_in, select, write_wav


@pytest.fixture
def speech(monkeypatch, extension):
    return put_stand_in(monkeypatch)


@pytest.fixture
def sound(tmp_path):
    return write_wav(tmp_path / "line.wav", 0.5)


class Heard:
    """Stands for an operator's `self` in a window: what `report` was called with is kept."""

    def __init__(self, cls, **values):
        self.said: list[tuple[set, str]] = []
        self.bl_idname = cls.bl_idname
        self.__dict__.update(values)
        self._cls = cls

    def __getattr__(self, name):
        found = inspect.getattr_static(self._cls, name)
        return found.__get__(self, self._cls) if hasattr(found, "__get__") else found

    def report(self, kind, text):
        self.said.append((kind, text))


def all_operators(part):
    modules = ("generate", "sound", "character", "takes", "prompts", "mapping", "packages")
    return [cls for name in modules for cls in part(f"operators.{name}").CLASSES]


def test_every_operator_has_the_one_base(part):
    base = part("operators.base").Audio2RigOperator
    for cls in all_operators(part):
        assert issubclass(cls, base), cls.__name__
        assert cls.execute is base.execute and cls.poll.__func__ is base.poll.__func__, cls.__name__


def test_greyed_out_operators_say_why(scene):
    for name, why in (
        ("mapping_reset", "Select the character"),
        ("list_prompts", "Select the character"),
        ("bake_down", "Generate a take first"),
        ("cancel", "Nothing is being generated"),
    ):
        with pytest.raises(RuntimeError, match=why):
            getattr(bpy.ops.audio2rig, name)()


def test_errors_that_nobody_foresaw_are_reported_shortly_and_logged(scene, speech, sound, part, monkeypatch, caplog):
    add_face()
    bpy.ops.audio2rig.generate(filepath=str(sound))

    def broken(_root):
        raise RuntimeError("the stars are wrong")

    monkeypatch.setattr(part("core.blender.takes.baking"), "bake_down", broken)
    with caplog.at_level(logging.ERROR), pytest.raises(RuntimeError) as caught:
        bpy.ops.audio2rig.bake_down()
    assert "RuntimeError: the stars are wrong. The system console has the details." in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert any("bake_down failed" in record.message and record.exc_info for record in caplog.records)


@pytest.mark.parametrize("error", [KeyError("gone"), OSError("no disk")])
def test_the_window_reports_what_the_script_reports(scene, sound, part, monkeypatch, caplog, error):
    cls = part("operators.generate").AUDIO2RIG_OT_generate

    def broken(*_arguments):
        raise error

    monkeypatch.setattr(part("core.blender.generate"), "gather", broken)
    window = Heard(cls, properties=SimpleNamespace(is_property_set=lambda _name: False))
    assert cls.invoke(window, bpy.context, None) == {"CANCELLED"}
    (kind, text), *more = window.said
    assert kind == {"ERROR"} and type(error).__name__ in text and not more
    with pytest.raises(RuntimeError, match=type(error).__name__):
        bpy.ops.audio2rig.generate(filepath=str(sound))


@pytest.mark.parametrize("mapping", ["{broken", "[1]"])
def test_a_damaged_mapping_is_one_clear_message(scene, mapping):
    rig = add_armature()
    add_face(parent=rig)
    select(rig)
    rig.pose.bones["head"].keyframe_insert("rotation_quaternion", frame=10)
    bpy.ops.audio2rig.list_prompts()
    rig.audio2rig.prompt_index = 0
    rig.audio2rig.mapping = mapping
    operators = bpy.ops.audio2rig
    for call in (
        operators.list_prompts,
        lambda: operators.add_prompt(which="ALL"),
        lambda: operators.remove_prompts(scope="ROW"),
        operators.detect_character,
        lambda: operators.mapping_edit(name="head", target="neck", is_bone=True),
    ):
        with pytest.raises(RuntimeError) as caught:
            call()
        assert 'The mapping stored with "Rig" is damaged' in str(caught.value)
        assert "Reset it under Mapping" in str(caught.value) and "Traceback" not in str(caught.value)
    assert operators.mapping_reset() == {"FINISHED"} and rig.audio2rig.mapping == ""
    assert operators.list_prompts() == {"FINISHED"}


def test_one_is_no_plural(scene, part):
    face = add_face()
    face.data.shape_keys.key_blocks["jawOpen"].keyframe_insert("value", frame=5)
    prompts = part("operators.prompts")
    listing = Heard(prompts.AUDIO2RIG_OT_list_prompts)
    listing.run(bpy.context)
    removing = Heard(prompts.AUDIO2RIG_OT_remove_prompts, scope="ALL")
    removing.run(bpy.context)
    assert listing.said == [({"INFO"}, "1 prompt")]
    assert removing.said == [({"INFO"}, "1 prompt removed: the next generation overwrites what was kept")]
    scene.frame_set(7)
    for block in face.data.shape_keys.key_blocks:
        block.value = 0.0
    face.data.shape_keys.key_blocks["jawOpen"].value = 0.5
    adding = Heard(prompts.AUDIO2RIG_OT_add_prompt, which="CHANGED")
    adding.run(bpy.context)
    assert adding.said == [({"INFO"}, "1 prompt set at frame 7")]
