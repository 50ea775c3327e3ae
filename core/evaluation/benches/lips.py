# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the lips match the sound? Distances on a head that the written curves move, against known phones and captured mouths.

`python -m core.evaluation lips [--data DIR] [--cache DIR]`. Recorded and synthesized speech with phone times: balanced
accuracy of six lip classes by a linear probe on ten mouth distances (trained on other clips of the same group), recall and
precision of closures by lip opening, lag. Captured mouths: correlation with FACEGOOD's clip 05 (rig curves) and with the
last 100 clips of GRID s1 (lip landmarks). Training, validation and held-out voices are printed apart. Captured jaws: every FACEGOOD clip
and every tenth of GRID left out in turn, beside loudness alone, a ridge regression on prosody and the decoder's jaw, and Rhubarb's openness
where it is installed (`peers` says how). Vocal effort: how far the jaw's 95th percentile rises when recordings are filtered from a calm
voice's spectral tilt to a forced one's, at the same level.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import numpy as np

from ...audio.clip import AudioClip
from ...models.speech import SpeechModel, load
from ...motion.face_track import FACE_NAMES
from ...training.data.speech import Utterance, captured
from ..material.captured_jaws import captured_jaws, left_out_rows, rhubarb_openness
from ..material.forced_voice import effort_figures
from ..material.lip_probe import Group, add_mouth_arguments, arpabet_track, arriving, groups, probe_head, probe_tool
from ..metrics.correlation import correlation

log = logging.getLogger(__name__)

LAGS = tuple(range(-6, 7))  # frames of 10 ms


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_mouth_arguments(parser)
    parser.add_argument("--clips", type=int, default=400, help="most clips of a group")
    parser.add_argument(
        "--only", choices=("all", "jaws", "effort"), default="all", help="a part of the figures (default all)"
    )
    parser.add_argument(
        "--node-modules", type=Path, default=Path(".cache/peers/node_modules"), help="where npm installed Rhubarb"
    )


def score_group(group: Group, model: SpeechModel, tool, head, fps: float) -> dict:
    """The probe's figures for one group of clips."""
    clips, apertures, tracks = [], [], []
    for utterance in group.utterances:
        clip = AudioClip(utterance.audio().astype(np.float32) / 32768, name=utterance.id)
        curves = arriving(model.infer(clip)[0], fps)
        track = arpabet_track(utterance)
        frames = min(len(next(iter(curves.values()))), int(clip.duration_s * tool.RATE))
        distances = head.distances({name: curve[:frames] for name, curve in curves.items()})
        clips.append((distances, tool.classes(track, frames)))
        apertures.append(distances[:, 0])
        tracks.append(track)
    probed = [(tool.context(d), label) for d, label in clips]
    figures = {
        "clips": len(clips),
        "minutes": round(sum(len(d) for d, _ in clips) / 6000, 1),
        **tool.score(tool.probe(probed), probed),
    }
    met, total, right, wrong = np.sum(
        [tool.closures(a, label, track) for a, (_, label), track in zip(apertures, clips, tracks)], 0
    )
    figures |= {
        "closure_recall": met / total,
        "closure_precision": right / max(right + wrong, 1),
        "closures": int(total),
    }
    # without neighbours in time, or the probe would see through any shift
    by_lag = []
    for lag in LAGS:
        moved = [(np.roll(d, -lag, 0), label) for d, label in clips]
        by_lag.append(tool.score(tool.probe(moved), moved)["balanced"])
    best = int(np.argmax(by_lag))
    lag = float(LAGS[best])
    if 0 < best < len(LAGS) - 1:  # parabola through the best three: finer than a frame
        a, b, c = by_lag[best - 1 : best + 2]
        lag += 0.5 * (a - c) / (a - 2 * b + c) if a - 2 * b + c else 0.0
    return figures | {
        "lag_ms": 10 * lag,
        "balanced_without_neighbours_by_lag": dict(zip((10 * lag for lag in LAGS), by_lag)),
    }


def score_facegood(model: SpeechModel) -> dict:
    """Correlation of each active mouth curve at the capture's own 30 frames a second, as it is and with the capture moved.

    The corpus lags its sound by up to a frame, the validation clip more than the others: `moved_one_frame` says what that costs.
    """
    figures: dict = {}
    for clip in captured.facegood():
        part = "validation" if clip.split == "validation" else "training"
        track = model.infer(AudioClip(clip.audio.astype(np.float32) / 32768, name=clip.id))[0]
        times_s = np.arange(len(clip.values)) / clip.rate_hz
        rows = figures.setdefault(part, {})
        for column, name in enumerate(clip.names):
            if name not in FACE_NAMES or not name.startswith(("jaw", "mouth", "nose")) or name.endswith("Right"):
                continue
            truth = clip.values[:, column]
            if truth.std() < 0.01:
                continue
            ours = np.interp(times_s, track.times_s, track[name])
            rows.setdefault(name, []).append(
                (correlation(ours, truth), float(np.abs(ours - truth).mean()), correlation(ours[:-1], truth[1:]))
            )
    result = {}
    for part, rows in figures.items():
        r = {name: float(np.nanmean([pair[0] for pair in pairs])) for name, pairs in rows.items()}
        moved = {name: float(np.nanmean([pair[2] for pair in pairs])) for name, pairs in rows.items()}
        result[part] = {
            "jawOpen": r.get("jawOpen"),
            "mean": float(np.mean([0.0 if np.isnan(v) else v for v in r.values()])),
            "moved_one_frame": {"jawOpen": moved.get("jawOpen"), "mean": float(np.nanmean(list(moved.values())))},
            "correlation": r,
            "mean_error": {name: float(np.mean([p[1] for p in pairs])) for name, pairs in rows.items()},
        }
    return result


