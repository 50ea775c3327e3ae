# SPDX-License-Identifier: GPL-3.0-or-later
"""How prompts act in a file: held poses and smiles, a pace for one prompt, and what is left alone."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.blender.building import add_face, curves_of, put_stand_in, select, write_wav

FPS = 24


@pytest.fixture
def face(scene, monkeypatch, extension):
    put_stand_in(monkeypatch)
    mesh = add_face()
    scene.render.fps = FPS
    scene.audio2rig.character = mesh
    select(mesh)
    return mesh


@pytest.fixture
def sound(tmp_path):
    return str(write_wav(tmp_path / "line.wav", 5.0))


def key(mesh, shape: str, frame: float, value: float) -> None:
    block = mesh.data.shape_keys.key_blocks[shape]
    block.value = value
    block.keyframe_insert("value", frame=frame)


def generate(sound: str, **more) -> None:
    assert bpy.ops.audio2rig.generate(filepath=sound, **more) == {"FINISHED"}


def played(mesh, shape: str, first: int, last: int) -> np.ndarray:
    curve = curves_of(mesh.data.shape_keys)[f'key_blocks["{shape}"].value', 0]
    return np.array([curve.evaluate(frame) for frame in range(first, last + 1)])


def test_a_smile_stays_a_second_and_lips_speak_on(face, sound):
    generate(sound)
    spoken = played(face, "jawOpen", 1, 120)
    key(face, "mouthSmileLeft", 40, 0.8)
    generate(sound)
    smile = played(face, "mouthSmileLeft", 1, 120)
    assert smile[39] == pytest.approx(0.8, abs=1e-5)
    assert np.abs(smile[39:64] - 0.8).max() < 0.08 and smile[75:].max() < 0.3 and smile[:29].max() < 0.3
    assert np.allclose(played(face, "jawOpen", 1, 120), spoken, atol=1e-6)


def test_a_row_has_a_pace_of_its_own(face, sound):
    key(face, "mouthSmileLeft", 40, 0.8)
    bpy.ops.audio2rig.list_prompts()
    row = face.audio2rig.prompts[0]
    assert (row.hold, row.ease) == pytest.approx((1.0, 0.33))
    bpy.context.scene.audio2rig.face_hold = 0.5
    assert row.hold == pytest.approx(0.5)  # as usual is not remembered
    row.hold = 2.0
    assert len(face.audio2rig.prompt_paces) == 1 and face.audio2rig.prompts[0].ease == pytest.approx(0.33)
    generate(sound)
    assert played(face, "mouthSmileLeft", 40, 87).min() > 0.7
    row = face.audio2rig.prompts[0]
    row.hold = 0.5
    assert len(face.audio2rig.prompt_paces) == 0


def test_defaults_are_settings_of_a_generation(face, sound):
    key(face, "mouthSmileLeft", 40, 0.8)
    generate(sound, face_hold=0.0, face_ease=0.2)
    smile = played(face, "mouthSmileLeft", 1, 120)
    assert smile[39] == pytest.approx(0.8, abs=1e-5) and smile[46:].max() < 0.3
