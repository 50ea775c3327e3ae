# SPDX-License-Identifier: GPL-3.0-or-later
"""How lively a speaker gestures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GestureStyle:
    """every_s: seconds of speech from stroke to stroke. size: factor. beats: how readily a stressed syllable within a
    hold gets a beat. skip: chance that a short phrase stays without a gesture. rests: chance that hands go down in a
    long gap. adapts: chance of touching oneself or thinking in a long pause. bearing: how lively trunk and legs are, -1 as
    the quiet recorded talker, 0 usual, 1 as the lively ones."""

    every_s: float
    size: float
    beats: float
    skip: float
    rests: float
    adapts: float
    bearing: float = 0.0


# NATURAL's every_s: measured on the recorded conversations (bench `gesture`); the others by eye
STYLES = {
    "NATURAL": GestureStyle(every_s=2.0, size=1.0, beats=0.55, skip=0.25, rests=0.5, adapts=0.0),
    "CALM": GestureStyle(every_s=3.0, size=0.7, beats=0.35, skip=0.5, rests=0.75, adapts=0.0, bearing=-1.0),
    "LIVELY": GestureStyle(every_s=1.45, size=1.25, beats=0.75, skip=0.1, rests=0.3, adapts=0.12, bearing=1.0),
}
