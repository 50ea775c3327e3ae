# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs file of a batch: rows of a CSV or JSON file, each as a task."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path
from typing import Any

from ...errors import UserError
from ...settings import GenerateSettings
from ...text_files import decoded, separator
from . import command_options
from .headless import Task

_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # Excel's own first line
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+")
_ALIASES = {"sound": "audio", "blend": "file"}


def read_jobs(path: Path) -> list[dict[str, str]]:
    """The rows of a jobs file: CSV with a header line, or a JSON list of objects. Raises UserError."""
    try:
        text = decoded(path.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}.", "Give a CSV or JSON file in UTF-8.") from error
    if path.suffix.lower() == ".json":
        rows = _read_json(path.name, text)
    else:
        rows = _read_csv(text)
    if not rows:
        raise UserError(f"{path.name} has no jobs.", "Write one a row, under a line with the columns' names.")
    return [{_column(key): value for key, value in row.items()} for row in rows]


def _read_csv(text: str) -> list[dict[str, str]]:
    """Rows below a line with the columns' names; line breaks inside of quotes belong to the cell."""
    told = _SEPARATOR_LINE.match(text)
    body = text[told.end() :] if told else text
    reader = csv.DictReader(io.StringIO(body, newline=""), delimiter=told[1] if told else separator(body))
    rows = [
        {key.strip(): value.strip() for key, value in row.items() if key and isinstance(value, str) and value.strip()}
        for row in reader
    ]
    return [row for row in rows if row]


def _column(written: str) -> str:
    name = written.replace("-", "_")
    return _ALIASES.get(name, name)


def _read_json(name: str, text: str) -> list[dict[str, str]]:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise UserError(f"{name} is no valid JSON: {error}.", "") from error
    rows = content.get("jobs") if isinstance(content, dict) else content
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UserError(f"{name} is not a list of jobs.", 'Write [{"audio": "line.wav", "save": "out.blend"}, …].')
    return [{str(key): _text(value) for key, value in row.items() if value is not None} for row in rows]


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def task_of(row: dict[str, str], folder: Path, opened: Path | None, settings: type = GenerateSettings) -> Task:
    """A row as a Task. Paths are relative to the jobs file's folder; without a file, the opened one. Raises UserError."""
    options = {option.name: option for option in command_options.FILE_OPTIONS}
    task: dict[str, Any] = {"file": opened}
    values: dict[str, Any] = {}
    for name, text in row.items():
        if name in command_options.PATHS:
            task[name] = Path(_in_folder(text, folder))
        elif name in options:
            task[name] = options[name].parse(text)
        else:
            setting = command_options.find(name, settings)
            if setting.kind is float and _DECIMAL_COMMA.fullmatch(text):
                text = text.replace(",", ".")
            is_path = setting.subtype == "FILE_PATH" or (setting.name == "transcript" and text.lower().endswith(".txt"))
            values[setting.name] = setting.parse(_in_folder(text, folder) if is_path else text)
    return Task(**task, settings=values)


def _in_folder(text: str, folder: Path) -> str:
    """A path as it is from the jobs file's folder; `//` stays: it is relative to the .blend file."""
    return text if text.startswith("//") else os.path.abspath(folder / Path(text).expanduser())
