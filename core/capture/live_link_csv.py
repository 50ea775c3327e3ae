# SPDX-License-Identifier: GPL-3.0-or-later
"""The CSV files of Live Link Face, read and written: a timecode, the 52 shapes of ARKit, angles of head and eyes in radians.

Checked on recordings of the app: angles of eyes are in radians, pitch is positive downwards. Which way yaw and roll are counted differs
between its versions and with a mirrored picture; it is the same for eyes and head, so the eyes tell: their yaw is beside the look shapes.
"""

from __future__ import annotations

import csv
import io
import re

import numpy as np

from ..errors import UserError
from ..motion.face import ARKIT_NAMES, TONGUE_NAMES
from ..motion.face_track import FACE_INDEX, LOOK_RAD
from ..text_files import separator
from ..wording import count, listed
from .captured_face import CHANNEL_INDEX, CHANNELS, HEAD_NAMES, CapturedFace, Rows
from .timecode import USUAL_BASE, read_timecodes, timecode

# fmt: off
_WRITTEN = (
    *ARKIT_NAMES[:15], "jawRight", "jawLeft", "jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "mouthRight", "mouthLeft",
    *ARKIT_NAMES[23:],
)
# fmt: on
_EYE_NAMES = tuple(f"{side}Eye{axis}" for side in ("left", "right") for axis in ("Yaw", "Pitch", "Roll"))
_TIMECODE, _COUNT, _SECONDS = "timecode", "blendshapecount", ("time", "times", "timestamp", "seconds")
_LEAST_COLUMNS = 3  # by which a line is known to hold the columns' names
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # Excel's own first line
_LIKELY = 0.3  # correlation of eyes and look shapes from which their signs are told; by eye
_LARGEST_RAD = 3.3  # an angle beyond a half turn is in degrees
_HOW = "Choose a CSV file that Live Link Face recorded, with its line of column names."


def is_live_link(text: str) -> bool:
    """Whether a text has a line with such columns."""
    return _header(_lines(text)[0]) is not None


def read_live_link(text: str, rate_hz: float = 0.0) -> tuple[Rows, list[str]]:
    """The rows of a CSV file and sentences about them.

    Args:
        text: of the file.
        rate_hz: how many rows a second has, where the file has no times; 0: as is usual.

    Raises:
        UserError: if it is no such file.
    """
    lines, decimal_comma = _lines(text)
    header = _header(lines)
    if header is None:
        raise UserError("The file has no column of a face, such as EyeBlinkLeft or JawOpen.", _HOW)
    at, names = header
    body = [line for line in lines[at + 1 :] if any(cell.strip() for cell in line)]
    if not body:
        raise UserError("The file has the columns of a face, but no frame.", "Record again, or export it again.")
    notes: list[str] = []
    table = _numbers(body, names, decimal_comma, notes)
    values = np.full((len(body), len(CHANNELS)), np.nan)
    for name, column in table.items():
        if name in CHANNEL_INDEX:
            values[:, CHANNEL_INDEX[name]] = column
    _lost(values, table, notes)
    _gaze_from_eyes(values, table, notes)
    _head(values, table, notes)
    times_s, notes_on_time = _times(body, names, table, rate_hz)
    timed = np.isfinite(times_s)
    if not timed.any():
        raise UserError("No timecode of the file can be read.", "They look like 10:21:08:14.512 in such a file.")
    if not timed.all():
        notes.append(f"{count(int((~timed).sum()), 'row')} without a readable timecode were left out.")
    return Rows(times_s[timed], values[timed]), [*notes, *notes_on_time]


def _lines(text: str) -> tuple[list[list[str]], bool]:
    """The cells of every line, and whether a comma stands for the decimal point."""
    told = _SEPARATOR_LINE.match(text)
    body = text[told.end() :] if told else text
    mark = told[1] if told else separator(body)
    try:
        return list(csv.reader(io.StringIO(body, newline=""), delimiter=mark)), mark != ","
    except csv.Error as error:
        raise UserError(f"The file is no CSV: {error}.", _HOW) from error


