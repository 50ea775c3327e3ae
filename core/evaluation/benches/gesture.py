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
from pathlib import Path

import numpy as np

from ...motion.clip import Clip
from ...paths import GESTURE_FEATURES, data_pack
from ...training.data.body import BodyClip, load
from ..material import gesture_baselines as baselines
from ..material.ablated_motion import WAYS, ablated
from ..material.generated_motion import GeneratedMotion
from ..material.gesture_effort import READINGS, effort_table, rises
from ..material.gesture_sounds import BenchSound, sounds
from ..metrics.gesture_rows import PERFORMERS, GestureRows, mix
from ..metrics.liveliness import MEASURED
from ..metrics.motion_windows import SAMPLE
from ..metrics.movement import at_rate, wrist_distance_cm
from ..metrics.stroke_timing import of_plans, stroke_error
from ..tables import Column, header, line

GROUPS = ("validation", "held out", "training")
OTHER_SEED = 1000
_EFFORT_SEEDS = (1, 2, 3)
_NAME_WIDTH = 28
_EFFORT_COLUMNS = (
    Column("size", "size", ".2f", 8),
    Column("strokes_a_minute", "/min", ".1f", 8),
    Column("ahead_ms", "ahead ms", ".0f", 10),
    Column("wrists_m_s", "wrist m/s", ".3f", 11),
    Column("chest_deg_s", "chest °/s", ".1f", 11),
)
_COLUMNS = (
    Column("fgd", "FGD", ".2f", 7),
    Column("fgd_sd", "±", ".2f", 6),
    Column("fgd_over_halves", "/halves", ".2f", 8),
    Column("fgd_plain", "plain", ".2f", 7),
    Column("fgd_whole", "whole", ".2f", 7),
    Column("bc", "BC", ".3f", 6),
    Column("bc_corrected", "BC cor", ".3f", 7),
    Column("l1", "L1", ".2f", 6),
    Column("l1_ratio", "ratio", ".2f", 6),
    Column("jerk", "jerk", ".1f", 7),
    Column("jerk_ratio", "ratio", ".2f", 6),
    Column("slide_cm_s", "slide", ".2f", 6),
    Column("slide_labelled_cm_s", "label", ".2f", 6),
    Column("stress_median_ms", "stress", ".0f", 7),
    Column("stress_late_ms", "late", ".0f", 5),
    Column("shuffled_median_ms", "other", ".0f", 6),
    Column("strokes_a_minute", "/min", ".1f", 5),
    Column("rest_in_pauses", "rest", ".2f", 5),
    Column("quiet_in_pauses", "quiet", ".2f", 6),
    Column("rest_in_speech", "in sp.", ".2f", 7),
    Column("path_in_speech_m_s", "m/s", ".3f", 6),
    Column("path_in_pauses_m_s", "pause", ".3f", 6),
    Column("active", "active", ".2f", 7),
    Column("penetration", "inside", ".3f", 7),
)
_LIVELY_COLUMNS = (
    *(
        Column(f"{name}_{where}{ratio}", title, ".2f" if ratio or name == "wrists" else ".1f", 8)
        for where, ratio, titles in (
            ("active", "", ("head °/s", "chest", "pelvis", "wrist m/s")),
            ("active", "_ratio", ("head", "chest", "pelvis", "wrist")),
            ("over_all", "_ratio", ("all head", "chest", "pelvis", "wrist")),
        )
        for name, title in zip(MEASURED, titles, strict=True)
    ),
    Column("duration_to_length", "dur~len", ".2f", 8),
    Column("onsets_apart_ms", "onset ms", ".0f", 9),
    Column("longest_still_s", "still s", ".1f", 8),
    Column("arms_aside", "aside", ".3f", 7),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--cache", type=Path, default=Path(".cache/motion"), help="prepared motion")
    parser.add_argument("--features", type=Path, default=GESTURE_FEATURES, help="folder of the feature extractor")
    parser.add_argument("--sounds", type=int, default=0, help="most sounds of a group (0: all)")
    parser.add_argument(
        "--motion", choices=("ours", "none"), default="ours", help="whether to generate, or the other rows alone"
    )
    parser.add_argument("--quick", action="store_true", help="only mocap's halves, the mean pose and ours")
    parser.add_argument(
        "--ablated", type=int, default=8, help="sounds for the network alone and for the network's share (0: neither)"
    )
    parser.add_argument(
        "--effort",
        type=int,
        default=4,
        help="sounds that are read calmly, as they are and angrily, three seeds each (0: none)",
    )
    parser.add_argument("--style", default="NATURAL", help="CALM, NATURAL or LIVELY")
    parser.add_argument(
        "--keep", type=Path, default=None, help="keep generated clips here and take those that are there"
    )


class _Table:
    """The rows, printed as they come."""

    def __init__(self) -> None:
        self.rows: dict[str, dict] = {}

    def add(self, name: str, row: dict) -> None:
        self.rows[name] = row
        print(line(_COLUMNS, name, _NAME_WIDTH, row), flush=True)


def run(arguments: argparse.Namespace) -> dict:
    bodies = load(arguments.cache, arguments.data)
    heard = _few(sounds(), arguments.sounds)
    bench = GestureRows(bodies, heard, arguments.features)
    table = _Table()
    figures: dict = {
        "validation_mix": mix(bench.validation, bench.reference),
        "features": bench.model.config.data,
        "sounds": {group: sum(sound.group == group for sound in heard) for group in GROUPS},
        "sound_seconds": {group: sum(s.clip.duration_s for s in heard if s.group == group) for group in GROUPS},
        "sample_windows": SAMPLE,
        "rows": table.rows,
    }
    print(f"validation recordings: {figures['validation_mix']}")
    if not arguments.quick:
        figures["stroke_detection"] = stroke_error(bodies)
        print(f"stroke detection: {figures['stroke_detection']}")
    print(header(_COLUMNS, "", _NAME_WIDTH))
    _add_recordings(table, bench, bodies, arguments.quick)
    if arguments.motion == "ours":
        make = GeneratedMotion(arguments.style, arguments.keep)
        figures["seed_difference_cm"] = _add_ours(table, bench, make)
        figures["effort"] = _effort(bench, arguments.effort)
        figures["networks_share"] = _add_ablated(table, bench, make, arguments.ablated)
        plans = table.rows["ours, as planned"]
        print(
            f"the body's strokes are {plans['plan_to_stroke_median_ms']:.0f} ms from the planned ones "
            f"(late by {plans['plan_to_stroke_late_ms']:.0f} ms); another seed moves the wrists {figures['seed_difference_cm']:.1f} cm"
        )
        figures["checks"] = checks(table.rows, figures["seed_difference_cm"])
        for name, (value, good) in figures["checks"].items():
            print(f"{'meets' if good else 'MISSES'}  {name}: {value:.3g}")
    print("\n" + header(_LIVELY_COLUMNS, "", _NAME_WIDTH))
    for name, row in table.rows.items():
        if "head_active" in row:
            print(line(_LIVELY_COLUMNS, name, _NAME_WIDTH, row))
    return figures


def _few(heard: list[BenchSound], most: int) -> list[BenchSound]:
    """At most so many sounds of each group; all if 0."""
    if not most:
        return heard
    return [sound for group in GROUPS for sound in [item for item in heard if item.group == group][:most]]


def _add_recordings(table: _Table, bench: GestureRows, bodies: list[BodyClip], quick: bool) -> None:
    """Rows that no generator has a part in: recordings, spoilt recordings, the mean pose, recordings retrieved by rhythm."""
    training = [body for body in bodies if body.split == "train" and body.performer in PERFORMERS]
    table.add("mocap, two halves", bench.recordings(bench.validation))
    if not quick:
        table.add("training mocap", bench.recordings(training))
        table.add("mocap, frames shuffled", bench.spoilt(baselines.shuffled_frames))
        table.add("mocap + noise 5°", bench.spoilt(lambda clip, index: baselines.noisy(clip, 5.0, index)))
    every = range(len(bench.heard))
    still = baselines.mean_pose(training, 30 * 60)

    def held(sound: BenchSound, index: int) -> Clip:
        return baselines.cut(still, 0, int(sound.clip.duration_s * 30.0) + 1)

    table.add("mean pose", bench.of_sounds(held, every)[0]["all"])
    if not quick:
        retrieval = baselines.Retrieval(training)
        performers = [retrieval.performer(index) for index in every]
        table.add("nearest rhythm", bench.of_sounds(retrieval.motion, every, performers)[0]["all"])


def _add_ours(table: _Table, bench: GestureRows, make: GeneratedMotion) -> float:
    """Rows of the generator. Returns how far another seed of the same performer moves the wrists, in cm."""
    heard = bench.heard
    seeds = make.seeds(len(heard))
    by_group, made = bench.of_sounds(make, seeds, make.performers(seeds), GROUPS)
    own = by_group.pop("all")
    planned = [make.planned[sound.speech.name, seed] for sound, seed in zip(heard, seeds, strict=True)]
    table.add("ours", own)
    for group, row in by_group.items():
        table.add(f"ours, {group} sounds", row)
    table.add("ours, other sound", {"bc": own["bc_shuffled"], "stress_median_ms": own["shuffled_median_ms"]})
    table.add("ours, as planned", of_plans(planned, made, heard))
    others = [make(sound, seed) for sound, seed in zip(heard, make.seeds(len(heard), OTHER_SEED), strict=True)]
    apart = [wrist_distance_cm(movement.clip, at_rate(other)) for movement, other in zip(made, others, strict=True)]
    return float(np.mean(apart))


def _add_ablated(table: _Table, bench: GestureRows, make: GeneratedMotion, most: int) -> dict[str, float]:
    """A row of the network alone. Returns how much of their way wrists and chest lose where its output is frozen."""
    if not most:
        return {}
    few = bench.of_each(max(1, len(bench.heard) // most))
    seeds = make.seeds(len(few.heard))
    rows = {
        way: few.of_sounds(
            lambda sound, seed, way=way: ablated(sound, seed, way, make.style), seeds, make.performers(seeds)
        )[0]["all"]
        for way in WAYS
    }
    for way, name in (
        ("whole", "ours, without a head"),
        ("frozen", "ours, network frozen"),
        ("alone", "network alone"),
    ):
        table.add(name, rows[way])
    lost = {
        name: 1.0 - rows["frozen"][f"{name}_over_all"] / max(rows["whole"][f"{name}_over_all"], 1e-9)
        for name in ("wrists", "chest")
    }
    print("with the network frozen " + ", ".join(f"{name} lose {100.0 * share:.0f} %" for name, share in lost.items()))
    return lost


def _effort(bench: GestureRows, most: int) -> dict[str, dict[str, float]]:
    """The body's figures of the same sounds read calmly, as they are and angrily, printed."""
    if not most:
        return {}
    few = bench.of_each(max(1, len(bench.heard) // most))
    table = effort_table(few.heard[:most], _EFFORT_SEEDS)
    print("\n" + header(_EFFORT_COLUMNS, "read", _NAME_WIDTH))
    for name in READINGS:
        print(line(_EFFORT_COLUMNS, name, _NAME_WIDTH, table[name]))
    falls = [name for name, good in rises(table).items() if not good]
    print(f"with effort {'all of them rise' if not falls else 'these do not rise: ' + ', '.join(falls)}\n", flush=True)
    return table


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
