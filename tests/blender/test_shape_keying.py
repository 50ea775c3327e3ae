# SPDX-License-Identifier: GPL-3.0-or-later
"""Curves of shapes in Blender: inside their sliders' ranges, four keys for a blink, Auto Clamped handles at extremes."""

from __future__ import annotations

import shutil
from dataclasses import replace

import bpy
import numpy as np
import pytest

from tests.blender.building import add_face, curves_of, generate, put_stand_in, write_wav

LID = ('key_blocks["eyeBlinkLeft"].value', 0)


@pytest.fixture
def blinking(scene, monkeypatch, part, tmp_path):
    """A face whose lids blink twice, and whose jaw snaps open and shut."""
    module = put_stand_in(monkeypatch)
    plain = module.perform
    faces, easing = part("core.motion.face_track"), part("core.motion.easing")

    def perform(clip, settings, *more, **others):
        made = plain(clip, settings, *more, **others)
        values = made.face.values.copy()
        time_s = np.arange(len(values)) / faces.FACE_RATE_HZ
        lid = np.zeros(len(values))
        for start in (0.4, 1.3):
            since = time_s - start
            lid = np.maximum(lid, easing.minimum_jerk(since / 0.08) - easing.minimum_jerk((since - 0.1) / 0.2))
        for side in ("Left", "Right"):
            values[:, faces.FACE_INDEX[f"eyeBlink{side}"]] = lid
        values[:, faces.FACE_INDEX["jawOpen"]] = np.sin(time_s * 23.0) > 0.3
        return replace(made, face=faces.FaceTrack(values))

    monkeypatch.setattr(module, "perform", perform)
    return str(write_wav(tmp_path / "line.wav", seconds=2.0))


@pytest.mark.parametrize("rate", [12, 24, 30, 60])
def test_a_blink_is_four_keys_and_shuts(blinking, rate):
    bpy.context.scene.render.fps = rate
    face = add_face()
    generate(face, blinking)
    points = curves_of(face.data.shape_keys)[LID].keyframe_points
    shut = [point for point in points if point.co.y == pytest.approx(1.0, abs=1e-4)]
    assert len(shut) == 4
    for first, last in (shut[:2], shut[2:]):
        assert first.handle_left_type == last.handle_right_type == "AUTO_CLAMPED"
        place = list(points).index(first)
        assert [round(float(points[place + step].co.y), 2) for step in (-1, 0, 1, 2)] == [0, 1, 1, 0]


@pytest.mark.parametrize("highest", [1.0, 0.7])
def test_nothing_leaves_the_range_of_a_slider(blinking, highest):
    face = add_face()
    for name in ("jawOpen", "eyeBlinkLeft"):
        face.data.shape_keys.key_blocks[name].slider_max = highest
    generate(face, blinking)
    for name in ("jawOpen", "eyeBlinkLeft"):
        curve = curves_of(face.data.shape_keys)[f'key_blocks["{name}"].value', 0]
        for point in curve.keyframe_points:
            for place in (point.co, point.handle_left, point.handle_right):
                assert -1e-6 <= place.y <= highest + 1e-6
        between = [curve.evaluate(frame) for frame in np.arange(1.0, 48.0, 0.1)]
        assert min(between) >= -1e-6 and 0.9 * highest < max(between) <= highest + 1e-6


def test_a_key_set_by_hand_in_a_blink_stays_exact(blinking):
    face = add_face()
    generate(face, blinking)
    curve = curves_of(face.data.shape_keys)[LID]
    place = next(index for index, point in enumerate(curve.keyframe_points) if point.co.y > 0.99)
    frame = curve.keyframe_points[place].co.x
    block = face.data.shape_keys.key_blocks["eyeBlinkLeft"]
    block.value = 0.4
    block.keyframe_insert("value", frame=frame)
    for point in curve.keyframe_points:
        if point.co.x == frame:
            point.type = "KEYFRAME"
    generate(face, blinking)
    again = curves_of(face.data.shape_keys)[LID]
    assert again.evaluate(frame) == pytest.approx(0.4, abs=1e-4)
    assert max(again.evaluate(other) for other in np.arange(30.0, 40.0)) == pytest.approx(1.0, abs=1e-3)


def test_another_line_leaves_the_first_as_it_was(blinking, tmp_path):
    face = add_face()
    generate(face, blinking)

    def samples():
        return [curves_of(face.data.shape_keys)[LID].evaluate(frame) for frame in np.arange(1.0, 30.0, 0.25)]

    before = samples()
    answer = shutil.copy(blinking, tmp_path / "answer.wav")
    generate(face, str(answer), frame_start=44)
    assert len(face.audio2rig.takes[face.audio2rig.take_index].lines) == 2
    assert samples() == pytest.approx(before, abs=1e-6)
