# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the `gesture` bench: all figures of a set of motions against the recordings of validation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from pathlib import Path

import numpy as np

from ...models.motion_features import load as load_features
from ...motion.clip import Clip
from ...motion.recorded.to_canonical import mirrored
from ...training.data.body import BodyClip
from ..material.gesture_sounds import BenchSound
from .gesture import onset_times
from .liveliness import liveliness_of, liveliness_row
from .motion_windows import Comparison, WindowSet, compare, window_set
from .movement import Movement, beat_consistency, foot_slide_cm_s, mean_joint_speed, penetration
from .stroke_timing import timing


def beats(movements: list[Movement], onsets: list[np.ndarray], mean_speed: np.ndarray) -> tuple[float, float]:
    """BC of motions with the onsets of their sounds: published, corrected."""
    found = np.array(
        [
            beat_consistency(movement.positions_m, onset, mean_speed)
            for movement, onset in zip(movements, onsets, strict=True)
        ]
    )
    published, corrected = np.nanmean(found, axis=0).tolist() if len(found) else (float("nan"), float("nan"))
    return published, corrected


def bodily(movements: list[Movement]) -> dict:
    """Feet and hands: sliding by height and as labelled, penetration. Means over motions, weighted by their length."""
    weights = np.array([len(movement.clip) for movement in movements], float)
    slides = np.array(
        [(*foot_slide_cm_s(m.positions_m), *foot_slide_cm_s(m.positions_m, m.clip.contacts)) for m in movements]
    )
    inside = np.array([penetration(movement.positions_m) for movement in movements])
    mean = np.average(slides, axis=0, weights=weights * np.maximum(slides[:, 1], 1e-6))
    labelled = np.average(slides[:, 2], weights=weights * np.maximum(slides[:, 3], 1e-6))
    return {
        "slide_cm_s": float(mean[0]),
        "slide_labelled_cm_s": float(labelled),
        "contact_share": float(slides[:, 3].mean()),
        "penetration": float(np.average(inside[:, 0], weights=weights)),
        "penetration_deepest_cm": float(inside[:, 1].max()),
    }


def _row(comparison: Comparison, reference: Comparison, movements: list[Movement]) -> dict:
    return {
        **comparison.__dict__,
        "fgd_over_halves": comparison.fgd / max(reference.fgd, 1e-9),
        "l1_ratio": comparison.l1 / max(reference.l1, 1e-9),
        "jerk_ratio": comparison.jerk / max(reference.jerk, 1e-9),
        **bodily(movements),
    }


