# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of prompts: what is removed with a row and with a frame, and what is said about prompts."""

from __future__ import annotations

import bpy
import pytest

from tests.blender.building import add_face


@pytest.fixture
def face(scene, extension):
    mesh = add_face()
    scene.audio2rig.character = mesh
    return mesh


def key(owner, frame: float, value: float) -> None:
    owner.key_blocks["jawOpen"].value = value
    owner.key_blocks["jawOpen"].keyframe_insert("value", frame=frame)


def test_a_row_goes_without_the_one_beside_it(face):
    keys = face.data.shape_keys
    for frame, value in ((10.0, 0.2), (10.4, 0.7), (20.0, 0.4)):
        key(keys, frame, value)
    assert bpy.ops.audio2rig.list_prompts() == {"FINISHED"}
    rows = face.audio2rig.prompts
    assert [round(row.frame, 3) for row in rows] == [10.0, 10.4, 20.0]
    face.audio2rig.prompt_index = 0
    assert bpy.ops.audio2rig.remove_prompts(scope="ROW") == {"FINISHED"}
    assert [round(row.frame, 3) for row in rows] == [10.4, 20.0]
    face.audio2rig.prompt_index = 0
    assert bpy.ops.audio2rig.remove_prompts(scope="ROW") == {"FINISHED"}
    assert [round(row.frame, 3) for row in rows] == [20.0]


def test_this_frame_and_the_preview_range_take_what_lies_between_frames(scene, face):
    keys = face.data.shape_keys
    for frame in (9.6, 10.0, 10.4, 20.3):
        key(keys, frame, frame / 50.0)
    scene.frame_set(10)
    assert bpy.ops.audio2rig.remove_prompts(scope="FRAME") == {"FINISHED"}
    assert [round(row.frame, 3) for row in face.audio2rig.prompts] == [20.3]
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 15, 20
    assert bpy.ops.audio2rig.remove_prompts(scope="PREVIEW") == {"FINISHED"}
    assert len(face.audio2rig.prompts) == 0


def test_a_hold_goes_as_a_whole(face):
    keys = face.data.shape_keys
    for frame, value in ((10.0, 0.5), (14.0, 0.5), (14.5, 0.1)):
        key(keys, frame, value)
    assert bpy.ops.audio2rig.list_prompts() == {"FINISHED"}
    assert [(row.frame, row.last, row.keys) for row in face.audio2rig.prompts] == [(10.0, 14.0, 2), (14.5, 14.5, 1)]
    face.audio2rig.prompt_index = 0
    assert bpy.ops.audio2rig.remove_prompts(scope="ROW") == {"FINISHED"}
    assert [row.frame for row in face.audio2rig.prompts] == [14.5]


@pytest.mark.parametrize("others, said", [(1, "1 other bone has prompts"), (2, "2 other bones have prompts")])
def test_bones_out_of_range_are_named_and_the_rest_counted(extension, part, others, said):
    found = [part("core.rigs.prompts").OutOfRange(f"bone{number}", 1.0, 30.0) for number in range(4 + others)]
    timing = part("core.blender.keying.timing").Timing(24.0, 1.0)
    notes = part("core.blender.keying.rig_prompts").out_of_range_notes(found, timing)
    assert len(notes) == 5 and "“bone0” at frame 25 bends it 30°" in notes[0] and notes[-1].startswith(said)
