# SPDX-License-Identifier: GPL-3.0-or-later
"""Beats with few labels: a small reader of frozen features, and the bar pointer of the product behind it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...audio.music.beat_network import METRES, HeardBeats
from ...audio.music.beat_tracking import track
from ...audio.music.tempo import tempo_strengths
from ...models.pretraining.encoders import COLUMNS
from ...models.speech.encoder import PhoneticEncoder
from ...training.data.pretraining.store import PretrainingStore
from ...training.pretraining.windows import BEATS_A_BAR
from ..metrics.beats import f_measure
from .small_reader import FEATURE_RATE_HZ, Labelled, heard_by, read

SHARES = (1.0, 0.1)  # of the training pieces
_WIDE_FRAMES = 1  # so far around a beat it counts as one


def beat_gain(
    store: PretrainingStore, encoders: Mapping[str, PhoneticEncoder | None], seeds: int, steps: int, every: int = 2
) -> dict[str, dict[str, list[float]]]:
    """{"share of encoder": {"beats", "downbeats": F within 70 ms for each seed}} on held-out tunes and drummers."""
    music = (store.corpora == "music") & (store.bpm > 0)
    rows = {split: np.flatnonzero(music & (store.splits == split))[::every] for split in ("train", "validation")}
    found: dict[str, dict[str, list[float]]] = {}
    for name, encoder in encoders.items():
        known, asked = (
            [_labelled(store, int(row), encoder) for row in rows[split]] for split in ("train", "validation")
        )
        bpm = store.bpm[rows["validation"]]
        for share in SHARES:
            row: dict[str, list[float]] = {"beats": [], "downbeats": []}
            for seed in range(seeds):
                count = max(round(share * len(known)), 1)
                mine = [known[at] for at in np.random.default_rng(seed).permutation(len(known))[:count]]
                told = read(mine, [one.features for one in asked], seed, steps, chances=True)
                scores = [_scores(one, float(tempo)) for one, tempo in zip(told, bpm, strict=True)]
                for key, values in zip(row, zip(*scores, strict=True), strict=True):
                    row[key].append(float(np.mean(values)))
            found[f"{100 * share:g} %, {name}"] = row
    return found


def _labelled(store: PretrainingStore, row: int, encoder: PhoneticEncoder | None) -> Labelled:
    begin = int(store.begins[row, 0])
    features = heard_by(encoder, store.mel[begin : begin + COLUMNS * int(store.frames[row])])
    curves = np.zeros((len(features), 2), np.float32)
    for number, frame in enumerate(_beats_s(len(features), float(store.bpm[row])) * FEATURE_RATE_HZ):
        near = slice(max(round(frame) - _WIDE_FRAMES, 0), round(frame) + _WIDE_FRAMES + 1)
        curves[near, 0] = 1.0
        curves[near, 1] = max(float(number % BEATS_A_BAR == 0), float(curves[near, 1].max(initial=0.0)))
    return Labelled(features, curves)


def _beats_s(frames: int, bpm: float) -> np.ndarray:
    return np.arange(0.0, frames / FEATURE_RATE_HZ, 60.0 / bpm)


def _scores(told: np.ndarray, bpm: float) -> tuple[float, float]:
    """F-measures of beats and of downbeats."""
    metres = np.array([1.0 if metre == "4/4" else 0.01 for metre in METRES], np.float32)
    onset = np.repeat(told[:, 0], 2).astype(np.float64)
    heard = HeardBeats(told[:, 0], told[:, 1], metres / metres.sum())
    tracked = track(heard, onset, tempo_strengths(onset))
    beats = _beats_s(len(told), bpm)
    first, length = tracked.bars.first, tracked.bars.beats_a_bar
    return f_measure(tracked.beats_s, beats), f_measure(tracked.beats_s[first::length], beats[::BEATS_A_BAR])