class GestureRows:
    """Measures motions against recordings and sounds: one dictionary of figures, a row of the table, for each."""

    def __init__(self, bodies: list[BodyClip], heard: list[BenchSound], features: Path):
        self.model = load_features(features)
        self.bodies = bodies
        self.heard = heard
        self.validation = [body for body in bodies if body.split == "validation" and body.performer in PERFORMERS]
        self.recorded = self.movements_of(self.validation)
        self.reference = self.windows_of(self.validation, self.recorded)
        self.mean_speed = mean_joint_speed([movement.positions_m for movement in self.recorded])
        self.onsets = [onset_times(sound.clip.samples, sound.clip.rate_hz) for sound in heard]
        self.halves = compare(None, self.reference)
        self.lively = self._lively(self.validation, self.recorded, None)

    def _lively(self, bodies: list[BodyClip], movements: list[Movement], reference: dict | None) -> dict:
        """How lively the gestures among `movements_of(bodies)` are; recordings of idling have no say."""
        both = [
            (body, movement) for body, movement in zip((b for b in bodies for _ in range(2)), movements, strict=True)
        ]
        gestures = [(body.performer, liveliness_of(movement)) for body, movement in both if body.unit is not None]
        return liveliness_row([found for _, found in gestures], [who for who, _ in gestures], reference)

    def of_each(self, step: int) -> GestureRows:
        """The same with every so manieth sound only."""
        few = copy(self)
        few.heard, few.onsets = self.heard[::step], self.onsets[::step]
        return few

    @staticmethod
    def movements_of(
        bodies: list[BodyClip], change: Callable[[Clip, int], Clip] = lambda clip, index: clip
    ) -> list[Movement]:
        """Every recording and its mirror image, changed."""
        return [
            Movement.of(change(clip, index))
            for index, body in enumerate(bodies)
            for clip in (body.clip, mirrored(body.clip))
        ]

    def windows_of(self, bodies: list[BodyClip], movements: list[Movement]) -> WindowSet:
        """Windows of `movements_of(bodies)`."""
        pairs = [(index, body) for index, body in enumerate(bodies) for _ in range(2)]
        return window_set(
            movements,
            self.model,
            [body.glitches for _, body in pairs],
            [index for index, _ in pairs],
            [body.performer for _, body in pairs],
        )

    def recordings(self, bodies: list[BodyClip]) -> dict:
        """A row for recordings; for those of validation themselves their two halves."""
        if bodies is self.validation:
            return _row(self.halves, self.halves, self.recorded) | self.lively
        movements = self.movements_of(bodies)
        row = _row(compare(self.windows_of(bodies, movements), self.reference), self.halves, movements)
        return row | self._lively(bodies, movements, self.lively)

    def spoilt(self, change: Callable[[Clip, int], Clip]) -> dict:
        movements = self.movements_of(self.validation, change)
        return _row(
            compare(self.windows_of(self.validation, movements), self.reference, spoilt=True), self.halves, movements
        )

    def of_sounds(
        self,
        make: Callable[[BenchSound, int], Clip],
        seeds: Sequence[int],
        performers: Sequence[str] | None = None,
        groups: Sequence[str] = (),
    ) -> tuple[dict, list[Movement]]:
        """A row for all sounds under "all", and one for each of some groups. seeds, performers: for each sound."""
        movements = [Movement.of(make(sound, seed)) for sound, seed in zip(self.heard, seeds, strict=True)]
        windows = window_set(movements, self.model, groups=performers)
        rows: dict = {}
        for group in ("all", *groups):
            chosen = [index for index, sound in enumerate(self.heard) if group in ("all", sound.group)]
            if not chosen:
                continue
            some, theirs = [movements[index] for index in chosen], [self.heard[index] for index in chosen]
            published, corrected = beats(some, [self.onsets[index] for index in chosen], self.mean_speed)
            turned = [self.onsets[chosen[(place + 1) % len(chosen)]] for place in range(len(chosen))]
            rows[group] = {
                **_row(compare(windows.of(chosen), self.reference), self.halves, some),
                "bc": published,
                "bc_corrected": corrected,
                "bc_shuffled": beats(some, turned, self.mean_speed)[0],
                **timing(some, theirs),
                **liveliness_row(
                    [liveliness_of(movement, sound) for movement, sound in zip(some, theirs, strict=True)],
                    [performers[index] for index in chosen] if performers else [group] * len(some),
                    self.lively,
                ),
            }
        return rows, movements


def mix(bodies: list[BodyClip], reference: WindowSet) -> dict:
    """What the validation recordings are: seconds by kind, and how many of their windows are active."""
    seconds: dict[str, float] = {}
    for body in bodies:
        kind = "gesture" if body.unit is not None else "talk" if body.name.startswith("talk") else "idle"
        seconds[kind] = seconds.get(kind, 0.0) + len(body.clip) / 30.0
    return {
        "recordings": len(bodies),
        "seconds": seconds,
        "windows": len(reference),
        "active_windows": float(reference.active.mean()),
    }


# Whose recordings are the reference: captured people who gesture, with fingers. The others are hand-keyed (overte) or stand
# and walk without fingers (other).
PERFORMERS = ("brad_idle01", "brad_idle02", "brad_idle03", "garza", "neuron")
