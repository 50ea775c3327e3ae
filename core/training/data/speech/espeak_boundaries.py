# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the sounds of espeak-ng begin, against where its events are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....audio.phones import PHONES, SILENCE
from .espeak_library import joined_silences
from .store import RATE_HZ, Segment
from .sync import STEP_S, log_energy

_SILENT_DB = 22.0


_STOP_LEAD_S = 0.04


_LONGEST_CLOSURE_S = 0.12


def refine(audio: np.ndarray, segments: Sequence[Segment]) -> list[Segment]:
    """Move boundaries from where the events are to where the sounds begin. audio: int16 at 16 kHz.

    Stops and affricates: the digital silence before their event is their closure; after a pause they get 40 ms of it.
    Vowels after consonants: the strongest spectral change in the 45 ms before the event, at most 60 % of the consonant.
    """
    energy, change = log_energy(audio, 0.006), _spectral_change(audio)
    count = min(len(energy), len(change))
    result = _without_pauses_in_words(segments, energy)
    for before, here in zip(result, result[1:], strict=False):
        phone = PHONES[here[0]]
        begin = None
        if phone.manner in ("stop", "affricate") and here[0] != "ʔ":
            begin = _closure_begins(before, here[1], energy[:count])
        elif phone.is_vowel and PHONES[before[0]].kind == "consonant":
            begin = _vowel_begins(before, here[1], change[:count])
        if begin is not None:
            before[2] = here[1] = min(max(begin, before[1] + 0.005), here[2] - 0.005)
    return joined_silences([(symbol, start, end) for symbol, start, end in result if end - start > 1e-4])


def _without_pauses_in_words(segments: Sequence[Segment], energy: np.ndarray) -> list[list]:
    """[symbol, start_s, end_s] without silences that are none: nameless events within a word, closures of stops."""
    result: list[list] = []
    for symbol, start, end in segments:
        if symbol == SILENCE and result:  # within a word: length, a geminate's closure
            level = energy[round(start / STEP_S) : max(round(end / STEP_S), round(start / STEP_S) + 1)]
            if len(level) and np.median(level) > 35 and result[-1][0] != SILENCE:
                result[-1][2] = end
                continue
        short = len(result) > 1 and result[-1][0] == SILENCE and result[-1][2] - result[-1][1] < _LONGEST_CLOSURE_S
        if short and PHONES[symbol].manner in ("stop", "affricate"):
            start = result.pop()[1]
        result.append([symbol, start, end])
    return result


def _closure_begins(before: list, at_s: float, energy: np.ndarray) -> float | None:
    """Where the digital silence begins that ends at a stop's event; None where there is none."""
    if before[0] == SILENCE:
        return max(at_s - _STOP_LEAD_S, (before[1] + at_s) / 2)
    k = min(round(at_s / STEP_S), len(energy)) - 1
    tries = 0
    while k > 0 and energy[k] > _SILENT_DB and tries < 4:
        k, tries = k - 1, tries + 1
    if energy[k] > _SILENT_DB:
        return None
    while k > 0 and energy[k] <= _SILENT_DB:
        k -= 1
    return max((k + 1) * STEP_S, before[1] + 0.3 * (at_s - before[1]))


def _vowel_begins(before: list, at_s: float, change: np.ndarray) -> float | None:
    """Where the spectrum changes most shortly before a vowel's event; None where there is no room."""
    low = max(at_s - 0.045, before[2] - 0.6 * (before[2] - before[1]))
    first, last = round(low / STEP_S), min(round((at_s + 0.005) / STEP_S), len(change) - 1)
    if last <= first:
        return None
    place = np.arange(first, last + 1)
    weight = 1.0 - 0.3 * np.abs(place * STEP_S - at_s) / 0.045
    return float(place[(change[place] * weight).argmax()] * STEP_S)


def _spectral_change(audio: np.ndarray) -> np.ndarray:
    """float64 (T,) every 2.5 ms: distance between the log spectra of the 7.5 ms after and before."""
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
