# SPDX-License-Identifier: GPL-3.0-or-later
"""One hostile try of each kind, with a quick stand-in for the models; the bench `attack` does thousands. And what they found."""

from __future__ import annotations

import math
import random

import bpy
import numpy as np
import pytest

from core.development.attack.arena import Arena, Broken
from core.development.attack.tries import KINDS
from tests.blender.building import add_armature, add_character, add_face, put_stand_in, write_wav


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "kept long"])
def test_a_try_of_each_kind_holds(kind, scene, monkeypatch, extension, tmp_path, needs_torch):
    if kind == "dialogue":
        pytest.importorskip("aud", reason="this build of Blender has no sound")
    put_stand_in(monkeypatch)
    sound = write_wav(tmp_path / "line.wav")
    own = tmp_path / "own"
    own.mkdir()
    arena = Arena(random.Random(f"test of {kind}"), own, sound, sound)
    KINDS[kind](arena)
    assert arena.doing


def test_a_refusal_that_changes_something_is_seen(scene, extension, tmp_path):
    def changes():
        bpy.data.meshes.new("left behind")
        raise RuntimeError("refused")

    with pytest.raises(Broken, match="left behind"):
        Arena(random.Random(0), tmp_path, tmp_path, tmp_path).attempt("it", changes)


def test_a_character_that_stands_nowhere_is_refused_by_name(scene, monkeypatch, tmp_path):
    put_stand_in(monkeypatch)
    rig, face = add_character("Nina")
    rig.location.x = math.nan
    scene.audio2rig.character = rig
    with pytest.raises(RuntimeError, match="Nina.*not finite"):
        bpy.ops.audio2rig.generate(filepath=str(write_wav(tmp_path / "line.wav")))
    with pytest.raises(RuntimeError, match="Item tab"):
        bpy.ops.audio2rig.detect_character()
    rig.location.x = 0.0
    assert bpy.ops.audio2rig.detect_character() == {"FINISHED"}


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_an_emptied_mesh_is_no_bug(scene, extension):
    face = add_face()
    face.shape_key_clear()
    face.data.clear_geometry()
    face.shape_key_add(name="Basis")
    face.shape_key_add(name="jawOpen")
    scene.audio2rig.character = face
    assert bpy.ops.audio2rig.detect_character() == {"FINISHED"}


def test_a_damaged_word_of_a_take_does_not_end_playing_it(scene, monkeypatch, tmp_path):
    put_stand_in(monkeypatch)
    rig, _ = add_character()
    scene.audio2rig.character = rig
    bpy.ops.audio2rig.generate(filepath=str(write_wav(tmp_path / "line.wav")), parts={"LIPS"})
    for take in rig.audio2rig.takes:
        for track in take.tracks:
            track.extrapolation = "[]"
    assert bpy.ops.audio2rig.take_activate(index=0) == {"FINISHED"}


def test_keys_at_one_frame_count_once(scene, extension, part):
    rig = add_armature()
    rig.pose.bones[0].rotation_mode = "XYZ"
    for frame in (1, 5, 9):
        rig.pose.bones[0].keyframe_insert("rotation_euler", frame=frame)
    fcurves, compat = part("core.blender.keying.fcurves"), part("core.blender.compat")
    (curve, *_) = compat.active_curves(rig).fcurves
    assert not fcurves.has_broken_keys(curve)
    curve.keyframe_points[2].co = (5.0, 0.25)
    keys = fcurves.read_keys(curve)
    assert keys.frames.tolist() == [1.0, 5.0] and np.isclose(keys.values[-1], 0.25)
    assert fcurves.has_broken_keys(curve)
    curve.keyframe_points[2].co = (-math.inf, 0.25)
    assert np.abs(fcurves.read_keys(curve).frames).max() < 1e6
