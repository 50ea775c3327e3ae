# SPDX-License-Identifier: GPL-3.0-or-later
"""Breath: in before a phrase, slow and even in silence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...motion.easing import minimum_jerk
from ...motion.face_track import FACE_INDEX
from ..seeding import generator_for
from .movement import add_bump
from .score import Score

# In speech the breath is drawn in pauses, in about half a second (Winkworth et al. 1995); at rest 12 to 18 times a minute.
SHORTEST_PAUSE_S = 0.3
RESTING_PERIOD_S = (3.6, 4.8)
LIFT_DEG = 0.9
RESTING_DEG = 0.35


@dataclass(frozen=True)
class Inhalation:
    """From start_s to end_s, in seconds of the sound; depth 0..1."""

    start_s: float
    end_s: float
    depth: float


def inhalations(score: Score, seed: int) -> tuple[Inhalation, ...]:
    """One in every pause that is long enough, ending just before the voice sets in."""
    random = generator_for(seed, "breath")
    result = []
    for start, end in score.pauses:
        luck, size = random.random(2)
        length = end - start
        if length < SHORTEST_PAUSE_S or end >= score.duration_s - 0.05 or (length < 0.5 and luck > 0.6):
            continue
        take = min(0.35 + 0.35 * size, length - 0.12)
        result.append(Inhalation(end - 0.06 - take, end - 0.06, min(1.0, 0.35 + 0.5 * length) * (0.7 + 0.3 * size)))
    return tuple(result)


def breathe(
    score: Score,
    values: np.ndarray,
    pitch_deg: np.ndarray,
    events: tuple[Inhalation, ...],
    seed: int,
    amplitude: float = 1.0,
) -> None:
    """Add the opening mouth to (frames, 55) and the lifting head to pitch_deg (frames,), both in place.

    The mouth is shut again, or where the lips' curves want it, when the phrase begins: only the pause is touched.
    """
    mouth = np.zeros(score.frames)
    for event in events:
        take = event.end_s - event.start_s
        add_bump(mouth, score.rate_hz, event.start_s, 0.55 * take, 0.1 * take, 0.35 * take, event.depth)
        add_bump(pitch_deg, score.rate_hz, event.start_s, 0.8 * take, 0.1, 0.9, -LIFT_DEG * amplitude * event.depth)
    values[:, FACE_INDEX["jawOpen"]] += 0.075 * mouth
    values[:, FACE_INDEX["mouthFunnel"]] += 0.03 * mouth
    for side in ("Left", "Right"):
        values[:, FACE_INDEX[f"mouthLowerDown{side}"]] += 0.05 * mouth
        values[:, FACE_INDEX[f"mouthUpperUp{side}"]] += 0.025 * mouth
    random = generator_for(seed, "resting breath")
    period = random.uniform(*RESTING_PERIOD_S)
    phase = score.times_s / period + random.random()
    phase += 0.08 * np.sin(2 * np.pi * score.times_s / (7.3 * period))
    wave = np.where(
        phase % 1.0 < 0.42, minimum_jerk((phase % 1.0) / 0.42), 1.0 - minimum_jerk((phase % 1.0 - 0.42) / 0.58)
    )
    pitch_deg -= RESTING_DEG * amplitude * (1.0 - score.speaking) * (wave - 0.5)
