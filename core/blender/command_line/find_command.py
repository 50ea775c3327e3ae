# SPDX-License-Identifier: GPL-3.0-or-later
"""`blender -b scene.blend -c audio2rig find-takes --audio line.wav`: the takes in a file by how alike their sounds are."""

from __future__ import annotations

import argparse
from typing import Any

import bpy

from ...progress import Progress
from .. import properties
from . import command_options

NAME = "find-takes"


def add_to(commands: Any) -> None:
    """Add the command to argparse's."""
    one = commands.add_parser(NAME, help="list the takes in the file whose sounds are most like a sound")
    one.add_argument("--audio", type=command_options.path, metavar="FILE", help="the sound (else the scene's)")


def run(parsed: argparse.Namespace) -> str:
    """Do it. Returns what to print. Raises UserError."""
    from ..takes import finding  # with PyTorch: not before someone asks

    if parsed.audio is not None:
        properties.write(bpy.context.scene, {"audio_path": str(parsed.audio)})
    return finding.compare(*finding.gather(bpy.context), Progress()).text
