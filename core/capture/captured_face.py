# SPDX-License-Identifier: GPL-3.0-or-later
"""A captured face at the rate at which it was recorded, and how rows of a file become one: in order, without gaps."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..errors import UserError
from ..motion import euler
from ..motion import rotations as rot
from ..motion.clip import Clip
from ..motion.face import ARKIT_NAMES
from ..motion.face_motion import FaceMotion
from ..motion.face_track import FACE_NAMES, FACE_RATE_HZ, FaceTrack
from ..motion.joints import HEAD_JOINTS
from ..motion.resampling import curves_at, face_at
from ..motion.spans import spans
from ..wording import count, in_words, listed

HEAD_NAMES = ("headYaw", "headPitch", "headRoll")
CHANNELS = FACE_NAMES + HEAD_NAMES
CHANNEL_INDEX = {name: index for index, name in enumerate(CHANNELS)}
_SHAPES = len(FACE_NAMES)
_RATES_HZ = (24000 / 1001, 24.0, 25.0, 30000 / 1001, 30.0, 48.0, 50.0, 60000 / 1001, 60.0)
_SAME_RATE = 4e-4  # of a rate: less than half of what tells 29.97 from 30
LOWEST_HZ, HIGHEST_HZ = 1.0, 240.0
_LONGEST_S = 2 * 3600.0
_LONG_GAP_S = 0.5  # a gap that people see; by eye
_OUT_OF_RANGE = 0.005  # of a shape: less is rounding
_NAMED = 4


@dataclass(frozen=True, eq=False)
class CapturedFace:
    """A captured face.

    values: float32 (T, 55) in the order of FACE_NAMES, 0..1. head_deg: float32 (T, 3), yaw (positive: to the person's left), pitch (down),
    roll (to the right) in degrees. known: bool (58,), which of CHANNELS were recorded; the others are 0 and mean nothing. Frame t is at
    t / rate_hz seconds.
    """

    values: np.ndarray
    head_deg: np.ndarray
    known: np.ndarray
    rate_hz: float

    @classmethod
    def of(cls, face: FaceTrack, body: Clip | None = None) -> CapturedFace:
        """A generated face, with the head if a body of as many frames turns it: to be written as a file."""
        head_deg, known = np.zeros((len(face), 3), np.float32), np.ones(len(CHANNELS), bool)
        known[_SHAPES:] = body is not None and not HEAD_JOINTS.isdisjoint(body.driven)
        if body is not None and known[_SHAPES:].any():
            neck, head = (body[joint].astype(np.float64) for joint in ("neck", "head"))
            head_deg = np.degrees(euler.to_yaw_pitch_roll(rot.multiply(neck, head))).astype(np.float32)
        return cls(face.values, head_deg, known, face.rate_hz)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def track(self) -> FaceTrack:
        """The shapes over time."""
        return FaceTrack(self.values, self.rate_hz)

    @property
    def motion(self) -> FaceMotion:
        """All of it at the rate of our models; no closed lips or lids are lost by that."""
        frames = int(self.duration_s * FACE_RATE_HZ + 1e-6) + 1
        times_s = np.arange(frames) / FACE_RATE_HZ
        head_deg = curves_at(self.head_deg, self.rate_hz, 0.0, times_s)
        values = face_at(self.track, FACE_RATE_HZ, 0.0, frames).values
        return FaceMotion(values, np.ascontiguousarray(head_deg, np.float32), self.known)

    @property
    def duration_s(self) -> float:
        """Seconds from the first frame to the last."""
        return (len(self) - 1) / self.rate_hz

    @property
    def known_shapes(self) -> frozenset[str]:
        return frozenset(name for name, known in zip(FACE_NAMES, self.known) if known)

    @property
    def knows_head(self) -> bool:
        return bool(self.known[_SHAPES:].any())


@dataclass(frozen=True, eq=False)
class Rows:
    """What a file says. times_s: float64 (N,), in the order of the file. values: float64 (N, 58) of CHANNELS, the head in degrees; NaN:
    not said. rate_hz: the file's own, 0.0 if it must be found from the times."""

    times_s: np.ndarray
    values: np.ndarray
    rate_hz: float = 0.0


def captured_face(rows: Rows, called: str = "frame") -> tuple[CapturedFace, tuple[str, ...]]:
    """Rows of a file as a face without gaps, and sentences about what had to be done for that.

    Args:
        rows: of the file.
        called: what a row is called in messages.

    Raises:
        UserError: if there are too few rows, or nothing in them.
    """
    notes: list[str] = []
    rows = _in_order(rows, called, notes)
    known = np.isfinite(rows.values).any(0)
    if not known.any():
        raise UserError(
            "No frame of the file has a face.", "Record again with the face in view, or export the recording again."
        )
    rate_hz = rows.rate_hz or rate_of(rows.times_s)
    require_rate(rate_hz)
    rows = replace(rows, values=_in_range(rows.values, notes))
    values = _on_grid(rows, rate_hz, known, called, notes)
    face = CapturedFace(
        np.ascontiguousarray(values[:, :_SHAPES], np.float32),
        np.ascontiguousarray(values[:, _SHAPES:], np.float32),
        known,
        rate_hz,
    )
    return face, tuple(notes)


def require_rate(rate_hz: float) -> None:
    """Raises UserError for a rate that no recording has, such as NaN."""
    if not LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
        raise UserError(
            f"The file has {rate_hz:.4g} frames a second.", f"Between {LOWEST_HZ:g} and {HIGHEST_HZ:g} can be read."
        )


def missing_note(known: np.ndarray) -> str:
    """A sentence that names ARKit shapes that are not known, bool (58,) of CHANNELS; "" if none is missing."""
    lacking = [name for name, there in zip(ARKIT_NAMES, known) if not there]
    if not lacking:
        return ""
    if len(lacking) > 2 * _NAMED:
        named = f"{', '.join(map(in_words, lacking[:_NAMED]))} and {len(lacking) - _NAMED} more"
    else:
        named = listed(map(in_words, lacking))
    return f"The file has no {named}; these are left as they are."


def standard_rate(rate_hz: float, tolerance: float = 2e-4) -> float:
    """The usual rate that one is measured to be, such as 30000 / 1001 for 29.971, or itself. tolerance: as a share of it."""
    nearest = min(_RATES_HZ, key=lambda usual: abs(usual - rate_hz))
    return nearest if abs(nearest - rate_hz) <= tolerance * nearest else rate_hz


def rate_of(times_s: np.ndarray, exact_s: float = 1e-5) -> float:
    """Frames a second, from times (N,) that may have gaps. exact_s: to how much they are rounded."""
    steps = np.diff(times_s)
    steps = steps[steps > 0.0]
    step_s = float(np.percentile(steps, 50, method="lower"))  # one that is there, also of two that differ
    regular = np.abs(steps - step_s) < 0.3 * step_s
    together_s = float(steps[regular].sum())
    tolerance = min(exact_s / together_s + 1e-4, _SAME_RATE)
    return standard_rate(np.count_nonzero(regular) / together_s, tolerance)


def _in_order(rows: Rows, called: str, notes: list[str]) -> Rows:
    """By time, each time once."""
    if len(rows.times_s) < 2:
        raise UserError(
            f"The file has {count(len(rows.times_s), called)}, which is no movement.", "Choose a longer recording."
        )
    times_s, values = rows.times_s, rows.values
    if (np.diff(times_s) < 0.0).any():
        order = np.argsort(times_s, kind="stable")
        times_s, values = times_s[order], values[order]
        notes.append(f"The {called}s were not in the order of time; they were sorted.")
    last = np.append(np.diff(times_s) > 1e-6, True)
    if not last.all():
        twice = int(np.count_nonzero(~last))
        notes.append(f"{count(twice, called)} had the time of another; of those the last one counts.")
        times_s, values = times_s[last], values[last]
    if len(times_s) < 2:
        raise UserError(f"All {called}s of the file have the same time.", "Export the recording again, with its times.")
    if times_s[-1] - times_s[0] > _LONGEST_S:
        raise UserError(
            f"The recording lasts {(times_s[-1] - times_s[0]) / 3600:.1f} hours.",
            "Up to two hours can be read: cut it, or look whether one of its times is wrong.",
        )
    return Rows(times_s, values, rows.rate_hz)


def _in_range(values: np.ndarray, notes: list[str]) -> np.ndarray:
    """Shapes within 0..1: percents become shares, what is left is cut off."""
    shapes = values[:, :_SHAPES]
    highest = float(np.nanmax(shapes, initial=0.0))
    if 2.0 < highest <= 100.0 and float(np.nanpercentile(shapes, 99)) > 1.5:
        shapes = shapes / 100.0
        notes.append("The shapes are in percent in this file.")
    with np.errstate(invalid="ignore"):
        outside = (shapes < -_OUT_OF_RANGE) | (shapes > 1.0 + _OUT_OF_RANGE)
    if outside.any():
        notes.append(f"{count(int(outside.sum()), 'value')} below 0 or above 1 were cut off there.")
    return np.concatenate([np.clip(shapes, 0.0, 1.0), values[:, _SHAPES:]], 1)


def _on_grid(rows: Rows, rate_hz: float, known: np.ndarray, called: str, notes: list[str]) -> np.ndarray:
    """float64 (T, 58): a frame every 1 / rate_hz seconds; what is not known is 0."""
    places = (rows.times_s - rows.times_s[0]) * rate_hz
    grid = np.arange(int(np.floor(places[-1] + 0.5)) + 1, dtype=np.float64)
    values = np.zeros((len(grid), len(CHANNELS)))
    there = np.zeros(len(grid), bool)
    whole = np.isfinite(rows.values[:, known]).all(1)
    there[np.rint(places[whole]).astype(int)] = True
    seen = places[whole]
    for channel in np.flatnonzero(known):
        said = np.isfinite(rows.values[:, channel])
        values[:, channel] = np.interp(grid, places[said], rows.values[said, channel])
    holes = [(first, last) for first, last in spans(~there) if last - first > 1 or not _is_jitter(seen, first)]
    if holes:
        missing = sum(last - first for first, last in holes)
        longest = max(last - first for first, last in holes) / rate_hz
        more = f"; the longest gap lasts {longest:.1f} s" if longest > _LONG_GAP_S else ""
        notes.append(f"{count(int(missing), called)} without values were filled in between their neighbours{more}.")
    return values


def _is_jitter(places: np.ndarray, frame: int) -> bool:
    """Whether a place on the grid is empty only because times are not quite even."""
    return bool(np.abs(places - frame).min(initial=np.inf) < 0.75)
