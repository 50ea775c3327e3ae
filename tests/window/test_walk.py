# SPDX-License-Identifier: GPL-3.0-or-later
"""An animator's first quarter of an hour in a real window: the built zip installed, demo, generate, play, edit, again, compare, a
range, a dialogue of two."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.window.telling import ROOT, blender_command, facts

PICTURES = ("walk_1_demo", "walk_2_generated", "walk_3_edited", "walk_4_again", "walk_5_range", "walk_6_dialogue")
STEPS = ("installed", "demo", "generated", "played", "again", "compared", "range", "dialogue")


@pytest.fixture(scope="module")
def story(tell, tmp_path_factory) -> dict:
    blender_command()  # skips before anything is built
    folder = tmp_path_factory.mktemp("zip")
    build = [sys.executable, str(ROOT / "packaging" / "build.py"), "--lean-only", "--output", str(folder)]
    subprocess.run(build, check=True, capture_output=True, cwd=ROOT)
    return tell(Path(__file__).with_name("walk.py"), PICTURES, next(folder.glob("*.zip")))


def test_the_whole_walk_was_walked(story):
    assert not story["error"], story["error"]
    assert [entry["step"] for entry in story["steps"]] == list(STEPS)
    assert "Traceback" not in story["log"], story["log"]


def test_the_demo_character_does_not_stand_in_the_cube(story):
    assert facts(story, "demo")["beside_the_cube_m"] >= 1.0


def test_play_is_heard_in_time_and_to_its_end(story):
    played = facts(story, "played")
    assert played["frames"] > 3
    assert played["sync"] == "AUDIO_SYNC"
    assert len(played["sounds"]) == 1
    assert played["frame_end"] >= 250


def test_an_edited_key_stays_in_the_next_take(story):
    again = facts(story, "again")
    assert again["kept"] == pytest.approx(again["dragged_to"], abs=1e-4)
    assert "1 prompt" in again["report"]


def test_comparing_flips_there_and_back(story):
    compared = facts(story, "compared")
    assert compared["other"] != compared["shown"] == compared["back"]


def test_a_range_leaves_what_is_outside(story):
    assert facts(story, "range")["outside"] < 1e-4


def test_two_characters_speak_in_turn(story):
    dialogue = facts(story, "dialogue")
    assert len(dialogue["takes"]) == 2
    assert all(dialogue["moves_while_speaking"])


def test_pictures_show_something(story):
    for name in PICTURES:
        assert (story["out"] / f"{name}.png").stat().st_size > 20_000, name
