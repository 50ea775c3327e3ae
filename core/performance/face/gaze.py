# SPDX-License-Identifier: GPL-3.0-or-later
"""Gaze: where the eyes rest and how they jump."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...audio.prosody import Prosody
from ...motion.face_track import FACE_INDEX, FACE_RATE_HZ
from ...statistics import NONVERBAL, statistics_of
from ..seeding import generator_for
from .movement import steps
from .quantiles import draw, quantile


@dataclass(frozen=True)
class GazeParameters:
    """How the eyes of one who talks or listens move. What has no source is by eye."""

    # Glances away are shortened: on the recorded screens a second window took the eye further than a conversation does.
    away_share: float = 0.5
    away_deg: tuple[float, float] = (4.5, 15.0)
    on_share: float = 0.7  # of the distances within the partner's face, which filled more of the screen than at 1.2 m
    flat: float = 0.7  # glances go less far up and down than sideways
    # Speakers look away while they think, in a pause and as they begin, and come back when they end, most of all when
    # they are done (Kendon 1967; Beattie 1978); the shares are by eye.
    away_at_start: tuple[float, float] = (0.3, 0.7)  # after no pause, and after a second of it
    away_lead: float = 0.7  # of the pause before the phrase: so early …
    away_lead_s: tuple[float, float] = (0.1, 0.8)  # … within this
    back_at_end: float = 0.7
    back_when_done: float = 0.95
    done_s: float = 1.2  # a pause so long is the listener's turn
    candidates: int = 6  # places of which the one is taken that a recorded jump would reach
    shortest_span_s: float = 0.25
    # Recorded spells on the partner are cut by the ends of the stretches, the share of time on it is not: spells are
    # lengthened so that the share is kept, but not beyond this; by eye.
    longer_at_most: float = 3.0
    most_side_deg: float = 30.0
    most_up_deg: float = 18.0
    most_down_deg: float = 22.0
    # Of the head's turning that the eyes take back, so as to keep looking at the same place: the gain of the
    # vestibulo-ocular reflex with something to look at is 0.9 to 1 (Leigh and Zee 2015).
    head_share: float = 0.95
    large_deg: float = 6.0  # a jump that one blinks with
    # Duration of a jump: 21 ms + 2.2 ms a degree (Carpenter 1988)
    jump_s: float = 0.021
    jump_s_per_deg: float = 0.0022
    # While the eyes rest they drift, and small jumps, one or two a second, take them back (Martinez-Conde, Macknik and
    # Hubel 2004); sizes under half a degree.
    wander_deg: float = 0.1  # random walk in a second
    small_jump_s: tuple[float, float] = (0.3, 1.2)  # from one to the next
    small_jump_deg: float = 0.15
    # Upper lids go down with the eye. Trackers report that as eyeBlink = 0.83 x eyeLookDown (arkit_rom); half of it
    # here, since the look shapes of most rigs bring the lid along themselves.
    lid_follows: float = 0.4


PARAMETERS = GazeParameters()


@dataclass(frozen=True)
class Fixation:
    """From start_s on the eyes move to yaw and pitch (degrees; positive: the character's left, down) and rest there."""

    start_s: float
    yaw_deg: float
    pitch_deg: float
    on_partner: bool


def fixations(prosody: Prosody, seed: int, rate: float = 1.0) -> tuple[Fixation, ...]:
    """Where the eyes rest over time. The partner (the camera) is straight ahead. rate: factor of how often they
    move."""
    random = generator_for(seed, "gaze")
    table = statistics_of(NONVERBAL)["gaze"]
    curves = prosody.at(FACE_RATE_HZ)
    result: list[Fixation] = []
    longer = {name: _longer(table[name]) for name in ("speaking", "listening")}
    time, on = 0.0, True
    while time < prosody.duration_s:
        name = "speaking" if curves.speaks_at(time) else "listening"
        kind = table[name]
        span = draw(random, kind["on_partner_s" if on else "away_s"]) * (longer[name] if on else 1.0) / rate
        end = time + max(_with_phrases(prosody, time, span, on, random.random()), PARAMETERS.shortest_span_s)
        yaw = pitch = 0.0
        first = True
        while time < end and time < prosody.duration_s:
            dwell = draw(random, kind["dwell_s"]) / rate
            u = random.random(4)
            if on:
                near = table["listening"]["saccade_deg"]  # of those who nearly always look at the partner
                jump = PARAMETERS.on_share * draw(random, near)
                yaw, pitch = _on_partner(random.random((PARAMETERS.candidates, 2)), kind, (yaw, pitch), jump)
            elif first:
                yaw, pitch = _away(u, kind)
            else:  # a little further while away
                yaw, pitch = yaw + 3.0 * (u[2] - 0.5), pitch + 2.0 * (u[3] - 0.5)
            result.append(Fixation(time, float(yaw), float(pitch), on))
            first = False
            left = end - time
            time += left if dwell > left - 0.15 else dwell
        on = not on
    return tuple(result)


def _longer(kind: dict) -> float:
    """The factor of the spells on the partner with which the share of time on it is as recorded."""
    share = kind["share_on_partner"]
    factor = share / (1.0 - share) * float(np.mean(kind["away_s"]) / np.mean(kind["on_partner_s"]))
    return min(max(factor, 1.0), PARAMETERS.longer_at_most)


def _with_phrases(prosody: Prosody, time: float, span: float, on: bool, u: float) -> float:
    """How long the eyes stay on the partner, or away: span, or until a phrase begins, or nearly until one ends."""
    how = PARAMETERS
    for start, end in prosody.pauses:
        if on and time + 0.3 < end < min(time + span, prosody.duration_s - 0.1):  # a phrase begins
            least, most = how.away_at_start
            if u < least + (most - least) * min(end - start, 1.0):
                return max(end - float(np.clip(how.away_lead * (end - start), *how.away_lead_s)) - time, 0.1)
            return span
        if not on and time + 0.6 < start < time + span + 0.5:  # one ends
            return (
                start - 0.3 - time
                if u < (how.back_when_done if end - start > how.done_s else how.back_at_end)
                else span
            )
    return span


def _on_partner(u: np.ndarray, kind: dict, now_deg: tuple[float, float], jump_deg: float) -> tuple[float, float]:
    """Yaw and pitch in degrees of a place in the partner's face: of some, by uniform draws (n, 2), the one that is
    nearest to jump_deg away from now_deg."""
    radii = PARAMETERS.on_share * np.array([quantile(share, kind["on_partner_deg"]) for share in u[:, 0]])
    angles = 2 * np.pi * u[:, 1]
    places = np.stack([radii * np.cos(angles), PARAMETERS.flat * radii * np.sin(angles)], 1)
    sizes = np.hypot(*(places - now_deg).T)
    yaw, pitch = places[np.argmin(np.abs(sizes - jump_deg))].tolist()
    return yaw, pitch


def _away(u: np.ndarray, kind: dict) -> tuple[float, float]:
    """Yaw and pitch in degrees of a place beside the partner, by uniform draws."""
    radius = PARAMETERS.away_share * quantile(u[0], kind["away_deg"])
    radius = float(np.clip(radius, *PARAMETERS.away_deg))
    sector = int(np.searchsorted(np.cumsum(kind["away_sectors"]), min(u[1], 0.999)))
    angle = np.radians(45.0 * (sector + u[2] - 0.5))
    # the table's right is the screen's, which is one's own right: negative yaw
    return -radius * np.cos(angle), -PARAMETERS.flat * radius * np.sin(angle)


def large_shifts_s(events: tuple[Fixation, ...]) -> np.ndarray:
    """The times at which the eyes jump far, float64 (n,) seconds."""
    return np.array(
        [
            after.start_s
            for before, after in zip(events, events[1:])
            if np.hypot(after.yaw_deg - before.yaw_deg, after.pitch_deg - before.pitch_deg) > PARAMETERS.large_deg
        ]
    )


def gaze_angles(
    events: tuple[Fixation, ...], seed: int, frames: int, rate_hz: float = FACE_RATE_HZ
) -> tuple[np.ndarray, np.ndarray]:
    """How the eyes turn.

    The duration of a jump makes its peak speed grow with the size as the main sequence has it (Bahill, Clark and Stark
    1975). Between jumps the eyes drift, and small jumps take them back.

    Args:
        events: at least one, in order.
        seed: of the drift.
        frames, rate_hz: of the result.

    Returns:
        Yaw and pitch of the gaze in degrees, float64 (frames,) each; positive: the character's left, down.
    """
    times = np.array([event.start_s for event in events])
    yaws, pitches = (np.array([getattr(event, name) for event in events]) for name in ("yaw_deg", "pitch_deg"))
    sizes = np.hypot(np.diff(yaws, prepend=yaws[:1]), np.diff(pitches, prepend=pitches[:1]))
    durations = PARAMETERS.jump_s + PARAMETERS.jump_s_per_deg * sizes
    wander = _wander(seed, frames, rate_hz)
    return (
        steps(times, yaws, durations, frames, rate_hz, float(yaws[0])) + wander[0],
        steps(times, pitches, durations, frames, rate_hz, float(pitches[0])) + wander[1],
    )


def _wander(seed: int, frames: int, rate_hz: float) -> np.ndarray:
    """Drift and small jumps about where the eyes look, in degrees, float64 (2, frames)."""
    random, how = generator_for(seed, "gaze drift"), PARAMETERS
    drifted = how.wander_deg * np.cumsum(random.standard_normal((2, frames)), 1) / np.sqrt(rate_hz)
    count = int(frames / rate_hz / how.small_jump_s[0]) + 2
    jumps = np.minimum(np.round(np.cumsum(random.uniform(*how.small_jump_s, count)) * rate_hz), frames).astype(int)
    targets = how.small_jump_deg * random.standard_normal((2, count + 1))
    since = np.searchsorted(jumps, np.arange(frames), side="right")  # which jump was the last
    starts = np.concatenate([[0], np.minimum(jumps, frames - 1)])
    return drifted - drifted[:, starts[since]] + targets[:, since]


def look_shapes(values: np.ndarray, yaw_deg: np.ndarray, pitch_deg: np.ndarray) -> None:
    """Write the eight look shapes; lids, which a mood may have lowered, follow. Degrees of a shape: measured (arkit_rom).

    Args:
        values: float (frames, 55), changed in place.
        yaw_deg, pitch_deg: (frames,) of the gaze; positive: the character's left, down.
    """
    table, how = statistics_of(NONVERBAL)["eyes"], PARAMETERS
    left = np.clip(yaw_deg, -how.most_side_deg, how.most_side_deg)
    down = np.clip(pitch_deg, -how.most_up_deg, how.most_down_deg)
    for shape, degrees in (
        ("eyeLookOutLeft", left),
        ("eyeLookInRight", left),
        ("eyeLookInLeft", -left),
        ("eyeLookOutRight", -left),
        ("eyeLookDownLeft", down),
        ("eyeLookDownRight", down),
        ("eyeLookUpLeft", -down),
        ("eyeLookUpRight", -down),
    ):
        direction = shape[7:].replace("Left", "").replace("Right", "")
        values[:, FACE_INDEX[shape]] = np.clip(degrees / table[f"deg_per_look{direction}"], 0.0, 1.0)
    for side in ("Left", "Right"):
        values[:, FACE_INDEX[f"eyeBlink{side}"]] += how.lid_follows * values[:, FACE_INDEX[f"eyeLookDown{side}"]]
