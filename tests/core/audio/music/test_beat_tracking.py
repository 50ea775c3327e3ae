# SPDX-License-Identifier: GPL-3.0-or-later
"""Beats and bars from chances that are made up."""

from __future__ import annotations

import numpy as np
import pytest

from core.audio.music.beat_network import HeardBeats
from core.audio.music.beat_tracking import track
from core.audio.music.metre import BEATS_A_BAR
from core.audio.music.tempo import tempo_strengths

RATE_HZ = 50.0
FLAT = np.ones(2400), tempo_strengths(np.ones(2400))


def _heard(beats_s: np.ndarray, bar: int, seconds: float, missing: float = 0.0, first: int = 0) -> HeardBeats:
    """Chances with peaks at beats; a share of the peaks is left out."""
    random, frames = np.random.default_rng(1), int(seconds * RATE_HZ)
    at = np.arange(frames) / RATE_HZ
    beat, downbeat = np.full(frames, 0.02), np.full(frames, 0.01)
    for index, moment in enumerate(beats_s):
        bump = 0.9 * np.exp(-0.5 * ((at - moment) / 0.015) ** 2)
        if random.random() >= missing:
            beat = np.maximum(beat, bump)
            if index % bar == first:
                downbeat = np.maximum(downbeat, 0.8 * bump)
    return HeardBeats(beat.astype(np.float32), downbeat.astype(np.float32), np.full(3, 1.0 / 3.0))


@pytest.mark.parametrize(("bpm", "metre"), [(60.0, "4/4"), (97.0, "3/4"), (88.0, "6/8"), (180.0, "4/4")])
def test_steady_beats_are_followed(bpm: float, metre: str) -> None:
    bar = BEATS_A_BAR[metre]
    known = np.arange(0.31, 20.0, 60.0 / bpm)
    found = track(_heard(known, bar, 20.0, missing=0.2, first=1), *FLAT)
    assert found.bars.metre == metre and len(found.beats_s) == pytest.approx(len(known), abs=1)
    late = np.abs(found.beats_s[:, None] - known).min(1)
    assert np.percentile(late, 90) < 0.04
    first = found.beats_s[found.bars.first]
    assert (round((first - known[0]) * bpm / 60.0) - 1) % bar == 0


def test_a_tempo_may_drift_and_jump() -> None:
    slow, fast = np.arange(0.2, 10.0, 0.75), np.arange(10.0, 20.0, 0.5)
    found = track(_heard(np.concatenate((slow, fast)), 4, 20.0), *FLAT).beats_s
    assert np.median(np.diff(found[found < 9.0])) == pytest.approx(0.75, abs=0.02)
    assert np.median(np.diff(found[found > 11.0])) == pytest.approx(0.5, abs=0.02)
    drifting = np.cumsum(0.5 + 0.05 * np.sin(np.arange(40) / 6.0))
    found = track(_heard(drifting, 4, 21.0), *FLAT).beats_s
    assert np.abs(found[:, None] - drifting).min(1).mean() < 0.03


def test_beats_go_on_where_nothing_is_heard() -> None:
    known = np.arange(0.2, 24.0, 0.6)
    found = track(_heard(known[(known < 9.0) | (known > 15.0)], 4, 24.0), *FLAT).beats_s
    inside = np.diff(found[(found > 8.0) & (found < 16.0)])
    assert inside.min() > 0.48 and inside.max() < 0.72


def test_a_moment_of_sound_has_no_beats() -> None:
    assert len(track(_heard(np.array([0.2]), 4, 0.6), *FLAT).beats_s) == 0
