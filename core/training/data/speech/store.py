# SPDX-License-Identifier: GPL-3.0-or-later
"""The cache: one shard (a folder) per corpus, sound and labels concatenated and memory-mapped."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from ....audio.phones import INDEX, SILENCE, SYMBOLS, UNKNOWN

RATE_HZ = 16000
FRAME_RATE_HZ = 100
HOP = RATE_HZ // FRAME_RATE_HZ
DEFAULT_CACHE = Path(".cache/speech")
SPLITS = ("train", "validation", "heldout")

Segment = tuple[str, float, float]


@dataclass(frozen=True)
class Source:
    """An utterance before it is stored. audio: int16 (N,) at 16 kHz. segments: (symbol, start_s, end_s) in order, may have gaps."""

    id: str
    audio: np.ndarray
    segments: Sequence[Segment]
    language: str
    speaker: str
    sex: str
    kind: str
    split: str
    text: str = ""
    extra: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Utterance:
    """One utterance of the cache; sound and labels are read when asked for.

    kind: "recorded" or "synthetic". sex: "f", "m" or "". split: "train", "validation", or "heldout" (speakers of
    synthesizers that are only for testing). extra: what else the corpus tells (age, alignment score, ...).
    """

    shard: str
    id: str
    corpus: str
    language: str
    speaker: str
    sex: str
    kind: str
    split: str
    text: str
    first_sample: int
    samples: int
    first_frame: int
    frames: int
    first_segment: int
    segment_count: int
    extra: dict = field(default_factory=dict)

    @property
    def duration_s(self) -> float:
        return self.samples / RATE_HZ

    def audio(self, start: int = 0, count: int | None = None) -> np.ndarray:
        """int16 (n,): the sound, or `count` samples of it from sample `start` (a view of the memory map)."""
        end = self.samples if count is None else min(start + count, self.samples)
        return _arrays(self.shard)["audio"][self.first_sample + start : self.first_sample + end]

    def labels(self, start: int = 0, count: int | None = None) -> np.ndarray:
        """int16 (n,): index of the phone at the middle of each 10 ms frame, -1 where it is not known."""
        end = self.frames if count is None else min(start + count, self.frames)
        return _arrays(self.shard)["labels"][self.first_frame + start : self.first_frame + end]

    def segments(self) -> list[Segment]:
        """(symbol, start_s, end_s) of each phone, in order."""
        rows = slice(self.first_segment, self.first_segment + self.segment_count)
        arrays = _arrays(self.shard)
        return [
            (SYMBOLS[index], float(start), float(end))
            for index, (start, end) in zip(arrays["phones"][rows], arrays["times"][rows], strict=True)
        ]


@lru_cache(maxsize=64)
def _arrays(shard: str) -> dict[str, np.ndarray]:
    return {
        name: np.load(Path(shard) / f"{name}.npy", mmap_mode="r") for name in ("audio", "labels", "phones", "times")
    }


def frame_labels(segments: Iterable[Segment], frames: int) -> np.ndarray:
    """int16 (frames,): index of the phone at the middle of each 10 ms frame; UNKNOWN where there is none."""
    labels = np.full(frames, UNKNOWN, np.int16)
    for symbol, start, end in segments:
        first = int(np.ceil(start * FRAME_RATE_HZ - 0.5))
        last = int(np.ceil(end * FRAME_RATE_HZ - 0.5))
        labels[max(first, 0) : max(last, 0)] = INDEX[symbol]
    return labels


def trim_silence(
    audio: np.ndarray, segments: Sequence[Segment], keep_s: float = 0.4
) -> tuple[np.ndarray, list[Segment]]:
    """Cut leading and trailing silence (by the segments) down to keep_s and move the times along."""
    speech = [(start, end) for symbol, start, end in segments if symbol != SILENCE]
    total = len(audio) / RATE_HZ
    if not speech:
        return audio, list(segments)
    # Whole frames, so that labels keep their places.
    first = max(0, int((speech[0][0] - keep_s) * FRAME_RATE_HZ)) / FRAME_RATE_HZ
    last = min(total, speech[-1][1] + keep_s)
    cut = [
        (symbol, max(start, first) - first, min(end, last) - first)
        for symbol, start, end in segments
        if end > first and start < last
    ]
    return audio[round(first * RATE_HZ) : round(last * RATE_HZ)], cut


def write_shard(cache: Path, corpus: str, sources: Iterable[Source], notes: dict | None = None) -> Path:
    """Write a shard at once: nothing of it is seen until it is whole. Returns its folder."""
    folder = Path(cache) / corpus
    partial = Path(cache) / f"{corpus}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    rows, audio, labels, phones, times = [], [], [], [], []
    samples = frames = count = 0
    for source in sources:
        if source.audio.dtype != np.int16 or source.split not in SPLITS:
            raise ValueError(f"{source.id}: {source.audio.dtype}, split {source.split!r}")
        size = len(source.audio) // HOP
        track = frame_labels(source.segments, size)
        rows.append(
            dict(
                id=source.id,
                corpus=corpus,
                language=source.language,
                speaker=source.speaker,
                sex=source.sex,
                kind=source.kind,
                split=source.split,
                text=source.text,
                first_sample=samples,
                samples=len(source.audio),
                first_frame=frames,
                frames=size,
                first_segment=count,
                segment_count=len(source.segments),
                extra=source.extra,
            )
        )
        audio.append(source.audio)
        labels.append(track)
        phones.extend(INDEX[symbol] for symbol, _, _ in source.segments)
        times.extend((start, end) for _, start, end in source.segments)
        samples, frames, count = samples + len(source.audio), frames + size, count + len(source.segments)
    np.save(partial / "audio.npy", np.concatenate(audio))
    np.save(partial / "labels.npy", np.concatenate(labels))
    np.save(partial / "phones.npy", np.asarray(phones, np.int16))
    np.save(partial / "times.npy", np.asarray(times, np.float32).reshape(-1, 2))
    with open(partial / "utterances.jsonl", "w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    (partial / "notes.json").write_text(json.dumps({"symbols": SYMBOLS, **(notes or {})}, ensure_ascii=False, indent=1))
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    return folder


def shard_exists(cache: Path, corpus: str) -> bool:
    return (Path(cache) / corpus / "utterances.jsonl").exists()


def load_index(
    cache: Path | str = DEFAULT_CACHE, *, split: str | None = None, corpora: Sequence[str] | None = None
) -> list[Utterance]:
    """Every utterance of the cache, in a fixed order; `split` and `corpora` narrow it. Raises ValueError on another inventory."""
    found = []
    for folder in sorted(Path(cache).glob("*/utterances.jsonl")):
        shard = folder.parent
        if shard.name.endswith(".partial") or (corpora is not None and shard.name not in corpora):
            continue
        if tuple(json.loads((shard / "notes.json").read_text())["symbols"]) != SYMBOLS:
            raise ValueError(f"{shard} was made with another phone inventory: delete it and make it again")
        with open(folder, encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                if split is None or row["split"] == split:
                    found.append(Utterance(shard=str(shard), **row))
    return found


def summary(index: Sequence[Utterance]) -> list[str]:
    """One line per corpus and split: utterances, speakers, hours, share of frames with a label."""
    lines = []
    for corpus, split in sorted({(u.corpus, u.split) for u in index}):
        chosen = [u for u in index if (u.corpus, u.split) == (corpus, split)]
        known = sum(int((u.labels() >= 0).sum()) for u in chosen) / max(sum(u.frames for u in chosen), 1)
        lines.append(
            f"{corpus:16s} {split:10s} {len(chosen):5d} utterances {len({u.speaker for u in chosen}):4d} speakers "
            f"{sum(u.duration_s for u in chosen) / 3600:6.3f} h  labelled {known:.3f}"
        )
    return lines
