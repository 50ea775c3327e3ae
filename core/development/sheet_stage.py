# SPDX-License-Identifier: GPL-3.0-or-later
"""Where contact sheets are drawn: a head in front of a plain backdrop, in a Blender whose settings are nobody's, and the finished sheet."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_BACKDROP = (0.30, 0.42, 0.48)  # linear; by eye


@contextmanager
def stage(head: str, data: Path) -> Iterator[tuple[Any, Any, Path]]:
    """The armature of a head of `bench_rigs`, its scene, and a folder for pictures meanwhile. bpy must not be imported before."""
    with tempfile.TemporaryDirectory(prefix="audio2rig-sheets-", ignore_cleanup_errors=True) as resources:
        os.environ["BLENDER_USER_RESOURCES"] = resources
        import bpy

        from . import bench_rigs, clone
        from .demo import rendering

        clone.enable()
        armature = bench_rigs.load(head, data)
        scene = bpy.context.scene
        assert scene is not None
        scene.world = scene.world or bpy.data.worlds.new("Sheet")
        scene.world.color = _BACKDROP
        rendering.prepare(scene)
        yield armature, scene, Path(resources)


def write_sheet(cells: Sequence[tuple[str, Path]], folder: Path, name: str, columns: int) -> None:
    """Labels and pictures as one sheet, whose path is printed."""
    from .demo import pictures

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    pictures.contact_sheet(cells, path, columns)
    sys.stdout.write(f"{path}\n")
