# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows of recorded faces as small pictures of several heads, drawn once by Blender (`development/crops`) into a file of the cache.

What of a face was not recorded moves as in other recordings of the same split: nobody's head is fixed while they speak.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ....errors import UserError
from ....models.pretraining.motion_channels import FACE_CHANNELS
from ....paths import ROOT
from ..array_store import ArrayStore
from .store import PretrainingStore

log = logging.getLogger(__name__)

FRAMES = 64  # of a window, 2.56 s
PIXELS = 48
# Heads to learn from, and how often; Rocketbox's are for tests alone, by what we know of their licence, and nothing learns from them.
HEADS = {"demo": 0.3, "ict": 0.3, "makehuman": 0.4}
HELD_HEADS = {"rocketbox_female": 0.5, "rocketbox_male": 0.5}
# Windows of each corpus.
TRAIN = {"grid_s1": 110, "facegood": 30, "address": 60, "rom": 40, "headset": 8, "gaze": 12}
HELD = {"grid_s1": 58, "facegood": 8, "address": 10}
TALK = ("grid_s1", "facegood")
_WINDOW = ("rows", "firsts", "heads", "splits")  # what both a plan and the store say of each window
_FILLERS = ("headset", "gaze", "address")  # lids, gaze, head and brows of those who were not recorded with them


@dataclass(frozen=True, eq=False)
class CropStore(ArrayStore):
    """W windows of T frames at 25 Hz. pixels: uint8 (W, T, 48, 48), grey. rows: int (W,) of the store, firsts: int (W,) frames of it.
    heads: (W,) names. splits: (W,) of the recordings."""

    pixels: np.ndarray
    rows: np.ndarray
    firsts: np.ndarray
    heads: np.ndarray
    splits: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, split: str, heads: Mapping[str, float]) -> np.ndarray:
        """The windows of a split that some heads show."""
        return np.flatnonzero((self.splits == split) & np.isin(self.heads, list(heads)))


@dataclass(frozen=True, eq=False)
class Plan:
    """What is to be drawn: as CropStore, with face float32 (W, T, 58), all of it filled (angles in degrees), and a seed each for camera,
    light and colours."""

    rows: np.ndarray
    firsts: np.ndarray
    heads: np.ndarray
    splits: np.ndarray
    face: np.ndarray
    seeds: np.ndarray


def prepared(folder: Path, store: PretrainingStore, data: Path, seed: int = 17) -> CropStore:
    """The crops in a folder, drawn if they are not there: some minutes of one core; stopped, it goes on where it was.

    Raises:
        UserError: Blender could not draw them; those in the folder were drawn of other recordings.
    """
    path, plan = folder / "crops.npz", planned(store, seed)
    if not path.is_file():
        drawn(plan, folder, data)
        windows = [np.load(folder / "windows" / f"{window:05d}.npy") for window in range(len(plan.rows))]
        CropStore(np.stack(windows), plan.rows, plan.firsts, plan.heads, plan.splits).write(path)
    crops = CropStore.read(path)
    if not all(np.array_equal(getattr(crops, name), getattr(plan, name)) for name in _WINDOW):
        raise UserError(
            f"The crops in {folder} were drawn of other recordings than these.",
            "Take that folder away, so that they are drawn anew, or name another one with --crops.",
        )
    return crops


def planned(store: PretrainingStore, seed: int) -> Plan:
    """Training windows on the heads to learn from; held-out windows once on these and once on the heads that nothing learns from."""
    random = np.random.default_rng(seed)
    known = _drawn_rows(store, "train", TRAIN, random)
    held = _drawn_rows(store, "validation", HELD, random)
    parts = [("train", known, HEADS), ("validation", held, HEADS), ("validation", held, HELD_HEADS)]
    splits = np.concatenate([np.full(len(rows), split) for split, (rows, _), _ in parts])
    heads = [random.choice(list(shares), len(rows), p=list(shares.values())) for _, (rows, _), shares in parts]
    rows = np.concatenate([rows for _, (rows, _), _ in parts])
    firsts = np.concatenate([firsts for _, (_, firsts), _ in parts])
    face = np.stack([filled(store, *window, random) for window in zip(rows.tolist(), firsts.tolist(), strict=True)])
    return Plan(rows, firsts, np.concatenate(heads), splits, face, random.integers(2**31, size=len(rows)))


def filled(store: PretrainingStore, row: int, first: int, random: np.random.Generator) -> np.ndarray:
    """float32 (T, 58): a window of a recording; what is not known of it, of others."""
    values = np.zeros((FRAMES, FACE_CHANNELS), np.float32)
    sources = [
        _some(store, np.flatnonzero(_faces(store, str(store.splits[row])) & (store.corpora == corpus)), random)
        for corpus in _FILLERS
    ]
    for source, begin in [*(one for one in sources if one is not None), (row, first)]:
        frames = store.face[store.begins[source, 1] + begin :][:FRAMES].astype(np.float32)
        values = np.where(store.face_known[source], frames, values)
    return values


def drawn(plan: Plan, folder: Path, data: Path) -> None:
    """Have Blender draw a plan, a file of each window; of windows that were drawn to another plan nothing stays."""
    folder.mkdir(parents=True, exist_ok=True)
    path, wanted = folder / "plan.npz", {"heads": plan.heads, "face": plan.face, "seeds": plan.seeds}
    if not _is_plan(path, wanted):
        for window in (folder / "windows").glob("*.npy"):
            window.unlink()
        part = path.with_suffix(".part.npz")
        np.savez(part, **wanted)
        part.replace(path)
    log.info("drawing %d windows of %d crops", len(plan.rows), FRAMES)
    command = [sys.executable, "-m", "core.development.crops", str(path), str(folder / "windows")]
    done = subprocess.run([*command, "--data", str(data), "--size", str(PIXELS)], cwd=ROOT, check=False)
    if done.returncode:
        raise UserError(
            f"Blender could not draw the crops (status {done.returncode}).",
            "What it said is above; `python -m core.development.crops --help` says how to run it alone.",
        )


def _is_plan(path: Path, wanted: Mapping[str, np.ndarray]) -> bool:
    """Whether a file holds these arrays."""
    if not path.is_file():
        return False
    with np.load(path) as found:
        return all(name in found.files and np.array_equal(found[name], values) for name, values in wanted.items())


def _drawn_rows(
    store: PretrainingStore, split: str, counts: Mapping[str, int], random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Recordings and first frames of so many windows of each corpus, as far as it has any; no recording twice before all were taken."""
    rows, firsts = [], []
    for corpus, count in counts.items():
        mine = np.flatnonzero(_faces(store, split) & (store.corpora == corpus))
        if not len(mine):
            continue
        order = np.concatenate([random.permutation(mine) for _ in range(-(-count // len(mine)))])[:count]
        rows.append(order)
        firsts.append([int(random.integers(store.frames[row] - FRAMES + 1)) for row in order])
    return np.concatenate(rows), np.concatenate(firsts)


def _faces(store: PretrainingStore, split: str) -> np.ndarray:
    """bool (n,): recordings of a split with a face that lasts a window."""
    return (store.splits == split) & (store.begins[:, 1] >= 0) & (store.frames >= FRAMES)


def _some(store: PretrainingStore, rows: np.ndarray, random: np.random.Generator) -> tuple[int, int] | None:
    """A recording and a first frame of it; None without any."""
    if not len(rows):
        return None
    row = int(random.choice(rows))
    return row, int(random.integers(store.frames[row] - FRAMES + 1))