def _header(lines: list[list[str]]) -> tuple[int, list[str]] | None:
    """The number of the line with the columns' names, and these as we call them; None if there is none."""
    for number, line in enumerate(lines[:50]):
        names = [_name(cell) for cell in line]
        if sum(name in CHANNEL_INDEX for name in names) >= _LEAST_COLUMNS:
            return number, names
    return None


_BY_SPELLING = {name.lower(): name for name in (*CHANNELS, *_EYE_NAMES)}


def _name(cell: str) -> str:
    """A column's name as we call it: "EyeBlinkLeft", "eyeBlink_L" and "eye blink left" are eyeBlinkLeft."""
    cell = re.sub(r"[_ .-]([LR])$", lambda side: "Left" if side[1] == "L" else "Right", cell.strip())
    spelled = re.sub(r"[^a-z]", "", cell.lower())
    return _BY_SPELLING.get(spelled, spelled)


def _numbers(body: list[list[str]], names: list[str], decimal_comma: bool, notes: list[str]) -> dict[str, np.ndarray]:
    """{column: float64 (N,)}, NaN where a cell holds no number."""
    wanted: dict[str, int] = {}
    for place, name in enumerate(names):
        if name in CHANNEL_INDEX or name in _EYE_NAMES or name == _COUNT or name in _SECONDS:
            wanted.setdefault(name, place)
    twice = [name for name in wanted if names.count(name) > 1]
    if twice:
        notes.append(f"{listed(twice)} {'is' if len(twice) == 1 else 'are'} there twice; the first column counts.")
    table = {name: np.full(len(body), np.nan) for name in wanted}
    for row, line in enumerate(body):
        for name, place in wanted.items():
            if place < len(line):
                table[name][row] = _number(line[place], decimal_comma)
    wrong = sum(int((~np.isfinite(column)).sum()) for name, column in table.items() if name in CHANNEL_INDEX)
    short = sum(len(line) < len(names) for line in body)
    if wrong and not short:
        notes.append(f"{count(wrong, 'cell')} of the file {'holds' if wrong == 1 else 'hold'} no number.")
    return table


def _number(cell: str, decimal_comma: bool) -> float:
    text = cell.strip()
    try:
        value = float(text.replace(",", ".") if decimal_comma else text)
    except ValueError:
        return np.nan
    return value if np.isfinite(value) else np.nan


def _lost(values: np.ndarray, table: dict[str, np.ndarray], notes: list[str]) -> None:
    """Rows that say that they have no shapes are frames in which the face was lost."""
    counts = table.get(_COUNT)
    lost = np.zeros(len(values), bool) if counts is None else counts == 0.0
    if lost.any():
        values[lost] = np.nan
        notes.append(f"The face was lost in {count(int(lost.sum()), 'frame')} of the recording.")


def _gaze_from_eyes(values: np.ndarray, table: dict[str, np.ndarray], notes: list[str]) -> None:
    """Look shapes from the angles of the eyes, where the file has these alone."""
    for name, side in (("leftEyePitch", "Left"), ("rightEyePitch", "Right")):
        ways = [CHANNEL_INDEX[f"eyeLook{way}{side}"] for way in ("Down", "Up")]
        if name in table and np.isnan(values[:, ways]).all():
            values[:, ways[0]] = np.clip(table[name] / LOOK_RAD["Down"], 0.0, 1.0)
            values[:, ways[1]] = np.clip(-table[name] / LOOK_RAD["Up"], 0.0, 1.0)
            if side == "Left":
                notes.append("Looking up and down was read from the angles of the eyes.")


def _yaw_sign(values: np.ndarray, table: dict[str, np.ndarray]) -> float:
    """1 if yaw counts to the person's left, -1 if to the right, 0 if the eyes do not tell."""
    found = []
    for side, outwards in (("left", 1.0), ("right", -1.0)):
        yaw = table.get(f"{side}EyeYaw")
        out, into = (values[:, CHANNEL_INDEX[f"eyeLook{way}{side.capitalize()}"]] for way in ("Out", "In"))
        to_left = outwards * (out * LOOK_RAD["Out"] - into * LOOK_RAD["In"])
        if yaw is None:
            continue
        both = np.isfinite(yaw) & np.isfinite(to_left)
        if np.count_nonzero(both) > 1 and np.ptp(yaw[both]) > 1e-4 and np.ptp(to_left[both]) > 1e-4:
            found.append(float(np.corrcoef(yaw[both], to_left[both])[0, 1]))
    together = float(np.mean(found)) if found else 0.0
    return float(np.sign(together)) if abs(together) >= _LIKELY else 0.0


