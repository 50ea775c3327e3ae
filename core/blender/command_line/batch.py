# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs file of a batch: rows of a CSV or JSON file, each as a task."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ... import json_text
from ...errors import UserError
from ...input_files import MOST_TEXT_BYTES, read_text, shown
from ...output_files import is_same
from ...settings import GenerateSettings
from ...text_files import separator
from . import command_options
from .headless import Task

_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # Excel's own first line
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+")
_NOTHING = re.compile(r"(?:[\s,;|]*(?:#(?=\s)[^\n]*)?\n)+")  # empty lines, and remarks, before the columns' names
_REMARK = re.compile(r"#(?:\s|$)")
MOST_JOBS = 10_000
_ALIASES = {"sound": "audio", "blend": "file"}


def read_jobs(path: Path) -> list[dict[str, str]]:
    """The rows of a jobs file: CSV with a header line, or a JSON list of objects. Raises UserError."""
    hint = "Give a CSV or JSON file in UTF-8."
    if path.suffix.lower() == ".json":
        rows = _jobs_of(path.name, json_text.read_file(path, "jobs file", hint))
    else:
        rows = _read_csv(shown(path.name), read_text(path, "jobs file", hint))
    if not rows:
        raise UserError(f"{shown(path.name)} has no jobs.", "Write one a row, under a line with the columns' names.")
    if len(rows) > MOST_JOBS:
        raise UserError(
            f"{shown(path.name)} has {len(rows)} jobs.", f"Up to {MOST_JOBS} can be done at once: split it."
        )
    return [_by_columns(shown(path.name), row) for row in rows]


def _by_columns(name: str, row: dict[str, str]) -> dict[str, str]:
    """A row by the names that columns have here. Raises UserError if two are one."""
    found: dict[str, str] = {}
    for written, value in row.items():
        if (column := _column(written)) in found:
            raise UserError(f"{name} has two columns for {column}.", "Leave one of them.")
        found[column] = value
    return found


def _read_csv(name: str, text: str) -> list[dict[str, str]]:
    """Rows below a line with the columns' names; line breaks inside of quotes belong to the cell. Raises UserError."""
    told = _SEPARATOR_LINE.match(text)
    body = text[told.end() :] if told else text
    if nothing := _NOTHING.match(body):
        body = body[nothing.end() :]
    between = told[1] if told else separator(body)
    rows: list[dict[str, str]] = []
    longest = csv.field_size_limit(MOST_TEXT_BYTES)
    try:
        reader = csv.DictReader(io.StringIO(body, newline=""), delimiter=between, strict=True)
        columns = [key.strip() for key in reader.fieldnames or () if key.strip()]
        if twice := next((key for number, key in enumerate(columns) if key in columns[:number]), ""):
            raise UserError(f"{name} has two columns for {twice}.", "Leave one of them.")
        for row in reader:
            if _REMARK.match((next(iter(row.values())) or "").strip()):
                continue
            if any(cell.strip() for cell in row.pop(None, None) or ()):  # pyright: ignore[reportArgumentType,reportCallIssue] -- cells without a column
                raise UserError(
                    f"The row that ends in line {reader.line_num} of {name} has more cells than there are columns.",
                    f'Put a text that holds "{between}" into quotes.',
                )
            rows.append({key.strip(): value.strip() for key, value in row.items() if key and value and value.strip()})
    except (csv.Error, TypeError) as error:
        raise UserError(
            f"{name} cannot be read as CSV: {error}.", "Is a quote left open, or the separator no single character?"
        ) from error
    finally:
        csv.field_size_limit(longest)
    return [row for row in rows if row]


def _column(written: str) -> str:
    name = "_".join(written.casefold().replace("-", " ").split())  # Lips Strength, as a spreadsheet's head may say
    return _ALIASES.get(name, name)


def _jobs_of(name: str, content: Any) -> list[dict[str, str]]:
    rows = content.get("jobs") if isinstance(content, dict) else content
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UserError(f"{name} is not a list of jobs.", 'Write [{"audio": "line.wav", "save": "out.blend"}, …].')
    return [{str(key): _text(value) for key, value in row.items() if value is not None} for row in rows]


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def task_of(
    row: dict[str, str],
    folder: Path,
    opened: Path | None,
    settings: type = GenerateSettings,
    listed_in: Path | None = None,
) -> Task:
    """A row as a Task. Paths are relative to the jobs file's folder; without a file, the opened one. Raises UserError."""
    options = {option.name: option for option in command_options.FILE_OPTIONS}
    task: dict[str, Any] = {"file": opened}
    if "file" in row:  # first: of the others, `//` begins what lies beside it
        task["file"] = command_options.path(_in_folder(row["file"].removeprefix("//"), folder))
    blend = str(task["file"]) if task["file"] is not None else str(folder / "unsaved.blend")
    values: dict[str, Any] = {}
    for name, text in row.items():
        if name == "file":
            continue
        if name in command_options.PATHS:
            task[name] = command_options.path(_in_folder(text, folder), blend)
        elif name in options:
            task[name] = options[name].parse(text)
        else:
            setting = command_options.find(name, settings)
            if setting.kind is float and _DECIMAL_COMMA.fullmatch(text):
                text = text.replace(",", ".")
            is_path = setting.subtype == "FILE_PATH" or (setting.name == "transcript" and text.lower().endswith(".txt"))
            values[setting.name] = setting.parse(_in_folder(text, folder) if is_path else text)
    return Task(**task, settings=values, listed_in=listed_in)


def require_apart(tasks: Iterable[Task]) -> None:
    """Raises UserError if a job would lose another one's result, or what another one reads. A .blend file that one job saves and a
    later one opens is meant so."""
    known = list(tasks)
    written: dict[str, Path] = {}
    for path in (path for task in known for path in task.outputs):
        name = os.path.normcase(os.path.realpath(path))
        if name in written:
            raise UserError(
                f"Two jobs write {shown(path)}: the first result would be lost.", "Give each job its own place."
            )
        written[name] = path
    for path in (path for task in known for path in task.inputs):
        name = os.path.normcase(os.path.realpath(path))
        lost = written.get(name) or next((one for one in written.values() if is_same(one, path)), None)
        if lost is not None:
            raise UserError(f"{shown(lost)} is read by a job and written by another.", "Choose another place.")


def _in_folder(text: str, folder: Path) -> str:
    """A path as it is from the jobs file's folder; `//` stays: it is relative to the .blend file."""
    return text if text.startswith("//") else os.path.abspath(folder / Path(text).expanduser())
