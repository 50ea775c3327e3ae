# SPDX-License-Identifier: GPL-3.0-or-later
"""Timecodes of recordings: hours:minutes:seconds:frames.subframes as seconds, and back.

How many frames a second has is not written in a timecode. It is found where one second ends and the next begins.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_TIMECODE = re.compile(r"\s*(\d{1,2}):(\d{1,2}):(\d{1,2})([:;.,])(\d{1,3})(?:[.,](\d+))?\s*")
USUAL_BASE = 60  # of the app that records faces, where a recording is shorter than a second
_DAY_S = 24 * 3600.0
_LARGEST_BASE = 240


@dataclass(frozen=True)
class Timecodes:
    """times_s: float64 (N,) seconds, NaN where a text is no timecode. base: frames that a second is counted in. is_sure: whether the
    recording says so itself. drops: whether two frame numbers (four of 60) are left out every minute but each tenth."""

    times_s: np.ndarray
    base: int
    is_sure: bool
    drops: bool


def read_timecodes(texts: Sequence[str]) -> Timecodes:
    """Seconds of timecodes, in the order of the texts. A recording may go on over midnight."""
    parts = np.full((len(texts), 3), np.nan)  # hours and minutes and seconds in seconds, frames, minutes
    semicolon = False
    for row, text in enumerate(texts):
        if (found := _TIMECODE.fullmatch(text)) is not None:
            hours, minutes, seconds, mark, frames, sub = found.groups()
            whole = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
            parts[row] = whole, float(f"{frames}.{sub or 0}"), whole // 60
            semicolon |= mark == ";"
    read = np.isfinite(parts[:, 0])
    seconds, frames, minutes = parts[read].T
    base, is_sure = _base(seconds, frames)
    dropped = 4 if base > 30 else 2
    drops = base in (30, 60) and (semicolon or _skips(seconds, frames, base, dropped))
    if drops:
        left_out = dropped * (minutes - minutes // 10)
        numbers = seconds * base + frames - left_out
        times = numbers * 1001.0 / (1000.0 * base)
    else:
        times = seconds + frames / base
    times_s = np.full(len(texts), np.nan)
    times_s[read] = _over_midnight(times)
    return Timecodes(times_s, base, is_sure, bool(drops))


def _base(seconds: np.ndarray, frames: np.ndarray) -> tuple[int, bool]:
    """How many frames a second is counted in, and whether that is seen."""
    if len(frames) < 2:
        return _without_turn(frames), False
    steps = np.diff(frames)
    same = (np.diff(seconds) == 0) & (steps > 0)
    step = float(np.median(steps[same])) if same.any() else 0.0
    turns = np.diff(seconds) == 1
    if step and turns.any():
        found = Counter(np.rint(step - steps[turns]).astype(int).tolist())
        base, _ = found.most_common(1)[0]
        if frames.max() < base + 1 <= _LARGEST_BASE + 1:
            return int(base), True
    return _without_turn(frames), False


def _without_turn(frames: np.ndarray) -> int:
    """What is most likely where no second ends."""
    highest = int(frames.max(initial=0.0))
    return USUAL_BASE if highest < USUAL_BASE else next((base for base in (100, 120) if highest < base), _LARGEST_BASE)


def _skips(seconds: np.ndarray, frames: np.ndarray, base: int, dropped: int) -> bool:
    """Whether minutes begin with the third (fifth) frame number."""
    turns = np.flatnonzero((np.diff(seconds) == 1) & (seconds[1:] % 60 == 0) & (seconds[1:] % 600 != 0)) + 1
    after = np.floor(frames[turns])
    return len(turns) > 0 and bool((after == dropped).all()) and bool((frames[turns - 1] >= base - 1).all())


def _over_midnight(times_s: np.ndarray) -> np.ndarray:
    """With a day added where the clock begins anew."""
    back = np.diff(times_s) < -_DAY_S / 2
    return times_s + _DAY_S * np.concatenate([[0.0], np.cumsum(back)])[: len(times_s)]


def timecode(time_s: float, base: int) -> str:
    """00:00:01:12.500 for a second and twelve and a half frames."""
    thousandths = round(time_s * base * 1000.0)
    whole, sub = divmod(thousandths, 1000)
    seconds, frames = divmod(whole, base)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{frames:02d}.{sub:03d}"
