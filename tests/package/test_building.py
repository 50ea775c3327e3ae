# SPDX-License-Identifier: GPL-3.0-or-later
"""How zips are built: which wheels, for whom, and what the checks refuse."""

from __future__ import annotations

import tomllib
import zipfile
from pathlib import Path

import pytest

wheels = pytest.importorskip("wheels")
from build import complete_manifest  # noqa: E402
from check import check_zip, wheel_problems  # noqa: E402
from packaging.utils import parse_wheel_filename  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
LINUX = wheels.Target("linux-x64", "3.11")


def tags(name: str) -> frozenset:
    return parse_wheel_filename(name)[3]


@pytest.mark.parametrize(
    ("platform", "python", "wheel", "fits"),
    [
        ("linux-x64", "3.11", "a-1-cp311-cp311-manylinux_2_28_x86_64.whl", True),
        ("linux-x64", "3.11", "a-1-cp311-cp311-manylinux_2_34_x86_64.whl", False),
        ("linux-x64", "3.11", "a-1-cp313-cp313-manylinux_2_28_x86_64.whl", False),
        ("linux-x64", "3.13", "a-1-cp310-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", True),
        ("linux-x64", "3.11", "a-1-cp312-abi3-manylinux_2_17_x86_64.whl", False),
        ("linux-x64", "3.11", "a-1-py3-none-any.whl", True),
        ("linux-x64", "3.11", "a-1-py2.py3-none-win_amd64.whl", False),
        ("windows-x64", "3.11", "a-1-py2.py3-none-win_amd64.whl", True),
        ("macos-arm64", "3.11", "a-1-cp311-cp311-macosx_11_0_universal2.whl", True),
        ("macos-x64", "3.11", "a-1-cp311-cp311-macosx_11_0_arm64.whl", False),
    ],
)
def test_which_wheel_fits_whom(platform: str, python: str, wheel: str, fits: bool) -> None:
    assert wheels.Target(platform, python).accepts(tags(wheel)) is fits


@pytest.mark.parametrize("platform", ["linux-x64", "windows-x64", "macos-arm64", "macos-x64"])
@pytest.mark.parametrize("python", ["3.11", "3.13"])
def test_everything_wanted_is_pinned(platform: str, python: str) -> None:
    pins = wheels.read_pins(wheels.Target(platform, python))
    assert set(wheels.WANTED) <= set(pins)
    assert not set(pins) & (wheels.FORBIDDEN | wheels.SHIPPED_WITH_BLENDER)


def wheel_file(folder: Path, name: str, *requires: str) -> Path:
    distribution, version = name.split("-")[:2]
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        lines = [f"Name: {distribution}", f"Version: {version}", *(f"Requires-Dist: {text}" for text in requires)]
        archive.writestr(f"{distribution}-{version}.dist-info/METADATA", "\n".join(lines) + "\n")
    return path


def test_needs_are_those_of_the_target_not_of_this_machine(tmp_path: Path) -> None:
    wheel = wheel_file(
        tmp_path,
        "a-1-py3-none-any.whl",
        'nvidia-x; platform_system == "Linux"',
        "numpy>=1",
        "requests",
        'colorama; sys_platform == "win32"',
        'b; python_version >= "3.13"',
        'c; extra == "test"',
    )
    names = {
        target: [need.name for need in wheels.needs(wheel, target)]
        for target in (LINUX, wheels.Target("windows-x64", "3.13"), wheels.Target("macos-arm64", "3.11"))
    }
    assert list(names.values()) == [["nvidia-x"], ["colorama", "b"], []]


def test_manifest_is_completed_not_replaced() -> None:
    text = (ROOT / "blender_manifest.toml").read_text("utf-8")
    before = tomllib.loads(text)
    after = tomllib.loads(complete_manifest(text, ["a-1-py3-none-any.whl"], ["linux-x64"], ["3.11"]))
    assert after["wheels"] == ["./wheels/a-1-py3-none-any.whl"]
    assert after["platforms"] == ["linux-x64"]
    assert after["blender_version_max"] == "5.1.0"
    assert {key: after[key] for key in before} == before
    newer = tomllib.loads(complete_manifest(text, [], ["linux-x64"], ["3.13"]))
    assert newer["blender_version_min"] == "5.1.0" and "blender_version_max" not in newer
    both = tomllib.loads(complete_manifest(text, [], ["linux-x64"], ["3.11", "3.13"]))
    assert both["blender_version_min"] == "4.2.0" and "blender_version_max" not in both


def test_checks_refuse_numpy_gaps_and_strangers() -> None:
    inside = {
        "numpy-1.26.4-cp311-cp311-manylinux_2_17_x86_64.whl",
        "torch-2.13.0-cp313-cp313-manylinux_2_28_x86_64.whl",
    }
    problems = "\n".join(wheel_problems({"wheels": [f"./wheels/{name}" for name in inside]}, inside, [LINUX]))
    assert "numpy must not be bundled" in problems
    assert "no wheel of torch" in problems and "no wheel of scipy" in problems
    assert "serves none of the targets" in problems


def test_checks_refuse_what_does_not_belong(tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("__init__.py", "def broken(:\n")
        archive.writestr("tests/test_x.py", "")
        archive.writestr("core/__pycache__/x.cpython-311.pyc", b"")
        archive.writestr("weights/speech/config.json", "{")
    problems = "\n".join(check_zip(path, [], []))
    for expected in (
        "tests/test_x.py does not belong",
        "x.cpython-311.pyc does not belong",
        "does not compile",
        "LICENSE is missing",
        "model.safetensors is missing",
        "config.json cannot be read",
    ):
        assert expected in problems


@pytest.mark.parametrize("kind", ["lean_zip", "full_zip"])
def test_built_zips_pass_their_checks(kind: str, request: pytest.FixtureRequest) -> None:
    path = request.getfixturevalue(kind)
    assert check_zip(path, [LINUX] if kind == "full_zip" and "linux" in path.name else [], []) == []
