# SPDX-License-Identifier: GPL-3.0-or-later
"""Between seconds of the sound and frames of the scene, and which frames a take writes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .lines import Line, LineEnds, ReplacedFrames, kept_beside, moved, replaced_frames

# How long a face takes from rest into a line that begins in mid-word, and back to rest behind it: by eye.
_INTO_S, _OUT_S = 0.08, 0.4


@dataclass(frozen=True)
class Timing:
    """When things happen, in the scene's frames.

    frames_per_second: the scene's. frame_start: where second 0 of the sound lies. region: (first, last) frame if only
    these are generated anew. sound, strip: the file, and the sequencer's strip that it came from, "" for none. lines:
    what the take that plays now speaks.
    """

    frames_per_second: float
    frame_start: float
    region: tuple[float, float] | None = None
    sound: str = ""
    strip: str = ""
    lines: tuple[Line, ...] = ()

    def frame(self, time_s: np.ndarray | float) -> np.ndarray | float:
        return self.frame_start + time_s * self.frames_per_second

    def time_s(self, frame: np.ndarray | float) -> np.ndarray | float:
        return (frame - self.frame_start) / self.frames_per_second

    def grid(self, duration_s: float) -> np.ndarray:
        """float64 (F,): the whole frames that a sound of this length covers, reaching over its ends if they lie
        between."""
        return np.arange(np.floor(self.frame_start), np.ceil(self.frame(duration_s) - 1e-6) + 1.0)

    @property
    def ends(self) -> LineEnds:
        """How many whole frames a face takes into a line, and out of it."""
        return LineEnds(*(max(float(round(time_s * self.frames_per_second)), 2.0) for time_s in (_INTO_S, _OUT_S)))

    def line(self, first: float, last: float) -> Line:
        """The line that frames first to last are written for."""
        return Line(self.sound, self.strip, first, last)

    def replaced(self, first: float, last: float) -> ReplacedFrames:
        """The frames whose keys go when frames first to last are written: other lines, earlier or later, stay."""
        if self.region is not None:
            return ReplacedFrames(((first, last),))
        return replaced_frames(self.lines, self.line(first, last), self.ends)

    def lines_after(self, first: float, last: float) -> tuple[Line, ...]:
        """What a take speaks once frames first to last of the sound are written into it, the newest line last."""
        if self.region is not None:
            return self.lines
        new = self.line(first, last)
        return (*kept_beside(self.lines, new), new)

    def notes(self, first: float, last: float) -> tuple[str, ...]:
        """Sentences about lines that moved, and so are gone from where they were."""
        if self.region is not None:
            return ()
        return tuple(
            f"The line moved: frames {line.first:.0f} to {line.last:.0f} rest now."
            for line in moved(self.lines, self.line(first, last))
        )
