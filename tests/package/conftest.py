# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the built zips and the environments of Blender's releases lie, and how a script runs in one of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "packaging"), str(Path(__file__).parent)]  # scripts that import each other by plain names


def one_zip(pattern: str) -> Path:
    """The newest built zip that a pattern names; skipped with the command that builds it where there is none."""
    found = sorted((ROOT / "dist").glob(pattern), key=lambda path: path.stat().st_mtime)
    if not found:
        pytest.skip(f"dist/{pattern} is not built: run `make package`")
    return found[-1]


@pytest.fixture(scope="session")
def lean_zip() -> Path:
    return one_zip("audio2rig-[0-9].[0-9].[0-9].zip")


@pytest.fixture(scope="session")
def full_zip() -> Path:
    return one_zip("audio2rig-*_*-py311.zip")


@pytest.fixture
def run_in(tmp_path: Path) -> Callable[..., dict]:
    """run_in("5.0", script, *arguments): the script's result.json, out of a process of its own with fresh settings."""

    def run(version: str, script: Path, *arguments: Path | str, timeout_s: int = 600) -> dict:
        python = ROOT / ".venvs" / f"bpy-{version}" / "bin" / "python"
        if not python.exists():
            pytest.skip(f".venvs/bpy-{version} is not made: run `make setup-tests`")
        resources = tmp_path / "blender"
        resources.mkdir()
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "BLENDER_"))}
        environment |= {"BLENDER_USER_RESOURCES": str(resources), "HOME": str(tmp_path)}
        command = [str(python), str(script), *map(str, arguments), str(tmp_path)]
        process = subprocess.run(
            command,
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            stdin=subprocess.DEVNULL,
        )
        result_file = tmp_path / "result.json"
        assert result_file.exists(), (
            f"it ended with {process.returncode}:\n{process.stdout[-3000:]}\n{process.stderr[-3000:]}"
        )
        result = json.loads(result_file.read_text("utf-8"))
        assert "error" not in result, f"{result['error']}\n{process.stdout[-2000:]}\n{process.stderr[-2000:]}"
        return result

    return run
