# SPDX-License-Identifier: GPL-3.0-or-later
"""The command `blender -c audio2rig`; what it does lies in cli.py, which is read when it is called."""

from __future__ import annotations

from typing import Any

import bpy

NAME = "audio2rig"
_handle: Any = None


def _main(arguments: list[str]) -> int:
    from . import cli

    return cli.main(arguments)


def register() -> None:
    global _handle
    _handle = bpy.utils.register_cli_command(NAME, _main)


def unregister() -> None:
    global _handle
    if _handle is not None:
        bpy.utils.unregister_cli_command(_handle)
        _handle = None
