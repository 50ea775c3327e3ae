# SPDX-License-Identifier: GPL-3.0-or-later
"""Strokes and rests of motions against the stresses and pauses of the sounds they were made for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...training.data.body import BodyClip
from ..material.gesture_sounds import BenchSound
from .movement import RATE_HZ, Movement
from .strokes import Hands, hands_of, offsets_s


@dataclass(frozen=True)
class Spoken:
    """One motion to one sound. strokes_s: emphases that fall into speech. Shares and speeds are means over frames."""

    strokes_s: np.ndarray
    stressed_s: np.ndarray
    speech_s: float
    rest_in_pauses: float
    quiet_in_pauses: float
    rest_in_speech: float
    path_in_speech: float
    path_in_pauses: float
    pause_frames: int

    @property
    def offsets_s(self) -> np.ndarray:
        """(n,): of the strokes from the nearest stressed syllables, positive where late."""
        return offsets_s(self.strokes_s, self.stressed_s)


def spoken(hands: Hands, sound: BenchSound) -> Spoken:
    """Strokes and rests of a motion against the sound it was made for (or any other)."""
    times = hands.times_s
    inside, settled = np.zeros(len(times), bool), np.zeros(len(times), bool)
    for start, end in sound.pauses_s:
        inside |= (times >= start) & (times < end)
        settled |= (times >= (start + SETTLING_S if start > 0.05 else start)) & (times < end)
    heard = (times < sound.clip.duration_s) & ~inside
    speaking = np.array(
        [
            not any(start <= stroke < end for start, end in sound.pauses_s) and stroke < sound.clip.duration_s
            for stroke in hands.strokes_s
        ],
        bool,
    )
    path = hands.speed_mps.mean(1)
    quiet = (hands.speed_mps < 0.15).all(1)

    def mean(values: np.ndarray, where: np.ndarray) -> float:
        return float(values[where].mean()) if where.any() else float("nan")

    return Spoken(
        hands.strokes_s[speaking] if len(speaking) else hands.strokes_s,
        sound.stressed_s,
        float(heard.sum() / RATE_HZ),
        mean(hands.resting, settled),
        mean(quiet, settled),
        mean(hands.resting, heard),
        mean(path, heard),
        mean(path, settled),
        int(settled.sum()),
    )


SETTLING_S = 0.5  # after speech ends, until hands may be expected at rest


def stroke_error(bodies: list[BodyClip]) -> dict:
    """How well strokes are found in gestures with a labelled emphasis, by split; the nearest stroke counts."""
    figures = {}
    for split in ("train", "validation"):
        errors, missed, found, gestures = [], 0, 0, 0
        for body in bodies:
            if body.split != split or body.unit is None:
                continue
            strokes = hands_of(body.clip).strokes_s
            gestures, found, missed = gestures + 1, found + len(strokes), missed + (len(strokes) == 0)
            if len(strokes):
                errors.append(float(np.abs(strokes - body.unit.emphasis_s).min()))
        figures["training" if split == "train" else split] = {
            "gestures": gestures,
            "median_ms": 1000.0 * float(np.median(errors)),
            "within_200_ms": float(np.mean(np.array(errors) < 0.2)),
            "missed": missed,
            "strokes_a_gesture": found / max(gestures, 1),
        }
    return figures


def timing(movements: list[Movement], heard: list[BenchSound], draws: int = 12) -> dict:
    """Strokes against the stresses of their own sound and of others of the same group; rests; wrist paths."""
    own = [spoken(movement.hands, sound) for movement, sound in zip(movements, heard, strict=True)]
    signed = np.concatenate([item.offsets_s for item in own]) if own else np.zeros(0)
    near = np.abs(signed)
    others: list[float] = []
    for shift in range(1, min(draws, len(heard) - 1) + 1):
        moved = [
            spoken(movement.hands, heard[(index + shift) % len(heard)]).offsets_s
            for index, movement in enumerate(movements)
        ]
        pooled = np.abs(np.concatenate(moved))
        if len(pooled):
            others.append(float(np.median(pooled)))
    seconds = sum(item.speech_s for item in own)
    strokes = sum(len(item.strokes_s) for item in own)
    weights = np.array([item.pause_frames for item in own], float)

    def weighted(name: str) -> float:
        values = np.array([getattr(item, name) for item in own])
        kept = ~np.isnan(values) & (weights > 0)
        return float(np.average(values[kept], weights=weights[kept])) if kept.any() else float("nan")

    def average(name: str) -> float:
        values = np.array([getattr(item, name) for item in own])
        return float(np.nanmean(values)) if len(values) and not np.isnan(values).all() else float("nan")

    return {
        "strokes": strokes,
        "strokes_a_minute": 60.0 * strokes / max(seconds, 1e-9),
        "stress_median_ms": 1000.0 * float(np.median(near)) if len(near) else float("nan"),
        "stress_mean_ms": 1000.0 * float(np.mean(near)) if len(near) else float("nan"),
        "stress_late_ms": 1000.0 * float(np.median(signed)) if len(near) else float("nan"),
        "shuffled_median_ms": 1000.0 * float(np.mean(others)) if others else float("nan"),
        "shuffled_median_sd_ms": 1000.0 * float(np.std(others)) if others else float("nan"),
        "rest_in_pauses": weighted("rest_in_pauses"),
        "quiet_in_pauses": weighted("quiet_in_pauses"),
        "rest_in_speech": average("rest_in_speech"),
        "path_in_speech_m_s": average("path_in_speech"),
        "path_in_pauses_m_s": weighted("path_in_pauses"),
    }


def of_plans(planned: list[np.ndarray], movements: list[Movement], heard: list[BenchSound]) -> dict:
    """The plans' emphases against the stresses (what the planner loses), and the motion's strokes against the plans' (what the
    body loses)."""
    near = np.concatenate([offsets_s(plan, sound.stressed_s) for plan, sound in zip(planned, heard, strict=True)])
    # The nearest stroke to each planned emphasis: positive where the body is late.
    followed = -np.concatenate(
        [offsets_s(plan, movement.hands.strokes_s) for plan, movement in zip(planned, movements, strict=True)]
    )
    seconds = sum(sound.clip.duration_s - sum(end - start for start, end in sound.pauses_s) for sound in heard)

    def median(values: np.ndarray) -> float:
        return 1000.0 * float(np.median(values)) if len(values) else float("nan")

    return {
        "stress_median_ms": median(np.abs(near)),
        "stress_late_ms": median(near),
        "plan_to_stroke_median_ms": median(np.abs(followed)),
        "plan_to_stroke_late_ms": median(followed),
        "strokes_a_minute": 60.0 * sum(map(len, planned)) / max(seconds, 1e-9),
    }
