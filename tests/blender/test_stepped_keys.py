# SPDX-License-Identifier: GPL-3.0-or-later
"""Stepped keys: every pose is held, prompts stay exact, and the next generation reads it all as what it is."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.blender.building import add_character, add_person, curves_of, generate, put_stand_in, select, write_wav

JAW = ('key_blocks["jawOpen"].value', 0)


@pytest.fixture
def rig(scene, monkeypatch, extension):
    put_stand_in(monkeypatch)
    return add_character()[0]


@pytest.fixture
def sound(tmp_path) -> str:
    return str(write_wav(tmp_path / "line.wav", 2.0))


def keys_of(rig) -> bpy.types.Key:
    return next(child for child in rig.children if child.type == "MESH").data.shape_keys


def values(curve, first: int, last: int) -> np.ndarray:
    return np.array([curve.evaluate(frame) for frame in range(first, last + 1)])


def generated(part, curve) -> list:
    kind = part("core.blender.compat").generated_key_type()
    types = [0] * len(curve.keyframe_points)
    curve.keyframe_points.foreach_get("type", types)
    return [point for point, one in zip(curve.keyframe_points, types) if one == kind]


@pytest.mark.parametrize("step", [2, 3, 4])
def test_every_pose_is_held(scene, rig, sound, part, step):
    scene.frame_start = 11
    generate(rig, sound, step_frames=step)
    take = rig.audio2rig.takes[-1]
    first, last = int(take.frame_start), int(take.frame_end)
    moving = 0
    for owner in (keys_of(rig), rig):
        for curve in curves_of(owner).values():
            points = [point for point in generated(part, curve) if first <= point.co.x <= last - 1]
            assert all((round(point.co.x) - first) % step == 0 for point in points), curve.data_path
            assert all(point.interpolation == "CONSTANT" for point in points)
            held = values(curve, first, last - 1)
            starts = held[::step]
            np.testing.assert_allclose(held, np.repeat(starts, step)[: len(held)], atol=1e-6)
            moving += np.ptp(held) > 0.01
    assert moving > 3


def test_one_is_smooth(rig, sound, part):
    generate(rig, sound)
    points = [point for curve in curves_of(keys_of(rig)).values() for point in generated(part, curve)]
    assert {point.interpolation for point in points} == {"BEZIER"}


def test_prompts_stay_exact_and_hold_to_the_next_pose(scene, rig, sound):
    keys = keys_of(rig)
    for frame, value in ((12, 0.83), (13, 0.11), (31.4, 0.72)):
        keys.key_blocks["jawOpen"].value = value
        keys.key_blocks["jawOpen"].keyframe_insert("value", frame=frame)
    bone = rig.pose.bones["head"]
    bone.rotation_quaternion = (0.9, 0.3, 0.2, 0.1)
    bone.rotation_quaternion.normalize()
    given = list(bone.rotation_quaternion)
    bone.keyframe_insert("rotation_quaternion", frame=20)
    generate(rig, sound, step_frames=4)
    curve = curves_of(keys)[JAW]
    assert curve.evaluate(12) == pytest.approx(0.83, abs=1e-5) and curve.evaluate(13) == pytest.approx(0.11, abs=1e-5)
    assert curve.evaluate(31.4) == pytest.approx(0.72, abs=1e-5)
    assert curve.evaluate(14) == curve.evaluate(16), "held up to the next pose, which begins at 17"
    curves = curves_of(rig)
    turned = [curves['pose.bones["head"].rotation_quaternion', part].evaluate(20) for part in range(4)]
    assert abs(np.dot(turned, given)) == pytest.approx(1.0, abs=1e-5)
    after = [
        [curves['pose.bones["head"].rotation_quaternion', part].evaluate(frame) for part in range(4)]
        for frame in (21, 24)
    ]
    np.testing.assert_allclose(after[0], after[1], atol=1e-6)


def test_again_it_is_read_as_generated(scene, rig, sound):
    first = generate(rig, sound, step_frames=2)
    again = generate(rig, sound, step_frames=2, seed=3)
    assert "prompt" not in first and "prompts kept" not in again
    smooth = generate(rig, sound)
    assert "prompts kept" not in smooth


def test_a_range_keeps_what_is_outside(scene, rig, sound):
    generate(rig, sound, step_frames=3)
    curve = curves_of(keys_of(rig))[JAW]
    before = values(curve, 1, 49)
    generate(rig, sound, step_frames=3, seed=5, frame_start=16, frame_end=30)
    after = values(curves_of(keys_of(rig))[JAW], 1, 49)
    np.testing.assert_allclose(after[:14], before[:14], atol=1e-5)
    np.testing.assert_allclose(after[31:], before[31:], atol=1e-5)


def test_the_face_comes_to_rest_in_steps(scene, rig, tmp_path, part):
    cut = str(write_wav(tmp_path / "cut.wav", 1.06))
    generate(rig, cut, step_frames=2)
    last = int(rig.audio2rig.takes[-1].frame_end)
    curve = curves_of(keys_of(rig))[JAW]
    behind = values(curve, last, last + 14)
    assert behind[-1] == pytest.approx(0.0, abs=0.011)
    assert all(point.interpolation == "CONSTANT" for point in generated(part, curve))


def test_a_whole_body_on_twos(scene, monkeypatch, sound, part):
    put_stand_in(monkeypatch)
    rig = add_person()
    select(rig)
    generate(rig, sound, step_frames=2)
    for curve in curves_of(rig).values():
        held = values(curve, 1, 48)
        np.testing.assert_allclose(held[1::2], held[::2], atol=1e-6)
