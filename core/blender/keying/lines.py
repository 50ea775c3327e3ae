# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines of a take: which sounds it speaks, and when. A dialogue grows line by line, and any of them can be done
again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

_SAME = 1e-3  # frames
_SAME_START = 0.5  # frames


@dataclass(frozen=True)
class Line:
    """One sound that a take speaks.

    sound: the file. strip: the sequencer's strip that it came from, "" for a file. first, last: the scene's frames that
    were generated from it, both included.
    """

    sound: str
    strip: str
    first: float
    last: float

    def is_redone_by(self, other: Line) -> bool:
        """Whether `other` is this line once more: of the same strip or file, wherever it lies now, or at the same
        start."""
        if abs(self.first - other.first) < _SAME_START:
            return True
        if self.strip and other.strip:
            return self.strip == other.strip
        if (
            self.strip or other.strip
        ):  # once as a strip, once as a file: the file may lie in the sequencer several times
            return self.sound == other.sound and self.overlaps(other)
        return self.sound == other.sound

    def overlaps(self, other: Line) -> bool:
        """Whether both speak at the same time; lines that only touch do not."""
        return self.first < other.last - _SAME and other.first < self.last - _SAME


def kept_beside(lines: Iterable[Line], new: Line) -> tuple[Line, ...]:
    """The lines that stay when `new` is written: all but those that it does again or covers altogether."""
    return tuple(
        line
        for line in lines
        if not line.is_redone_by(new) and not (new.first <= line.first + _SAME and line.last <= new.last + _SAME)
    )


def moved(lines: Iterable[Line], new: Line) -> tuple[Line, ...]:
    """The lines that `new` does again at another place altogether."""
    return tuple(line for line in lines if line.is_redone_by(new) and not line.overlaps(new))


@dataclass(frozen=True)
class ReplacedFrames:
    """The frames whose generated keys go when a line is written: its own, and those of the line that it does again.

    spans: (first, last), both included.
    """

    spans: tuple[tuple[float, float], ...]

    def holds(self, frames: np.ndarray) -> np.ndarray:
        """bool (F,): which of `frames`, float (F,), lie in it."""
        inside = np.zeros(np.shape(frames), bool)
        for first, last in self.spans:
            inside |= (frames >= first - _SAME) & (frames <= last + _SAME)
        return inside


def replaced_frames(lines: Sequence[Line], new: Line) -> ReplacedFrames:
    """What goes when `new` is written into a take that has `lines`. What another line speaks outside of the new one
    stays."""
    kept = kept_beside(lines, new)
    spans = [(new.first, new.last)]
    for old in lines:
        if old.is_redone_by(new):
            spans += _without(old.first, old.last, kept)
    return ReplacedFrames(tuple(spans))


def _without(first: float, last: float, lines: Iterable[Line]) -> list[tuple[float, float]]:
    """A span of frames without those of other lines; ends that other lines cut off lie just before or behind them."""
    spans = [(first, last)]
    for line in lines:
        cut: list[tuple[float, float]] = []
        for start, end in spans:
            if line.first > end + _SAME or line.last < start - _SAME:
                cut.append((start, end))
                continue
            cut += [(start, line.first - 3.0 * _SAME)] if line.first > start + _SAME else []
            cut += [(line.last + 3.0 * _SAME, end)] if line.last < end - _SAME else []
        spans = cut
    return spans
