# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: `blender -b scene.blend -c audio2rig generate …` and `… -c audio2rig batch jobs.csv`."""

from __future__ import annotations

import argparse
import csv
import json
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ..errors import UserError
from . import characters, generate, saving, takes
from .properties import LOCOMOTIONS, MODES, PARTS
from .report import Report

logger = logging.getLogger(__name__)
FAILED, WRONG_USE = 1, 2
# fmt: off
_JOB_FIELDS = ("file", "audio", "strip", "character", "save", "render", "mode", "seed", "frame_start", "frame_end", "parts",
               "locomotion", "transcript", "demo_character", "engine", "resolution")
# fmt: on
_ALIASES = {"sound": "audio", "blend": "file"}
_PATH_FIELDS = ("file", "audio", "save", "render")


@dataclass(frozen=True)
class Task:
    """One generation from the command line; None: as the file says. settings: (name, value) of scene.audio2rig."""

    file: Path | None = None
    audio: str | None = None
    strip: str | None = None
    character: str | None = None
    save: Path | None = None
    render: Path | None = None
    mode: str | None = None
    seed: int | None = None
    frame_start: int | None = None
    frame_end: int | None = None
    parts: frozenset[str] | None = None
    locomotion: str | None = None
    transcript: str | None = None
    demo_character: bool = False
    engine: str | None = None
    resolution: tuple[int, int] | None = None
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        return self.audio or self.strip or (str(self.file) if self.file else "the file's sound")


def run(task: Task) -> Report:
    """Generate, save, render. Raises UserError; a file on disk is only replaced by a complete one."""
    for path in (task.save, task.render):
        if path is not None:
            saving.require_writable(path)
    if task.file is not None:
        _open(task.file)
    context = bpy.context
    settings = context.scene.audio2rig
    for name, value in task.settings:
        _set(settings, name, value)
    if task.demo_character:
        bpy.ops.audio2rig.add_demo_character()
    if task.strip is not None:
        settings.audio_source, settings.strip = "STRIP", task.strip
    audio = (
        str(Path(task.audio).expanduser().absolute()) if task.audio and not task.audio.startswith("//") else task.audio
    )
    report = generate.generate(
        context,
        generate.Overrides(
            filepath=audio,
            mode=task.mode,
            seed=task.seed,
            frame_start=task.frame_start,
            frame_end=task.frame_end,
            parts=task.parts,
            character=_character(context.scene, task.character),
            locomotion=task.locomotion,
            transcript=_transcript(task.transcript),
        ),
    )
    if task.save is not None:
        saving.save(task.save)
    if task.render is not None:
        root = context.scene.objects[report.character]
        saving.render_take(context.scene, takes.current(root), task.render, task.engine, task.resolution)
    return report


def _transcript(given: str | None) -> str | None:
    """The words that are said: of a text file, or as they are given. Raises UserError."""
    if given is None or not given.lower().endswith(".txt"):
        return given
    try:
        return Path(given).expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"The transcript {given} cannot be read: {error}.", "Give a text file in UTF-8, or the words."
        ) from error


def _open(path: Path) -> None:
    if not path.is_file():
        raise UserError(f"There is no file {path}.", "Check the path of the .blend file.")
    try:
        bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False)
    except RuntimeError as error:
        raise UserError(
            f"{path} cannot be opened: {str(error).strip()}.", "Is it a .blend file of this Blender or older?"
        ) from error


def _character(scene: bpy.types.Scene, name: str | None) -> bpy.types.Object | None:
    if name is None:
        return None
    found = scene.objects.get(name)
    if found is None:
        names = ", ".join(root.name for root in characters.candidates(scene)) or "none"
        raise UserError(f'There is no object "{name}" in the scene.', f"Characters here: {names}.")
    root = characters.root_of(found)
    if root is None:
        raise UserError(f'"{name}" has no shape keys and no armature.', "Name the character's armature or its face.")
    return root


