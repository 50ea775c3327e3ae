# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a body follow the effort of a voice? The same sounds read calmly, as they are and angrily, over some seeds: how large and
how often its gestures are planned, how far ahead of their syllables, and how fast hands and chest go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...audio.clip import AudioClip
from ...audio.prosody import analyse
from ...motion import rotations as rot
from ...motion.joints import TORSO_JOINTS
from ...motion.kinematics.forward import turned_in_the_world
from ...performance.body.stroke_alignment import wrist_speeds
from ...performance.gestures.planner import plan
from ...settings import GenerateSettings
from .ablated_motion import ablated
from .aroused_voice import read_as
from .gesture_sounds import BenchSound

READINGS = {"calm": -1.0, "as it is": 0.0, "angry": 1.0}
FIGURES = ("size", "strokes_a_minute", "ahead_ms", "wrists_m_s", "chest_deg_s")  # more of each with more effort


def reading_of(sound: BenchSound, arousal: float) -> BenchSound:
    """The sound as somebody would read it who is so aroused, -1 to 1."""
    return replace(sound, speech=replace(sound.speech, clip=AudioClip(read_as(sound.clip.samples, arousal))))


def effort_of(reading: BenchSound, seed: int) -> np.ndarray:
    """(5,): FIGURES of one reading of a sound. The reading's own seconds count, and in them those of speech for the hands."""
    prosody = analyse(reading.clip)
    units = plan(prosody, GenerateSettings(seed=seed))
    syllables_s = np.array([syllable.time_s for syllable in prosody.syllables])
    ahead_s = [syllables_s[np.abs(syllables_s - unit.emphasis_s).argmin()] - unit.emphasis_s for unit in units]
    clip = ablated(reading, seed, "whole")
    speaking = prosody.at(clip.rate_hz).speaking[: len(clip)] > 0.5
    chest = rot.turning_deg_s(turned_in_the_world(clip.rotations, TORSO_JOINTS), clip.rate_hz)
    return np.array(
        [
            np.mean([unit.size for unit in units]) if units else np.nan,
            60.0 * sum(1 + len(unit.beats_s) for unit in units) * clip.rate_hz / max(speaking.sum(), 1),
            1000.0 * np.mean(ahead_s) if units else np.nan,
            wrist_speeds(clip)[: len(speaking)][speaking].mean(),
            chest.mean(),
        ]
    )


def effort_table(heard: Sequence[BenchSound], seeds: Sequence[int]) -> dict[str, dict[str, float]]:
    """{reading: {figure: mean over the sounds, each with all the seeds}}."""
    table = {}
    for name, arousal in READINGS.items():
        readings = [reading_of(sound, arousal) for sound in heard]
        rows = [effort_of(reading, seed) for reading in readings for seed in seeds]
        table[name] = dict(zip(FIGURES, np.nanmean(rows, axis=0).tolist(), strict=True))
    return table


def rises(table: dict[str, dict[str, float]]) -> dict[str, bool]:
    """Which figures rise from the calm reading over the voice as it is to the angry one."""
    rows = [table[name] for name in READINGS]
    return {name: all(a[name] < b[name] for a, b in zip(rows, rows[1:])) for name in FIGURES}
