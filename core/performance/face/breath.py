# SPDX-License-Identifier: GPL-3.0-or-later
"""Breath: in before a phrase, slow and even in silence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...audio.prosody import Prosody
from ...motion.easing import minimum_jerk
from ...motion.face_track import FACE_INDEX, FACE_RATE_HZ
from ..seeding import generator_for
from .movement import add_bump


@dataclass(frozen=True)
class BreathParameters:
    """How breath shows. What has no source is by eye."""

    # In speech the breath is drawn in pauses, in about half a second (Winkworth et al. 1995) …
    shortest_pause_s: float = 0.3
    surely_from_s: float = 0.5  # in a shorter pause only a share of the times
    share_in_short: float = 0.6
    takes_s: tuple[float, float] = (0.35, 0.7)
    before_voice_s: float = 0.06  # drawn so long before the voice sets in
    # … and at rest 12 to 18 times a minute; in takes a little less than out.
    resting_period_s: tuple[float, float] = (3.6, 4.8)
    inhaling_share: float = 0.42
    exhaling_share: float = 0.58
    lift_deg: float = 0.9
    resting_deg: float = 0.35
    jaw_open: float = 0.075
    mouth_funnel: float = 0.03
    lower_lip: float = 0.05
    upper_lip: float = 0.025


PARAMETERS = BreathParameters()


@dataclass(frozen=True)
class Inhalation:
    """From start_s to end_s, in seconds of the sound; depth 0..1."""

    start_s: float
    end_s: float
    depth: float


def inhalations(prosody: Prosody) -> tuple[Inhalation, ...]:
    """One in every pause that is long enough, ending just before the voice sets in.

    The same with every seed: breath parts the lips, and what lips do is said by the sound alone.
    """
    random, how = generator_for(0, "breath"), PARAMETERS
    result = []
    for start, end in prosody.pauses:
        u, size = random.random(2)
        length = end - start
        if length < how.shortest_pause_s or end >= prosody.duration_s - 0.05:
            continue
        if length < how.surely_from_s and u > how.share_in_short:
            continue
        least, most = how.takes_s
        take = min(least + (most - least) * size, length - 2 * how.before_voice_s)
        end_s = end - how.before_voice_s
        result.append(Inhalation(end_s - take, end_s, min(1.0, 0.35 + 0.5 * length) * (0.7 + 0.3 * size)))
    return tuple(result)


def breathe(
    prosody: Prosody,
    values: np.ndarray,
    pitch_deg: np.ndarray,
    events: tuple[Inhalation, ...],
    seed: int,
    amplitude: float = 1.0,
) -> None:
    """Add the opening mouth and the lifting head.

    The mouth is shut again, or where the lips' curves want it, when the phrase begins: only the pause is touched.

    Args:
        prosody: of the voice.
        values: float (frames, 55) at FACE_RATE_HZ, changed in place.
        pitch_deg: float (frames,) of the head, down positive, changed in place.
        events: from `inhalations`.
        seed: of the breath at rest.
        amplitude: factor of the head's movement.
    """
    curves, how = prosody.at(FACE_RATE_HZ), PARAMETERS
    mouth = np.zeros(curves.frames)
    for event in events:
        take = event.end_s - event.start_s
        lift = -how.lift_deg * amplitude * event.depth
        add_bump(mouth, curves.rate_hz, event.start_s, 0.55 * take, 0.1 * take, 0.35 * take, event.depth)
        add_bump(pitch_deg, curves.rate_hz, event.start_s, 0.8 * take, 0.1, 0.9, lift)
    values[:, FACE_INDEX["jawOpen"]] += how.jaw_open * mouth
    values[:, FACE_INDEX["mouthFunnel"]] += how.mouth_funnel * mouth
    for side in ("Left", "Right"):
        values[:, FACE_INDEX[f"mouthLowerDown{side}"]] += how.lower_lip * mouth
        values[:, FACE_INDEX[f"mouthUpperUp{side}"]] += how.upper_lip * mouth
    wave = _resting_wave(curves.times_s, seed)
    pitch_deg -= how.resting_deg * amplitude * (1.0 - curves.speaking) * (wave - 0.5)


def _resting_wave(times_s: np.ndarray, seed: int) -> np.ndarray:
    """(T,) 0..1: how full the lungs are at rest; the period varies slowly."""
    random = generator_for(seed, "resting breath")
    period = random.uniform(*PARAMETERS.resting_period_s)
    phase = times_s / period + random.random()
    phase += 0.08 * np.sin(2 * np.pi * times_s / (7.3 * period))
    inhaling = PARAMETERS.inhaling_share
    return np.where(
        phase % 1.0 < inhaling,
        minimum_jerk((phase % 1.0) / inhaling),
        1.0 - minimum_jerk((phase % 1.0 - inhaling) / PARAMETERS.exhaling_share),
    )
