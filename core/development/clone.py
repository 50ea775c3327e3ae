# SPDX-License-Identifier: GPL-3.0-or-later
"""Enable a clone of the repository as an add-on in Blender's Python module, under the name that Blender itself would give it.

For tests, benches and the demo; an animator installs the zip. Import it as `core.development.clone`, and everything else through
`part`: the extension's modules are named bl_ext.user_default.audio2rig.…, and a file imported under two names is two modules.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ..paths import ROOT

if TYPE_CHECKING:
    import bpy

PACKAGE = "bl_ext.user_default.audio2rig"


def enable() -> ModuleType:
    """The extension's root package. Raises RuntimeError when Blender cannot enable it.

    Set BLENDER_USER_RESOURCES to a folder of your own before bpy is imported, or a link to the clone stays in the user's.
    """
    make_known()
    return switch_on()


def make_known() -> None:
    """Link the clone into Blender's folder of extensions and have Blender look there."""
    import bpy

    folder = Path(bpy.utils.user_resource("EXTENSIONS", path="user_default", create=True))
    link = folder / "audio2rig"
    if not link.exists():
        link.symlink_to(ROOT, target_is_directory=True)
    bpy.ops.extensions.repo_refresh_all()


def switch_on() -> ModuleType:
    """Enable what `make_known` linked: what it costs an animator at Blender's start."""
    import bpy  # noqa: F401  # isort: skip
    import addon_utils  # known only once bpy is there

    module = addon_utils.enable(PACKAGE, default_set=True, persistent=True)
    if module is None:
        raise RuntimeError("Blender could not enable the extension; its message is above")
    return module


def part(name: str) -> ModuleType:
    """A module of the enabled extension, e.g. part("core.rigs.detection.mapping")."""
    return importlib.import_module(f"{PACKAGE}.{name}")


def operators() -> Any:
    """`bpy.ops.audio2rig`."""
    import bpy

    return bpy.ops.audio2rig  # pyright: ignore[reportAttributeAccessIssue] -- registering adds it


def settings(scene: bpy.types.Scene) -> Any:
    """`scene.audio2rig`."""
    return scene.audio2rig  # pyright: ignore[reportAttributeAccessIssue] -- registering adds it
