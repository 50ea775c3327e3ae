# SPDX-License-Identifier: GPL-3.0-or-later
"""When a speaker gestures, with what, and how large: the plan that the body follows.

A gesture unit has the phases that gesture studies name (Kendon 2004; McNeill 1992): preparation, stroke with its point
of emphasis, hold and retraction. `encode` turns a plan into the two streams of EMAGE's content-rhythm attention:
content says what is meant (lexeme, hand, size), rhythm when it happens and how strongly. Training derives them from a
recording's own phase times, use from the voice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .easing import smooth_step

# Families of gestures by what they mean or look like (after McNeill's beats, deictics, metaphorics, emblems and
# adaptors).
# fmt: off
LEXEMES = (
    "beat_low", "beat_mid", "beat_high", "chop", "negate", "stop", "me", "we", "you", "point", "left", "right", "here",
    "offer", "plea", "shrug", "question", "example", "contrast", "all", "size", "think", "touch", "shift", "time",
)
# fmt: on
HANDEDNESS = ("left", "right", "both")
LEXEME_INDEX = {name: index for index, name in enumerate(LEXEMES)}
CONTENT_WIDTH = len(LEXEMES) + len(HANDEDNESS) + 1
RHYTHM_CHANNELS = ("raised", "emphasis", "preparing", "retracting", "energy", "speaking")
RHYTHM_WIDTH = len(RHYTHM_CHANNELS)
PULSE_S = 0.06  # standard deviation of the mark of an emphasis; by eye
USUAL_SIZE_M = 0.5  # wrist excursion that counts as size 1


@dataclass(frozen=True)
class GestureUnit:
    """One gesture. Times in seconds, ascending: start_s hands leave rest; reach_s they are where the stroke ends;
    emphasis_s the beat that should meet the stressed syllable; leave_s the retraction begins; end_s they rest again.

    lexeme: of LEXEMES; hand: of HANDEDNESS; size: how far the wrist goes, in `USUAL_SIZE_M`. beats_s: further emphases
    in the hold.
    """

    lexeme: str
    hand: str
    size: float
    start_s: float
    reach_s: float
    emphasis_s: float
    leave_s: float
    end_s: float
    beats_s: tuple[float, ...] = ()

    def __post_init__(self):
        if self.lexeme not in LEXEME_INDEX or self.hand not in HANDEDNESS:
            raise ValueError(f"unknown gesture {self.lexeme!r} {self.hand!r}")
        if not self.start_s < self.reach_s <= self.leave_s < self.end_s:
            raise ValueError(f"phases out of order: {self}")

    def moved(self, seconds: float) -> GestureUnit:
        """The same gesture later."""
        shift = {
            name: getattr(self, name) + seconds for name in ("start_s", "reach_s", "emphasis_s", "leave_s", "end_s")
        }
        return replace(self, **shift, beats_s=tuple(beat + seconds for beat in self.beats_s))

    def mirrored(self) -> GestureUnit:
        """With left and right exchanged."""
        swap = {"left": "right", "right": "left"}
        return replace(self, lexeme=swap.get(self.lexeme, self.lexeme), hand=swap.get(self.hand, self.hand))


def encode(
    units: tuple[GestureUnit, ...], times_s: np.ndarray, energy: np.ndarray, speaking: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The two streams of EMAGE's content-rhythm attention.

    Args:
        units: in time order; the next may start while one is still held or retracting.
        times_s: (T,) seconds.
        energy: (T,) 0..1, of the voice (of the motion itself in training).
        speaking: (T,) 0..1.

    Returns:
        content float32 (T, CONTENT_WIDTH) and rhythm float32 (T, RHYTHM_WIDTH).
    """
    times_s = np.asarray(times_s, np.float64)
    content = np.zeros((len(times_s), CONTENT_WIDTH), np.float32)
    rhythm = np.zeros((len(times_s), RHYTHM_WIDTH), np.float32)
    for index, unit in enumerate(units):
        following = units[index + 1] if index + 1 < len(units) else None
        until = unit.end_s if following is None else min(unit.end_s, following.start_s)
        inside = (times_s >= unit.start_s) & (times_s < until)
        content[inside] = 0.0
        content[inside, LEXEME_INDEX[unit.lexeme]] = 1.0
        content[inside, len(LEXEMES) + HANDEDNESS.index(unit.hand)] = 1.0
        content[inside, -1] = unit.size
        up = smooth_step((times_s - unit.start_s) / (unit.reach_s - unit.start_s))
        down = smooth_step((unit.end_s - times_s) / (unit.end_s - unit.leave_s))
        rhythm[:, 0] = np.maximum(rhythm[:, 0], np.minimum(up, down))
        for beat in (unit.emphasis_s, *unit.beats_s):
            rhythm[:, 1] = np.maximum(rhythm[:, 1], np.exp(-0.5 * ((times_s - beat) / PULSE_S) ** 2))
        preparing = (times_s >= unit.start_s) & (times_s < unit.reach_s)
        rhythm[preparing, 2] = ((times_s - unit.start_s) / (unit.reach_s - unit.start_s))[preparing]
        retracting = (times_s >= unit.leave_s) & (times_s < until)
        rhythm[retracting, 3] = ((times_s - unit.leave_s) / (unit.end_s - unit.leave_s))[retracting]
        if following is not None:
            rhythm[times_s >= following.start_s, 3] = 0.0
    rhythm[:, 4] = energy
    rhythm[:, 5] = speaking
    return content, rhythm