def _head(values: np.ndarray, table: dict[str, np.ndarray], notes: list[str]) -> None:
    """The head in degrees, as we count it."""
    columns = [CHANNEL_INDEX[name] for name in HEAD_NAMES if name in table]
    if not columns:
        return
    angles = values[:, columns]
    if not np.nan_to_num(angles).any():
        values[:, columns] = np.nan
        notes.append("The head was not recorded: all its angles are 0 (the app has a switch for it).")
        return
    if np.nanmax(np.abs(angles)) <= _LARGEST_RAD:
        values[:, columns] = np.degrees(angles)
    sign = _yaw_sign(values, table)
    if sign == 0.0:
        notes.append("The eyes do not tell which way the head's yaw is counted; it was taken as to the person's left.")
    if sign < 0.0:
        for name in ("headYaw", "headRoll"):
            values[:, CHANNEL_INDEX[name]] *= -1.0


def _times(
    body: list[list[str]], names: list[str], table: dict[str, np.ndarray], rate_hz: float
) -> tuple[np.ndarray, list[str]]:
    """float64 (N,) seconds, and what to say of them."""
    if _TIMECODE in names:
        place = names.index(_TIMECODE)
        found = read_timecodes([line[place] if place < len(line) else "" for line in body])
        if np.isfinite(found.times_s).any():
            unsure = f"The recording is too short to say how many frames a second its timecode counts; {found.base} was taken."
            return found.times_s, [] if found.is_sure else [unsure]
    for name in _SECONDS:
        if name in table and np.isfinite(table[name]).any():
            return table[name], []
    if _TIMECODE in names:
        return np.full(len(body), np.nan), []
    taken = rate_hz or float(USUAL_BASE)
    note = [] if rate_hz else [f"The file has no timecode; {taken:g} frames a second were taken."]
    return np.arange(len(body)) / taken, note


# -------------------------------------------------------------------------------------------------------------- writing


def write_live_link(face: CapturedFace) -> str:
    """A face as the text of such a file; what is not known is 0. The three tongue shapes have no column there."""
    columns = (*_WRITTEN, *HEAD_NAMES, *_EYE_NAMES)
    table = np.zeros((len(face), len(columns)))
    for place, name in enumerate(_WRITTEN):
        table[:, place] = face.values[:, FACE_INDEX[name]]
    at = len(_WRITTEN)
    table[:, at : at + 3] = np.radians(face.head_deg)
    table[:, at + 3 :] = _eye_angles(face.values)
    base = max(round(face.rate_hz), 1)
    lines = [",".join(("Timecode", "BlendshapeCount", *(name[0].upper() + name[1:] for name in columns)))]
    for frame, row in enumerate(table):
        cells = ",".join(f"{value:.10f}" for value in row)
        lines.append(f"{timecode(frame / face.rate_hz, base)},{len(columns)},{cells}")
    return "\n".join(lines) + "\n"


def _eye_angles(values: np.ndarray) -> np.ndarray:
    """float64 (T, 6): yaw, pitch, roll of the left eye, then of the right one, in radians, as the look shapes (T, 55) say."""
    found = np.zeros((len(values), 6))
    for place, (side, outwards) in enumerate((("Left", 1.0), ("Right", -1.0))):
        look = {way: radians * values[:, FACE_INDEX[f"eyeLook{way}{side}"]] for way, radians in LOOK_RAD.items()}
        found[:, 3 * place] = outwards * (look["Out"] - look["In"])
        found[:, 3 * place + 1] = look["Down"] - look["Up"]
    return found


def lost_by_writing(face: CapturedFace) -> str:
    """A sentence about what of a face a Live Link Face CSV cannot hold; "" if all of it fits."""
    tongue = [FACE_INDEX[name] for name in TONGUE_NAMES]
    if np.abs(face.values[:, tongue]).max(initial=0.0) < 1e-3:
        return ""
    return "A Live Link Face CSV has no column for the tongue's three shapes; JSON holds them."
