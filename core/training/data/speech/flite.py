# SPDX-License-Identifier: GPL-3.0-or-later
"""flite (CMU): its `-psdur` prints each phone with the time at which it ends."""

from __future__ import annotations

import logging
import random
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from .notations.arpabet import from_arpabet
from .notations.common import split_evenly
from .store import RATE_HZ, Segment, Source, trim_silence
from .voices import resample_voice, shift

log = logging.getLogger(__name__)

TRAIN_VOICES = {"awb": "m", "rms": "m"}
HELDOUT_VOICES = {"slt": "f", "kal16": "m"}
# By how much a voice's sound comes later than the times it gives, the mean of what `sync` and a pocketsphinx alignment
# measure (they differ by up to 7 ms).
LAG_S = {"slt": 0.004}


def parse_psdur(text: str) -> list[Segment]:
    """ "pau:0.209 ao:0.330" → segments; the first starts at 0."""
    segments: list[Segment] = []
    at = 0.0
    for item in text.split():
        name, _, end = item.rpartition(":")
        if not name:
            continue
        segments.extend(split_evenly(from_arpabet(name), at, float(end)))
        at = float(end)
    return segments


def speak(text: str, voice: str, stretch: float = 1.0) -> tuple[np.ndarray, list[Segment]] | None:
    """Synthesize. stretch > 1 is slower. Returns (int16 at 16 kHz, segments), None if flite failed on the text."""
    import soundfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.wav"
        command = [
            "flite",
            "-voice",
            voice,
            "--setf",
            f"duration_stretch={stretch:.3f}",
            "-t",
            text,
            "-psdur",
            "-o",
            str(path),
        ]
        try:
            output = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
            audio, rate = soundfile.read(path, dtype="int16")
        except (subprocess.SubprocessError, RuntimeError) as error:
            log.warning("flite %s: %s", voice, error)
            return None
    segments = parse_psdur(output.stdout)
    if rate != RATE_HZ or not segments or abs(segments[-1][2] - len(audio) / RATE_HZ) > 0.25:
        log.warning(
            "flite %s at %s Hz: times end at %s of %.2f s: %r", voice, rate, segments[-1:], len(audio) / rate, text[:60]
        )
        return None
    return audio, shift(segments, LAG_S.get(voice, 0.0), len(audio) / RATE_HZ)


def render(voice: str, sex: str, texts: Sequence[str], seconds: float, split: str, seed: int) -> Iterator[Source]:
    """A voice reads texts until there are so many seconds; in training with varied tempo and size of the speaker.

    The voices made by clustering (all but kal) know no change of pitch, hence `resample_voice`.
    """
    generator = random.Random(f"{seed}:{voice}")
    plain = split == "heldout"
    made = 0.0
    for index, text in enumerate(texts):
        stretch = 1.0 if plain else generator.uniform(0.8, 1.25)
        factor = 1.0 if plain else generator.choice((1.0, generator.uniform(0.82, 1.25)))
        found = speak(text, voice, stretch * factor)
        if found is None:
            continue
        audio, segments = trim_silence(*resample_voice(*found, factor))
        made += len(audio) / RATE_HZ
        yield Source(
            id=f"flite_{voice}_{index:05d}",
            audio=audio,
            segments=segments,
            language="en-US",
            speaker=f"flite_{voice}",
            sex=sex,
            kind="synthetic",
            split=split,
            text=text,
            extra={"stretch": round(stretch, 3), "factor": round(factor, 3)},
        )
        if made >= seconds:
            return
