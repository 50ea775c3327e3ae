# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of prompts keeps itself and follows the playhead, in each of the three editors."""

from __future__ import annotations

import time

import bpy
import pytest

from tests.blender.building import add_armature, add_face, curves_of, put_stand_in, select, write_wav
from tests.blender.test_panels import drawn


@pytest.fixture
def face(scene, extension):
    mesh = add_face()
    scene.audio2rig.character = mesh
    return mesh


@pytest.fixture
def waiting(part, monkeypatch):
    """What panels left to be done after drawing; called in place of Blender's timers, which need a window."""
    tasks: list = []
    later = part("core.blender.later")
    monkeypatch.setattr(later, "soon", lambda _key, do, _wait_s=0.0: tasks.append(do))

    def do_all() -> int:
        done = len(tasks)
        for task in tasks:
            task()
        tasks.clear()
        return done

    return do_all


def key(owner, frame: float, value: float, name: str = "jawOpen") -> None:
    owner.key_blocks[name].value = value
    owner.key_blocks[name].keyframe_insert("value", frame=frame)
    bpy.context.view_layer.update()


def listed(root) -> list[tuple[float, float]]:
    return [(row.frame, row.last) for row in root.audio2rig.prompts]


def panels(part) -> list[type]:
    module = part("panels.prompts")
    return [cls for cls in module.CLASSES if issubclass(cls, bpy.types.Panel)]


def test_the_same_panel_in_three_editors(part):
    found = {cls.bl_space_type: cls for cls in panels(part)}
    assert set(found) == {"VIEW_3D", "DOPESHEET_EDITOR", "GRAPH_EDITOR"}
    assert {(cls.bl_label, cls.bl_category, cls.bl_region_type) for cls in found.values()} == {
        ("Prompts", "Audio2Rig", "UI")
    }
    assert "DEFAULT_CLOSED" not in getattr(found["GRAPH_EDITOR"], "bl_options", ())
    bases = {cls.__mro__.index(part("panels.prompts").PromptsPanel) > 0 for cls in found.values()}
    assert bases == {True}


def test_keys_are_listed_without_a_click(face, part, waiting):
    keys = face.data.shape_keys
    key(keys, 10, 0.5)
    assert not listed(face)
    for panel in panels(part):
        drawn(part, [panel])
    waiting()
    assert listed(face) == [(10, 10)]
    drawn(part, panels(part))
    assert waiting() == 0, "nothing changed, so nothing is read"
    key(keys, 30, 0.2)
    drawn(part, panels(part))
    waiting()
    assert listed(face) == [(10, 10), (30, 30)]


def test_keys_that_are_moved_or_removed_in_another_editor_are_found(face, part, waiting):
    keys = face.data.shape_keys
    for frame, value in ((10, 0.5), (30, 0.2)):
        key(keys, frame, value)
    drawn(part, panels(part))
    waiting()
    curve = curves_of(keys)['key_blocks["jawOpen"].value', 0]
    curve.keyframe_points[1].co.x = 44
    bpy.context.view_layer.update()
    drawn(part, panels(part))
    waiting()
    assert listed(face) == [(10, 10), (44, 44)]
    curve.keyframe_points.remove(curve.keyframe_points[0])
    bpy.context.view_layer.update()
    drawn(part, panels(part))
    waiting()
    assert listed(face) == [(44, 44)]
    keys.animation_data.action = None
    bpy.context.view_layer.update()
    drawn(part, panels(part))
    waiting()
    assert listed(face) == []


def test_nothing_is_read_while_keys_are_dragged(face, part, waiting):
    keys = face.data.shape_keys
    key(keys, 10, 0.5)
    drawn(part, panels(part))
    key(keys, 20, 0.7)  # before the first one was read
    waiting()
    assert not listed(face)
    drawn(part, panels(part))
    waiting()
    assert len(listed(face)) == 2


def test_the_playhead_chooses_the_row(scene, face, part, waiting):
    keys = face.data.shape_keys
    for frame, value in ((10, 0.5), (30, 0.2), (50, 0.2), (80, 0.9)):
        key(keys, frame, value)
    drawn(part, panels(part))
    waiting()
    assert listed(face) == [(10, 10), (30, 50), (80, 80)]
    for frame, row in ((1, 0), (12, 0), (25, 1), (42, 1), (62, 1), (66, 2), (200, 2)):
        scene.frame_set(frame)
        assert face.audio2rig.prompt_index == row, frame
    face.audio2rig.prompt_index = 0
    assert scene.frame_current == 10 and face.audio2rig.prompt_index == 0


def test_of_several_at_a_frame_the_clicked_one_stays(scene, part, waiting):
    rig = add_armature()
    face = add_face(parent=rig)
    select(rig)
    key(face.data.shape_keys, 10, 0.5)
    rig.pose.bones["head"].keyframe_insert("rotation_quaternion", frame=10)
    bpy.context.view_layer.update()
    drawn(part, panels(part))
    waiting()
    assert [row.group for row in rig.audio2rig.prompts] == ["Face", "Head"]
    scene.frame_set(50)
    rig.audio2rig.prompt_index = 1
    assert scene.frame_current == 10 and rig.audio2rig.prompt_index == 1
    scene.frame_set(11)
    assert rig.audio2rig.prompt_index == 0


def test_generating_and_another_take_renew_it(scene, face, part, waiting, monkeypatch, tmp_path):
    put_stand_in(monkeypatch)
    key(face.data.shape_keys, 10, 0.5)
    sound = str(write_wav(tmp_path / "line.wav"))
    for seed in (1, 2):
        assert bpy.ops.audio2rig.generate(filepath=sound, seed=seed) == {"FINISHED"}
    drawn(part, panels(part))
    waiting()
    before = listed(face)
    face.audio2rig.take_index = 1
    drawn(part, panels(part))
    assert waiting() >= 1 and before[0] == (10, 10) and listed(face)[0] == (10, 10)


def test_a_character_with_many_keys_is_read_quickly(scene, face, part):
    """Five thousand keys: a renewal must not be felt."""
    listing = part("core.blender.prompt_listing")
    for name in face.data.shape_keys.key_blocks.keys()[1:]:
        block = face.data.shape_keys.key_blocks[name]
        block.keyframe_insert("value", frame=1)
        curve = curves_of(face.data.shape_keys)[f'key_blocks["{name}"].value', 0]
        curve.keyframe_points.add(600)
        curve.keyframe_points.foreach_set("co", [number for frame in range(601) for number in (frame, frame % 7 / 7)])
        curve.keyframe_points.foreach_set("type", [part("core.blender.compat").generated_key_type()] * 601)
    listing.renew(face, scene)
    began = time.perf_counter()
    listing.renew(face, scene)
    assert time.perf_counter() - began < 0.5


def test_a_damaged_mapping_is_left_to_the_buttons(face, part, waiting):
    key(face.data.shape_keys, 10, 0.5)
    face.audio2rig.mapping = "{broken"
    drawn(part, panels(part))
    waiting()
    drawn(part, panels(part))
    assert waiting() == 0 and not listed(face)
