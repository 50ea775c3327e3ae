# SPDX-License-Identifier: GPL-3.0-or-later
"""A face at rest before a line and after it, however the line begins and ends; and what the animator set beside it stays."""

from __future__ import annotations

import importlib

import bpy
import numpy as np
import pytest

from tests.blender.building import PACKAGE, add_face, add_person, curves_of, put_stand_in, write_wav

RATE, LAST = 25, 51  # a line of two seconds from frame 1
OUT = 10  # frames in which it comes back to rest
SHAPES = {
    "jawOpen": 0.7,
    "eyeBlinkLeft": 1.0,
    "eyeBlinkRight": 1.0,
    "browInnerUp": 0.4,
    "eyeLookOutLeft": 0.6,
    "eyeLookInRight": 0.6,
}
KEYS = (*SHAPES, "mouthPucker")


@pytest.fixture
def line(scene, monkeypatch, extension, tmp_path, request):
    """A sound to which the face is wide open from beginning to end, as if cut out of a longer one; says where it is."""
    module = put_stand_in(monkeypatch)
    tracks = importlib.import_module(f"{PACKAGE}.core.motion.face_track")
    usual = module.perform

    def perform(clip, settings, *arguments, **more):
        performance = usual(clip, settings, *arguments, **more)
        values = np.zeros_like(performance.face.values)
        for name, value in SHAPES.items():
            values[:, tracks.FACE_INDEX[name]] = value * (0.9 + 0.1 * np.cos(np.arange(len(values)) * 0.3))
        return importlib.import_module("dataclasses").replace(performance, face=tracks.FaceTrack(values))

    module.perform = perform
    scene.render.fps, scene.frame_start, scene.frame_end = RATE, 1, 400
    timing = importlib.import_module(f"{PACKAGE}.core.blender.keying.timing").Timing
    if not hasattr(request, "param"):  # as if the shot had begun long before
        ends = timing.ends.fget
        earlier = importlib.import_module("dataclasses").replace
        monkeypatch.setattr(timing, "ends", property(lambda self: ends(earlier(self, shot_start=-1000.0))))
    return str(write_wav(tmp_path / "cut.wav", 2.0))


@pytest.fixture
def face(scene, line):
    return add_face(keys=KEYS)


def generate(sound: str, **more) -> None:
    assert bpy.ops.audio2rig.generate(filepath=sound, **more) == {"FINISHED"}


def value(face, key: str, frame: float) -> float:
    curve = curves_of(face.data.shape_keys)[f'key_blocks["{key}"].value', 0]
    return curve.evaluate(frame)


def largest(face, frame: float) -> float:
    return max(abs(value(face, key, frame)) for key in SHAPES)


def test_at_rest_before_and_soon_after(face, line):
    generate(line)
    assert largest(face, 1) > 0.9 and largest(face, LAST) > 0.7, "wide open inside"
    assert largest(face, -2) < 0.01 and largest(face, -200) < 0.01
    assert largest(face, LAST + OUT) < 0.01 and largest(face, LAST + 500) < 0.01
    half = value(face, "jawOpen", LAST + OUT / 2)
    assert 0.2 < half < 0.5, "eased, not snapped"
    course = np.array([value(face, "jawOpen", LAST + step) for step in np.arange(0, OUT + 5, 0.25)])
    assert (np.diff(course) < 1e-5).all() and course.min() > -1e-5


@pytest.mark.parametrize("line", ["real"], indirect=True)
@pytest.mark.parametrize("shot_start, first_key", [(1, 1), (20, 20), (29, 29), (5, 28)])
def test_no_key_lies_before_the_shot(scene, face, line, shot_start, first_key):
    """It would move the beginning of an exported clip, and nobody sees it."""
    scene.frame_start = shot_start
    generate(line, frame_start=shot_start if first_key == shot_start else 30)
    frames = [point.co[0] for curve in curves_of(face.data.shape_keys).values() for point in curve.keyframe_points]
    assert min(frames) == pytest.approx(first_key, abs=0.01)


def test_inside_nothing_changes(face, line, part, monkeypatch):
    generate(line, seed=4)
    with_ends = [[value(face, key, frame) for frame in np.arange(1, LAST + 0.1, 0.5)] for key in SHAPES]
    keyframe_plan = part("core.blender.keying.keyframe_plan")
    monkeypatch.setattr(keyframe_plan, "come_to_rest", lambda written, *_: written)
    bpy.ops.audio2rig.take_activate(index=0)
    generate(line, seed=4)
    without = [[value(face, key, frame) for frame in np.arange(1, LAST + 0.1, 0.5)] for key in SHAPES]
    assert np.abs(np.subtract(with_ends, without)).max() < 1e-5
    assert largest(face, LAST + 500) > 0.7, "what it is for"


