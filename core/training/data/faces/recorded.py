# SPDX-License-Identifier: GPL-3.0-or-later
"""The data pack's other faces: GRID and FACEGOOD (with their sound), range of motion, eyelids in a headset.

`folder` is the data pack.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ....capture.lids import shut
from ....models.meshtalk.shapes import MOUTH_SHAPES, UPPER_SHAPES
from ..speech.captured import Capture, facegood, grid
from .clip import RATE_HZ, RecordedFace, at_rate, from_columns

# Shapes that GRID's tracker hardly sees (see the data pack): our speech model's stand in for them where there is one.
GRID_WEAK = ("mouthFunnel", "mouthPucker", "mouthClose")
_GRID_MOUTH = tuple(name for name in MOUTH_SHAPES if name not in (*GRID_WEAK, "cheekPuff", "jawForward"))
_GRID_JAW = 1.5  # its 99th percentile, 0.38, to FACEGOOD's: one talker's widest is as wide as another's
_HEADSET_MINUTES = 45.0


def grid_faces(folder: Path) -> Iterator[RecordedFace]:
    """GRID s1: mouth, lids and squint; its brows hardly move and the tracker rests on a frown, so they count as unknown."""
    clips = list(grid(folder))
    names = clips[0].names
    squint = [names.index("eyeSquintLeft"), names.index("eyeSquintRight")]
    rest = np.median(np.concatenate([clip.values[:, squint] for clip in clips if clip.split == "train"]), 0)
    lids = [names.index("eyeBlinkLeft"), names.index("eyeBlinkRight")]
    every = shut(-np.concatenate([clip.values[:, lids].mean(1) for clip in clips]) + 1.0, RATE_HZ)
    ends = np.cumsum([len(clip.values) for clip in clips])
    for clip, end in zip(clips, ends, strict=True):
        blink = every[end - len(clip.values) : end]
        columns = {name: clip.values[:, names.index(name)] for name in _GRID_MOUTH}
        columns["jawOpen"] = _GRID_JAW * columns["jawOpen"]
        columns |= {"eyeBlinkLeft": blink, "eyeBlinkRight": blink}
        for column, name, at_rest in zip(squint, ("eyeSquintLeft", "eyeSquintRight"), rest, strict=True):
            # lids that shut press the tracker's squint: what is left of it beside blinks
            columns[name] = np.maximum(clip.values[:, column] - at_rest, 0.0) * (1.0 - blink)
        yield _with_sound(clip, *from_columns(columns))


def facegood_faces(folder: Path) -> Iterator[RecordedFace]:
    """FACEGOOD's mouths; what it keeps at 0 elsewhere was not captured."""
    for clip in facegood(folder):
        names = [
            name for name in clip.names if name in MOUTH_SHAPES and clip.values[:, clip.names.index(name)].std() > 1e-3
        ]
        moved = at_rate(clip.values, np.arange(len(clip.values)) / clip.rate_hz)
        yield _with_sound(clip, *from_columns({name: moved[:, clip.names.index(name)] for name in names}))


def _with_sound(clip: Capture, values: np.ndarray, known: np.ndarray) -> RecordedFace:
    return RecordedFace(clip.id, clip.corpus, clip.split, values, known, clip.audio)


def range_of_motion(folder: Path) -> Iterator[RecordedFace]:
    """Live Link Face takes without sound: their upper faces; the last quarter of the second take is for validation."""
    for take in ("alex_rom_3", "alex_rom_4"):
        with np.load(folder / "face" / "arkit_rom" / f"{take}.npz") as data:
            times, names = data["time_s"], [str(name).lower() for name in data["names"]]
            steps = np.append(True, np.diff(times) > 0)
            moved = at_rate(data["values"].astype(np.float64)[steps], times[steps])
        values, known = from_columns({name: moved[:, names.index(name.lower())] for name in UPPER_SHAPES})
        cut = len(values) * 3 // 4 if take == "alex_rom_4" else len(values)
        yield RecordedFace(f"{take}_a", "rom", "train", values[:cut], known)
        if cut < len(values):
            yield RecordedFace(f"{take}_b", "rom", "validation", values[cut:], known)


def headset_lids(folder: Path) -> Iterator[RecordedFace]:
    """Eyelids of 24 people in a headset: 45 minutes for training, those of the last two people for validation."""
    with np.load(folder / "face" / "blinks" / "headset_openness.npz") as data:
        people = [str(name).split("/")[0] for name in data["recordings"]]
        lengths, times = data["lengths"], data["time_s"].astype(np.float64)
        openness = (data["openness_left"].astype(np.float64) + data["openness_right"]) / 2
    ends = np.cumsum(lengths)
    held = sorted(set(people))[-2:]
    used = {"train": 0.0, "validation": 0.0}
    order = np.random.default_rng(0).permutation(len(people))
    for index in order:
        split = "validation" if people[index] in held else "train"
        rows = slice(ends[index] - lengths[index], ends[index])
        moved = at_rate(openness[rows, None], times[rows])[:, 0]
        if used[split] > _HEADSET_MINUTES * 60 or len(moved) < 500:
            continue
        used[split] += len(moved) / RATE_HZ
        lid = shut(moved, RATE_HZ)
        values, known = from_columns({"eyeBlinkLeft": lid, "eyeBlinkRight": lid})
        yield RecordedFace(f"headset_{index:03d}", "headset", split, values, known)
