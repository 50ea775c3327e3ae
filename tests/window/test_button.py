# SPDX-License-Identifier: GPL-3.0-or-later
"""The real button is pressed, its job seen, cancelled, done, undone; then Blender closes during a job."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.window.telling import facts

PICTURES = ("window_progress", "window_cancelled", "window_generated", "window_undone", "panel")
STEPS = (
    "progress",
    "cancelled by its button",
    "cancelled by Esc",
    "generated",
    "undone",
    "unfolded",
    "another file during a job",
    "closing during a job",
)


@pytest.fixture(scope="module")
def story(tell) -> dict:
    return tell(Path(__file__).with_name("drive.py"), PICTURES)


def test_the_whole_story_ran(story):
    assert not story["error"], story["error"]
    assert [entry["step"] for entry in story["steps"]] == list(STEPS)


def test_progress_moved_while_blender_went_on(story):
    assert facts(story, "progress")["seen"] >= 3
    assert 0.15 < facts(story, "progress")["fraction"] < 1.0


def test_cancelling_left_nothing(story):
    assert facts(story, "cancelled by its button")["actions"] == 0


def test_one_click_gave_keys_on_the_face(story):
    assert "55 shapes" in facts(story, "generated")["report"] or "52 shapes" in facts(story, "generated")["report"]


def test_the_body_moved_too(story):
    assert facts(story, "generated")["arm_moved"] > 0.02


def test_one_undo_took_them_back(story):
    assert facts(story, "undone")["actions"] == 0
    assert facts(story, "undone")["strips"] == 0 and facts(story, "undone")["time"] == [250, "NONE"]
    assert facts(story, "undone")["arm_moved"] < 1e-6  # the pose that nobody had keyed


def test_blender_closed_cleanly_during_a_job(story):
    assert story["exit_code"] == 0
    assert "Traceback" not in story["log"], story["log"]


def test_pictures_show_something(story):
    for name in PICTURES:
        assert (story["out"] / f"{name}.png").stat().st_size > 20_000, name
