# SPDX-License-Identifier: GPL-3.0-or-later
"""Sliders that act on a take: exact back to what was generated, nothing of the animator's touched, lips that meet still meet."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest

from tests.blender.building import add_armature, add_face, curves_of, put_stand_in, write_wav

KEYS = ("jawOpen", "mouthClose", "mouthFunnel", "mouthSmileLeft", "browInnerUp", "eyeLookOutLeft", "eyeBlinkLeft")
SLIDERS = {"jaw": 1.4, "lips": 0.5, "upper_face": 1.7, "eyes": 0.3, "head": 0.4, "body": 1.5, "offset_ms": 70.0}


@pytest.fixture
def rig(scene, monkeypatch, part, tmp_path):
    """A character of shapes and bones whose lips meet four times a second."""
    module = put_stand_in(monkeypatch)
    plain, faces = module.perform, part("core.motion.face_track")

    def perform(clip, settings, *more, **others):
        made = plain(clip, settings, *more, **others)
        values, time_s = made.face.values.copy(), np.arange(len(made.face)) / faces.FACE_RATE_HZ
        open_ = np.abs(np.sin(time_s * np.pi * 3.0))
        index = faces.FACE_INDEX
        values[:, index["jawOpen"]] = 0.1 + 0.4 * open_
        values[:, index["mouthClose"]] = 0.1 * (1.0 - open_) ** 4
        values[:, index["mouthFunnel"]] = 0.3 * open_
        values[:, index["mouthSmileLeft"]] = 0.3 + 0.2 * np.sin(time_s * 5)
        values[:, index["browInnerUp"]] = 0.4 * np.sin(time_s * 4) ** 2
        values[:, index["eyeLookOutLeft"]] = 0.3 * np.sin(time_s * 3) ** 2
        return replace(made, face=faces.FaceTrack(values.astype(np.float32)))

    monkeypatch.setattr(module, "perform", perform)
    rig = add_armature()
    add_face("Head", KEYS, parent=rig)
    scene.audio2rig.character = rig
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "line.wav", seconds=2.0))
    assert bpy.ops.audio2rig.generate() == {"FINISHED"}
    return rig


def take(rig):
    return rig.audio2rig.takes[rig.audio2rig.take_index]


def owners(rig):
    return rig, bpy.data.objects["Head"].data.shape_keys


def dumped(rig) -> dict:
    """Every key of every curve, bit for bit, but for its type."""
    found = {}
    for owner in owners(rig):
        for name, curve in curves_of(owner).items():
            found[owner.name, *name] = [
                (tuple(point.co), tuple(point.handle_left), tuple(point.handle_right), point.handle_left_type)
                for point in curve.keyframe_points
            ]
    return found


def values(key: str, first: int = 1, last: int = 48) -> np.ndarray:
    curve = curves_of(bpy.data.objects["Head"].data.shape_keys)[f'key_blocks["{key}"].value', 0]
    return np.array([curve.evaluate(frame) for frame in range(first, last + 1)])


def by_hand(part, rig) -> int:
    playing = part("core.blender.takes.playing_keys")
    found = playing.playing_keys(playing.character_owners(rig, bpy.context.scene))
    assert found.retiming.is_none
    return sum(int(one.keys.by_hand.sum()) for owner in found.curves for _, one in found.curves_of(owner))


@pytest.mark.parametrize("slider", SLIDERS)
def test_every_slider_acts_and_goes_back_bit_for_bit(rig, part, slider):
    before = dumped(rig)
    setattr(take(rig), slider, SLIDERS[slider])
    if slider != "body":  # this character has a trunk that does not move
        assert dumped(rig) != before
    assert by_hand(part, rig) == 0
    setattr(take(rig), slider, 0.0 if slider == "offset_ms" else 1.0)
    assert dumped(rig) == before and by_hand(part, rig) == 0


def test_a_slider_is_about_its_part_alone(rig):
    before = {key: values(key) for key in KEYS}
    take(rig).upper_face = 0.5
    assert values("browInnerUp") == pytest.approx(0.5 * before["browInnerUp"], abs=0.01)
    for key in set(KEYS) - {"browInnerUp"}:
        assert np.array_equal(values(key), before[key])
    take(rig).eyes = 0.0
    assert np.abs(values("eyeLookOutLeft")).max() < 1e-6 and np.array_equal(
        values("eyeBlinkLeft"), before["eyeBlinkLeft"]
    )


@pytest.mark.parametrize("jaw, lips", [(1.8, 1.0), (0.5, 1.0), (1.0, 2.0), (1.6, 0.3)])
def test_lips_that_meet_still_meet(rig, jaw, lips):
    def opening():
        return values("jawOpen") - values("mouthClose")

    before = opening()
    closed = before < 0.02
    assert closed.sum() >= 3
    take(rig).jaw, take(rig).lips = jaw, lips
    assert opening()[closed].max() < 0.03
    if jaw != 1.0:
        assert opening().max() == pytest.approx(min(jaw * before.max(), 1.0), rel=0.1)


def test_what_the_animator_set_stays_exact(rig, part):
    block = bpy.data.objects["Head"].data.shape_keys.key_blocks["mouthSmileLeft"]
    block.value = 0.9
    block.keyframe_insert("value", frame=20)
    assert by_hand(part, rig) == 1
    for slider, value in SLIDERS.items():
        setattr(take(rig), slider, value)
    assert values("mouthSmileLeft")[19] == pytest.approx(0.9, abs=1e-6) and by_hand(part, rig) == 1
    assert bpy.ops.audio2rig.adjust_reset() == {"FINISHED"}
    assert values("mouthSmileLeft")[19] == pytest.approx(0.9, abs=1e-6) and by_hand(part, rig) == 1


def test_a_key_that_was_dragged_after_adjusting_is_the_animators(rig, part):
    before = values("browInnerUp")
    take(rig).upper_face = 0.5
    curve = curves_of(bpy.data.objects["Head"].data.shape_keys)['key_blocks["browInnerUp"].value', 0]
    point = curve.keyframe_points[3]
    point.co.y += 0.2
    frame, value = point.co
    curve.update()
    take(rig).upper_face = 1.0
    now = curves_of(bpy.data.objects["Head"].data.shape_keys)['key_blocks["browInnerUp"].value', 0]
    assert now.evaluate(frame) == pytest.approx(value, abs=1e-6) and by_hand(part, rig) == 1
    far = np.abs(np.arange(1, 49) - frame) > 12
    assert values("browInnerUp")[far] == pytest.approx(before[far], abs=1e-6)


def test_the_offset_moves_everything_by_that_much(rig):
    bpy.context.scene.render.fps = 24
    before = values("jawOpen")
    take(rig).offset_ms = 1000.0 / 24.0 * 2.0
    assert values("jawOpen")[10:40] == pytest.approx(before[8:38], abs=1e-3)


def test_it_is_kept_with_each_take_and_with_the_file(rig, tmp_path, part):
    before = dumped(rig)
    take(rig).jaw = 1.5
    adjusted = dumped(rig)
    assert bpy.ops.audio2rig.generate(seed=4) == {"FINISHED"}
    assert take(rig).jaw == 1.0
    bpy.ops.audio2rig.take_activate(index=1)
    assert take(rig).jaw == 1.5 and dumped(rig) == adjusted
    path = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    rig = bpy.data.objects["Rig"]
    assert take(rig).jaw == 1.5 and dumped(rig) == adjusted
    take(rig).jaw = 1.0
    assert dumped(rig) == before and by_hand(part, rig) == 0


def test_generating_again_over_an_adjusted_take_finds_no_prompts(rig):
    take(rig).jaw, take(rig).offset_ms = 1.5, 40.0
    assert bpy.ops.audio2rig.generate(seed=4) == {"FINISHED"}
    assert "prompt" not in bpy.context.scene.audio2rig.last_report


def test_values_stay_in_their_sliders_range(rig):
    take(rig).jaw = take(rig).upper_face = 4.0
    for key in ("jawOpen", "browInnerUp"):
        curve = curves_of(bpy.data.objects["Head"].data.shape_keys)[f'key_blocks["{key}"].value', 0]
        between = [curve.evaluate(frame) for frame in np.arange(1.0, 48.0, 0.2)]
        assert min(between) >= -1e-6 and max(between) <= 1.0 + 1e-6


def test_the_mean_pose_of_the_head_stays(rig):
    def turns():
        curves = curves_of(rig)
        names = [name for name in curves if name[0].startswith('pose.bones["head"].rotation')]
        return np.array([[curves[name].evaluate(frame) for name in names] for frame in range(1, 49)])

    before = turns()
    take(rig).head = 0.0
    assert np.ptp(turns(), axis=0).max() < 0.01 and turns().mean(0) == pytest.approx(before.mean(0), abs=0.02)


def test_what_goes_wrong_is_said_in_the_panel_and_changes_nothing(rig):
    before = dumped(rig)
    rig.audio2rig.mapping = "{broken"
    take(rig).jaw = 1.5
    assert "damaged" in take(rig).adjust_error and dumped(rig) == before
    rig.audio2rig.mapping = ""
    take(rig).jaw = 1.4
    assert not take(rig).adjust_error and dumped(rig) != before
