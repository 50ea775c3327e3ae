# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces captured along with the sound: FACEGOOD (rig curves) and GRID speaker 1 (tracked from video)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ....motion.face import ARKIT_NAMES
from .corpora import data_folder, read_sound

GRID_VALIDATION_CLIPS = 100
# Lip measures of GRID, in units of the distance between the outer corners of the eyes, along the face's own axes
# (x to its left, y up, z forward), origin midway between those corners.
LIP_NAMES = (
    "inner_opening",
    "outer_opening",
    "width",
    "inner_width",
    "upper_y",
    "lower_y",
    "corner_y",
    "upper_z",
    "lower_z",
    "corner_z",
    "chin_y",
)
# A picture of the GRID videos, whose landmarks come as shares of width and height; depth is in units of the width.
_GRID_PICTURE = (360.0, 288.0)


@dataclass(frozen=True)
class Capture:
    """One clip. audio: int16 (N,) at 16 kHz. values: float32 (T, len(names)) at rate_hz, frame t at t / rate_hz seconds.

    lips: float32 (T, len(LIP_NAMES)) or None. words: (word, start_s, end_s), "sil" for pauses. raw, raw_names: the
    corpus's own channels, if values were derived from them.
    """

    id: str
    corpus: str
    split: str
    audio: np.ndarray
    rate_hz: float
    names: tuple[str, ...]
    values: np.ndarray
    lips: np.ndarray | None = None
    words: tuple[tuple[str, float, float], ...] = ()
    raw: np.ndarray | None = None
    raw_names: tuple[str, ...] = field(default=())


def facegood(folder: Path | None = None) -> Iterator[Capture]:
    """Mandarin, 5 clips of two minutes at 30 fps.

    values: the ARKit shapes that the pack's mapping suggests, 0..1. raw: the 116 rig channels.
    """
    root = (folder or data_folder()) / "face" / "facegood"
    suggestion = json.loads((root / "facegood_to_arkit.json").read_text(encoding="utf-8"))
    names = tuple(
        name
        for name in ARKIT_NAMES
        if any(name == target for pairs in suggestion["mapping"].values() for target, _ in pairs)
    )
    for clip in suggestion["clips"]:
        with np.load(root / f"{clip['id']}.npz") as data:
            raw, raw_names = data["values"].astype(np.float32), tuple(str(name) for name in data["names"])
            rate = float(data["fps"])
        values = np.zeros((len(raw), len(names)), np.float32)
        for channel, pairs in suggestion["mapping"].items():
            for target, weight in pairs:
                values[:, names.index(target)] += weight * raw[:, raw_names.index(channel)]
        yield Capture(
            clip["id"],
            "facegood",
            clip["split"],
            read_sound(root / f"{clip['id']}.opus"),
            rate,
            names,
            values.clip(0, 1),
            raw=raw,
            raw_names=raw_names,
        )


def grid_ids(folder: Path | None = None) -> dict[str, str]:
    """Clip → split, in sorted order: the last 100 are for validation."""
    root = (folder or data_folder()) / "face" / "grid_s1"
    ids = sorted(json.loads((root / "words.json").read_text(encoding="utf-8")))
    return {
        name: "validation" if index >= len(ids) - GRID_VALIDATION_CLIPS else "train" for index, name in enumerate(ids)
    }


def grid_words(folder: Path | None = None) -> dict[str, list]:
    root = (folder or data_folder()) / "face" / "grid_s1"
    return json.loads((root / "words.json").read_text(encoding="utf-8"))


def grid_sound(name: str, folder: Path | None = None) -> Path:
    return (folder or data_folder()) / "face" / "grid_s1" / "audio" / f"{name}.opus"


def grid(folder: Path | None = None, split: str | None = None) -> Iterator[Capture]:
    """English, 989 sentences of three seconds at 25 fps: 51 tracked ARKit shapes and lip measures from the landmarks."""
    folder = folder or data_folder()
    splits, words = grid_ids(folder), grid_words(folder)
    with np.load(folder / "face" / "grid_s1" / "tracks.npz") as data:
        clips, lengths, rate = [str(name) for name in data["clips"]], data["lengths"], float(data["fps"])
        names = tuple(str(name) for name in data["names"])
        values = data["values"].astype(np.float32)
        lips = lip_measures(
            data["landmarks"] / float(data["landmark_scale"]), [int(index) for index in data["landmark_ids"]]
        )
    kept = [index for index, name in enumerate(names) if name != "_neutral"]
    ends = np.cumsum(lengths)
    for name, length, end in sorted(zip(clips, lengths, ends, strict=True)):
        if split not in (None, splits[name]):
            continue
        rows = slice(end - length, end)
        yield Capture(
            name,
            "grid_s1",
            splits[name],
            read_sound(grid_sound(name, folder)),
            rate,
            tuple(names[k] for k in kept),
            values[rows][:, kept],
            lips[rows],
            tuple((w, float(a), float(b)) for w, a, b in words[name]),
        )


def lip_measures(landmarks: np.ndarray, ids: list[int]) -> np.ndarray:
    """landmarks (T, L, 3) as MediaPipe's face mesh gives them (x, y in shares of the picture, y down, z away from the camera).

    Returns float32 (T, len(LIP_NAMES)). Opening is measured on the face's up axis between the middles of the lips
    (13 and 14 inside, 0 and 17 outside), width between the corners (61 and 291 outside, 78 and 308 inside).
    """
    points = landmarks * np.array([_GRID_PICTURE[0], -_GRID_PICTURE[1], -_GRID_PICTURE[0]])
    place = {index: points[:, k] for k, index in enumerate(ids)}
    side = place[263] - place[33]
    size = np.linalg.norm(side, axis=1, keepdims=True)
    origin = (place[263] + place[33]) / 2
    x = side / size
    up = place[10] - origin
    up = up - (up * x).sum(1, keepdims=True) * x
    y = up / np.linalg.norm(up, axis=1, keepdims=True)
    z = np.cross(x, y)

    def along(axis, index):
        return ((place[index] - origin) * axis).sum(1) / size[:, 0]

    corner_y, corner_z = (along(y, 61) + along(y, 291)) / 2, (along(z, 61) + along(z, 291)) / 2
    columns = (
        along(y, 13) - along(y, 14),
        along(y, 0) - along(y, 17),
        along(x, 291) - along(x, 61),
        along(x, 308) - along(x, 78),
        along(y, 13),
        along(y, 14),
        corner_y,
        along(z, 0),
        along(z, 17),
        corner_z,
        along(y, 152),
    )
    return np.stack(columns, 1).astype(np.float32)
