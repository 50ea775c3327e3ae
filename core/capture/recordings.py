# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings of faces as files: what kind a file is, and the face in it at the rate at which it was recorded."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UserError
from ..input_files import MOST_FILES, is_folder, listed_folder, read_text, shown
from ..json_text import parsed
from ..motion.keypoints import Keypoints
from ..wording import count
from .captured_face import HIGHEST_HZ, LOWEST_HZ, CapturedFace, Rows, captured_face, missing_note
from .face_geometry import NOT_SEEN, rows_of_keypoints
from .face_json import is_face_json, read_face_json
from .keypoint_tracks import tracks_of
from .keypoints import Frames, is_keypoints, read_frames
from .live_link_csv import is_live_link, read_live_link

_MOST_BYTES = 400_000_000
_MOST_SERIES_BYTES = 2_000_000_000  # of all files of a recording together
_SERIES = re.compile(r"(.*?)_?(\d{4,})_keypoints\.json", re.IGNORECASE)
_WHAT = "A CSV file of Live Link Face, JSON of Audio2Rig (docs/face-capture.md), or keypoints of OpenPose or MediaPipe as JSON can be read."


@dataclass(frozen=True, eq=False)
class SeenPerson:
    """Somebody in a video. face: None if none is seen; face_seen: bool (T,), in which frames. tracks: the keypoints, T frames. head_said:
    the file says how the head is turned, so that it was not measured from landmarks."""

    face: CapturedFace | None
    face_seen: np.ndarray
    tracks: Keypoints
    head_said: bool = False

    def since(self, first: int) -> SeenPerson:
        """From a frame on."""
        face, tracks = self.face, self.tracks
        if face is not None:
            face = replace(face, values=face.values[first:], head_deg=face.head_deg[first:])
        cut = replace(tracks, face=tracks.face[first:], body=tracks.body[first:])
        return replace(self, face=face, face_seen=self.face_seen[first:], tracks=cut)


def read_recording(path: Path, rate_hz: float = 0.0) -> tuple[CapturedFace, tuple[str, ...]]:
    """The face in a file, and sentences about what it lacks and what had to be done.

    Args:
        path: a file, a folder of OpenPose's files (one a frame), or one of those files.
        rate_hz: frames a second, for files that do not say so; 0: as is usual for their kind.

    Raises:
        UserError: if it cannot be read; the hint says what to do.
    """
    if rate_hz and not LOWEST_HZ <= rate_hz <= HIGHEST_HZ:  # also NaN
        raise UserError(f"{rate_hz:g} frames a second cannot be read.", f"Give {LOWEST_HZ:g} to {HIGHEST_HZ:g}.")
    series = _series(path)
    if series:
        face, notes = _of_keypoints(_read_series(series), rate_hz)
        begin = shown(next(iter(series.values())).name)
        return face, (f"{count(len(series), 'file')} of keypoints, from {begin} on.", *notes)
    text, name = _text(path), shown(path.name)
    if text.lstrip()[:1] in ("{", "["):
        face, notes = _of_json(name, _json(name, text), rate_hz)
    elif is_live_link(text):
        rows, said = read_live_link(text, rate_hz)
        face, notes = _finished(rows, said, "row")
    else:
        raise UserError(f"{name} is no recording of a face that we know.", _WHAT)
    return face, notes


def read_seen(path: Path) -> tuple[SeenPerson, tuple[str, ...]]:
    """Face and body of one person over time from keypoints of a video, as they are, with the face that the landmarks come to, where one is
    seen; and sentences about them. Takes what `read_recording` takes of keypoints.

    Raises:
        UserError: if it holds no keypoints or nobody.
    """
    frames = _keypoint_frames(path)
    tracks, notes = tracks_of(frames)
    seen = np.zeros(len(tracks), bool)
    try:
        rows, said = rows_of_keypoints(frames)
        face, _ = captured_face(rows)  # gaps are not filled here: who uses it knows in which frames it is seen
    except UserError as error:  # a body alone is something, too
        return SeenPerson(None, seen, tracks), (*notes, str(error))
    seen[: len(rows.values)] = np.isfinite(rows.values).any(1)[: len(seen)]
    head_said = any(person.turn is not None for people in frames.people for person in people)
    return SeenPerson(face, seen, tracks, head_said), tuple(
        dict.fromkeys((*notes, *(one for one in said if not one.startswith(NOT_SEEN))))
    )


