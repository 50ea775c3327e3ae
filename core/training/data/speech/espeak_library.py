# SPDX-License-Identifier: GPL-3.0-or-later
"""The library of espeak-ng: sound with the times of its phones, and pronunciations of texts in IPA."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from ....audio.phones import SILENCE
from .notations.common import split_evenly
from .notations.ipa import from_ipa
from .store import Segment

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
def shared() -> Espeak:
    return Espeak()


def ipa(text: str, voice: str) -> str:
    """The library's pronunciation of a text in IPA, words apart by spaces. (Its command prints some letters as "?".)"""
    library = shared().library
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
    return joined_silences(segments)


def joined_silences(segments: Sequence[Segment]) -> list[Segment]:
    merged: list[Segment] = []
    for symbol, start, end in segments:
        if merged and merged[-1][0] == symbol == SILENCE:
            merged[-1] = (SILENCE, merged[-1][1], end)
        else:
            merged.append((symbol, start, end))
    return merged