def _set(settings: bpy.types.PropertyGroup, name: str, value: str) -> None:
    """Set one of the scene's settings from text. Raises UserError if there is no such setting or value."""
    prop = settings.bl_rna.properties.get(name)
    if prop is None or prop.type in {"POINTER", "COLLECTION"} or name == "rna_type":
        raise UserError(
            f'There is no setting "{name}".', "They are named as in the panel's tooltips, e.g. lips_strength."
        )
    try:
        if prop.type == "ENUM" and prop.is_enum_flag:
            converted: Any = set(_parts(value))
        elif prop.type == "BOOLEAN":
            converted = _boolean(value)
        else:
            converted = {"INT": int, "FLOAT": float}.get(prop.type, str)(value)
        setattr(settings, name, converted)
    except (TypeError, ValueError, argparse.ArgumentTypeError) as error:
        raise UserError(f'"{value}" is no value for {name}: {error}.', "") from error


# ------------------------------------------------------------------------------------------------------------- commands


def _parts(text: str) -> frozenset[str]:
    wanted = frozenset(
        word.strip().upper() for word in text.replace(";", ",").replace("+", ",").split(",") if word.strip()
    )
    known = [part[0] for part in PARTS]
    if unknown := sorted(wanted - set(known)):
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: choose from {', '.join(known)}")
    return wanted


def _locomotion(text: str) -> str:
    known = [item[0] for item in LOCOMOTIONS]
    if text.strip().upper() not in known:
        raise argparse.ArgumentTypeError(f"{text}: choose from {', '.join(known)}")
    return text.strip().upper()


def _boolean(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered in {"1", "true", "yes", "on"}:
        return True
    if lowered in {"0", "false", "no", "off", ""}:
        return False
    raise argparse.ArgumentTypeError("say yes or no")


def _resolution(text: str) -> tuple[int, int]:
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdigit() and height.isdigit() and int(width) > 0 and int(height) > 0):
        raise argparse.ArgumentTypeError(f"{text} is no size like 960x540")
    return int(width), int(height)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text} is not NAME=VALUE")
    return name.strip(), value.strip()


_CONVERTERS: dict[str, Callable[[str], Any]] = {
    "seed": int,
    "frame_start": int,
    "frame_end": int,
    "parts": _parts,
    "mode": str.upper,
    "locomotion": _locomotion,
    "demo_character": _boolean,
    "resolution": _resolution,
}


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="blender -b [FILE.blend] -c audio2rig", description="Turn sound into a performance on a character."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("generate", help="generate one take")
    sound = one.add_mutually_exclusive_group()
    sound.add_argument("--audio", metavar="FILE", help="sound or video file (else what the scene says)")
    sound.add_argument("--strip", metavar="NAME", help="sound strip of the sequencer")
    one.add_argument("--character", metavar="OBJECT", help="its armature or face (else the scene's only one)")
    one.add_argument("--demo-character", action="store_true", help="add the demo character first")
    one.add_argument("--save", metavar="FILE.blend", type=_path, help="save the result there")
    one.add_argument("--render", metavar="FILE.mp4", type=_path, help="render the take with its sound to a video")
    one.add_argument("--engine", help="render engine instead of the scene's, e.g. BLENDER_WORKBENCH")
    one.add_argument("--resolution", metavar="WxH", type=_resolution, help="size of the video instead of the scene's")
    one.add_argument("--mode", choices=[mode[0] for mode in MODES], type=str.upper)
    one.add_argument("--seed", type=int)
    one.add_argument(
        "--frame-start",
        type=int,
        metavar="N",
        help="frame at which the sound begins; with --frame-end the first to generate anew",
    )
    one.add_argument("--frame-end", type=int, metavar="N", help="last frame to generate anew")
    one.add_argument("--parts", type=_parts, metavar="LIPS,EYES,…")
    one.add_argument("--locomotion", type=_locomotion, metavar="OFF|SHIFT|FREE", help="what the legs do")
    one.add_argument("--transcript", metavar="WORDS|FILE.txt", help="what is said; gestures may follow the words")
    one.add_argument(
        "--set",
        action="append",
        default=[],
        type=_setting,
        metavar="NAME=VALUE",
        dest="settings",
        help="any setting of the panel, e.g. lips_strength=0.8; may be repeated",
    )
    many = commands.add_parser("batch", help="generate many, one a row of a CSV or JSON file")
    many.add_argument("jobs", type=_path, help=f"columns: {', '.join(_JOB_FIELDS)}, or any setting of the panel")
    return parser


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def main(arguments: list[str]) -> int:
    """What Blender calls with the words after `-c audio2rig`. Returns the exit code."""
    try:
        parsed = make_parser().parse_args(arguments)
    except SystemExit as end:  # argparse has said what is wrong, or shown the help
        return int(end.code or 0)
    if parsed.command == "batch":
        return _batch(parsed.jobs)
    values = {name: value for name, value in vars(parsed).items() if name not in {"command", "settings"}}
    try:
        report = run(Task(**values, settings=tuple(parsed.settings)))
    except UserError as error:
        print(f"Error: {error}", file=sys.stderr)
        return FAILED
    print(report.text)
    for path in (parsed.save, parsed.render):
        if path is not None:
            print(f"Wrote {path}")
    return 0