def _keypoint_frames(path: Path) -> Frames:
    """Raises UserError."""
    series = _series(path)
    content = _read_series(series) if series else _json(shown(path.name), _text(path))
    if not is_keypoints(content):
        raise UserError(f"{shown(path.name)} holds no keypoints.", "Choose what OpenPose or MediaPipe wrote.")
    return read_frames(content, with_bodies=True)


def _series(path: Path) -> dict[int, Path]:
    """{number of the frame: file} of the keypoints, one file a frame, of which `path` is one or which it holds; {} if it is another
    file. Raises UserError for a folder that holds none."""
    own = _SERIES.fullmatch(path.name)
    folder = path if is_folder(path) else path.parent if own else None
    if folder is None or not is_folder(folder):
        return {}
    found: dict[str, dict[int, Path]] = {}
    for one in listed_folder(folder, "Choose a folder with one recording."):
        if (match := _SERIES.fullmatch(one.name)) is not None:
            found.setdefault(match[1], {})[int(match[2])] = one
    if not found or (own is not None and len(found.get(own[1], ())) < 2):
        if folder == path:
            raise UserError(f"{shown(path)} holds no keypoints (files that end with _keypoints.json).", _WHAT)
        return {}
    name = own[1] if own is not None else max(found, key=lambda one: len(found[one]))
    return dict(sorted(found[name].items()))


def _read_series(series: dict[int, Path]) -> list[Any]:
    """The frames of such files; where a number is left out, one without people. Raises UserError."""
    first, last = min(series), max(series)
    if last - first > MOST_FILES:
        raise UserError("The numbers of the files are far apart.", "Put the files of one recording into a folder.")
    empty: dict[str, Any] = {"people": []}
    frames: list[Any] = []
    read = 0
    for number in range(first, last + 1):
        if number not in series:
            frames.append(empty)
            continue
        text = _text(series[number])
        read += len(text)
        if read > _MOST_SERIES_BYTES:
            raise UserError(
                f"The files hold more than {_MOST_SERIES_BYTES / 1e9:.0f} GB.", "Cut the recording into shorter ones."
            )
        frames.append(_json(shown(series[number].name), text))
    return frames


def _text(path: Path) -> str:
    """Raises UserError."""
    text = read_text(path, "recording", _WHAT, _MOST_BYTES)
    if not text.strip():
        raise UserError(f"{shown(path.name)} is empty.", "Export the recording again.")
    if "\0" in text[:4096]:
        raise UserError(f"{shown(path.name)} is no text.", _WHAT)
    return text


def _json(name: str, text: str) -> Any:
    """What JSON says; a file with one JSON text a line is a list of them. Raises UserError."""
    hint = "Export it again: it may have been cut off."
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and _is_whole(lines[0]):
        return [parsed(line, f"Frame {number} of {name}", hint, True) for number, line in enumerate(lines, 1)]
    return parsed(text, name, hint, may_lack_numbers=True)


def _is_whole(line: str) -> bool:
    """Whether a line is a table or a list by itself."""
    try:
        return isinstance(parsed(line, "It", "", may_lack_numbers=True), dict | list)
    except UserError:
        return False


def _of_json(name: str, content: Any, rate_hz: float) -> tuple[CapturedFace, tuple[str, ...]]:
    if is_face_json(content):
        rows, notes = read_face_json(content, rate_hz)
        return _finished(rows, notes, "frame")
    if is_keypoints(content):
        return _of_keypoints(content, rate_hz)
    raise UserError(f"{name} is JSON, but no recording of a face that we know.", _WHAT)


def _of_keypoints(content: Any, rate_hz: float) -> tuple[CapturedFace, tuple[str, ...]]:
    rows, notes = rows_of_keypoints(read_frames(content), rate_hz)
    return _finished(rows, notes, "frame", seen=True)


def _finished(rows: Rows, notes: list[str], called: str, seen: bool = False) -> tuple[CapturedFace, tuple[str, ...]]:
    face, said = captured_face(rows, called)
    missing = missing_note(face.known)
    if seen and missing:
        missing = missing.replace("The file has no", "The keypoints do not show")
    return face, tuple(filter(None, (*notes, *said, missing)))
