# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests inside Blender's Python module: the clone, used as an add-on folder, under the name that Blender gives it.

Reach classes through the `extension` fixture or `part("core.blender.jobs")`, never through `import core…`: the
extension's modules are named bl_ext.user_default.audio2rig.…, and the same file imported twice is two sets of classes.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "bl_ext.user_default.audio2rig"

# Before bpy is imported: preferences and extensions of these tests are nobody else's.
_resources = tempfile.TemporaryDirectory(prefix="audio2rig-blender-", ignore_cleanup_errors=True)
os.environ.setdefault("BLENDER_USER_RESOURCES", _resources.name)

try:
    import bpy
except ImportError:
    bpy = None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if bpy is None and collection_path.suffix == ".py":
        return True
    return None


def pytest_report_header(config: pytest.Config) -> str:
    return f"Blender {bpy.app.version_string}" if bpy else "no bpy here: tests/blender is left out"


def torch_is_here() -> bool:
    return importlib.util.find_spec("torch") is not None


@pytest.fixture(scope="session")
def extension() -> Iterator[ModuleType]:
    """The extension's root package, enabled in Blender from the clone."""
    import addon_utils

    from core.development import clone

    before = set(sys.modules)
    module = clone.enable()
    module.loaded_by_enabling = frozenset(set(sys.modules) - before)
    yield module
    addon_utils.disable(PACKAGE, default_set=True)


@pytest.fixture(scope="session")
def part(extension: ModuleType) -> Callable[[str], ModuleType]:
    """part("core.rigs.detection.mapping"): a module of the enabled extension."""
    return lambda name: importlib.import_module(f"{PACKAGE}.{name}")


@pytest.fixture
def scene(extension: ModuleType) -> bpy.types.Scene if bpy else None:
    """An empty file's scene; the extension stays enabled."""
    bpy.ops.wm.read_homefile(use_empty=True)
    return bpy.context.scene


@pytest.fixture
def needs_torch() -> None:
    """For tests that generate: skipped in an environment that has no PyTorch."""
    if not torch_is_here():
        pytest.skip("PyTorch is not in this environment; tests/package generates here from the full zip")


@pytest.fixture(scope="session")
def rigify_file(extension: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the generated Rigify human, made once: it takes a quarter of a minute."""
    pytest.importorskip("rigify")
    importlib.import_module(f"{PACKAGE}.core.development.bench_rigs").load(
        "rigify_human", tmp_path_factory.getbasetemp()
    )
    path = tmp_path_factory.mktemp("rigify") / "human.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


@pytest.fixture
def rigify_rig(rigify_file: Path, scene: bpy.types.Scene if bpy else None) -> bpy.types.Object if bpy else None:
    """The generated Rigify human in a file of its own."""
    bpy.ops.wm.open_mainfile(filepath=str(rigify_file))
    return next(part for part in bpy.data.objects if part.type == "ARMATURE" and "jaw_master" in part.data.bones)
