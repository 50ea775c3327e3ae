# SPDX-License-Identifier: GPL-3.0-or-later
"""A story told by a real Blender in its window."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.window.telling import ROOT, blender_command

LONGEST_S = 1800


@pytest.fixture(scope="module")
def tell(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict]:
    """tell(script, pictures, archive): what happened in the window (its result.json, exit code and log), its pictures kept if asked."""

    def run(script: Path, pictures: tuple[str, ...], archive: Path | None = None) -> dict:
        command = blender_command()
        out, resources = tmp_path_factory.mktemp("window"), tmp_path_factory.mktemp("resources")
        environment = {
            **os.environ,
            "A2R_ROOT": str(ROOT),
            "A2R_OUT": str(out),
            "BLENDER_USER_RESOURCES": str(resources),
        }
        if archive is not None:
            environment["A2R_ZIP"] = str(archive)
        finished = subprocess.run(
            [*command, "--factory-startup", "--enable-event-simulate", "--python", str(script)],
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
            for name in filter(lambda name: (out / f"{name}.png").is_file(), pictures):
                shutil.copy(out / f"{name}.png", ROOT / "docs" / "images" / f"{name}.png")
        return result

    return run
