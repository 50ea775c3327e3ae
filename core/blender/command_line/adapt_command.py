# SPDX-License-Identifier: GPL-3.0-or-later
"""`blender -c audio2rig adapt FOLDER`: learn a performer from sounds with captured faces and bodies."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ...input_files import shown
from ...progress import Progress
from ...setting_fields import require_text
from . import command_options

NAME = "adapt"


def add_to(commands: Any) -> None:
    """Add the command to argparse's."""
    one = commands.add_parser(
        NAME, help="learn how a performer moves, from sounds with captured faces (CSV, JSON) and bodies (BVH)"
    )
    one.add_argument(
        "folder", type=command_options.path, help="take1.wav beside take1.csv, take1.bvh or both, and so on"
    )
    one.add_argument(
        "--name", default="", type=require_text, metavar="NAME", help="of the performer (else the folder's)"
    )
    one.add_argument(
        "--output",
        type=command_options.path,
        metavar="FILE",
        help="what is written (else NAME.safetensors in the folder)",
    )


def run(parsed: argparse.Namespace) -> str:
    """Do it. Returns what to print. Raises UserError."""
    from ...performance.performer.adapting import adapt_folder

    said: list[str] = []

    def show(fraction: float, message: str) -> None:
        if message and message not in said[-1:]:
            said.append(message)
            sys.stderr.write(f"{100 * fraction:3.0f} % {shown(message)}\n")

    return adapt_folder(parsed.folder, parsed.name, parsed.output, Progress(show)).text
