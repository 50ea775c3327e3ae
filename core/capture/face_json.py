# SPDX-License-Identifier: GPL-3.0-or-later
"""Curves of a face as plain JSON, read and written: names, a row of values for each frame, and how many frames a second has.

{"format": "audio2rig-face", "version": 1, "rate_hz": 30.0, "names": ["jawOpen", …], "values": [[0.12, …], …],
"head_deg": [[yaw, pitch, roll], …]}: yaw to the person's left, pitch down, roll to the right. `null` is a value that is not
known. Files that call the same things otherwise, as Audio2Face does ("facsNames", "weightMat", "exportFps"), are read, too.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from ..errors import UserError
from ..motion.face_track import FACE_NAMES
from ..wording import count, listed
from .captured_face import CHANNEL_INDEX, CHANNELS, HEAD_NAMES, CapturedFace, Rows, standard_rate

FORMAT, VERSION = "audio2rig-face", 1
_NAMES = ("names", "facsNames", "blendShapeNames", "blendshape_names")
_VALUES = ("values", "weightMat", "weights", "blendShapeWeights")
_RATES = ("rate_hz", "fps", "exportFps", "frame_rate", "frameRate")
_TIMES = ("times_s", "times", "timestamps")
_HOW = 'Write {"format": "audio2rig-face", "rate_hz": 30, "names": ["jawOpen", …], "values": [[0.1, …], …]}.'
_NAMED = 4


def is_face_json(content: Any) -> bool:
    """Whether a JSON file holds curves by name."""
    if not isinstance(content, dict):
        return False
    return content.get("format") == FORMAT or (_first(content, _NAMES) and _first(content, _VALUES)) is not None


def read_face_json(content: dict[str, Any], rate_hz: float = 0.0) -> tuple[Rows, list[str]]:
    """The rows of such a file and sentences about them.

    Args:
        content: of the file.
        rate_hz: how many frames a second has, where the file does not say so; 0: it must.

    Raises:
        UserError: if something of it is missing or does not fit.
    """
    names, values = _first(content, _NAMES), _first(content, _VALUES)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names) or not names:
        raise UserError('The file has no list of "names".', _HOW)
    if not isinstance(values, list) or not values:
        raise UserError('The file has no frame in "values".', _HOW)
    table = _table(values, len(names), "values")
    rows = np.full((len(table), len(CHANNELS)), np.nan)
    known = {name.lower(): name for name in CHANNELS}
    unknown: list[str] = []
    for place, name in enumerate(names):
        channel = known.get(name.strip().lower())
        if channel is None:
            unknown.append(name)
        else:
            rows[:, CHANNEL_INDEX[channel]] = table[:, place]
    if len(unknown) == len(names):
        raise UserError(
            f"None of the names is a shape of ARKit ({listed(map(repr, names[:_NAMED]))}, …).",
            'They are called "jawOpen", "eyeBlinkLeft" and so on.',
        )
    head = content.get("head_deg")
    if head is not None:
        rows[:, [CHANNEL_INDEX[name] for name in HEAD_NAMES]] = _head(head, len(table))
    notes = [f"Not read, as we have no such shape: {_named(unknown)}."] if unknown else []
    rate_hz, times_s = _times(content, len(table), rate_hz)
    return Rows(times_s, rows, rate_hz), notes


def _first(content: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((content[key] for key in keys if content.get(key) is not None), None)


def _named(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _table(rows: list[Any], columns: int, what: str) -> np.ndarray:
    """float64 (N, columns), NaN for null. Raises UserError that names the first row that does not fit."""
    for number, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != columns:
            has = count(len(row), "number") if isinstance(row, list) else "no list"
            raise UserError(
                f'Row {number + 1} of "{what}" has {has} where {columns} are needed.', "Export the file again."
            )
    try:
        table = np.array(rows, object)
        table[table == None] = np.nan  # noqa: E711 -- one by one
        found = table.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise UserError(f'"{what}" holds something that is no number: {error}.', "Export the file again.") from error
    found[~np.isfinite(found)] = np.nan
    return found


def _head(head: Any, frames: int) -> np.ndarray:
    if not isinstance(head, list) or len(head) != frames:
        raise UserError(
            f'"head_deg" has not as many rows as "values" ({frames}).', "Write [yaw, pitch, roll] for each frame."
        )
    return _table(head, 3, "head_deg")


def _times(content: dict[str, Any], frames: int, rate_hz: float) -> tuple[float, np.ndarray]:
    """Frames a second, 0 if the times tell, and float64 (N,) seconds."""
    times = _first(content, _TIMES)
    if times is not None:
        if not isinstance(times, list) or len(times) != frames:
            raise UserError(f'There are not as many times as rows of "values" ({frames}).', "Export the file again.")
        times_s = _table([[time] for time in times], 1, "times_s")[:, 0]
        if np.isnan(times_s).any():
            raise UserError("Some of the times are no numbers.", "Write seconds, one for each frame.")
        return 0.0, times_s
    said = _first(content, _RATES)
    rate_hz = rate_hz if said is None else said
    if isinstance(rate_hz, bool) or not isinstance(rate_hz, (int, float)) or not np.isfinite(rate_hz) or rate_hz <= 0.0:
        raise UserError('The file does not say how many frames a second has ("rate_hz").', _HOW)
    rate_hz = standard_rate(float(rate_hz))
    return rate_hz, np.arange(frames) / rate_hz


def write_face_json(face: CapturedFace, name: str = "") -> str:
    """A face as the text of such a file: the shapes that are known, and the head if it is.

    Args:
        face: what to write.
        name: what it is, for people.
    """
    names = [shape for shape, known in zip(FACE_NAMES, face.known) if known]
    columns = [CHANNEL_INDEX[shape] for shape in names]
    content: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "name": name,
        "rate_hz": face.rate_hz,
        "names": names,
    }
    lines = [json.dumps(content, ensure_ascii=False)[:-1]]
    tables = {"values": face.values[:, columns]}
    if face.knows_head:
        tables["head_deg"] = face.head_deg
    for key, table in tables.items():
        rows = ",\n".join(json.dumps([round(float(value), 6) for value in row]) for row in table)
        lines.append(f', "{key}": [\n{rows}\n]')
    return "".join(lines) + "}\n"