def _batch(path: Path) -> int:
    try:
        rows = read_jobs(path)
    except UserError as error:
        print(f"Error: {error}", file=sys.stderr)
        return WRONG_USE
    opened = Path(bpy.data.filepath) if bpy.data.filepath else None
    failed = 0
    for number, row in enumerate(rows, 1):
        label = row.get("audio") or row.get("strip") or row.get("file") or "?"
        try:
            task = task_of(row, path.parent, opened)
            if task.file is None:
                bpy.ops.wm.read_homefile(use_empty=True)
            report = run(task)
        except UserError as error:
            failed += 1
            print(f"[{number}/{len(rows)}] FAILED {label}: {error}", flush=True)
        except Exception as error:  # one broken job must not take the others with it; the log has the trace
            logger.exception("job %d", number)
            failed += 1
            print(f"[{number}/{len(rows)}] FAILED {label}: {type(error).__name__}: {error}", flush=True)
        else:
            written = ", ".join(str(place) for place in (task.save, task.render) if place is not None) or "not saved"
            print(
                f"[{number}/{len(rows)}] OK {label} on {report.character}: {report.headline} -> {written}", flush=True
            )
    print(f"{len(rows) - failed} of {len(rows)} done, {failed} failed")
    return FAILED if failed else 0


def read_jobs(path: Path) -> list[dict[str, str]]:
    """The rows of a jobs file: CSV with a header line, or a JSON list of objects. Raises UserError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}.", "Give a CSV or JSON file in UTF-8.") from error
    if path.suffix.lower() == ".json":
        try:
            content = json.loads(text)
        except ValueError as error:
            raise UserError(f"{path.name} is no valid JSON: {error}.", "") from error
        rows = content.get("jobs") if isinstance(content, dict) else content
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise UserError(
                f"{path.name} is not a list of jobs.", 'Write [{"audio": "line.wav", "save": "out.blend"}, …].'
            )
        rows = [{str(key): _text(value) for key, value in row.items() if value is not None} for row in rows]
    else:
        rows = [
            {key.strip(): value.strip() for key, value in row.items() if key and value and value.strip()}
            for row in csv.DictReader(text.splitlines())
        ]
        rows = [row for row in rows if row]
    if not rows:
        raise UserError(f"{path.name} has no jobs.", "Write one a row, under a line with the columns' names.")
    return [
        {_ALIASES.get(key.replace("-", "_"), key.replace("-", "_")): value for key, value in row.items()}
        for row in rows
    ]


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def task_of(row: dict[str, str], folder: Path, opened: Path | None) -> Task:
    """A row as a Task. Paths are relative to the jobs file's folder; without a file, the opened one. Raises UserError."""
    known: dict[str, Any] = {}
    for name in _JOB_FIELDS:
        if name not in row:
            continue
        try:
            known[name] = _CONVERTERS.get(name, str)(row[name])
        except (ValueError, argparse.ArgumentTypeError) as error:
            raise UserError(f'"{row[name]}" is no value for {name}: {error}.', "") from error
    for name in _PATH_FIELDS:
        if name in known and not known[name].startswith("//"):
            path = Path(os.path.abspath(folder / Path(known[name]).expanduser()))
            known[name] = str(path) if name == "audio" else path
    if known.get("transcript", "").lower().endswith(".txt"):
        known["transcript"] = os.path.abspath(folder / Path(known["transcript"]).expanduser())
    known.setdefault("file", opened)
    rest = tuple((name, value) for name, value in row.items() if name not in _JOB_FIELDS)
    return Task(**known, settings=rest)
