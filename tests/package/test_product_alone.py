# SPDX-License-Identifier: GPL-3.0-or-later
"""The product without the laboratory, as the zips hold it: every module imports, and a sound becomes a performance."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

build = pytest.importorskip("build")
from check import LABORATORY  # noqa: E402
from voice import speak  # noqa: E402

IMPORT_ALL = """
import importlib, pkgutil
import bpy  # with it come mathutils, bmesh and the like
import audio2rig
names = [module.name for module in pkgutil.walk_packages(audio2rig.__path__, "audio2rig.")]
for name in names:
    importlib.import_module(name)
print(len(names), flush=True)
import os
os._exit(0)  # Blender's module may hang while the interpreter ends
"""
GENERATE = """
import sys
from pathlib import Path
from audio2rig.core.audio.decoding import load
from audio2rig.core.performance.speech import perform
made = perform(load(Path(sys.argv[1])))
jaw = made.face["jawOpen"]
print(len(made.body), float(jaw.max() - jaw.min()))
"""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package `audio2rig` in it, staged as for a zip."""
    folder = tmp_path_factory.mktemp("product")
    (folder / "audio2rig").mkdir()
    build.stage(folder / "audio2rig")
    return folder


def run(product: Path, script: str, *arguments: Path) -> list[str]:
    """Words of the last line that a script prints, with the product and none of the repository to import."""
    command = [sys.executable, "-P", "-c", script, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=product, env={"PYTHONPATH": str(product), "OMP_NUM_THREADS": "1"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()[-1].split()


def test_laboratory_is_left_out(product: Path) -> None:
    assert not [name for name in (*LABORATORY, "tests", "docs") if (product / "audio2rig" / name).exists()]
    listed = "\n".join(build.listing())
    assert "core/performance" in listed
    assert not [name for name in LABORATORY if name in listed]


def test_every_module_of_the_product_imports_alone(product: Path) -> None:
    assert int(run(product, IMPORT_ALL)[0]) > 150


def test_product_generates_alone(product: Path, tmp_path: Path) -> None:
    frames, jaw = run(product, GENERATE, speak(tmp_path / "line.wav"))
    assert int(frames) > 30
    assert float(jaw) > 0.1
