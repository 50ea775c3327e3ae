# SPDX-License-Identifier: GPL-3.0-or-later
"""espeak-ng through its library: many languages and voices in one process, with an event for each phone.

The events do not lie where the sounds begin (measured with `sync` and by eye on its own output, version 1.51): a
vowel's event comes after its opening transition, and a stop's comes after its closure. `refine` moves each boundary to
the strongest change of the spectrum in the stretch before the event where the true one lies.
"""

from __future__ import annotations

import ctypes
import logging
import random
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import get_context

import numpy as np

from ....audio.phones import PHONES, SILENCE
from .notations.common import split_evenly
from .notations.ipa import from_ipa
from .store import RATE_HZ, Segment, Source, trim_silence
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
FEMALE = (
    "f1",
    "f2",
    "f3",
    "f4",
    "f5",
    "Alicia",
    "Andrea",
    "Annie",
    "belinda",
    "linda",
    "shelby",
    "steph",
    "klatt4",
    "whisperf",
)
MALE = (
    "m1",
    "m2",
    "m3",
    "m4",
    "m5",
    "m6",
    "m7",
    "m8",
    "Alex",
    "Andy",
    "antonio",
    "benjamin",
    "boris",
    "caleb",
    "david",
    "Denis",
    "ed",
    "edward",
    "Hugo",
    "john",
    "Lee",
    "marcelo",
    "Marco",
    "max",
    "Michael",
    "miguel",
    "norbert",
    "pablo",
    "paul",
    "quincy",
    "rob",
    "sandro",
    "travis",
    "victor",
    "zac",
    "klatt",
    "klatt2",
    "klatt3",
    "croak",
    "whisper",
)
CHUNK_S = 60.0
_RATE, _PITCH, _RANGE = 1, 3, 4
_EVENT_END, _EVENT_PHONEME = 0, 7


class _Id(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Espeak:
    """The library, set up once a process. `speak` is not reentrant."""

    def __init__(self):
        self.library = ctypes.CDLL("libespeak-ng.so.1")
        # AUDIO_OUTPUT_RETRIEVAL with phoneme events in IPA; the data folder of the installation.
        self.rate_hz = self.library.espeak_Initialize(1, 500, None, 1 | 2)
        if self.rate_hz <= 0:
            raise RuntimeError("espeak-ng could not be set up")
        self._sound: list[np.ndarray] = []
        self._events: list[tuple[str, int]] = []
        self._callback = _Callback(self._receive)
        self.library.espeak_SetSynthCallback(self._callback)

    def _receive(self, samples, count, events) -> int:
        if samples and count > 0:
            self._sound.append(np.ctypeslib.as_array(samples, shape=(count,)).copy())
        index = 0
        while events[index].type != _EVENT_END:
            event = events[index]
            if event.type == _EVENT_PHONEME:
                raw = ctypes.string_at(ctypes.addressof(event.id), 8).split(b"\0")[0]
                self._events.append((raw.decode("utf-8", errors="ignore"), event.sample))
            index += 1
        return 0

    def speak(
        self, text: str, voice: str, words_a_minute: int = 165, pitch: int = 50, pitch_range: int = 50
    ) -> tuple[np.ndarray, list[tuple[str, int]]]:
        """Returns (int16 (N,) at `rate_hz`, [(IPA, sample of the event)])."""
        if self.library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice}")
        for parameter, value in ((_RATE, words_a_minute), (_PITCH, pitch), (_RANGE, pitch_range)):
            self.library.espeak_SetParameter(parameter, value, 0)
        self._sound, self._events = [], []
        data = text.encode() + b"\0"
        self.library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 1, 0, 1, None, None)
        self.library.espeak_Synchronize()
        return (np.concatenate(self._sound) if self._sound else np.zeros(0, np.int16)), self._events


@lru_cache(maxsize=1)
def _shared() -> Espeak:
    return Espeak()


def ipa(text: str, voice: str) -> str:
    """The library's pronunciation of a text in IPA, words apart by spaces. (Its command prints some letters as "?".)"""
    library = _shared().library
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise ValueError(f"espeak-ng has no voice {voice}")
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    rest = ctypes.c_char_p(text.encode() + b"\0")
    clauses = []
    while rest.value:
        # UTF-8 in; IPA out.
        clauses.append(
            (library.espeak_TextToPhonemes(ctypes.byref(rest), 1, 2) or b"").decode("utf-8", errors="ignore")
        )
    return plain_ipa(re.sub(r"\([a-z-]+\)", " ", " ".join(clauses)), voice.split("-")[0])


def plain_ipa(name: str, language: str) -> str:
    """The library's IPA with what it writes in its own way made IPA."""
    name = name.replace("??", "ʊɾ")  # German "ur" has no name in its tables
    if language == "cmn":  # tones as letters and digits, retroflex as a point, aspiration as h
        name = name.replace("ɜ", "").replace("s.", "ʂ").replace("z.", "ʐ")
        name = re.sub(r"(?<=[ptkscɕʂ])h", "", name)
    return name


