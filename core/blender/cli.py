# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: `blender -b scene.blend -c audio2rig generate …`, `… batch jobs.csv`, `… export-face …`,
`… import-face …`, `… adapt FOLDER`, `… find-takes`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

from ..errors import Cancelled, UserError
from ..input_files import shown
from ..private_paths import log_failure
from ..setting_fields import Place, Setting, identifiers, settings_of
from ..settings import GenerateSettings
from .command_line import adapt_command, command_options, face_commands, find_command, headless, interruption
from .command_line.batch import read_jobs, require_apart, task_of
from .command_line.command_options import FILE_OPTIONS, flag

logger = logging.getLogger(__name__)
FAILED, WRONG_USE = 1, 2
_NOT_SAVED = "Nothing was written: give --save or --render to keep it."
_LABEL = 200  # characters of a name in the line about a job
_SOUND = ("audio_path", "strip")  # one or the other


def make_parser(settings: type = GenerateSettings) -> argparse.ArgumentParser:
    """The parser: an option for each setting that is offered on the command line, by the name of its field."""
    parser = argparse.ArgumentParser(
        prog="blender -b [FILE.blend] -c audio2rig", description="Turn sound into a performance on a character."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("generate", help="generate one take")
    for option in FILE_OPTIONS:
        how: dict[str, Any] = {"help": option.meaning}
        if option.value:
            how |= {"metavar": option.value, "type": _converted(option.parse)}
        else:
            how["action"] = "store_true"
        one.add_argument(flag(option.name), **how)
    sound = one.add_mutually_exclusive_group()
    for setting in settings_of(settings, Place.COMMAND):
        group = sound if setting.name in _SOUND else one
        group.add_argument(
            flag(setting.option),
            dest=setting.name,
            type=_converted(setting.parse),
            metavar=_value(setting),
            help=_help(setting),
        )
    one.add_argument(
        "--set",
        action="append",
        default=[],
        type=_converted(_assignment),
        metavar="NAME=VALUE",
        dest="first",
        help="put a setting into the scene first, e.g. lips_strength=0.8; may be repeated",
    )
    many = commands.add_parser("batch", help="generate many, one a row of a CSV or JSON file")
    many.add_argument(
        "jobs", type=command_options.path, help=f"its columns: {', '.join(command_options.columns(settings))}"
    )
    face_commands.add_to(commands)
    adapt_command.add_to(commands)
    find_command.add_to(commands)
    return parser


def _value(setting: Setting) -> str:
    if setting.kind is frozenset:
        return ",".join(identifiers(setting.items[:2])) + ",…"
    if setting.items:
        return "|".join(identifiers(setting.items))
    return {bool: "yes|no", int: "N", float: "X"}.get(
        setting.kind, "FILE" if setting.subtype == "FILE_PATH" else "TEXT"
    )


def _help(setting: Setting) -> str:
    """The tooltip, and the choices with what they mean."""
    choices = "; ".join(f"{identifier}: {tooltip}" for identifier, _, tooltip in setting.items)
    return f"{setting.tooltip}{'. ' if choices else ''}{choices}".replace("%", "%%")


def _converted(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """`parse` as argparse wants it."""

    def convert(text: str) -> Any:
        try:
            return parse(text)
        except UserError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return convert


def main(arguments: list[str]) -> int:
    """What Blender calls with the words after `-c audio2rig`. Returns the exit code.

    Whatever goes wrong ends here in one line.
    """
    try:
        with interruption.ends_cleanly():
            parsed = make_parser().parse_args(arguments)
            if parsed.command == "batch":
                return _batch(parsed.jobs)
            runs = {
                **{one.NAME: one.run for one in (adapt_command, find_command)},
                **dict.fromkeys(face_commands.NAMES, face_commands.run),
            }
            _say(runs.get(parsed.command, _one)(parsed))
            return 0
    except SystemExit as end:  # argparse has said what is wrong, or shown the help
        return end.code if isinstance(end.code, int) else FAILED if end.code else 0
    except KeyboardInterrupt:
        print("Interrupted: what was not finished is as it was.", file=sys.stderr)
        return interruption.BY_KEYBOARD
    except Exception as error:  # noqa: BLE001 -- a bug ends in one line, too; the log has its trace
        print(f"Error: {_reason(error)}", file=sys.stderr)
        return FAILED


def _reason(error: Exception) -> str:
    """What went wrong, on one line; what nobody foresaw is logged with its trace."""
    if isinstance(error, UserError | Cancelled):
        said = str(error) or "It was cancelled."
    elif isinstance(error, MemoryError):
        said = "There is not enough memory for this. Close other programs, or cut the sound into parts."
    else:
        log_failure(logger, "unforeseen")
        said = f"{type(error).__name__}: {error}. This should not happen: please report it."
    return shown(" ".join(said.split()))


def _one(parsed: argparse.Namespace) -> str:
    options = {option.name: getattr(parsed, option.name) for option in FILE_OPTIONS}
    settings = {setting.name: getattr(parsed, setting.name) for setting in settings_of(GenerateSettings, Place.COMMAND)}
    first = {}
    for name, value in parsed.first:
        setting = command_options.find(name)
        first[setting.name] = setting.parse(value)
    report = headless.run(headless.Task(**options, settings=settings, first=first))
    written = [f"Wrote {path}" for path in (parsed.save, parsed.render) if path is not None]
    return "\n".join((report.text, *(written or [_NOT_SAVED])))


def _say(text: str) -> None:
    """Print, whatever characters the names in it have and the console knows."""
    known = sys.stdout.encoding or "utf-8"
    print(shown(text).encode(known, "replace").decode(known), flush=True)


def _assignment(text: str) -> tuple[str, str]:
    """NAME=VALUE as (name, value). Raises UserError."""
    name, equals, value = text.partition("=")
    if not equals:
        raise UserError(f"{text} is not NAME=VALUE.", "Write for instance lips_strength=0.8.")
    return name.strip(), value.strip()


def _batch(path: Path) -> int:
    try:
        rows = read_jobs(path)
        tasks = _tasks(rows, path)
        require_apart(task for task in tasks if isinstance(task, headless.Task))
    except UserError as error:
        print(f"Error: {_reason(error)}", file=sys.stderr)
        return WRONG_USE
    failed = 0
    for number, (row, task) in enumerate(zip(rows, tasks), 1):
        label = (row.get("audio") or row.get("strip") or row.get("file") or "?")[:_LABEL]
        notes: tuple[str, ...] = ()
        try:
            if isinstance(task, UserError):
                raise task
            said, notes = _job(task)
            said = f"OK {label} {said}"
        except Exception as error:  # noqa: BLE001 -- one broken job must not take the others with it
            failed += 1
            said = f"FAILED {label}: {_reason(error)}"
        _say(f"[{number}/{len(rows)}] {' '.join(said.split())}")
        for note in notes:
            _say(f"    {' '.join(note.split())}")
    _say(f"{len(rows) - failed} of {len(rows)} done, {failed} failed")
    return FAILED if failed else 0


def _tasks(rows: list[dict[str, str]], path: Path) -> list[headless.Task | UserError]:
    """Each row as a task, or what is wrong with it."""
    opened = Path(bpy.data.filepath) if bpy.data.filepath else None
    found: list[headless.Task | UserError] = []
    for row in rows:
        try:
            found.append(task_of(row, path.parent, opened, listed_in=path))
        except UserError as error:
            found.append(error)
    return found


def _job(task: headless.Task) -> tuple[str, tuple[str, ...]]:
    """Do one job of a batch. Returns what became of it, and what its report notes. Raises UserError."""
    if task.file is None:
        bpy.ops.wm.read_homefile(use_empty=True)
    report = headless.run(task)
    written = ", ".join(str(place) for place in (task.save, task.render) if place is not None) or "not saved"
    return f"on {report.character}: {report.headline} -> {written}", report.notes