def test_what_is_at_rest_gets_no_keys(face, line):
    generate(line)
    keys = curves_of(face.data.shape_keys)['key_blocks["mouthPucker"].value', 0].keyframe_points
    assert all(1 <= key.co[0] <= LAST and key.co[1] == 0.0 for key in keys)


def test_the_keys_are_generated_ones_and_go_with_their_line(face, line):
    generate(line)
    points = curves_of(face.data.shape_keys)['key_blocks["jawOpen"].value', 0].keyframe_points
    assert {point.type for point in points} == {"GENERATED"}
    generate(line, frame_start=201)
    frames = [
        point.co[0] for point in curves_of(face.data.shape_keys)['key_blocks["jawOpen"].value', 0].keyframe_points
    ]
    assert min(frames) >= 199 and max(frames) == 261


@pytest.mark.parametrize("fps", [12, 24, 60])
def test_in_seconds_at_any_rate(scene, face, line, fps):
    scene.render.fps = fps
    generate(line)
    last = face.audio2rig.takes[-1].frame_end
    assert largest(face, last + 0.45 * fps) < 0.01 and largest(face, last + 0.1 * fps) > 0.3


# -------------------------------------------------------------------------------------------------------- several lines


@pytest.mark.parametrize("gap", [0, 1, 6, 11])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_line_that_follows_directly_is_not_interrupted(face, line, tmp_path, gap, backwards):
    other = str(write_wav(tmp_path / "other.wav", 1.0))
    lines = [(line, 1), (other, LAST + gap)]
    for sound, start in reversed(lines) if backwards else lines:
        generate(sound, frame_start=start)
    between = [value(face, "jawOpen", frame) for frame in range(LAST, LAST + gap + 1)]
    assert min(between) > 0.4
    assert largest(face, LAST + gap + 25 + OUT) < 0.01 and largest(face, -3) < 0.01


def test_a_line_that_follows_later_leaves_time_to_rest(face, line, tmp_path):
    generate(line)
    generate(str(write_wav(tmp_path / "other.wav", 1.0)), frame_start=LAST + 40)
    assert max(largest(face, frame) for frame in range(LAST + OUT, LAST + 37)) < 0.01


def test_a_line_whose_successor_went_away_comes_to_rest(face, line, tmp_path):
    other = str(write_wav(tmp_path / "other.wav", 1.0))
    generate(line)
    generate(other, frame_start=LAST + 3)
    assert value(face, "jawOpen", LAST + 1) > 0.5
    generate(other, frame_start=200)
    assert max(largest(face, frame) for frame in range(LAST + OUT, 197)) < 0.01
    generate(other, frame_start=201)
    assert max(largest(face, frame) for frame in range(LAST + OUT, 198)) < 0.01


def test_a_line_without_a_part_gets_no_keys_of_it(face, line, tmp_path):
    other = str(write_wav(tmp_path / "other.wav", 1.0))
    generate(line, parts={"LIPS"})
    generate(other, frame_start=LAST + 3)
    generate(other, frame_start=LAST + 20)
    frames = [
        point.co[0] for point in curves_of(face.data.shape_keys)['key_blocks["eyeBlinkLeft"].value', 0].keyframe_points
    ]
    assert min(frames) == LAST + 18


def test_the_same_line_again_shorter_rests_after_its_new_end(face, line, tmp_path):
    generate(line)
    write_wav(tmp_path / "cut.wav", 1.0)
    generate(line)
    assert max(largest(face, frame) for frame in range(26 + OUT, 100)) < 0.01


def test_a_range_inside_changes_nothing_outside(face, line):
    generate(line)
    frames = [*range(-5, 20), *range(41, 80)]
    before = [[value(face, key, frame) for frame in frames] for key in SHAPES]
    generate(line, seed=8, frame_start=22, frame_end=38)
    assert np.allclose([[value(face, key, frame) for frame in frames] for key in SHAPES], before, atol=0.02)
    generate(line, seed=9, frame_start=44, frame_end=70)
    assert largest(face, LAST + OUT + 5) < 0.01


# -------------------------------------------------------------------------------------------------------------- prompts


