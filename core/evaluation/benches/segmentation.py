# SPDX-License-Identifier: GPL-3.0-or-later
"""Gesture units segmented from motion alone, against performances whose units are known.

The performances are stitched from the data pack's labelled gestures: chained, held, with beats, at rest between. `shifted` is
the same with the found units half a performance later: what chance gives.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from ...motion.gesture_plan import GestureUnit, encode
from ...motion.recorded.segmentation import segment
from ...paths import data_pack
from ...training.data.body import load
from ...training.data.body.performances import BodyPerformance, performances

CLOSE_S = 0.2
_LABELLED = ("brad_idle01", "brad_idle02", "brad_idle03", "garza", "neuron")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--cache", type=Path, default=Path(".cache/motion"), help="folder of the prepared motion")
    parser.add_argument("--split", choices=("train", "validation"), default="validation")
    parser.add_argument("--minutes", type=float, default=6.0, help="of performances")
    parser.add_argument("--seed", type=int, default=0)


def run(arguments: argparse.Namespace) -> dict:
    """Prints and returns the figures of `compare`."""
    clips = [
        clip
        for clip in load(arguments.cache, arguments.data)
        if clip.split == arguments.split and clip.performer in _LABELLED
    ]
    stitched = performances(clips, arguments.minutes, arguments.seed)
    found = [segment(one.clip, one.rhythm[:, 5]) for one in stitched]
    later = [_shifted(one, units) for one, units in zip(stitched, found)]
    figures = {
        "split": arguments.split,
        "minutes": sum(len(one.clip) for one in stitched) / 30 / 60,
        "found": compare(stitched, found),
        "shifted": compare(stitched, later),
    }
    for name in ("found", "shifted"):
        print(f"{name:8}", "  ".join(f"{key} {value:.3g}" for key, value in figures[name].items()))
    return figures


def _shifted(one: BodyPerformance, units: tuple[GestureUnit, ...]) -> tuple[GestureUnit, ...]:
    length_s = len(one.clip) / one.clip.rate_hz
    moved = [unit.moved(0.5 * length_s - (length_s if unit.emphasis_s > 0.5 * length_s else 0.0)) for unit in units]
    return tuple(sorted(moved, key=lambda unit: unit.start_s))


def _emphases_s(units: tuple[GestureUnit, ...]) -> np.ndarray:
    return np.array(sorted(beat for unit in units for beat in (unit.emphasis_s, *unit.beats_s)))


def compare(known: list[BodyPerformance], found: list[tuple[GestureUnit, ...]]) -> dict[str, float]:
    """units, units_found: how many. raised_correlation: of the curve "raised" that both give the model. emphasis_recall,
    emphasis_precision: share of known (found) emphases and beats with a found (known) one within CLOSE_S; emphasis_apart_s: median
    distance of the known ones from the nearest found one. hand: share of known units met by one with the same hand."""
    raised, recall, precision, same = [], [], [], []
    for one, units in zip(known, found):
        times_s = np.arange(len(one.clip)) / one.clip.rate_hz
        mine = encode(units, times_s, one.rhythm[:, 4], one.rhythm[:, 5])[1]
        raised.append(
            np.corrcoef(mine[:, 0], one.rhythm[:, 0])[0, 1] if mine[:, 0].any() and one.rhythm[:, 0].any() else 0.0
        )
        true, got = _emphases_s(one.units), _emphases_s(units)
        if len(true) and len(got):
            apart = np.abs(true[:, None] - got[None])
            recall += apart.min(1).tolist()
            precision += apart.min(0).tolist()
        for unit in one.units:
            met = [other for other in units if other.start_s < unit.emphasis_s < other.end_s]
            same.append(bool(met) and met[-1].hand == unit.hand)
    return {
        "units": sum(len(one.units) for one in known),
        "units_found": sum(len(units) for units in found),
        "raised_correlation": float(np.mean(raised)),
        "emphasis_recall": float(np.mean(np.array(recall) < CLOSE_S)),
        "emphasis_precision": float(np.mean(np.array(precision) < CLOSE_S)),
        "emphasis_apart_s": float(np.median(recall)),
        "hand": float(np.mean(same)),
    }
