# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines of a take: which sounds it speaks, and when. A dialogue grows line by line, and any of them can be done
again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

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
class LineEnds:
    """How many frames a face takes from rest into a line, and back to rest after it. earliest: the frame before which nobody sees it: keys
    there would only move the beginning of an exported clip."""

    into: float = 0.0
    out: float = 0.0
    earliest: float = -np.inf

    @property
    def window(self) -> float:
        """How far beside a line something has to lie, for the face to rest in between."""
        return self.into + self.out

    def beside(self, line: Line) -> tuple[tuple[float, float], ...]:
        """The frames before and behind a line in which it eases, the line's own not included."""
        before = (line.first - self.into, line.first - 3.0 * _SAME)
        behind = (line.last + 3.0 * _SAME, line.last + self.out)
        return tuple(span for span in (before, behind) if span[0] < span[1])

    def at_rest(self, line: Line, is_end: bool) -> float:
        """The frame beside the end of a line (or its beginning) at which the face rests; the line's own where there is no room."""
        return line.last + self.out if is_end else min(max(line.first - self.into, self.earliest), line.first)

    def has_room(self, line: Line, lines: Iterable[Line], is_end: bool) -> bool:
        """Whether no other line lies so near to the end of a line (or to its beginning) that it follows directly."""
        if is_end:
            return all(other.last <= line.last + _SAME or other.first - line.last > self.window for other in lines)
        return all(other.first >= line.first - _SAME or line.first - other.last > self.window for other in lines)

    def are_near(self, line: Line, spans: Iterable[tuple[float, float]]) -> bool:
        """Whether one of these spans of frames lies so near to a line that one might follow the other directly."""
        return any(first - line.last <= self.window and line.first - last <= self.window for first, last in spans)


@dataclass(frozen=True)
class ReplacedFrames:
    """The frames whose generated keys go when a line is written.

    spans: (first, last), both included: its own, and those of the line that it does again. eased: those beside them in which the
    face came to rest.
    """

    spans: tuple[tuple[float, float], ...]
    eased: tuple[tuple[float, float], ...] = ()

    def holds(self, frames: np.ndarray) -> np.ndarray:
        """bool (F,): which of `frames`, float (F,), lie in it."""
        return self.speaks(frames) | _inside(self.eased, frames)

    def speaks(self, frames: np.ndarray) -> np.ndarray:
        """bool (F,): which of `frames`, float (F,), lie in the lines themselves."""
        return _inside(self.spans, frames)


def _inside(spans: Iterable[tuple[float, float]], frames: np.ndarray) -> np.ndarray:
    inside = np.zeros(np.shape(frames), bool)
    for first, last in spans:
        inside |= (frames >= first - _SAME) & (frames <= last + _SAME)
    return inside


def replaced_frames(lines: Sequence[Line], new: Line, ends: LineEnds | None = None) -> ReplacedFrames:
    """What goes when `new` is written into a take that has `lines`. What another line speaks outside of the new one stays, and so
    does how the face comes to rest beside it, unless one of them now follows the other directly."""
    ends = ends or LineEnds()
    kept = kept_beside(lines, new)
    redone = [old for old in lines if old.is_redone_by(new)]
    spans = [(new.first, new.last)]
    for old in redone:
        spans += _without(old.first, old.last, kept)
    guarded: list[Line] = []
    eased: list[tuple[float, float]] = []
    for line in kept:
        is_near = not (ends.has_room(line, (new,), True) and ends.has_room(line, (new,), False))
        around = 0.0, 0.0
        if is_near:
            eased += [(line.last + 3.0 * _SAME, new.first)] if new.first > line.last else []
            eased += [(new.last, line.first - 3.0 * _SAME)] if new.last < line.first else []
        else:
            around = ends.into, ends.out
        guarded.append(replace(line, first=line.first - around[0], last=line.last + around[1]))
    for line in (new, *redone):
        for span in ends.beside(line):
            eased += _without(*span, guarded)
    return ReplacedFrames(tuple(spans), tuple(eased))


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
