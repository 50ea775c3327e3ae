# SPDX-License-Identifier: GPL-3.0-or-later
"""espeak-ng through its library: many languages and voices in one process, with an event for each phone.

The events do not lie where the sounds begin (measured with `sync` and by eye on its own output, version 1.51): a
vowel's event comes after its opening transition, and a stop's comes after its closure. `refine` moves each boundary to
the strongest change of the spectrum in the stretch before the event where the true one lies.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context

import numpy as np

from .espeak_boundaries import refine
from .espeak_library import Espeak, raw_segments
from .store import RATE_HZ, Source, trim_silence
from .texts import sentence

log = logging.getLogger(__name__)

LANGUAGES = {  # espeak voice -> share of the time
    "en-us": 3.0,
    "en": 1.2,
    "en-gb-x-rp": 0.8,
    "en-gb-scotland": 0.7,
    "de": 2.0,
    "fr": 1.2,
    "fr-be": 0.4,
    "es": 1.2,
    "es-419": 0.6,
    "it": 1.2,
    "pt-br": 1.0,
    "pt": 0.5,
    "nl": 1.0,
    "pl": 1.0,
    "ru": 1.0,
    "tr": 0.8,
    "sv": 0.8,
    "fi": 0.7,
    "hu": 0.7,
    "cs": 0.6,
    "ro": 0.5,
    "el": 0.6,
    "hi": 0.8,
    "ja": 0.9,
    "cmn-latn-pinyin": 1.2,
    "ar": 0.6,
}
FEMALE = ("f1 f2 f3 f4 f5 Alicia Andrea Annie belinda linda shelby steph klatt4 whisperf ").split()
MALE = (
    "m1 m2 m3 m4 m5 m6 m7 m8 Alex Andy antonio benjamin boris caleb david Denis ed edward Hugo john Lee "
    "marcelo Marco max Michael miguel norbert pablo paul quincy rob sandro travis victor zac klatt klatt2 "
    "klatt3 croak whisper "
).split()
CHUNK_S = 60.0


def language_of(voice: str) -> str:
    """ISO code of an espeak voice."""
    return {
        "cmn-latn-pinyin": "cmn",
        "en": "en-GB",
        "en-gb-x-rp": "en-GB",
        "en-gb-scotland": "en-GB",
        "en-us": "en-US",
        "fr-be": "fr-BE",
        "pt-br": "pt-BR",
    }.get(voice, voice)


@dataclass(frozen=True)
class Job:
    """So many seconds of one language. texts: sentences to use besides our own."""

    language: str
    seconds: float
    seed: int
    texts: tuple[str, ...]


def make(job: Job) -> list[Source]:
    """Render one job; in a process of its own, since some voices crash the library on some words."""
    import soxr

    generator = random.Random(f"{job.seed}:{job.language}")
    espeak = Espeak()
    voices = [(name, "f") for name in FEMALE] + [(name, "m") for name in MALE]
    weights = [1 / len(FEMALE)] * len(FEMALE) + [1 / len(MALE)] * len(MALE)
    code = job.language.split("-")[0]
    made: list[Source] = []
    spent = 0.0
    for number in range(int(job.seconds)):
        if spent >= job.seconds:
            break
        text = generator.choice(job.texts) if job.texts and generator.random() < 0.6 else sentence(code, generator)
        variant, sex = generator.choices(voices, weights)[0]
        speed = int(generator.triangular(120, 230, 165))
        pitch, spread = generator.randint(25, 75), generator.randint(30, 80)
        try:
            sound, events = espeak.speak(text, f"{job.language}+{variant}", speed, pitch, spread)
        except ValueError as error:  # some variants are for other versions of the library
            log.info("%s", error)
            continue
        if len(sound) < espeak.rate_hz // 2 or not events:
            continue
        segments = raw_segments(events, espeak.rate_hz, len(sound) / espeak.rate_hz, code)
        audio = soxr.resample(sound.astype(np.float32), espeak.rate_hz, RATE_HZ)
        audio = np.clip(np.round(audio), -32768, 32767).astype(np.int16)
        audio, segments = trim_silence(audio, refine(audio, segments))
        spent += len(audio) / RATE_HZ
        made.append(
            Source(
                id=f"espeak_{job.language}_{job.seed}_{number:03d}",
                audio=audio,
                segments=segments,
                language=language_of(job.language),
                speaker=f"espeak_{job.language}+{variant}",
                sex=sex,
                kind="synthetic",
                split="train",
                text=text,
                extra={"words_a_minute": speed, "pitch": pitch},
            )
        )
    return made


def render(seconds: float, texts: dict[str, Sequence[str]], seed: int, processes: int = 1) -> Iterator[Source]:
    """All languages and many voices, so many seconds in all. texts: code ("en", "de", "nl") -> sentences to use as well."""
    share = sum(LANGUAGES.values())
    jobs = [
        Job(language, CHUNK_S, seed * 1000 + k, tuple(texts.get(language.split("-")[0], ())))
        for language, weight in LANGUAGES.items()
        for k in range(max(1, round(seconds * weight / share / CHUNK_S)))
    ]
    waiting, tries = jobs, 0
    while waiting and tries < 12:
        tries += 1
        failed = []
        for job in waiting:
            # One process a job: a crash costs this job only.
            with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
                try:
                    yield from pool.submit(make, job).result(timeout=300)
                except BrokenProcessPool:
                    log.info("espeak-ng crashed on %s, chunk %d", job.language, job.seed)
                    failed.append(replace(job, seed=job.seed + 500_000))
        waiting = failed
