# SPDX-License-Identifier: GPL-3.0-or-later
"""Gaze: where the eyes rest and how they jump."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...motion.face_track import FACE_INDEX
from ...statistics import NONVERBAL, statistics_of
from ..seeding import generator_for
from .movement import steps
from .quantiles import draw, quantile
from .score import Score

# Glances away are shortened: on the recorded screens a second window took the eye further than a conversation does.
AWAY_SHARE, AWAY_LEAST_DEG, AWAY_MOST_DEG = 0.5, 4.5, 15.0
ON_SHARE = 0.7  # of the distances within the partner's face, which filled more of the screen than a face at 1.2 m does
# Speakers look away when they begin and come back when they end (Kendon 1967).
AWAY_AT_START, BACK_AT_END = 0.35, 0.7
MOST_SIDE_DEG, MOST_UP_DEG, MOST_DOWN_DEG = 30.0, 18.0, 22.0
HEAD_SHARE = 0.85  # of the head's turning that the eyes take back so as to keep looking at the same place
LARGE_DEG = 6.0
# Upper lids go down with the eye. Trackers report that as eyeBlink = 0.83 x eyeLookDown (arkit_rom); half of it here, since
# the look shapes of most rigs bring the lid along themselves.
LID_FOLLOWS = 0.4


@dataclass(frozen=True)
class Fixation:
    """From start_s on the eyes move to yaw and pitch (degrees; positive: the character's left, down) and rest there."""

    start_s: float
    yaw_deg: float
    pitch_deg: float
    on_partner: bool


def fixations(score: Score, seed: int, rate: float = 1.0) -> tuple[Fixation, ...]:
    """Where the eyes rest over time. The partner (the camera) is straight ahead."""
    random = generator_for(seed, "gaze")
    table = statistics_of(NONVERBAL)["gaze"]
    result: list[Fixation] = []
    time, on = 0.0, True
    starts = np.array([phrase.start_s for phrase in score.phrases])
    ends = np.array([phrase.end_s for phrase in score.phrases])
    while time < score.duration_s:
        kind = table["speaking" if score.speaks_at(time) else "listening"]
        span = draw(random, kind["on_partner_s" if on else "away_s"]) / rate
        luck = random.random()
        if on:  # away when a phrase begins
            soon = starts[(starts > time + 0.3) & (starts < time + span)]
            if len(soon) and luck < AWAY_AT_START:
                span = float(soon[0]) - 0.1 - time
        else:  # back when it ends
            soon = ends[(ends > time + 0.6) & (ends < time + span + 0.5)]
            if len(soon) and luck < BACK_AT_END:
                span = float(soon[0]) - 0.3 - time
        span = max(span, 0.25)
        end = time + span
        yaw = pitch = 0.0
        first = True
        while time < end and time < score.duration_s:
            dwell = draw(random, kind["dwell_s"]) / rate
            chances = random.random(4)
            if on:
                radius = ON_SHARE * quantile(chances[0], kind["on_partner_deg"])
                angle = 2 * np.pi * chances[1]
                yaw, pitch = radius * np.cos(angle), 0.7 * radius * np.sin(angle)
            elif first:
                radius = AWAY_SHARE * quantile(chances[0], kind["away_deg"])
                radius = float(np.clip(radius, AWAY_LEAST_DEG, AWAY_MOST_DEG))
                sector = int(np.searchsorted(np.cumsum(kind["away_sectors"]), min(chances[1], 0.999)))
                angle = np.radians(45.0 * (sector + chances[2] - 0.5))
                # the table's right is the screen's, which is one's own right: negative yaw
                yaw, pitch = -radius * np.cos(angle), -0.7 * radius * np.sin(angle)
            else:  # a little further while away
                yaw, pitch = yaw + 3.0 * (chances[2] - 0.5), pitch + 2.0 * (chances[3] - 0.5)
            result.append(Fixation(time, float(yaw), float(pitch), on))
            first = False
            left = end - time
            time += left if dwell > left - 0.15 else dwell
        on = not on
    return tuple(result)


def large_shifts_s(events: tuple[Fixation, ...]) -> np.ndarray:
    """The times at which the eyes jump far."""
    return np.array(
        [
            after.start_s
            for before, after in zip(events, events[1:])
            if np.hypot(after.yaw_deg - before.yaw_deg, after.pitch_deg - before.pitch_deg) > LARGE_DEG
        ]
    )


def gaze_angles(score: Score, events: tuple[Fixation, ...], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Yaw and pitch of the gaze in degrees, (frames,) each.

    A jump of A degrees takes 21 ms + 2.2 ms × A (Carpenter 1988), which makes the peak speed grow with the size as the main
    sequence has it (Bahill, Clark and Stark 1975). Between jumps the eyes drift by a tenth of a degree.
    """
    times = np.array([event.start_s for event in events])
    yaws, pitches = (np.array([getattr(event, name) for event in events]) for name in ("yaw_deg", "pitch_deg"))
    sizes = np.hypot(np.diff(yaws, prepend=yaws[:1]), np.diff(pitches, prepend=pitches[:1]))
    durations = 0.021 + 0.0022 * sizes
    random = generator_for(seed, "gaze drift")
    wander = 0.04 * np.cumsum(random.standard_normal((2, score.frames)), 1) / np.sqrt(score.rate_hz)
    wander -= np.stack(
        [np.interp(np.arange(score.frames), np.arange(0, score.frames, 30), row[::30]) for row in wander]
    )
    return (
        steps(times, yaws, durations, score.frames, score.rate_hz, float(yaws[0])) + wander[0],
        steps(times, pitches, durations, score.frames, score.rate_hz, float(pitches[0])) + wander[1],
    )


def look_shapes(values: np.ndarray, yaw_deg: np.ndarray, pitch_deg: np.ndarray) -> None:
    """Write the eight look shapes and the lids that follow into (frames, 55) in place. Degrees a shape stands for: measured
    (arkit_rom)."""
    table = statistics_of(NONVERBAL)["eyes"]
    left, down = np.clip(yaw_deg, -MOST_SIDE_DEG, MOST_SIDE_DEG), np.clip(pitch_deg, -MOST_UP_DEG, MOST_DOWN_DEG)
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
        values[:, FACE_INDEX[f"eyeBlink{side}"]] = LID_FOLLOWS * values[:, FACE_INDEX[f"eyeLookDown{side}"]]
