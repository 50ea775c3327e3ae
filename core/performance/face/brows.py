# SPDX-License-Identifier: GPL-3.0-or-later
"""Brows: as a model draws them for the voice; or, without one, raised at accents, at the beginning of phrases and at questions, drawn
together at stressed words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...audio.prosody import Prosody, ProsodyCurves
from ...motion.face_track import FACE_INDEX, FACE_RATE_HZ
from ...statistics import NONVERBAL, statistics_of
from ..seeding import generator_for
from .movement import add_bump, drift
from .quantiles import draw


@dataclass(frozen=True)
class BrowParameters:
    """How brows go with a voice. What has no source is by eye."""

    # Of the recorded orator's 15 raises a minute a talker makes about two thirds, and smaller ones.
    rate_share: float = 0.65
    height_share: float = 0.62
    drawn_in_pauses: float = 0.5  # of what a model trained on him draws; by eye
    # Recorded brows are at rest for more than half of the time (0.57 of the training speeches). A ride on melody and drift that is
    # smaller than so much would move them in nearly every frame, as no recorded brow moves. How much, by eye between 0.04 and 0.08.
    ride_from: float = 0.06
    length_s: tuple[float, float] = (0.3, 1.2)
    frown: float = 0.22  # share of the accented movements that go down
    lead_s: float = 0.06  # raises begin before the accent they go with (Flecha-García 2010)
    at_phrase_start: float = 0.25
    shortest_phrase_s: float = 0.6  # that a raise may begin
    at_question: float = 0.8
    question_tail_s: float = 0.2
    # the brows ride a little on the melody (Cavé et al. 1996) …
    per_semitone: float = 0.018
    melody_range: tuple[float, float] = (-0.04, 0.12)
    # … and are never quite still: bands of the drift and its standard deviations in them
    drift_bands_hz: tuple[tuple[float, float], ...] = ((0.03, 0.2), (0.2, 0.6))
    drift_sd: tuple[float, ...] = (0.035, 0.016)
    squint_bands_hz: tuple[tuple[float, float], ...] = ((0.03, 0.25),)
    squint_sd: tuple[float, ...] = (0.04,)


PARAMETERS = BrowParameters()


@dataclass(frozen=True)
class BrowMove:
    """A movement of the brows with an accent. start_s: it begins; tilt: how much more the left one moves."""

    start_s: float
    rise_s: float
    hold_s: float
    fall_s: float
    height: float
    frowns: bool
    tilt: float


def brow_moves(
    prosody: Prosody, random: np.random.Generator, rate: float = 1.0, amplitude: float = 1.0
) -> tuple[BrowMove, ...]:
    """Which accents the brows go with, in order. rate and amplitude: factors of how often and how far."""
    table, how = statistics_of(NONVERBAL)["speaking"]["brows"], PARAMETERS
    spoken_min = max(sum(phrase.end_s - phrase.start_s for phrase in prosody.phrases) / 60.0, 1e-3)
    wanted = how.rate_share * rate * table["raises_per_min"] * spoken_min
    weight_sum = sum(accent.prominence**2 for accent in prosody.accents)
    moves: list[BrowMove] = []
    free_from = -1.0
    for accent in prosody.accents:
        u, kind, side = random.random(3)
        height = how.height_share * amplitude * draw(random, table["raise"])
        length = float(np.clip(draw(random, table["raise_s"]), *how.length_s))
        if u > wanted * accent.prominence**2 / weight_sum or accent.peak_s < free_from:
            continue
        rise = 0.16 + 0.1 * side
        moves.append(
            BrowMove(
                start_s=accent.peak_s - how.lead_s - rise / 2,
                rise_s=rise,
                hold_s=length * 0.4,
                fall_s=length * 0.6 + 0.1,
                height=height * (0.6 + 0.5 * accent.prominence),
                frowns=kind < how.frown,
                tilt=0.5 * (side - 0.5),
            )
        )
        free_from = accent.peak_s + length * 0.7
    return tuple(moves)


def brows(prosody: Prosody, values: np.ndarray, seed: int, rate: float = 1.0, amplitude: float = 1.0) -> None:
    """Add brow and lid shapes.

    Args:
        prosody: of the voice.
        values: float (frames, 55) at FACE_RATE_HZ, changed in place.
        seed: another one gives other movements.
        rate, amplitude: factors of how often and how far.
    """
    random = generator_for(seed, "brows")
    curves = prosody.at(FACE_RATE_HZ)
    raised, frown, tilt = np.zeros(curves.frames), np.zeros(curves.frames), np.zeros(curves.frames)
    for move in brow_moves(prosody, random, rate, amplitude):
        times = (move.start_s, move.rise_s, move.hold_s, move.fall_s)
        add_bump(frown if move.frowns else raised, curves.rate_hz, *times, move.height)
        add_bump(tilt, curves.rate_hz, *times, move.tilt)
    _raise_with_phrases(prosody, curves, raised, random, rate, amplitude)
    how = PARAMETERS
    slow, melody = _never_still(curves, random, amplitude)
    raised += melody + slow
    squint = drift(random, curves.frames, curves.rate_hz, how.squint_bands_hz, how.squint_sd) * amplitude
    raised, lowered = np.clip(raised - 0.6 * frown, 0.0, 1.0), np.clip(frown + 0.3 * np.maximum(-slow, 0.0), 0.0, 1.0)
    _add_shapes(values, raised, lowered, tilt)
    for side in ("Left", "Right"):
        _add_lids(values, curves, side, raised, lowered, np.maximum(squint, 0.0))


def drawn_brows(prosody: Prosody, values: np.ndarray, drawn: np.ndarray, seed: int, amplitude: float = 1.0) -> None:
    """Add brows that a model has drawn for the voice, the little that they ride on its melody and drift, and the lid shapes that go with
    them.

    Drawn brows rest for more than half of the time, as recorded ones do. Where melody and drift together go far they are raised a
    little, so that they do not stand still for many seconds; everywhere else they are left at rest.

    Args:
        prosody: of the voice.
        values: float (frames, 55) at FACE_RATE_HZ, changed in place.
        drawn: (frames, 55), the brows' shapes.
        seed: of drift and squint.
        amplitude: factor of how far.
    """
    how, curves = PARAMETERS, prosody.at(FACE_RATE_HZ)
    random = generator_for(seed, "brows")
    slow, melody = _never_still(curves, random, amplitude)
    squint = (
        np.maximum(drift(random, curves.frames, curves.rate_hz, how.squint_bands_hz, how.squint_sd), 0.0) * amplitude
    )
    size = amplitude * (how.drawn_in_pauses + (1.0 - how.drawn_in_pauses) * curves.speaking)
    for name, index in FACE_INDEX.items():
        if name.startswith("brow"):
            values[:, index] += size * drawn[:, index]
    for side in ("Left", "Right"):
        raised, lowered = (size * drawn[:, FACE_INDEX[f"{name}{side}"]] for name in ("browOuterUp", "browDown"))
        _add_lids(values, curves, side, raised / 0.75, lowered, squint)
    still = np.zeros(curves.frames)
    _add_shapes(values, np.maximum(melody + slow - how.ride_from * amplitude, 0.0), lowered=still, tilt=still)


def _never_still(curves: ProsodyCurves, random: np.random.Generator, amplitude: float) -> tuple[np.ndarray, np.ndarray]:
    """(slow drift, ride on the melody) of the brows, (frames,) each."""
    how = PARAMETERS
    slow = drift(random, curves.frames, curves.rate_hz, how.drift_bands_hz, how.drift_sd) * amplitude
    return slow, np.clip(how.per_semitone * amplitude * curves.pitch, *how.melody_range)


def _raise_with_phrases(
    prosody: Prosody,
    curves: ProsodyCurves,
    raised: np.ndarray,
    random: np.random.Generator,
    rate: float,
    amplitude: float,
) -> None:
    """Raises at the beginning of phrases and at the end of those that the voice ends high, added to (frames,) in
    place."""
    how = PARAMETERS
    for phrase in prosody.phrases:
        u, question_u, size = random.random(3)
        if phrase.end_s - phrase.start_s > how.shortest_phrase_s and u < how.at_phrase_start * rate:
            height = amplitude * (0.12 + 0.18 * size)
            add_bump(raised, curves.rate_hz, phrase.start_s - 0.12, 0.25, 0.15, 0.6, height)
        if question_u < how.at_question and curves.rises_at_end(phrase.start_s, phrase.end_s, how.question_tail_s):
            height = amplitude * (0.3 + 0.25 * size)
            add_bump(raised, curves.rate_hz, phrase.end_s - 0.45, 0.3, 0.35, 0.5, height)


def _add_shapes(values: np.ndarray, raised: np.ndarray, lowered: np.ndarray, tilt: np.ndarray) -> None:
    """Add what the brows do, (frames,) each, to their shapes (frames, 55) in place. Shares of the shapes are by eye."""
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        values[:, FACE_INDEX[f"browOuterUp{side}"]] += 0.75 * raised * (1.0 + sign * tilt)
        values[:, FACE_INDEX[f"browDown{side}"]] += lowered * (1.0 + 0.4 * sign * tilt)
    values[:, FACE_INDEX["browInnerUp"]] += 0.8 * raised


def _add_lids(
    values: np.ndarray, curves: ProsodyCurves, side: str, raised: np.ndarray, lowered: np.ndarray, squint: np.ndarray
) -> None:
    """Add what lids and cheek of a side do when the brows do this, likewise."""
    values[:, FACE_INDEX[f"eyeWide{side}"]] += 0.18 * raised
    values[:, FACE_INDEX[f"eyeSquint{side}"]] += squint + 0.25 * lowered + 0.04 * curves.loudness * curves.speaking
    values[:, FACE_INDEX[f"cheekSquint{side}"]] += 0.5 * squint
