# SPDX-License-Identifier: GPL-3.0-or-later
"""Blinks at a scene's frames: four of them say all of a blink, as an animator would set it: open, shut, still shut, open again.

Between them the lid moves by one cubic each way, so that the four become the keys. At any frame rate one frame at least is shut
altogether.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .easing import smooth_step
from .face_track import FACE_INDEX, FaceTrack
from .smoothing import extrema

LIDS = ("eyeBlinkLeft", "eyeBlinkRight")
# What counts as a blink: lids that are shut by this much, and by this share of all, within so short a time, and open again soon; by eye.
_DEPTH, _SHARE = 0.3, 0.5
_CLOSING_S, _SHUT_S, _OPENING_S = 0.2, 0.3, 0.4
_SHUT = 0.01  # below the deepest point of a blink a lid still counts as shut
_STILL_PER_S = 0.25  # a lid that moves less than this is not yet closing, or has opened
_HARDLY = 0.2  # of a frame: so little of a movement needs no frame of its own
_LONGEST_FRAME_S = 0.1  # with longer frames a blink may be shut for one of them only


def find_blinks(curve: np.ndarray, rate_hz: float) -> np.ndarray:
    """The blinks in a curve of a lid.

    Args:
        curve: (T,), 0 open .. 1 shut.
        rate_hz: its samples a second.

    Returns:
        int (n, 4), rows of the curve: still open, first and last shut, open again. In order; they do not overlap.
    """
    found: list[tuple[int, int, int, int]] = []
    values: list[float] = curve.tolist()  # numbers of Python's own are many times as quick one by one
    for peak in extrema(curve, _DEPTH).tolist():
        shut = values[peak] - _SHUT
        first = last = peak
        while first > 0 and values[first - 1] >= shut:
            first -= 1
        while last + 1 < len(values) and values[last + 1] >= shut:
            last += 1
        begin = _until_still(values, first, -1, round(_CLOSING_S * rate_hz), rate_hz)
        end = _until_still(values, last, 1, round(_OPENING_S * rate_hz), rate_hz)
        is_deep = values[peak] - max(values[begin], values[end]) >= max(_DEPTH, _SHARE * values[peak])
        if is_deep and (last - first) <= _SHUT_S * rate_hz and begin >= (found[-1][3] if found else 0):
            found.append((begin, first, last, end))
    return np.array(found, np.int64).reshape(-1, 4)


def _until_still(curve: Sequence[float], row: int, step: int, most: int, rate_hz: float) -> int:
    """The row up to which a lid opens, from a row where it is shut on, in one direction and so many rows at most."""
    for _ in range(most):
        if not 0 <= row + step < len(curve) or curve[row] - curve[row + step] < _STILL_PER_S / rate_hz:
            break
        row += step
    return row


def with_blinks(face: FaceTrack, source: FaceTrack) -> tuple[FaceTrack, np.ndarray]:
    """A face at a scene's frames, with the blinks of the face that it was sampled from at four of its frames each.

    Returns:
        The face, and the rows of its blinks: int (n, 4), open, first and last shut, open again.
    """
    columns = [FACE_INDEX[name] for name in LIDS]
    blinks = find_blinks(source.values[:, columns].mean(1), source.rate_hz)
    places = (source.start_s + blinks / source.rate_hz - face.start_s) * face.rate_hz
    values, found, opened = face.values.copy(), [], -len(face)
    for place, (begin, first, last, end) in zip(places, blinks):
        rows = _whole_frames(place, face.rate_hz)
        before, behind = source.values[begin, columns], source.values[end, columns]
        if rows[1] <= opened:  # the frames are too long for both: one blink is left of the two
            values[opened + 1 : rows[3] + 1, columns] = behind
            continue
        rows = (max(rows[0], opened), *rows[1:])
        opened = rows[3]
        shut = source.values[first : last + 1][:, columns].max(0)
        within = np.arange(max(rows[0], 0), min(rows[3] + 1, len(face)))
        away = np.where((within < rows[1])[:, None], shut - before, shut - behind)
        share = smooth_step(within, rows[0], rows[1]) - smooth_step(within, rows[2], rows[3])
        values[within[:, None], columns] = shut - away * (1.0 - share)[:, None]
        if rows[0] >= 0 and rows[3] < len(face):  # else the range begins or ends in it
            found.append(rows)
    return replace(face, values=values), np.array(found, np.int64).reshape(-1, 4)


def _whole_frames(place: np.ndarray, rate_hz: float) -> tuple[int, int, int, int]:
    """The frames of a blink, open, first and last shut, open again, from where they lie between frames, float (4,)."""
    begin, end = int(np.floor(place[0] + _HARDLY)), int(np.ceil(place[3] - _HARDLY))
    first, last = int(np.rint(place[1])), int(np.rint(place[2]))
    if 1.0 / rate_hz <= _LONGEST_FRAME_S:
        last = max(last, first + 1)
    return min(begin, first - 1), first, last, max(end, last + 1)
