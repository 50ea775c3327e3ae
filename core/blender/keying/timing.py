# SPDX-License-Identifier: GPL-3.0-or-later
"""Between seconds of the sound and frames of the scene, and which frames a take writes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .lines import Line, LineEnds, ReplacedFrames, kept_beside, moved, replaced_frames

# How long a face takes from rest into a line that begins in mid-word, and back to rest behind it: by eye.
_INTO_S, _OUT_S = 0.08, 0.4


@dataclass(frozen=True)
class Timing:
    """When things happen, in the scene's frames.

    frames_per_second: the scene's. frame_start: where second 0 of the sound lies. region: (first, last) frame if only
    these are generated anew. sound, strip: the file, and the sequencer's strip that it came from, "" for none. lines:
    what the take that plays now speaks. spoken: the lines in the sound, if it holds several and listening between them; else ().
    step_frames: for how many frames every pose is held. shot_start: the scene's first frame.
    """

    frames_per_second: float
    frame_start: float
    region: tuple[float, float] | None = None
    sound: str = ""
    strip: str = ""
    lines: tuple[Line, ...] = ()
    spoken: tuple[Line, ...] = ()
    step_frames: int = 1
    shot_start: float = -np.inf

    def frame(self, time_s: np.ndarray | float) -> np.ndarray | float:
        """The key frame, not rounded, at a second of the sound."""
        return self.frame_start + time_s * self.frames_per_second

    def time_s(self, frame: np.ndarray | float) -> np.ndarray | float:
        """The second of the sound at a key frame."""
        return (frame - self.frame_start) / self.frames_per_second

    def grid(self, duration_s: float) -> np.ndarray:
        """float64 (F,): the whole frames that a sound of this length covers, reaching over its ends if they lie
        between."""
        return np.arange(np.floor(self.frame_start), np.ceil(self.frame(duration_s) - 1e-6) + 1.0)

    @property
    def ends(self) -> LineEnds:
        """How many whole frames a face takes into a line, and out of it."""
        into, out = (max(float(round(time_s * self.frames_per_second)), 2.0) for time_s in (_INTO_S, _OUT_S))
        return LineEnds(into, out, self.shot_start)

    def line(self, first: float, last: float) -> Line:
        """The line that frames first to last are written for."""
        return Line(self.sound, self.strip, first, last)

    def replaced(self, first: float, last: float) -> ReplacedFrames:
        """The frames whose keys go when frames first to last are written: other lines, earlier or later, stay."""
        if self.region is not None:
            return ReplacedFrames(((first, last),))
        found = replaced_frames(self.lines, self.line(first, last), self.ends)
        moved_away = [(line.first, line.last) for line in self.lines if self._is_spoken_anew(line)]
        return replace(found, spans=(*found.spans, *moved_away))

    def lines_after(self, first: float, last: float) -> tuple[Line, ...]:
        """What a take speaks once frames first to last of the sound are written into it, the newest line last."""
        if self.region is not None:
            return self.lines
        new = self.line(first, last)
        return (*kept_beside(self.lines, new), new)

    def lines_to_remember(self, first: float, last: float) -> tuple[Line, ...]:
        """Like `lines_after`, with each line of a sound that holds several."""
        if not self.spoken or self.region is not None:
            return self.lines_after(first, last)
        *kept, _ = self.lines_after(first, last)
        return (*(line for line in kept if not self._is_spoken_anew(line)), *self.spoken)

    def _is_spoken_anew(self, line: Line) -> bool:
        return any(line.is_redone_by(new) for new in self.spoken)

    def notes(self, first: float, last: float) -> tuple[str, ...]:
        """Sentences about lines that moved, and so are gone from where they were."""
        if self.region is not None:
            return ()
        return tuple(
            f"The line moved: frames {line.first:.0f} to {line.last:.0f} rest now."
            for line in moved(self.lines, self.line(first, last))
        )
