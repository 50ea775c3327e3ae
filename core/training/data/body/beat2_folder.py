# SPDX-License-Identifier: GPL-3.0-or-later
"""BEAT2 as its users have it on disk: which recordings there are, whose, and on which side of the split.

A language's folder holds smplxflame_30/<number>_<name>_<…>.npz (motion at 30 Hz), wave16k/<same stem>.wav and a table of the
split (columns id and type). `find` reads names only, `check` looks into every file's head before hours are spent on them.
"""

from __future__ import annotations

import csv
import logging
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ....errors import UserError

log = logging.getLogger(__name__)

MOTION, SOUND = "smplxflame_30", "wave16k"
POSE_NUMBERS, EXPRESSIONS = 165, 100  # 55 joints × axis-angle; coefficients of FLAME's expression
LONGEST_MISMATCH_S = 0.5
SHORTEST_S = 1.0
_SPLITS = {
    "train": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "additional": "additional",
}
_HELD_OUT = 0.1  # share of each speaker's recordings that validates where the folder has no table


@dataclass(frozen=True)
class Entry:
    """One recording. speaker: as "2_scott". split: "train", "validation", "test" or "additional"."""

    name: str
    speaker: str
    split: str
    motion: Path
    sound: Path


def find(folder: Path | str) -> list[Entry]:
    """All recordings of a folder (one language's, or the one above), in order of their names. Raises UserError."""
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(
            f"There is no folder {folder}.", "Give the folder of BEAT2 that holds smplxflame_30 and wave16k."
        )
    roots = (
        [folder]
        if (folder / MOTION).is_dir()
        else sorted(child for child in folder.iterdir() if (child / MOTION).is_dir())
    )
    if not roots:
        raise UserError(
            f"{folder} does not look like BEAT2: there is no {MOTION} in it.",
            "Give the folder that holds smplxflame_30 and wave16k, such as beat_english_v2.0.0.",
        )
    entries = [entry for root in roots for entry in _of_language(root)]
    counts = {split: sum(entry.split == split for entry in entries) for split in dict.fromkeys(_SPLITS.values())}
    log.info("BEAT2: %d recordings, %s", len(entries), counts)
    if not counts["train"]:
        raise UserError(
            f"{folder} has no recording to train on ({counts}).", "Check the table of the split, or take it away."
        )
    return entries


def _of_language(root: Path) -> list[Entry]:
    motions = sorted((root / MOTION).glob("*.npz"))
    if not motions:
        raise UserError(f"{root / MOTION} is empty.", "Unpack BEAT2's motion there: one .npz for each recording.")
    if not (root / SOUND).is_dir():
        raise UserError(
            f"{root} has no folder {SOUND}.", "Unpack BEAT2's sound there: the voices teach when to gesture."
        )
    silent = [path.stem for path in motions if not (root / SOUND / f"{path.stem}.wav").is_file()]
    if silent:
        raise UserError(
            f"{len(silent)} of {len(motions)} recordings have no sound in {root / SOUND}: {_some(silent)}.",
            "Add <same name>.wav for each, or move these motions away.",
        )
    splits = _splits(root, [path.stem for path in motions])
    return [
        Entry(path.stem, _speaker(path.stem), splits[path.stem], path, root / SOUND / f"{path.stem}.wav")
        for path in motions
    ]


def _speaker(stem: str) -> str:
    return "_".join(stem.split("_")[:2])


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")


