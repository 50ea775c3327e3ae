# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes that follow sliders: the sliders get the keys, whatever they are and however the driver reads them."""

from __future__ import annotations

import math

import bpy
import numpy as np
import pytest

from tests.blender.building import (
    KEYS,
    add_armature,
    add_face,
    curves_of,
    drive,
    generate,
    put_stand_in,
    select,
    write_wav,
)

BODY = ("hips", "spine", "chest", "neck", "head")


@pytest.fixture
def sound(tmp_path, scene, monkeypatch) -> str:
    put_stand_in(monkeypatch)
    return str(write_wav(tmp_path / "line.wav", 1.0))


def character(*knobs: str) -> tuple[bpy.types.Object, bpy.types.Object]:
    rig = add_armature(bones=(*BODY, *knobs))
    for knob in knobs:
        rig.data.bones[knob].use_deform = False
    select(rig)
    return rig, add_face(parent=rig)


def moved(face: bpy.types.Object, key: str = "jawOpen") -> np.ndarray:
    """The shape's values over the second, as Blender evaluates them."""
    values = []
    for frame in range(1, 25):
        bpy.context.scene.frame_set(frame)
        values.append(face.data.shape_keys.key_blocks[key].value)
    return np.array(values)


SLIDERS = {
    "property of the object": (lambda rig: rig.__setitem__("open", 0.0), {"data_path": '["open"]'}, '["open"]'),
    "property of a bone": (
        lambda rig: rig.pose.bones["knob"].__setitem__("open", 0.0),
        {"data_path": 'pose.bones["knob"]["open"]'},
        'pose.bones["knob"]["open"]',
    ),
    "component of a place": (
        lambda rig: None,
        {"data_path": 'pose.bones["knob"].location[2]'},
        'pose.bones["knob"].location',
    ),
    "letter of a turn": (
        lambda rig: setattr(rig.pose.bones["knob"], "rotation_mode", "XYZ"),
        {"data_path": 'pose.bones["knob"].rotation_euler.x'},
        'pose.bones["knob"].rotation_euler',
    ),
    "local place": (
        lambda rig: None,
        {"type": "TRANSFORMS", "bone_target": "knob", "transform_type": "LOC_Y", "transform_space": "LOCAL_SPACE"},
        'pose.bones["knob"].location',
    ),
    "place in the world": (
        lambda rig: None,
        {"type": "TRANSFORMS", "bone_target": "knob", "transform_type": "LOC_X", "transform_space": "WORLD_SPACE"},
        'pose.bones["knob"].location',
    ),
    "turn as a quaternion": (
        lambda rig: None,
        {"type": "TRANSFORMS", "bone_target": "knob", "transform_type": "ROT_X", "transform_space": "LOCAL_SPACE"},
        'pose.bones["knob"].rotation_quaternion',
    ),
    "size": (
        lambda rig: None,
        {"type": "TRANSFORMS", "bone_target": "knob", "transform_type": "SCALE_Z", "transform_space": "LOCAL_SPACE"},
        'pose.bones["knob"].scale',
    ),
}


@pytest.mark.parametrize("kind", SLIDERS)
def test_every_kind_of_slider_is_keyed(kind, sound):
    rig, face = character("knob")
    prepare, target, path = SLIDERS[kind]
    prepare(rig)
    drive(face, "jawOpen", "v - 1" if kind == "size" else "v", id=rig, **target)
    bpy.context.view_layer.update()
    report = generate(rig, sound, parts={"LIPS"})
    assert path in {found for found, _ in curves_of(rig)}
    assert "follows a slider of “Rig”" in report
    values = moved(face)
    assert 0.3 < np.ptp(values) <= 1.0 and values.min() < 0.2


def test_a_property_of_the_armature_itself_is_keyed_through_its_object(sound):
    rig, face = character()
    rig.data["open"] = 0.0
    drive(face, "jawOpen", "v * 2", id=rig.data, data_path='["open"]')
    generate(rig, sound, parts={"LIPS"})
    assert ('data["open"]', 0) in curves_of(rig)
    assert np.ptp(moved(face)) > 0.3


def test_a_board_beside_the_character_is_keyed_and_its_two_sides_are_told_apart(sound):
    rig, face = character()
    board = bpy.data.objects.new("Board", None)
    bpy.context.scene.collection.objects.link(board)
    for key, expression in (("jawOpen", "max(v, 0) * 5"), ("mouthPucker", "max(-v, 0) * 5")):
        drive(face, key, expression, id=board, type="TRANSFORMS", transform_type="LOC_Z", transform_space="LOCAL_SPACE")
    generate(rig, sound, parts={"LIPS"})
    assert ("location", 2) in curves_of(board)
    assert np.ptp(moved(face)) > 0.3
    bpy.ops.audio2rig.take_delete()
    assert not curves_of(board) and board.location.z == pytest.approx(0.0, abs=1e-6)


def test_a_curve_that_was_drawn_on_the_driver_counts(sound):
    rig, face = character("knob")
    curve = drive(
        face,
        "jawOpen",
        id=rig,
        type="TRANSFORMS",
        bone_target="knob",
        transform_type="LOC_Y",
        transform_space="LOCAL_SPACE",
    )
    for place, value in ((0.0, 0.0), (0.25, 1.0)):
        curve.keyframe_points.insert(place, value).interpolation = "LINEAR"
    generate(rig, sound, parts={"LIPS"})
    values = moved(face)
    places = [point.co[1] for point in curves_of(rig)['pose.bones["knob"].location', 1].keyframe_points]
    assert np.ptp(values) > 0.3 and 0.05 < max(places) <= 0.2501


