# SPDX-License-Identifier: GPL-3.0-or-later
"""What the first click would wait for is loaded before it, in a window, and never in a script."""

from __future__ import annotations

import sys

import bpy

from tests.blender.building import PACKAGE, add_character, write_wav


def test_nothing_is_loaded_ahead_without_a_window(scene, part, tmp_path, needs_torch):
    rig, _ = add_character()
    scene.audio2rig.character, scene.audio2rig.audio_path = rig, str(write_wav(tmp_path / "line.wav"))
    assert part("core.blender.readiness").why_not(bpy.context) == ""
    assert part("core.blender.warming")._thread is None


def test_the_models_are_there_when_it_has_ended(scene, part, needs_torch):
    warming = part("core.blender.warming")
    warming.start().join(60)
    models = sys.modules[f"{PACKAGE}.core.performance.loaded_models"]
    assert f"{PACKAGE}.core.performance.rehearsal" in sys.modules
    before = dict(models._models)
    assert before and models.speech_model("cpu") in before.values()
    warming._finish()
    assert warming._thread is None


def test_nothing_is_rehearsed_beside_a_click(scene, part, needs_torch):
    warming = part("core.blender.warming")
    warming.step_back()
    warming.start().join(60)
    assert warming._rehearsal.cancelled and sys.modules[f"{PACKAGE}.core.performance.loaded_models"]._models
    warming._finish()
    assert not warming._rehearsal.cancelled  # the next time is another one
