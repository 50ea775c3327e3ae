# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Blender with a real window: the real button is pressed, its job seen, cancelled, done, undone; then Blender closes
during a job. Skipped where there is no such Blender.

A2R_BLENDER: the command that starts one with a window (default: ../shared/tools/real-blender --gui). With A2R_PICTURES=1 the
pictures go to docs/images.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DRIVE = Path(__file__).with_name("drive.py")
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
LONGEST_S = 900


def blender_command() -> list[str]:
    if command := os.environ.get("A2R_BLENDER"):
        return shlex.split(command)
    tool = ROOT / ".." / "shared" / "tools" / "real-blender"
    ready = Path(os.environ.get("REAL_BLENDER_ROOT", "/var/tmp/real-blender")) / ".ready"
    if not tool.is_file() or not ready.is_file():
        pytest.skip("no Blender with a window here (set A2R_BLENDER)")
    return [str(tool.resolve()), "--gui"]


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> dict:
    """What happened in the window, from result.json."""
    command = blender_command()
    out, resources = tmp_path_factory.mktemp("window"), tmp_path_factory.mktemp("resources")
    environment = {**os.environ, "A2R_ROOT": str(ROOT), "A2R_OUT": str(out), "BLENDER_USER_RESOURCES": str(resources)}
    finished = subprocess.run(
        [*command, "--factory-startup", "--enable-event-simulate", "--python", str(DRIVE)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
    )
    written = out / "result.json"
    assert written.is_file(), finished.stdout[-4000:] + finished.stderr[-4000:]
    result = json.loads(written.read_text(encoding="utf-8"))
    result["exit_code"], result["log"], result["out"] = finished.returncode, finished.stdout + finished.stderr, out
    if os.environ.get("A2R_PICTURES"):
        for name in PICTURES:
            shutil.copy(out / f"{name}.png", ROOT / "docs" / "images" / f"{name}.png")
    return result


def facts(story: dict, step: str) -> dict:
    return next((entry for entry in story["steps"] if entry["step"] == step), {})


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
    assert facts(story, "undone")["arm_moved"] < 1e-6  # the pose that nobody had keyed


def test_blender_closed_cleanly_during_a_job(story):
    assert story["exit_code"] == 0
    assert "Traceback" not in story["log"], story["log"]


def test_pictures_show_something(story):
    for name in PICTURES:
        assert (story["out"] / f"{name}.png").stat().st_size > 20_000, name