def set_key(face, key: str, frame: float, at: float) -> None:
    block = face.data.shape_keys.key_blocks[key]
    block.value = at
    block.keyframe_insert("value", frame=frame)


def test_it_flows_into_a_prompt_soon_after(face, line):
    set_key(face, "jawOpen", LAST + 7, 0.65)
    generate(line)
    assert min(value(face, "jawOpen", frame) for frame in range(LAST, LAST + 8)) > 0.5
    assert value(face, "jawOpen", LAST + 7) == pytest.approx(0.65, abs=1e-4)
    assert value(face, "eyeBlinkLeft", LAST + OUT) < 0.01, "the others rest"


def test_it_rests_before_a_prompt_much_later(face, line):
    set_key(face, "jawOpen", LAST + 60, 0.5)
    generate(line)
    assert value(face, "jawOpen", LAST + OUT) < 0.01
    assert value(face, "jawOpen", LAST + 60) == pytest.approx(0.5, abs=1e-4)


def test_what_a_prompt_holds_at_the_end_stays(face, line):
    set_key(face, "eyeBlinkLeft", LAST, 0.0)
    set_key(face, "mouthPucker", LAST, 0.8)
    set_key(face, "jawOpen", LAST, 1.0)
    generate(line)
    assert value(face, "mouthPucker", LAST + 100) == pytest.approx(0.8, abs=0.01)
    assert abs(value(face, "eyeBlinkLeft", LAST + 100)) < 0.01
    assert 0.2 < value(face, "jawOpen", LAST + 100) < 0.5, "open by what the prompt added"


def test_a_prompt_beside_the_line_keeps_its_key(face, line):
    set_key(face, "jawOpen", -1, 0.3)
    set_key(face, "jawOpen", LAST + 4, 0.2)
    generate(line)
    points = curves_of(face.data.shape_keys)['key_blocks["jawOpen"].value', 0].keyframe_points
    kept = {round(point.co[0]): point for point in points if point.type != "GENERATED"}
    assert set(kept) == {-1, LAST + 4} and kept[LAST + 4].co[1] == pytest.approx(0.2, abs=1e-5)


# ---------------------------------------------------------------------------------------------------------------- bones


JAWED = {
    "Jaw": ((0, -0.02, 1.56), (0, -0.1, 1.54), "Head"),
    "LeftEye": ((0.03, -0.07, 1.62), (0.03, -0.1, 1.62), "Head"),
    "RightEye": ((-0.03, -0.07, 1.62), (-0.03, -0.1, 1.62), "Head"),
}


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ", "ZYX", "AXIS_ANGLE"])
def test_bones_of_the_face_rest_and_those_of_the_body_stay(scene, line, mode):
    from tests.blender.building import person

    rig = add_person(bones={**person(), **JAWED})
    for bone in rig.pose.bones:
        bone.rotation_mode = mode
    generate(line)

    def turn(name: str, frame: int) -> float:
        scene.frame_set(frame)
        return np.degrees(rig.pose.bones[f"mixamorig:{name}"].matrix_basis.to_quaternion().angle)

    for name in ("Jaw", "LeftEye"):
        assert turn(name, LAST) > 5, f"{name} is turned inside the line"
        assert turn(name, LAST + OUT) < 0.3 and turn(name, 300) < 0.3 and turn(name, -3) < 0.3
        assert turn(name, LAST + 2) < turn(name, LAST) + 0.1
    assert turn("LeftArm", 300) == pytest.approx(turn("LeftArm", LAST), abs=0.01)
    assert turn("Head", 300) == pytest.approx(turn("Head", LAST), abs=0.01)


@pytest.mark.parametrize("mode", ["QUATERNION", "XZY", "AXIS_ANGLE"])
def test_a_bone_that_rests_turned_is_written_near_to_where_it_was(part, mode):
    line_ends, modes = part("core.blender.keying.line_ends"), part("core.blender.keying.rotation_modes")
    turned = np.array([np.cos(0.2), np.sin(0.2), 0.0, 0.0])
    before = {"QUATERNION": [-0.9, -0.4, 0.1, 0.0], "XZY": [6.9, 0.1, 0.0], "AXIS_ANGLE": [-0.6, -1.0, 0.0, 0.0]}[mode]
    found = line_ends._in_mode(turned, mode, np.array(before))
    assert abs(modes.to_quaternions(found[None], mode)[0] @ turned) == pytest.approx(1.0, abs=1e-6)
    assert np.abs(found - before).max() < 0.7
