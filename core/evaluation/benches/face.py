# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a face live? Blinks, glances and brows of the button beside recorded ones, and MeshTalk's samples beside both.

`python -m core.evaluation face [--data DIR] [--seeds N] [--weights DIR]`. A minute of each of some validation voices. Blinks: how many a
minute, how many shut, the longest gap, how long over half. Coincidence: share of blinks and glances of different voices with one seed that
fall within 50 ms of each other (mean over seeds, its standard error), and what chance gives. Distances: Kolmogorov and Smirnov's between
generated and recorded values of brows (the landmark speech kept for validation) and lids (that speech, and people in a headset), of their
speeds, of how long blinks are over half, and of where and how far the eyes look (degrees from the partner, sizes of jumps, rests between
them: people in conversation, the statistics that the rules draw from, so these say how well the rules keep to them). Seeds: how far the
upper face differs from seed to seed, as a share of how far it moves, and how far the lips do.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from ...audio.clip import RATE_HZ, AudioClip
from ...models.meshtalk import load
from ...models.meshtalk.shapes import SHAPE_INDEX
from ...motion.face_track import FACE_INDEX, FACE_NAMES, FACE_RATE_HZ
from ...paths import MESHTALK_WEIGHTS, data_pack
from ...performance.face.sampled_face import sampled_face
from ...performance.loaded_models import speech_model
from ...performance.parts import EXPRESSION, EYES, LIPS
from ...performance.seeding import seed_of_sound
from ...performance.speech import perform
from ...settings import GenerateSettings
from ...statistics import NONVERBAL, statistics_of
from ...training.data.faces.clip import RecordedFace
from ...training.data.faces.landmark_speeches import landmark_speeches
from ...training.data.faces.recorded import headset_lids
from ...training.data.speech.corpora import read_sound, rows_of
from ..material.aroused_voice import arousal_table
from ..metrics.eyes import (
    blink_figures,
    blink_lengths_s,
    blink_times_s,
    coincidence,
    distance_of_distributions,
    of_quantiles,
    rests_and_jumps,
)

log = logging.getLogger(__name__)

VOICES = ("kathleen", "kerstin", "nathalie", "speechocean762")
BROWS = ("browInnerUp", "browOuterUpLeft", "browDownLeft")
LID = "eyeBlinkLeft"
UPPER = (*BROWS, LID)
GLANCE = 0.12  # a change of a look shape within 50 ms that counts as a glance; by eye


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--weights", type=Path, default=MESHTALK_WEIGHTS, help="folder of MeshTalk")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each voice")
    parser.add_argument("--temperature", type=float, default=1.0, help="of MeshTalk's samples")


def voices(folder: Path, seconds: float) -> list[AudioClip]:
    """Validation recordings of each corpus in a row."""
    found = []
    for corpus in VOICES:
        parts, left = [], int(seconds * RATE_HZ)
        rows = rows_of(corpus, "validation")
        speaker = rows[-1]["speaker"] if corpus == "speechocean762" else None
        for row in rows:
            if left > 0 and speaker in (None, row["speaker"]):
                parts.append(read_sound(folder / row["path"])[:left])
                left -= len(parts[-1])
        found.append(AudioClip(np.concatenate(parts).astype(np.float32) / 32768, name=corpus))
    return found


def _sentences(folder: Path, each: int = 2) -> list[np.ndarray]:
    """So many validation recordings of each corpus, float32 (N,), long enough for a tune."""
    found = []
    for corpus in VOICES:
        rows = [row for row in rows_of(corpus, "validation") if row["duration_s"] > 3.5][:each]
        found += [read_sound(folder / row["path"]).astype(np.float32) / 32768 for row in rows]
    return found


def of_button(clip: AudioClip, seed: int) -> np.ndarray:
    """float32 (T, 55) at 60 Hz."""
    settings = GenerateSettings(parts=frozenset({LIPS, EXPRESSION, EYES}), seed=seed)
    return perform(clip, settings, model=speech_model()).face.values


def recorded(folder: Path) -> tuple[list[RecordedFace], list[RecordedFace]]:
    """Validation recordings: talkers whose brows and lids are known, people whose lids are."""
    talkers = [face for face in landmark_speeches(folder) if face.split == "validation"]
    return talkers, [face for face in headset_lids(folder) if face.split == "validation"]