def _splits(root: Path, stems: list[str]) -> dict[str, str]:
    """By the folder's table; by names where there is none. What the table does not name counts as additional."""
    tables = sorted(root.glob("*split*.csv"))
    if not tables:
        log.warning("%s has no table of the split: a tenth of each speaker's recordings validates, by name", root)
        return _by_name(stems)
    try:
        with tables[0].open(newline="", encoding="utf-8-sig") as file:
            rows = [
                {
                    (key or "").strip().lower(): (value or "").strip()
                    for key, value in row.items()
                    if not isinstance(value, list)
                }
                for row in csv.DictReader(file)
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(
            f"{tables[0].name} cannot be read: {error}.", "It must be a table of comma-separated values."
        ) from error
    if not rows or not {"id", "type"} <= rows[0].keys():
        raise UserError(
            f"{tables[0].name} has no columns id and type.",
            "Take BEAT2's own table, or take it away to divide by names.",
        )
    unknown = sorted({row["type"] for row in rows} - _SPLITS.keys())
    if unknown:
        raise UserError(f"{tables[0].name} has unknown types: {_some(unknown)}.", f"Known are {', '.join(_SPLITS)}.")
    known = {row["id"].removesuffix(".npz").removesuffix(".wav"): _SPLITS[row["type"]] for row in rows}
    return {stem: known.get(stem, "additional") for stem in stems}


def _by_name(stems: list[str]) -> dict[str, str]:
    """A tenth of each speaker's recordings, at least one of several, chosen by a hash so that it stays the same."""
    splits = {}
    for speaker in {_speaker(stem) for stem in stems}:
        own = sorted((stem for stem in stems if _speaker(stem) == speaker), key=lambda stem: zlib.crc32(stem.encode()))
        held = max(round(_HELD_OUT * len(own)), 1) if len(own) > 1 else 0
        splits |= {stem: "validation" if index < held else "train" for index, stem in enumerate(own)}
    return splits


def check(entries: list[Entry], leave_out_bad: bool = False) -> dict[str, float]:
    """Seconds of each usable recording by name, from the files' heads. What is missing, has wrong shapes, or whose sound and motion
    differ by more than half a second, is named in a UserError, or left out with a warning if so wanted."""
    seconds: dict[str, float] = {}
    problems: list[str] = []
    for entry in entries:
        try:
            seconds[entry.name] = _seconds(entry)
        except ValueError as error:
            problems.append(f"{entry.name}: {error}")
    if problems and not leave_out_bad:
        some = "; ".join(problems[:5]) + (" …" if problems[5:] else "")
        raise UserError(
            f"{len(problems)} of {len(entries)} recordings cannot be used: {some}.",
            "Repair or remove them, or leave them out with --leave-out-bad.",
        )
    for problem in problems:
        log.warning("left out: %s", problem)
    if not seconds:
        raise UserError("No recording can be used.", "The messages above say why.")
    return seconds


def _seconds(entry: Entry) -> float:
    """The length that sound and motion share. Raises ValueError."""
    shapes = _shapes(entry.motion)
    for name, width in (("poses", POSE_NUMBERS), ("expressions", EXPRESSIONS), ("trans", 3)):
        shape = shapes.get(name)
        if shape is None:
            raise ValueError(f"the motion has no {name}")
        if len(shape) != 2 or shape[1] != width:
            raise ValueError(f"{name} are {shape} instead of (frames, {width})")
        if shape[0] != shapes["poses"][0]:
            raise ValueError(f"{shape[0]} frames of {name} and {shapes['poses'][0]} of poses")
    with np.load(entry.motion, allow_pickle=False) as file:
        rate = float(file["mocap_frame_rate"]) if "mocap_frame_rate" in file.files else 30.0
    if not 1.0 <= rate <= 1000.0:
        raise ValueError(f"{rate:g} frames a second")
    moving, sounding = shapes["poses"][0] / rate, _sound_s(entry.sound)
    if abs(moving - sounding) > LONGEST_MISMATCH_S:
        raise ValueError(f"{moving:.2f} s of motion and {sounding:.2f} s of sound")
    if min(moving, sounding) < SHORTEST_S:
        raise ValueError(f"it is only {min(moving, sounding):.2f} s long")
    return min(moving, sounding)


def _shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Shapes of an .npz's arrays, without reading them."""
    found = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as file:
                    version = np.lib.format.read_magic(file)
                    read = (
                        np.lib.format.read_array_header_1_0
                        if version == (1, 0)
                        else np.lib.format.read_array_header_2_0
                    )
                    found[name.removesuffix(".npy")] = read(file)[0]
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"the motion cannot be read ({error})") from error
    return found


def _sound_s(path: Path) -> float:
    """Seconds of a sound file, from its head."""
    try:
        import soundfile

        return float(soundfile.info(str(path)).duration)
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        raise ValueError(f"the sound cannot be read ({error})") from error
