# SPDX-License-Identifier: GPL-3.0-or-later
"""`blender -b scene.blend -c audio2rig export-face …` and `… import-face …`: takes as files of a face, and back."""

from __future__ import annotations

import argparse
from typing import Any

import bpy

from ...setting_fields import require_text
from .. import saving
from ..stored_paths import used_files
from . import command_options, headless

EXPORT, IMPORT = "export-face", "import-face"
NAMES = (EXPORT, IMPORT)
_FORMATS = {"csv": "LIVE_LINK", "json": "JSON"}


def add_to(commands: Any) -> None:
    """Add both commands to argparse's."""
    out = commands.add_parser(EXPORT, help="write the face of a take to a Live Link Face CSV or JSON file")
    out.add_argument(
        "--output", required=True, type=command_options.path, metavar="FILE", help="ends with .csv or .json"
    )
    out.add_argument("--take", default="", type=require_text, metavar="NAME", help="its name (else the one that plays)")
    out.add_argument("--rate", type=float, default=0.0, metavar="X", help="frames a second (else the scene's)")
    out.add_argument("--format", choices=sorted(_FORMATS), help="if the file's name does not say it")
    out.add_argument("--overwrite", action="store_true", help="replace a file that is there")
    into = commands.add_parser(IMPORT, help="read a captured face as a take of the character")
    into.add_argument(
        *("--input", "--file"),
        dest="input",
        required=True,
        type=command_options.path,
        metavar="FILE",
        help="Live Link Face CSV, JSON, or keypoints of OpenPose or MediaPipe (also a folder of OpenPose's)",
    )
    into.add_argument("--name", default="", type=require_text, metavar="NAME", help="of the take (else the file's)")
    into.add_argument("--frame-start", type=float, metavar="N", help="where it begins (else where the sound does)")
    into.add_argument(
        "--rate", type=float, default=0.0, metavar="X", help="frames a second, where the file does not say"
    )
    into.add_argument("--save", type=command_options.path, metavar="FILE.blend", help="save the result there")
    for one in (out, into):
        one.add_argument(
            "--character", type=require_text, metavar="OBJECT", help="its armature or face (else the scene's only one)"
        )
    into.add_argument("--demo-character", action="store_true", help="add the demo character first")


def run(parsed: argparse.Namespace) -> str:
    """Do one of them. Returns what to print. Raises UserError."""
    return _export(parsed) if parsed.command == EXPORT else _import(parsed)


def _export(parsed: argparse.Namespace) -> str:
    from ..face_files.exporting import FaceExport, export_face  # with all that reads a rig: not before someone asks

    root = headless.find_character(bpy.context.scene, parsed.character)
    file_format = _FORMATS.get(parsed.format or "", "")
    wanted = FaceExport(parsed.output, file_format, parsed.rate, parsed.take, parsed.overwrite)
    return export_face(bpy.context, wanted, root)


def _import(parsed: argparse.Namespace) -> str:
    from .. import inspection
    from ..face_files.importing import FaceFile, import_face

    saving.require_place(parsed.save, None, (parsed.input, *used_files()))
    if parsed.demo_character:
        inspection.add_demo_character(bpy.context)
    root = headless.find_character(bpy.context.scene, parsed.character)
    report = import_face(bpy.context, FaceFile(parsed.input, parsed.frame_start, parsed.rate, parsed.name), root)
    if parsed.save is None:
        return report.text
    saving.save(parsed.save)
    return f"{report.text}\nWrote {parsed.save}"