def column(values: np.ndarray, name: str) -> np.ndarray:
    return values[:, FACE_INDEX[name]]


def figures_of(faces: dict[tuple[int, int], np.ndarray], folder: Path, duration_s: float) -> dict:
    """Of generated faces (T, 55) at 60 Hz by voice and seed."""
    talkers, lids = recorded(folder)
    every = np.concatenate(list(faces.values()))
    blinks = [blink_figures(column(values, LID), FACE_RATE_HZ) for values in faces.values()]
    result: dict = {name: float(np.nanmedian([row[name] for row in blinks])) for name in blinks[0]}
    result["longest_gap_s"] = float(max(row["longest_gap_s"] for row in blinks))
    result["per_min_range"] = [float(np.quantile([row["per_min"] for row in blinks], q)) for q in (0.05, 0.95)]
    for name, events in (
        ("blinks", {key: blink_times_s(column(values, LID), FACE_RATE_HZ) for key, values in faces.items()}),
        ("glances", {key: _glances_s(values) for key, values in faces.items()}),
    ):
        result |= _together(name, events, duration_s)
    for name in BROWS:
        theirs = np.concatenate([_shape(face, name) for face in talkers])
        result[f"ks_{name}"] = distance_of_distributions(column(every, name), theirs)
        ours = np.concatenate([_speeds(column(values, name), FACE_RATE_HZ) for values in faces.values()])
        speeds = np.concatenate([_speeds(_shape(face, name), 25.0) for face in talkers])
        result[f"ks_speed_{name}"] = distance_of_distributions(ours, speeds)
    result["ks_lids_talker"] = distance_of_distributions(
        column(every, LID), np.concatenate([_shape(f, LID) for f in talkers])
    )
    result["ks_lids_headset"] = distance_of_distributions(
        column(every, LID), np.concatenate([_shape(f, LID) for f in lids])
    )
    return result | _lids_in_time(faces, lids) | _gaze(faces) | _by_seed(faces)


def _together(name: str, events: dict[tuple[int, int], np.ndarray], duration_s: float) -> dict[str, float]:
    """Events (n,) seconds by voice and seed: how far those of different voices with one seed coincide, the mean over seeds with its
    standard error, and chance; {} where there are none."""
    by_seed = [[events[key] for key in sorted(events) if key[1] == seed] for seed in sorted({key[1] for key in events})]
    shares = np.array([coincidence(times, duration_s) for times in by_seed if all(len(one) for one in times)])
    if not len(shares):
        return {}
    error = float(shares[:, 0].std(ddof=1) / np.sqrt(len(shares))) if len(shares) > 1 else float("nan")
    return {
        f"{name}_together": float(shares[:, 0].mean()),
        f"{name}_together_error": error,
        f"{name}_by_chance": float(shares[:, 1].mean()),
    }


def _lids_in_time(faces: dict[tuple[int, int], np.ndarray], recorded: Sequence[RecordedFace]) -> dict[str, float]:
    """How fast lids move and how long they are shut by half, beside people in a headset."""
    ours = [(column(values, LID), FACE_RATE_HZ) for values in faces.values()]
    theirs = [(_shape(face, LID), 25.0) for face in recorded]
    result = {}
    for name, measure in (("ks_speed_lids", _speeds), ("ks_blink_lengths", blink_lengths_s)):
        own, other = (np.concatenate([measure(curve, rate) for curve, rate in rows]) for rows in (ours, theirs))
        if len(own) and len(other):
            result[name] = distance_of_distributions(own, other)
    return result


