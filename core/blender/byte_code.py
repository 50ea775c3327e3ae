# SPDX-License-Identifier: GPL-3.0-or-later
"""Python's byte code for PyTorch and the others, made once after installing, by a process beside Blender that steps back for all else.

Blender unpacks packages without it, and whoever imports them first waits for it: PyTorch takes three seconds longer then. Only in a
window: a script would end before.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import subprocess
import sys
from pathlib import Path

import bpy

from ..paths import ROOT
from ..private_paths import without_home

logger = logging.getLogger(__name__)
PACKAGES = ("torch", "scipy.interpolate", "scipy.ndimage", "scipy.special", "safetensors.torch", "soundfile", "soxr")
_AFTER_S = 3.0  # Blender's start first
_SCRIPT = """
import compileall, importlib, sys
own, *packages = sys.argv[1:]
for package in packages:
    try:
        importlib.import_module(package)
    except ImportError:
        pass
compileall.compile_dir(own, quiet=2)
"""
_process: subprocess.Popen | None = None


def is_missing(package: str = "torch") -> bool:
    """Whether a package is there, but no byte code of it, and Python may keep some."""
    if sys.dont_write_bytecode or (spec := importlib.util.find_spec(package)) is None or not spec.origin:
        return False
    return not Path(importlib.util.cache_from_source(spec.origin)).is_file()


def start(packages: tuple[str, ...] = PACKAGES, own: Path = ROOT / "core") -> subprocess.Popen:
    """Import packages in a Python of its own, which keeps the byte code. own: a folder of sources that get theirs, too."""
    global _process
    hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
    _process = subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, str(own), *packages],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(_folders(packages))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        creationflags=hidden,
    )
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, _process.pid, 15)
    return _process


def _folders(packages: tuple[str, ...]) -> list[str]:
    """Where packages lie, each folder once: Blender's extensions have one of their own."""
    specs = [importlib.util.find_spec(package.partition(".")[0]) for package in packages]
    places = [Path(spec.origin) for spec in specs if spec is not None and spec.origin]
    return list(dict.fromkeys(str(one.parents[1] if one.name == "__init__.py" else one.parent) for one in places))


def _begin() -> None:
    if "python" not in Path(sys.executable).name.lower() or not is_missing():
        return
    try:
        start()
    except OSError as error:  # no Python beside this Blender: whoever clicks first waits, as ever
        logger.info("byte code is made at the first click: %s", without_home(str(error)))


def register() -> None:
    if not bpy.app.background:
        bpy.app.timers.register(_begin, first_interval=_AFTER_S)


def unregister() -> None:
    global _process
    if bpy.app.timers.is_registered(_begin):
        bpy.app.timers.unregister(_begin)
    if _process is not None and _process.poll() is None:
        _process.terminate()
    _process = None
