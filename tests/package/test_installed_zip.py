# SPDX-License-Identifier: GPL-3.0-or-later
"""The built zips, installed as an animator installs them, in Blender 4.2 to 5.3: they generate there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from voice import speak

from core.development.demo.music import piece

SCRIPT = Path(__file__).with_name("install_and_generate.py")


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return speak(tmp_path / "line one.wav")


@pytest.fixture
def song(tmp_path: Path) -> Path:
    return piece(2).write(tmp_path / "song.wav")


def check(result: dict) -> None:
    """What must hold whichever zip it was and wherever it went."""
    assert result["install"] == ["FINISHED"]
    assert result["enabled"]
    assert result["heavy_after_enabling"] == [], "enabling must not import PyTorch"
    assert result["demo"] == ["FINISHED"]
    assert result["generate"] == ["FINISHED"], result["report"]
    assert result["report"].strip()
    assert result["actions"], "no take was written"
    assert result["keys"] > 500
    assert result["jaw_range"] > 0.1, "the jaw hardly moves"
    assert len(result["moving_shapes"]) >= 15, result["moving_shapes"]
    assert ".local" not in Path(result["numpy_file"]).parts, "NumPy must be Blender's own"
    assert result["dance"] == ["FINISHED"], result["dance_report"]
    assert "beats a minute" in result["dance_report"], result["dance_report"]
    assert result["saved_bytes"] > 10_000
    assert not result["enabled_after_uninstall"]


@pytest.mark.slow
def test_full_zip_in_a_bare_blender(run_in: Callable, full_zip: Path, sound: Path, song: Path) -> None:
    """Blender 5.0 with nothing but what Blender ships: everything else comes out of the zip."""
    result = run_in("5.0", SCRIPT, full_zip, sound, song)
    assert "5.0" in result["blender"]
    check(result)
    assert ".local" in Path(result["torch_file"]).parts, "PyTorch must come out of the zip"


@pytest.mark.slow
def test_full_zip_in_blender_42(run_in: Callable, full_zip: Path, sound: Path, song: Path) -> None:
    result = run_in("4.2", SCRIPT, full_zip, sound, song)
    assert "4.2" in result["blender"]
    check(result)
    assert ".local" in Path(result["torch_file"]).parts, "PyTorch must come out of the zip"


@pytest.mark.slow
@pytest.mark.parametrize("version", ["4.2", "4.5", "5.1", "5.2", "5.3"])
def test_lean_zip_where_pytorch_is_already(
    run_in: Callable, lean_zip: Path, sound: Path, song: Path, version: str
) -> None:
    result = run_in(version, SCRIPT, lean_zip, sound, song)
    assert version in result["blender"]
    check(result)
    assert ".local" not in Path(result["torch_file"]).parts


def test_lean_zip_without_pytorch_says_what_is_missing(run_in: Callable, lean_zip: Path, sound: Path) -> None:
    """One clear message, nothing changed."""
    result = run_in("5.0", SCRIPT.with_name("generate_without_torch.py"), lean_zip, sound)
    assert result["generate"] == "refused"
    assert "PyTorch" in result["message"] and "full zip" in result["message"]
    assert result["actions_made"] == []
