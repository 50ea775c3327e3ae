# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded corpora of the data pack: manifest, sound, splits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np

from ....audio.phones import SILENCE
from ....errors import UserError
from ....paths import data_pack
from .notations.common import split_evenly
from .notations.ipa import from_ipa
from .splits import KATHLEEN_PROMPTS, last_prompts, validation_speakers
from .store import RATE_HZ, Segment, Source


def data_folder() -> Path:
    """The data pack: AUDIO2RIG_DATA, else ../shared/data beside the repository. Raises UserError."""
    folder = data_pack()
    if not (folder / "speech" / "manifest.jsonl").exists():
        raise UserError(
            f"There is no speech data in {folder}.",
            "Set AUDIO2RIG_DATA to the folder that holds speech/manifest.jsonl.",
        )
    return folder


@lru_cache(maxsize=4)
def manifest(folder: Path) -> tuple[dict, ...]:
    """Rows of speech/manifest.jsonl with `split` set by the rules of `splits`."""
    with open(folder / "speech" / "manifest.jsonl", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    held: set[str] = set()
    for corpus, count in (("kathleen", KATHLEEN_PROMPTS), ("kerstin", None), ("nathalie", None)):
        held |= last_prompts([row for row in rows if row["corpus"] == corpus], count)
    people = {row["speaker"]: (row["sex"], bool(row["adult"])) for row in rows if row["corpus"] == "speechocean762"}
    speakers = validation_speakers(people)
    return tuple(
        {**row, "split": "validation" if row["id"] in held or row["speaker"] in speakers else "train"} for row in rows
    )


def rows_of(corpus: str, split: str | None = None) -> list[dict]:
    return [row for row in manifest(data_folder()) if row["corpus"] == corpus and split in (None, row["split"])]


def read_sound(path: Path) -> np.ndarray:
    """int16 (N,) at 16 kHz. The packed Opus files are read at 16 kHz by libsndfile."""
    import soundfile

    samples, rate = soundfile.read(path, dtype="int16")
    if rate != RATE_HZ or samples.ndim != 1:
        raise ValueError(f"{path}: {rate} Hz, shape {samples.shape}; expected mono at {RATE_HZ} Hz")
    return samples


def source(row: dict, audio: np.ndarray, segments: list[Segment], **extra) -> Source:
    return Source(
        id=row["id"],
        audio=audio,
        segments=segments,
        language=row["language"].split()[0],
        speaker=row["speaker"],
        sex=row["sex"],
        kind="recorded",
        split=row["split"],
        text=row["text"],
        extra={"age": row["age"], **({"adult": row["adult"]} if "adult" in row else {}), **extra},
    )


def nathalie() -> Iterator[Source]:
    """Dutch with the phone times of its corpus; the utterances whose times run past the sound are left out."""
    folder = data_folder()
    for row in rows_of("nathalie"):
        if row.get("alignment_suspect"):
            continue
        audio = read_sound(folder / row["path"])
        total = len(audio) / RATE_HZ
        segments: list[Segment] = []
        at = 0.0
        for symbol, start, end in row["phones"]:
            start, end = min(start, total), min(end, total)
            if start > at + 0.001 and (not segments or segments[-1][0] != SILENCE):
                segments.append((SILENCE, at, start))
            segments.extend(split_evenly(from_ipa(symbol, "nl"), start, end))
            at = end
        if total > at + 0.001:
            segments.append((SILENCE, at, total))
        yield source(row, audio, segments)