def _gaze(faces: dict[tuple[int, int], np.ndarray]) -> dict[str, float]:
    """Where eyes look that talk, beside people in conversation; {} where they do not move."""
    tables = statistics_of(NONVERBAL)
    table, eyes = tables["gaze"]["speaking"], tables["eyes"]
    jumps, rests, places = [], [], []
    for values in faces.values():
        yaw, pitch = (
            eyes[f"deg_per_look{one}"] * column(values, f"eyeLook{one}Left")
            - eyes[f"deg_per_look{other}"] * column(values, f"eyeLook{other}Left")
            for one, other in (("Out", "In"), ("Down", "Up"))
        )
        if not np.ptp(yaw):
            return {}
        rested, jumped = rests_and_jumps(yaw, pitch, FACE_RATE_HZ)
        rests.append(rested)
        jumps.append(jumped)
        places.append(np.hypot(yaw, pitch))
    share = table["share_on_partner"]
    count = 2000
    theirs = np.concatenate(
        [
            of_quantiles(table["on_partner_deg"], round(count * share)),
            of_quantiles(table["away_deg"], round(count * (1.0 - share))),
        ]
    )
    return {
        "ks_gaze_deg": distance_of_distributions(np.concatenate(places), theirs),
        "ks_jump_deg": distance_of_distributions(np.concatenate(jumps), of_quantiles(table["saccade_deg"], count)),
        "ks_rest_s": distance_of_distributions(np.concatenate(rests), of_quantiles(table["dwell_s"], count)),
    }


def _shape(face: RecordedFace, name: str) -> np.ndarray:
    return face.values[:, SHAPE_INDEX[name]]


def _speeds(curve: np.ndarray, rate_hz: float) -> np.ndarray:
    """Per second, over 80 ms, so that frame rates compare."""
    apart = round(0.08 * rate_hz)
    return np.abs(curve[apart:] - curve[:-apart]) / (apart / rate_hz)


def _glances_s(values: np.ndarray) -> np.ndarray:
    looks = np.stack(
        [column(values, name) for name in ("eyeLookOutLeft", "eyeLookInLeft", "eyeLookDownLeft", "eyeLookUpLeft")], 1
    )
    jumps = np.abs(looks[3:] - looks[:-3]).max(1) > GLANCE
    begins = np.flatnonzero(jumps[1:] & ~jumps[:-1])
    return begins / FACE_RATE_HZ


def _by_seed(faces: dict[tuple[int, int], np.ndarray]) -> dict[str, float]:
    """upper_by_seed: deviation over seeds, as a share of that over time; lips_by_seed: largest difference of the mouth's shapes, as a share
    of their range."""
    upper, lips = [], []
    mouth = [index for index, name in enumerate(FACE_NAMES) if name.startswith(("jaw", "mouth"))]
    for voice in {key[0] for key in faces}:
        mine = np.stack([values for key, values in sorted(faces.items()) if key[0] == voice])
        if len(mine) < 2:
            return {}
        part = mine[:, :, [FACE_INDEX[name] for name in UPPER]]
        upper.append(part.std(0).mean() / part.std(1).mean())
        lips.append(np.ptp(mine[:, :, mouth], axis=0).max() / max(np.ptp(mine[:, :, mouth]), 1e-6))
    return {"upper_by_seed": float(np.mean(upper)), "lips_by_seed": float(np.max(lips))}


def _recorded_row(faces: Sequence[RecordedFace]) -> dict[str, float]:
    rows = [blink_figures(_shape(face, LID), 25.0) for face in faces]
    return {name: float(np.nanmedian([row[name] for row in rows])) for name in rows[0]}


def run(arguments: argparse.Namespace) -> dict:
    torch.set_num_threads(1)
    clips = voices(arguments.data, arguments.seconds)
    talkers, lids = recorded(arguments.data)
    figures: dict = {"recorded talker": _recorded_row(talkers), "recorded in a headset": _recorded_row(lids)}
    duration_s = min(clip.duration_s for clip in clips)
    figures["button"] = figures_of(
        {(v, seed): of_button(clip, seed) for v, clip in enumerate(clips) for seed in range(arguments.seeds)},
        arguments.data,
        duration_s,
    )
    if (arguments.weights / "model.safetensors").is_file():
        model = load(arguments.weights)
        sampled = {
            (v, seed): sampled_face(model, clip, seed_of_sound(seed, clip.samples), arguments.temperature)
            for v, clip in enumerate(clips)
            for seed in range(arguments.seeds)
        }
        figures["MeshTalk"] = figures_of(sampled, arguments.data, duration_s)
    readings = arousal_table(_sentences(arguments.data), speech_model())
    figures |= {f"read {name}": row for name, row in readings.items()}
    for name, row in figures.items():
        shown = " ".join(f"{key} {np.round(value, 3)}" for key, value in row.items())
        print(f"{name}: {shown}", flush=True)
    return figures
