# SPDX-License-Identifier: GPL-3.0-or-later
"""Dancing from the button to the keys, by the models that came along: what is said of sounds that are hard to dance to, ranges, prompts,
undo."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest

from core.development.demo.music import RATE_HZ, piece, write_wav

from .building import add_armature, add_face, add_person, curves_of, generate, hear, put_dance_stand_in, select

SPEECH = Path(__file__).resolve().parents[2] / "docs" / "demo" / "speech.ogg"


@pytest.fixture
def dancer(scene, needs_torch, part, monkeypatch):
    """A person that dances for real, whatever the sound is taken for."""
    part("core.performance.dance.pipeline")  # which keeps the real hearing
    hear(monkeypatch, "MUSIC")
    scene.render.fps = 24
    scene.audio2rig.mode = "DANCE"
    person = add_person()
    select(person)
    return person


def music(kind: str) -> np.ndarray:
    """Sounds that are hard to dance to."""
    if kind == "silent middle":
        return np.concatenate((piece(2).samples, np.zeros(10 * RATE_HZ, np.float32), piece(2).samples))
    if kind == "tempo change":
        return np.concatenate((piece(4, 96.0).samples[:-RATE_HZ], piece(5, 120.0).samples))
    return piece(4).samples[: 2 * RATE_HZ]


@pytest.mark.parametrize(
    "kind, said",
    [
        ("silent middle", "There is nothing to dance to from"),
        ("tempo change", "The tempo changes"),
        ("short", "too short to dance to"),
    ],
)
def test_hard_music_is_said_in_the_report(dancer, tmp_path, kind, said):
    report = generate(dancer, str(write_wav(tmp_path / "song.wav", music(kind))), parts={"BODY"})
    assert said in report
    assert len(curves_of(dancer)) > 20


def test_a_dance_moves_in_place_or_over_the_stage_and_a_key_is_met(scene, dancer, tmp_path):
    """One piece, danced on the spot and then with Root; then a range of it is danced anew around a key."""
    sound = str(piece(4).write(tmp_path / "song.wav"))
    report = generate(dancer, sound, parts={"BODY"})
    assert "112 beats a minute in 4/4" in report and "Danced on the spot" in report and "Danced as" in report
    assert max(np.abs(way(scene, dancer)[:, :2]).max(1)) < 0.3
    report = generate(dancer, sound, parts={"BODY", "ROOT"}, stage_radius_m=1.0, dance_style="HOUSE", beat_markers=True)
    assert "Danced as House." in report and "beats marked on the timeline" in report
    assert 0.05 < np.linalg.norm(way(scene, dancer)[:, :2], axis=1).max() < 1.3
    names = [name for _, name in sorted((marker.frame, marker.name) for marker in scene.timeline_markers)]
    assert names.index("1") < 4 and names[names.index("1") :][:5] == ["1", "·", "·", "·", "1"]
    assert dancer.audio2rig.takes[-1].style == "Dance: House"
    before = played(dancer, range(1, 120))
    bone = dancer.pose.bones["mixamorig:LeftArm"]
    scene.frame_set(70)
    bone.rotation_quaternion = (0.8, 0.0, 0.6, 0.0)
    bone.keyframe_insert("rotation_quaternion", frame=70, keytype="KEYFRAME")
    generate(dancer, sound, parts={"BODY", "ROOT"}, frame_start=50, frame_end=90, seed=4)
    after = played(dancer, range(1, 120))
    outside = [row for row in range(119) if not 49 <= row + 1 <= 91]
    for place, values in before.items():
        assert np.allclose(values[outside], after[place][outside], rtol=0.0, atol=1e-6), place  # single precision
    key = [after['pose.bones["mixamorig:LeftArm"].rotation_quaternion', axis][69] for axis in range(4)]
    assert abs(np.dot(key, (0.8, 0.0, 0.6, 0.0))) > 1.0 - 1e-6  # either sign is the same rotation
    assert any(np.abs(before[place][50:89] - after[place][50:89]).max() > 0.01 for place in before)


def played(rig, frames) -> dict[tuple[str, int], np.ndarray]:
    return {place: np.array([curve.evaluate(frame) for frame in frames]) for place, curve in curves_of(rig).items()}


def way(scene, rig) -> np.ndarray:
    """(frames, 3): where the hips are against where they begin."""
    found = []
    for frame in range(1, 200, 4):
        scene.frame_set(frame)
        found.append(tuple(rig.matrix_world @ rig.pose.bones["mixamorig:Hips"].head))
    return np.array(found) - found[0]


# ------------------------------------------------------------------------------ which performance it becomes, by stand-ins


@pytest.fixture
def stand_in(scene, monkeypatch, extension):
    module = put_dance_stand_in(monkeypatch)
    add_face(parent=add_armature())
    return module


@pytest.mark.parametrize(
    "mode, kind, dances, said",
    [
        ("AUTO", "SPEECH", False, "heard a voice: the character speaks"),
        ("AUTO", "MUSIC", True, "heard music: the character dances. Choose Speech"),
        ("AUTO", "BOTH", False, "music under a voice: the character speaks. Choose Dance"),
        ("AUTO", "SILENCE", False, ""),
        ("DANCE", "SPEECH", True, ""),
        ("SPEECH", "MUSIC", False, ""),
    ],
)
def test_what_it_becomes_is_said(stand_in, monkeypatch, mode, kind, dances, said):
    hear(monkeypatch, kind)
    report = generate(bpy.data.objects["Rig"], str(SPEECH), mode=mode)
    assert bool(stand_in.asked) == dances and said in report
    assert bpy.data.objects["Rig"].audio2rig.takes[-1].style == ("Dance" if dances else "")


def test_without_the_model_auto_speaks_and_dance_says_what_is_missing(stand_in, part, monkeypatch):
    monkeypatch.setattr(part("core.performance.modes"), "can_dance", lambda: False)
    report = generate(bpy.data.objects["Rig"], str(SPEECH))
    assert not stand_in.asked and "the dance model is missing" in report
    with pytest.raises(RuntimeError, match="The dance model is missing"):
        bpy.ops.audio2rig.generate(filepath=str(SPEECH), mode="DANCE")


def test_the_settings_reach_the_dance(stand_in):
    rig = bpy.data.objects["Rig"]
    given = {"dance_style": "WAACK", "dance_energy": 1.5, "stage_radius_m": 0.5, "dance_sings": True}
    generate(rig, str(SPEECH), mode="DANCE", **given)
    assert {name: getattr(stand_in.asked[-1], name) for name in given} == given


def test_a_cancelled_dance_changes_nothing(stand_in, part):
    generate_, progress = part("core.blender.generate"), part("core.progress").Progress()
    gathered = generate_.gather(bpy.context, {"audio_path": str(SPEECH), "mode": "DANCE", "beat_markers": True})
    progress.cancel()
    with pytest.raises(part("core.errors").Cancelled):
        generate_.work(gathered, progress)
    assert not bpy.context.scene.timeline_markers and not bpy.data.actions
