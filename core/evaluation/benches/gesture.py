# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the body speak along? Distance to recorded motion, strokes on stressed syllables, rest in pauses, feet that stand.

`python -m core.evaluation gesture [--sounds N] [--motion ours|none] [--keep DIR]`. Rows: ours, the mean pose, recordings
retrieved by rhythm, recordings spoilt by noise or by shuffling, and validation recordings against themselves (two random
halves by recording). FGD is the distance to half of the validation recordings, always with as many windows as a half has.
Sounds are utterances with known stresses and pauses; those of training, of validation and of synthesizers that nothing was
trained on are reported apart. docs/gesture-bench.md says what each column is and why.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ...models.motion_features import load as load_features
from ...motion.clip import Clip
from ...paths import GESTURE_FEATURES, data_pack
from ...training.data.body import BodyClip, load
from ...training.data.body.performances import SPEAKERS
from ...training.data.body.to_canonical import mirrored
from ..drawing.figures import load_clip, save_clip
from ..material import gesture_baselines as baselines
from ..material.gesture_sounds import BenchSound, sounds
from ..metrics.gesture import onset_times
from ..metrics.motion_windows import SAMPLE, Comparison, WindowSet, compare, window_set
from ..metrics.movement import (
    Movement,
    at_rate,
    beat_consistency,
    foot_slide_cm_s,
    mean_joint_speed,
    penetration,
    spoken,
    wrist_distance_cm,
)
from ..metrics.strokes import hands_of, offsets_s

log = logging.getLogger(__name__)

GROUPS = ("validation", "held out", "training")
OTHER_SEED = 1000
# Whose recordings are the reference: captured people who gesture, with fingers. The others are hand-keyed (overte) or stand
# and walk without fingers (other).
PERFORMERS = ("brad_idle01", "brad_idle02", "brad_idle03", "garza", "neuron")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--cache", type=Path, default=Path(".cache/motion"), help="prepared motion")
    parser.add_argument("--features", type=Path, default=GESTURE_FEATURES, help="folder of the feature extractor")
    parser.add_argument("--sounds", type=int, default=0, help="most sounds of a group (0: all)")
    parser.add_argument(
        "--motion", choices=("ours", "none"), default="ours", help="whether to generate, or the other rows alone"
    )
    parser.add_argument("--quick", action="store_true", help="only mocap's halves, the mean pose and ours")
    parser.add_argument("--style", default="NATURAL", help="CALM, NATURAL or LIVELY")
    parser.add_argument(
        "--keep", type=Path, default=None, help="keep generated clips here and take those that are there"
    )


Generator = Callable[[BenchSound, int], Clip]


class Ours:
    """The product's own way from a sound to a body, with all parts as the button has them. planned: emphases of the gesture
    plan in seconds, by name of the sound and seed. keep: folder for what was generated; what is there is taken."""

    def __init__(self, style: str, keep: Path | None):
        self.style = style
        self.keep = keep
        self.planned: dict[tuple[str, int], np.ndarray] = {}

    def __call__(self, sound: BenchSound, seed: int) -> Clip:
        name = sound.speech.name
        path = (
            None
            if self.keep is None
            else self.keep / f"{sound.group.replace(' ', '_')}__{name}__{self.style.lower()}_{seed}.npz"
        )
        if path is not None and path.is_file():
            self.planned[name, seed] = np.load(path.with_suffix(".npy"))
            return load_clip(path)
        clip, self.planned[name, seed] = self._generated(sound, seed)
        if path is not None:
            save_clip(path, clip)
            np.save(path.with_suffix(".npy"), self.planned[name, seed])
        return clip

    def seeds(self, count: int, first: int = 0) -> list[int]:
        """A seed for each sound, so chosen that the performers whose postures the model knows take turns. Raises UserError."""
        from ...performance import models
        from ...performance.body.generation import speaker_of

        model = models.body_model()
        known = list(model.config.usable_speakers or range(model.config.speakers))
        chosen: list[int] = []
        seed = first
        while len(chosen) < count:
            if speaker_of(model, seed) == known[len(chosen) % len(known)]:
                chosen.append(seed)
            seed += 1
        return chosen

    def performers(self, seeds: list[int]) -> list[str]:
        """Whose posture each seed takes; a mirror image is the same performer."""
        from ...performance import models
        from ...performance.body.generation import speaker_of

        return [SPEAKERS[speaker_of(models.body_model(), seed)].removesuffix("_mirrored") for seed in seeds]

    def _generated(self, sound: BenchSound, seed: int) -> tuple[Clip, np.ndarray]:
        from ...audio import prosody
        from ...performance.face.score import score_of
        from ...performance.gestures.planner import plan
        from ...performance.parts import BODY, EXPRESSION, EYES, HANDS, HEAD, LIPS
        from ...performance.speech import perform
        from ...settings import GenerateSettings

        settings = GenerateSettings(
            seed=seed, parts=frozenset({LIPS, EXPRESSION, EYES, HEAD, BODY, HANDS}), style=self.style
        )
        done = perform(sound.clip, settings)
        heard = prosody.analyse(sound.clip)
        units = plan(score_of(heard, sound.clip.duration_s), done.phones, heard, settings)
        return done.body, np.array(sorted(beat for unit in units for beat in (unit.emphasis_s, *unit.beats_s)))


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


