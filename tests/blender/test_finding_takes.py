# SPDX-License-Identifier: GPL-3.0-or-later
"""Find Takes Like This Sound lists the takes of the file, the most alike first, in the panel and on the command line."""

from __future__ import annotations

import bpy
import pytest

from tests.blender.building import add_character, generate, put_stand_in, write_wav

pytest.importorskip("scipy")
from core.training.pretraining.foreign_sounds import foreign_sounds


@pytest.fixture
def speech(monkeypatch, extension, needs_torch):
    return put_stand_in(monkeypatch)


def write_sound(path, kind):
    import soundfile

    soundfile.write(path, next(sound for name, sound in foreign_sounds(1, 3.0) if name == kind), 16000)
    return str(path)


def test_the_nearest_take_comes_first(scene, speech, part, tmp_path, capsys):
    rig, _ = add_character()
    buzz, birds = str(write_wav(tmp_path / "buzz.wav", 3.0)), write_sound(tmp_path / "birds.wav", "birds")
    generate(rig, buzz)
    assert "unlike the voices" in generate(rig, birds)
    takes = rig.audio2rig.takes
    assert takes[1].heard and takes[2].heard
    takes[1].heard = ""  # of an older version: its sound is heard again
    scene.audio2rig.audio_path = birds
    assert bpy.ops.audio2rig.find_takes() == {"FINISHED"}
    found = part("core.blender.takes.found_takes").shown(scene)
    assert [take for _, take, _ in found.rows] == [takes[2].name, takes[1].name]
    assert found.rows[0][0].startswith("100 %") and not found.rows[1][0].startswith("100 %")
    assert part("core.blender.cli").main(["find-takes", "--audio", buzz]) == 0
    said = capsys.readouterr().out
    assert said.index(takes[1].name) < said.index(takes[2].name)
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "silence.wav", 2.0, level=0.0))
    with pytest.raises(RuntimeError, match="silence.wav is silent"):
        bpy.ops.audio2rig.find_takes()


def test_takes_whose_sound_is_not_known_are_named(scene, speech, part, tmp_path):
    rig, _ = add_character()
    sound = write_wav(tmp_path / "buzz.wav", 2.0)
    generate(rig, str(sound))
    generate(rig, str(write_wav(tmp_path / "gone.wav", 2.0)))
    rig.audio2rig.takes[2].heard = ""
    (tmp_path / "gone.wav").unlink()
    scene.audio2rig.audio_path = str(sound)
    assert bpy.ops.audio2rig.find_takes() == {"FINISHED"}
    found = part("core.blender.takes.found_takes").shown(scene)
    assert len(found.rows) == 1 and rig.audio2rig.takes[2].name in found.notes[0]


def test_without_takes_it_says_so(scene, speech, tmp_path):
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "buzz.wav", 2.0))
    assert not bpy.ops.audio2rig.find_takes.poll()


def test_what_was_found_may_be_damaged(scene, part):
    shown = part("core.blender.takes.found_takes").shown
    for text in ("[", "[1]", "null", '["a", 3, []]', '["a", [[1]], []]', "[" * 9000):
        scene.audio2rig.found_takes = text
        assert shown(scene) is None
