# SPDX-License-Identifier: GPL-3.0-or-later
"""Brows: raised at accents, at the beginning of phrases and at questions, drawn together at stressed words."""

from __future__ import annotations

import numpy as np

from ...motion.face_track import FACE_INDEX
from ...statistics import NONVERBAL, statistics_of
from ..seeding import generator_for
from .movement import add_bump, drift
from .quantiles import draw
from .score import Score

# Of the recorded orator's 15 raises a minute a talker makes about two thirds, and smaller ones.
RATE_SHARE, HEIGHT_SHARE = 0.65, 0.62
FROWN = 0.22  # share of the accented brow movements that go down
LEAD_S = 0.06  # raises begin before the accent they go with (Flecha-García 2010)
AT_PHRASE_START, AT_QUESTION = 0.25, 0.8
QUESTION_RISE = 3.0  # semitones at the end of a phrase against its median


def brows(score: Score, values: np.ndarray, seed: int, rate: float = 1.0, amplitude: float = 1.0) -> None:
    """Add brow and lid shapes to (frames, 55) in place."""
    random = generator_for(seed, "brows")
    table = statistics_of(NONVERBAL)["speaking"]["brows"]
    raised, frown, tilt = np.zeros(score.frames), np.zeros(score.frames), np.zeros(score.frames)
    spoken_min = max(sum(phrase.end_s - phrase.start_s for phrase in score.phrases) / 60.0, 1e-3)
    wanted = RATE_SHARE * rate * table["raises_per_min"] * spoken_min
    weight_sum = sum(accent.strength**2 for accent in score.accents)
    free_from = -1.0
    for accent in score.accents:
        luck, kind, side = random.random(3)
        height = HEIGHT_SHARE * amplitude * draw(random, table["raise"])
        length = float(np.clip(draw(random, table["raise_s"]), 0.3, 1.2))
        if luck > wanted * accent.strength**2 / weight_sum or accent.time_s < free_from:
            continue
        rise = 0.16 + 0.1 * side
        start = accent.time_s - LEAD_S - rise / 2
        add_bump(
            frown if kind < FROWN else raised,
            score.rate_hz,
            start,
            rise,
            length * 0.4,
            length * 0.6 + 0.1,
            height * (0.6 + 0.5 * accent.strength),
        )
        add_bump(tilt, score.rate_hz, start, rise, length * 0.4, length * 0.6 + 0.1, 0.5 * (side - 0.5))
        free_from = accent.time_s + length * 0.7
    for phrase in score.phrases:
        luck, question_luck, size = random.random(3)
        length = phrase.end_s - phrase.start_s
        if length > 0.6 and luck < AT_PHRASE_START * rate:
            add_bump(raised, score.rate_hz, phrase.start_s - 0.12, 0.25, 0.15, 0.6, amplitude * (0.12 + 0.18 * size))
        first, last = (int(time * score.rate_hz) for time in (phrase.start_s, phrase.end_s))
        tail = int(0.2 * score.rate_hz)
        if last - first > 4 * tail and question_luck < AT_QUESTION:
            melody = score.pitch[first:last]
            if melody[-tail:].max() - np.median(melody) > QUESTION_RISE and melody[-tail:].argmax() > 0.3 * tail:
                add_bump(raised, score.rate_hz, phrase.end_s - 0.45, 0.3, 0.35, 0.5, amplitude * (0.3 + 0.25 * size))
    # the brows ride a little on the melody (Cavé et al. 1996) and are never quite still
    slow = drift(random, score.frames, score.rate_hz, ((0.03, 0.2), (0.2, 0.6)), (0.035, 0.016)) * amplitude
    raised += np.clip(0.018 * amplitude * score.pitch, -0.04, 0.12) + slow
    squint = np.maximum(drift(random, score.frames, score.rate_hz, ((0.03, 0.25),), (0.04,)) * amplitude, 0.0)
    raised, lowered = np.clip(raised - 0.6 * frown, 0.0, 1.0), np.clip(frown + 0.3 * np.maximum(-slow, 0.0), 0.0, 1.0)
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        uneven = 1.0 + sign * tilt
        values[:, FACE_INDEX[f"browOuterUp{side}"]] += 0.75 * raised * uneven
        values[:, FACE_INDEX[f"browDown{side}"]] += lowered * (1.0 + 0.4 * sign * tilt)
        values[:, FACE_INDEX[f"eyeWide{side}"]] += 0.18 * raised
        values[:, FACE_INDEX[f"eyeSquint{side}"]] += squint + 0.25 * lowered + 0.04 * score.loudness * score.speaking
        values[:, FACE_INDEX[f"cheekSquint{side}"]] += 0.5 * squint
    values[:, FACE_INDEX["browInnerUp"]] += 0.8 * raised