def beats(movements: list[Movement], onsets: list[np.ndarray], mean_speed: np.ndarray) -> tuple[float, float]:
    """BC of motions with the onsets of their sounds: published, corrected."""
    found = np.array(
        [
            beat_consistency(movement.positions_m, onset, mean_speed)
            for movement, onset in zip(movements, onsets, strict=True)
        ]
    )
    return tuple(float(value) for value in np.nanmean(found, axis=0)) if len(found) else (float("nan"), float("nan"))


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


class Bench:
    """Everything the rows are measured with."""

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
            return _row(self.halves, self.halves, self.recorded)
        movements = self.movements_of(bodies)
        return _row(compare(self.windows_of(bodies, movements), self.reference), self.halves, movements)

    def spoilt(self, change: Callable[[Clip, int], Clip]) -> dict:
        movements = self.movements_of(self.validation, change)
        return _row(
            compare(self.windows_of(self.validation, movements), self.reference, spoilt=True), self.halves, movements
        )

    def of_sounds(
        self, make: Generator, seeds: Sequence[int], performers: Sequence[str] | None = None, groups: Sequence[str] = ()
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


# key, title, form
_COLUMNS = (
    ("fgd", "FGD", "{:6.2f}"),
    ("fgd_sd", "±", "{:5.2f}"),
    ("fgd_over_halves", "/halves", "{:5.2f}"),
    ("fgd_plain", "plain", "{:6.2f}"),
    ("fgd_whole", "whole", "{:6.2f}"),
    ("bc", "BC", "{:5.3f}"),
    ("bc_corrected", "BC cor", "{:5.3f}"),
    ("l1", "L1", "{:5.2f}"),
    ("l1_ratio", "ratio", "{:5.2f}"),
    ("jerk", "jerk", "{:6.1f}"),
    ("jerk_ratio", "ratio", "{:5.2f}"),
    ("slide_cm_s", "slide", "{:5.2f}"),
    ("slide_labelled_cm_s", "label", "{:5.2f}"),
    ("stress_median_ms", "stress", "{:4.0f}"),
    ("stress_late_ms", "late", "{:4.0f}"),
    ("shuffled_median_ms", "other", "{:4.0f}"),
    ("strokes_a_minute", "/min", "{:4.1f}"),
    ("rest_in_pauses", "rest", "{:4.2f}"),
    ("quiet_in_pauses", "quiet", "{:4.2f}"),
    ("rest_in_speech", "in sp.", "{:4.2f}"),
    ("path_in_speech_m_s", "m/s", "{:5.3f}"),
    ("path_in_pauses_m_s", "pause", "{:5.3f}"),
    ("active", "active", "{:4.2f}"),
    ("penetration", "inside", "{:5.3f}"),
)


def _widths() -> list[int]:
    return [max(len(title), len(form.format(0.0))) for _, title, form in _COLUMNS]


def _print_row(name: str, row: dict) -> None:
    cells = [
        (form.format(row[key]) if row.get(key) is not None and np.isfinite(row[key]) else "-").rjust(width)
        for (key, _, form), width in zip(_COLUMNS, _widths(), strict=True)
    ]
    print(f"{name:28} " + " ".join(cells), flush=True)


def ours_rows(bench: Bench, make: Ours) -> tuple[dict[str, dict], float]:
    """Rows of the generator, and how far another seed of the same performer moves the wrists, in cm."""
    heard = bench.heard
    seeds = make.seeds(len(heard))
    by_group, made = bench.of_sounds(make, seeds, make.performers(seeds), GROUPS)
    own = by_group.pop("all")
    planned = [make.planned[sound.speech.name, seed] for sound, seed in zip(heard, seeds, strict=True)]
    rows = {
        "ours": own,
        **{f"ours, {group} sounds": row for group, row in by_group.items()},
        "ours, other sound": {"bc": own["bc_shuffled"], "stress_median_ms": own["shuffled_median_ms"]},
        "ours, as planned": of_plans(planned, made, heard),
    }
    others = [make(sound, seed) for sound, seed in zip(heard, make.seeds(len(heard), OTHER_SEED), strict=True)]
    apart = [wrist_distance_cm(movement.clip, at_rate(other)) for movement, other in zip(made, others, strict=True)]
    return rows, float(np.mean(apart))


def run(arguments: argparse.Namespace) -> dict:
    bodies = load(arguments.cache, arguments.data)
    heard = sounds()
    if arguments.sounds:
        heard = [
            sound for group in GROUPS for sound in [item for item in heard if item.group == group][: arguments.sounds]
        ]
    bench = Bench(bodies, heard, arguments.features)
    training = [body for body in bodies if body.split == "train" and body.performer in PERFORMERS]
    rows: dict[str, dict] = {}
    figures: dict = {
        "validation_mix": mix(bench.validation, bench.reference),
        "features": bench.model.config.data,
        "sounds": {group: sum(sound.group == group for sound in heard) for group in GROUPS},
        "sound_seconds": {group: sum(s.clip.duration_s for s in heard if s.group == group) for group in GROUPS},
        "sample_windows": SAMPLE,
        "rows": rows,
    }

    def add(name: str, row: dict) -> None:
        rows[name] = row
        _print_row(name, row)

    print(f"validation recordings: {figures['validation_mix']}")
    if not arguments.quick:
        figures["stroke_detection"] = stroke_error(bodies)
        print(f"stroke detection: {figures['stroke_detection']}")
    print(f"{'':28} " + " ".join(title.rjust(width) for (_, title, _), width in zip(_COLUMNS, _widths(), strict=True)))
    add("mocap, two halves", bench.recordings(bench.validation))
    if not arguments.quick:
        add("training mocap", bench.recordings(training))
        add("mocap, frames shuffled", bench.spoilt(baselines.shuffled_frames))
        add("mocap + noise 5°", bench.spoilt(lambda clip, index: baselines.noisy(clip, 5.0, index)))
    every = range(len(heard))
    still = baselines.mean_pose(training, 30 * 60)
    add(
        "mean pose",
        bench.of_sounds(lambda sound, _: baselines.cut(still, 0, int(sound.clip.duration_s * 30.0) + 1), every)[0][
            "all"
        ],
    )
    if not arguments.quick:
        retrieval = baselines.Retrieval(training)
        add(
            "nearest rhythm",
            bench.of_sounds(retrieval.motion, every, [retrieval.performer(index) for index in every])[0]["all"],
        )
    if arguments.motion == "ours":
        own, figures["seed_difference_cm"] = ours_rows(bench, Ours(arguments.style, arguments.keep))
        for name, row in own.items():
            add(name, row)
        plans = rows["ours, as planned"]
        print(
            f"the body's strokes are {plans['plan_to_stroke_median_ms']:.0f} ms from the planned ones "
            f"(late by {plans['plan_to_stroke_late_ms']:.0f} ms); another seed moves the wrists {figures['seed_difference_cm']:.1f} cm"
        )
        figures["checks"] = checks(rows, figures["seed_difference_cm"])
        for name, (value, good) in figures["checks"].items():
            print(f"{'meets' if good else 'MISSES'}  {name}: {value:.3g}")
    return figures


def checks(rows: dict[str, dict], seed_difference_cm: float) -> dict[str, tuple[float, bool]]:
    """What is asked of the generator: value and whether it is met."""
    own, halves_row, mean = rows["ours"], rows["mocap, two halves"], rows["mean pose"]
    asked = {
        "FGD over mocap's halves, at most 3": (own["fgd"] / halves_row["fgd"], 3.0),
        "FGD over the mean pose's (whole reference), at most 0.2": (own["fgd_whole"] / mean["fgd_whole"], 0.2),
        "stroke to stress in ms, under 80": (own["stress_median_ms"], 80.0),
        "stroke to stress over that with other sounds, at most 0.8": (
            own["stress_median_ms"] / own["shuffled_median_ms"],
            0.8,
        ),
        "jerk over mocap's, at most 1.3": (own["jerk_ratio"], 1.3),
        "foot sliding in cm/s, under 1": (own["slide_cm_s"], 1.0),
    }
    result = {name: (value, bool(value <= limit)) for name, (value, limit) in asked.items()}
    result["L1 diversity over mocap's, 0.7 to 1.3"] = (own["l1_ratio"], bool(0.7 <= own["l1_ratio"] <= 1.3))
    result["rest in pauses over rest in speech, at least 2"] = (
        own["rest_in_pauses"] / max(own["rest_in_speech"], 1e-3),
        bool(own["rest_in_pauses"] >= 2.0 * own["rest_in_speech"]),
    )
    result["another seed in cm, at least 5"] = (seed_difference_cm, seed_difference_cm >= 5.0)
    return result
