# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Blender with a real window that tells a story; skipped where there is none.

A2R_BLENDER: the command that starts one with a window (default: ../shared/tools/real-blender --gui). With A2R_PICTURES=1 the
pictures go to docs/images.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def blender_command() -> list[str]:
    if command := os.environ.get("A2R_BLENDER"):
        return shlex.split(command)
    tool = ROOT / ".." / "shared" / "tools" / "real-blender"
    ready = Path(os.environ.get("REAL_BLENDER_ROOT", "/var/tmp/real-blender")) / ".ready"
    if not tool.is_file() or not ready.is_file():
        pytest.skip("no Blender with a window here (set A2R_BLENDER)")
    return [str(tool.resolve()), "--gui"]


def facts(story: dict, step: str) -> dict:
    """What a step noted; nothing if it was not reached."""
    return next((entry for entry in story["steps"] if entry["step"] == step), {})
