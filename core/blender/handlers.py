# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender calls when something happens: installed while the extension is enabled."""

from __future__ import annotations

from collections.abc import Callable

import bpy

Handler = tuple[str, Callable[..., None]]  # where in bpy.app.handlers, and what is called


def install(*handlers: Handler) -> None:
    """Let Blender call these; what this Blender does not know (save_post_fail came later) never happens."""
    for name, handler in handlers:
        if hasattr(bpy.app.handlers, name):
            getattr(bpy.app.handlers, name).append(handler)


def remove(*handlers: Handler) -> None:
    """The reverse of `install`; nothing for what another script took away already."""
    for name, handler in handlers:
        installed = getattr(bpy.app.handlers, name, [])
        if handler in installed:
            installed.remove(handler)