def raw_segments(events: Sequence[tuple[str, int]], rate_hz: int, total_s: float, language: str) -> list[Segment]:
    """Events → segments, each lasting until the next event; a phone without a name is a pause."""
    segments: list[Segment] = []
    for (name, sample), (_, following) in zip(events, [*events[1:], ("", int(total_s * rate_hz))], strict=True):
        start, end = sample / rate_hz, following / rate_hz
        if end <= start or name.startswith("("):  # "(en)": another language's rules from here on
            continue
        symbols = from_ipa(plain_ipa(name, language), language) if name.strip() else (SILENCE,)
        if not symbols or (symbols == (SILENCE,) and end - start < 0.02 and segments):
            if segments:
                segments[-1] = (segments[-1][0], segments[-1][1], end)
            continue
        segments.extend(split_evenly(symbols, start, end))
    if segments and segments[0][1] > 0:
        segments.insert(0, (SILENCE, 0.0, segments[0][1]))
    return _join_silences(segments)


def _join_silences(segments: Sequence[Segment]) -> list[Segment]:
    merged: list[Segment] = []
    for symbol, start, end in segments:
        if merged and merged[-1][0] == symbol == SILENCE:
            merged[-1] = (SILENCE, merged[-1][1], end)
        else:
            merged.append((symbol, start, end))
    return merged


_SILENT_DB = 22.0
_STOP_LEAD_S = 0.04
_LONGEST_CLOSURE_S = 0.12


def refine(audio: np.ndarray, segments: Sequence[Segment]) -> list[Segment]:
    """Move boundaries from where the events are to where the sounds begin. audio: int16 at 16 kHz.

    Stops and affricates: the digital silence before their event is their closure; after a pause they get 40 ms of it.
    Vowels after consonants: the strongest spectral change in the 45 ms before the event, at most 60 % of the consonant.
    """
    from .sync import STEP_S, log_energy

    energy = log_energy(audio, 0.006)
    change = _spectral_change(audio)
    count = min(len(energy), len(change))
    result: list[list] = []
    for symbol, start, end in segments:
        # A nameless event within a word (length, a geminate's closure) is no pause.
        if symbol == SILENCE and result:
            level = energy[round(start / STEP_S) : max(round(end / STEP_S), round(start / STEP_S) + 1)]
            if len(level) and np.median(level) > 35 and result[-1][0] != SILENCE:
                result[-1][2] = end
                continue
        if (
            result
            and result[-1][0] == SILENCE
            and PHONES[symbol].manner in ("stop", "affricate")
            and len(result) > 1
            and result[-1][2] - result[-1][1] < _LONGEST_CLOSURE_S
        ):
            start = result.pop()[1]
        result.append([symbol, start, end])
    for before, here in zip(result, result[1:], strict=False):
        phone, previous = PHONES[here[0]], PHONES[before[0]]
        at = here[1]
        if phone.manner in ("stop", "affricate") and here[0] != "ʔ":
            if before[0] == SILENCE:
                start = max(at - _STOP_LEAD_S, (before[1] + at) / 2)
            else:
                k = min(round(at / STEP_S), count) - 1
                tries = 0
                while k > 0 and energy[k] > _SILENT_DB and tries < 4:
                    k, tries = k - 1, tries + 1
                if energy[k] > _SILENT_DB:
                    continue
                while k > 0 and energy[k] <= _SILENT_DB:
                    k -= 1
                start = max((k + 1) * STEP_S, before[1] + 0.3 * (at - before[1]))
        elif phone.is_vowel and previous.kind == "consonant":
            low = max(at - 0.045, before[2] - 0.6 * (before[2] - before[1]))
            first, last = round(low / STEP_S), min(round((at + 0.005) / STEP_S), count - 1)
            if last <= first:
                continue
            place = np.arange(first, last + 1)
            weight = 1.0 - 0.3 * np.abs(place * STEP_S - at) / 0.045
            start = float(place[(change[place] * weight).argmax()] * STEP_S)
        else:
            continue
        before[2] = here[1] = min(max(start, before[1] + 0.005), here[2] - 0.005)
    return _join_silences([(symbol, start, end) for symbol, start, end in result if end - start > 1e-4])


def _spectral_change(audio: np.ndarray) -> np.ndarray:
    """float64 (T,) every 2.5 ms: distance between the log spectra of the 7.5 ms after and before."""
    from .sync import STEP_S

    hop, size = int(STEP_S * RATE_HZ), 96
    padded = np.pad(audio.astype(np.float64), (size // 2, size))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop] * np.hanning(size)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    edges = np.unique(np.round(np.geomspace(1, size // 2 + 1, 15)).astype(int))
    bands = np.log10(np.add.reduceat(power, edges[:-1], axis=1) + 1e4)
    total = np.concatenate([np.zeros((1, bands.shape[1])), np.cumsum(bands, 0)])
    k = np.arange(len(bands))
    after, before = np.minimum(k + 3, len(bands)), np.maximum(k - 3, 0)
    ahead = (total[after] - total[k]) / np.maximum(after - k, 1)[:, None]
    behind = (total[k] - total[before]) / np.maximum(k - before, 1)[:, None]
    return np.linalg.norm(ahead - np.where(k[:, None] > before[:, None], behind, ahead), axis=1)


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
