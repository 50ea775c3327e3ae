# SPDX-License-Identifier: GPL-3.0-or-later
"""The head: nods at accents, a posture for every phrase, drift."""

from __future__ import annotations

import numpy as np

from ...motion import rotations as rot
from ...motion.smoothing import gaussian_smooth
from ...statistics import NONVERBAL, statistics_of
from ..seeding import generator_for
from .movement import add_bump, drift, steps
from .quantiles import draw
from .score import Score

# The recorded orator turns between two sides of a hall; a talker's head stays nearer to the front.
DRIFT_SHARE = {"yaw": 0.33, "pitch": 0.27, "roll": 0.44}
FROM_FRONT_S = 2.5  # a performance begins facing the front
NOD_SHARE = 0.75
NOD_CHANCE = 0.75
POSTURE_DEG = {"yaw": 3.2, "pitch": 1.3, "roll": 1.8}
IDLE = 0.45  # how much of the drift is left in silence
PITCH_DEG_PER_SEMITONE = 0.2  # the head rises with the voice (Yehia, Kuratate and Vatikiotis-Bateson 2002)
NECK_SHARE = 0.38


def head_angles(score: Score, seed: int, rate: float = 1.0, amplitude: float = 1.0) -> dict[str, np.ndarray]:
    """yaw (positive: to the character's left), pitch (down) and roll (to its right) in degrees, (frames,) each."""
    table = statistics_of(NONVERBAL)["speaking"]
    alive = IDLE + (1.0 - IDLE) * gaussian_smooth(score.speaking, 0.5 * score.rate_hz)
    result = {}
    for name in ("yaw", "pitch", "roll"):
        random = generator_for(seed, f"head drift {name}")
        bands = np.array(table["head"][name]["band_sd_deg"]) * [1.0, 1.0, 0.7, 0.25]
        wander = drift(random, score.frames, score.rate_hz, table["bands_hz"], bands)
        wander -= wander[0] * np.exp(-score.times_s / FROM_FRONT_S)
        result[name] = DRIFT_SHARE[name] * alive * wander
    posture = generator_for(seed, "head posture")
    starts = np.array([phrase.start_s for phrase in score.phrases])
    if len(starts):
        for name, spread in POSTURE_DEG.items():
            targets = spread * np.clip(posture.standard_normal(len(starts)), -1.8, 1.8)
            lengths = posture.uniform(0.55, 1.1, len(starts))
            result[name] += steps(starts - 0.25, targets, lengths, score.frames, score.rate_hz)
    nods = generator_for(seed, "nods")
    dips = np.zeros(score.frames)
    for accent in score.accents:
        luck, speed = nods.random(2)
        size = NOD_SHARE * draw(nods, table["head"]["nod_deg"]) * (0.4 + 0.8 * accent.strength)
        if luck > NOD_CHANCE * rate * (0.5 + accent.strength / 2):
            continue
        down, up = 0.16 + 0.08 * speed, 0.26 + 0.16 * speed
        # a small lift before, the lowest point just after the nucleus
        add_bump(dips, score.rate_hz, accent.time_s - down - 0.2, 0.18, 0.0, down, -0.28 * size)
        add_bump(dips, score.rate_hz, accent.time_s - down + 0.04, down, 0.02, up, size)
    result["pitch"] += dips - PITCH_DEG_PER_SEMITONE * score.pitch
    return {name: amplitude * curve for name, curve in result.items()}


def head_rotations(angles: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Local rotations of neck and head, float32 (frames, 4) each, which together turn the head by the angles."""
    radians = {name: np.radians(curve) for name, curve in angles.items()}
    neck = rot.from_yaw_pitch_roll(*(NECK_SHARE * radians[name] for name in ("yaw", "pitch", "roll")))
    whole = rot.from_yaw_pitch_roll(radians["yaw"], radians["pitch"], radians["roll"])
    return neck.astype(np.float32), rot.multiply(rot.inverse(neck), whole).astype(np.float32)