def test_what_a_slider_may_be_limits_it(sound):
    rig, face = character("knob")
    rig["open"] = 0.0
    rig.id_properties_ui("open").update(min=0.0, max=0.1)
    drive(face, "jawOpen", id=rig, data_path='["open"]')
    generate(rig, sound, parts={"LIPS"})
    assert max(point.co[1] for point in curves_of(rig)['["open"]', 0].keyframe_points) <= 0.1001


def test_a_slider_that_follows_another_is_keyed_at_the_first(sound):
    rig, face = character()
    rig["open"] = rig["panel"] = 0.0
    drive(face, "jawOpen", id=rig, data_path='["open"]')
    driver = rig.driver_add('["open"]').driver
    driver.type, driver.expression = "SCRIPTED", "v / 100"
    variable = driver.variables.new()
    variable.name = "v"
    variable.targets[0].id, variable.targets[0].data_path = rig, '["panel"]'
    generate(rig, sound, parts={"LIPS"})
    paths = {path for path, _ in curves_of(rig)}
    assert '["panel"]' in paths and '["open"]' not in paths
    assert np.ptp(moved(face)) > 0.3


@pytest.mark.parametrize(
    "expression, said",
    [("v * frame", "which has no way back"), ("0 * v", "hardly moves it"), ("noise.random() + v", "no way back")],
)
def test_what_has_no_way_back_is_named(expression, said, sound):
    rig, face = character()
    rig["open"] = 0.0
    drive(face, "jawOpen", expression, id=rig, data_path='["open"]')
    report = generate(rig, sound, parts={"LIPS", "EXPRESSION"})
    assert "jawOpen" in report and said in report and "Delete Drivers" in report
    assert ('["open"]', 0) not in curves_of(rig)


def test_a_driver_that_does_not_work_is_named(sound):
    rig, face = character()
    drive(face, "jawOpen", id=rig, data_path='["missing"]')
    bpy.context.view_layer.update()
    assert "a property of “Rig” that is missing" in generate(rig, sound, parts={"LIPS", "EXPRESSION"})


def test_two_variables_a_switch_and_a_locked_curve_are_named(sound):
    rig, face = character()
    rig["open"] = rig["close"] = 0.0
    rig["on"] = True
    two = drive(face, "jawOpen", "v + w", id=rig, data_path='["open"]').driver.variables.new()
    two.name, two.targets[0].id, two.targets[0].data_path = "w", rig, '["close"]'
    drive(face, "mouthClose", id=rig, data_path='["on"]')
    drive(face, "mouthPucker", id=rig, data_path='["close"]')
    rig.keyframe_insert('["close"]', frame=1)
    curves_of(rig)['["close"]', 0].lock = True
    report = generate(rig, sound)
    for said in ("by several things at once", "by a switch of “Rig”", "its curve is locked"):
        assert said in report


def test_a_switched_off_driver_leaves_the_shape_to_keys(sound):
    rig, face = character()
    rig["open"] = 0.0
    drive(face, "jawOpen", id=rig, data_path='["open"]').mute = True
    generate(rig, sound, parts={"LIPS"})
    assert ('key_blocks["jawOpen"].value', 0) in curves_of(face.data.shape_keys)


def test_a_key_on_a_slider_is_a_prompt_that_stays(sound):
    rig, face = character("knob")
    for key in KEYS[:2]:
        target = {"type": "TRANSFORMS", "bone_target": "knob", "transform_space": "LOCAL_SPACE"}
        drive(face, key, "v * 10", id=rig, transform_type="LOC_X" if key == "jawOpen" else "LOC_Y", **target)
    knob = rig.pose.bones["knob"]
    knob.location.x = 0.07
    knob.keyframe_insert("location", index=0, frame=12)
    knob.location.x = 0.0
    generate(rig, sound, parts={"LIPS"})
    assert moved(face)[11] == pytest.approx(0.7, abs=1e-3)
    assert np.ptp(moved(face)) > 0.3


def test_a_jaw_bone_that_opens_the_shape_is_turned_as_a_jaw(sound):
    rig = add_armature(bones=(*BODY, "jaw"))
    face = add_face(parent=rig)
    target = {"type": "TRANSFORMS", "bone_target": "jaw", "transform_type": "ROT_X", "transform_space": "LOCAL_SPACE"}
    drive(face, "jawOpen", f"v / {math.radians(20)}", id=rig, **target)
    report = generate(rig, sound, parts={"LIPS"})
    assert "follows a slider" not in report and "left alone" not in report


def test_a_failure_while_writing_puts_sliders_back(sound, part, monkeypatch):
    rig, face = character()
    rig["open"] = 0.25
    drive(face, "jawOpen", id=rig, data_path='["open"]')
    hidden_motion = part("core.blender.reading.hidden_motion")

    def fail(*_):
        rig["open"] = 0.9
        raise RuntimeError("no")

    monkeypatch.setattr(hidden_motion, "notes", fail)
    with pytest.raises(RuntimeError):
        generate(rig, sound, parts={"LIPS"})
    assert rig["open"] == 0.25 and not curves_of(rig)