def score_grid(model: SpeechModel, head, fps: float, most: int) -> dict:
    """Correlation of the head's lip opening and width with the landmarks', over all frames of the clips together."""
    result = {}
    for part in ("train", "validation"):
        ours, truth = [], []
        clips = list(captured.grid(split=part))
        if part == "train":
            clips = clips[:: max(1, len(clips) // 60)]
        for clip in clips[:most]:
            curves = arriving(model.infer(AudioClip(clip.audio.astype(np.float32) / 32768, name=clip.id))[0], fps)
            distances = head.distances(curves)
            times_s = np.arange(len(clip.values)) / clip.rate_hz
            grid_s = np.arange(len(distances)) / 100.0
            ours.append(np.stack([np.interp(times_s, grid_s, distances[:, k]) for k in (0, 1)], 1))
            assert clip.lips is not None  # of GRID
            truth.append(clip.lips[:, [captured.LIP_NAMES.index(name) for name in ("inner_opening", "width")]])
        a, b = np.concatenate(ours), np.concatenate(truth)
        each = [[correlation(x[:, k], y[:, k]) for x, y in zip(ours, truth)] for k in (0, 1)]
        result["training" if part == "train" else part] = {
            "clips": len(ours),
            "opening": correlation(a[:, 0], b[:, 0]),
            "width": correlation(a[:, 1], b[:, 1]),
            "opening_median_of_clips": float(np.nanmedian(each[0])),
            "width_median_of_clips": float(np.nanmedian(each[1])),
        }
    return result


def run(arguments: argparse.Namespace) -> dict:
    tool = probe_tool(arguments.data)
    head = probe_head(tool, arguments.data)
    model = load(arguments.weights)
    figures: dict = {"fps": arguments.fps}
    if arguments.only != "all":
        return figures | _of_voice(model, arguments)
    print(f"{'group':34} clips   min  balanced  recall  precision  lag ms   SIL    CLOSED FV     ROUND  OPEN   OTHER")
    for group in groups(arguments.cache, arguments.clips):
        row = score_group(group, model, tool, head, arguments.fps)
        figures[group.name] = row
        print(
            f"{group.name:34} {row['clips']:5} {row['minutes']:5.1f}  {row['balanced']:8.3f}  {row['closure_recall']:6.3f}  "
            f"{row['closure_precision']:9.3f}  {row['lag_ms']:6.1f}   "
            + " ".join(f"{float(row['recall'][name]):.3f} " for name in tool.CLASSES),
            flush=True,
        )
    figures["facegood"] = score_facegood(model)
    for part, row in figures["facegood"].items():
        print(
            f"FACEGOOD {part}: jawOpen {row['jawOpen']:.3f}, mean of {len(row['correlation'])} active curves {row['mean']:.3f} "
            f"(capture moved by a frame: {row['moved_one_frame']['jawOpen']:.3f}, {row['moved_one_frame']['mean']:.3f})  "
            + " ".join(f"{name} {value:.2f}" for name, value in row["correlation"].items()),
            flush=True,
        )
    figures["grid_s1"] = score_grid(model, head, arguments.fps, 100)
    for part, row in figures["grid_s1"].items():
        print(
            f"GRID s1 {part}: opening {row['opening']:.3f} (median of clips {row['opening_median_of_clips']:.3f}), "
            f"width {row['width']:.3f} (median {row['width_median_of_clips']:.3f}), {row['clips']} clips",
            flush=True,
        )
    return figures | _of_voice(model, arguments)


def _of_voice(model: SpeechModel, arguments: argparse.Namespace) -> dict:
    """How the mouth's size follows the voice: the captured jaws, the effort, or both."""
    figures: dict = {}
    if arguments.only in ("all", "jaws"):
        clips = captured_jaws(model)
        figures["jaws"] = rows = left_out_rows(clips, rhubarb_openness(clips, arguments.node_modules))
        names = ("loudness", "ridge", "rhubarb", "decoder", "left_out", "lift", "shipped")
        print(f"{'jaw, left out':16}" + " ".join(f"{name:>9}" for name in names))
        for group, row in {**rows, **_means(rows)}.items():
            print(f"{group:16}" + " ".join(f"{row.get(name, float('nan')):9.3f}" for name in names), flush=True)
    if arguments.only in ("all", "effort"):
        figures["effort"] = row = effort_figures(model, _validation(arguments.cache))
        print(
            f"vocal effort, {row['clips']} recordings: jaw's 95th percentile from calm to forced x {row['median']:.2f} "
            f"(least {row['least']:.2f}), rising at every step in {row['monotonic']}",
            flush=True,
        )
    return figures


def _validation(cache: Path) -> tuple[Utterance, ...]:
    """Twenty recordings of validation speakers."""
    return next(group for group in groups(cache, 20) if group.name.startswith("validation")).utterances


def _means(rows: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Of each corpus' groups."""
    result = {}
    for corpus in ("FACEGOOD", "GRID"):
        mine = [row for group, row in rows.items() if group.startswith(corpus)]
        result[f"{corpus} mean"] = {name: float(np.mean([row[name] for row in mine])) for name in mine[0]}
    return result
