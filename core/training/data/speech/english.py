# SPDX-License-Identifier: GPL-3.0-or-later
"""Forced alignment of English with pocketsphinx (its US English model and CMU dictionary are inside the wheel).

Two passes as the library documents them: words by `set_align_text`, then phones and states by `set_alignment`.
Times come in frames of 10 ms. The dictionary has no stress, so that its AH stands for both ə and ʌ: flite's lexicon,
which writes ax and ah, decides; it also pronounces the words that the dictionary lacks.
"""

from __future__ import annotations

import logging
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import get_context

import numpy as np

from ....audio.phones import PHONES, SILENCE
from .notations.arpabet import from_arpabet
from .notations.common import split_evenly
from .store import Segment
from .voices import shift

log = logging.getLogger(__name__)

FRAME_S = 0.01
# A frame is computed from 25.6 ms of sound that begin at its time, so that what it says is about a moment 7.8 ms after
# the middle of its 10 ms. Measured against loudness (`sync`), unshifted labels come 7.5 to 10 ms before the sound.
WINDOW_SHIFT_S = 0.0078
# Beams of the tries, the library's default first: a wider one finds alignments of strong accents, too wide a one overflows.
BEAMS = (1e-48, 1e-64)
# Phones beyond these are left without a label: hesitations within words, noises, words that were not said.
POOR_PHONE_SCORE = -70.0
LONGEST_VOWEL_S = 0.5
LONGEST_CONSONANT_S = 0.35
_WEAK_WORDS = frozenset("a an the of and was from them than that but as at us".split())
_VOWELS = frozenset(name for name in "AA AE AH AO AW AX AY EH ER EY IH IX IY OW OY UH UW".split())


@dataclass
class Alignment:
    """Result of one utterance. words: (word, start_s, end_s). score: mean acoustic score a frame (higher is better); worst: of a phone."""

    segments: list[Segment]
    words: list[Segment]
    score: float
    worst: float


@dataclass
class Counts:
    """What happened, for the notes of a shard."""

    values: Counter = field(default_factory=Counter)
    unknown_words: Counter = field(default_factory=Counter)


def words_of(text: str) -> list[str]:
    """Lower-case words of a prompt: letters and apostrophes within words."""
    cleaned = re.sub(r"[^a-z' ]", " ", text.lower().replace("’", "'"))
    return [word for word in (piece.strip("'") for piece in cleaned.split()) if word]


@lru_cache(maxsize=20000)
def lexicon(word: str) -> tuple[str, ...]:
    """flite's phones of a word, upper-case ARPABET with AX for the schwa; () if flite is not installed."""
    try:
        output = subprocess.run(
            ["flite", "-voice", "kal", "-t", word, "-ps", "-o", "none"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        log.warning("flite: %s", error)
        return ()
    return tuple(name.upper() for name in output.split() if name != "pau")


def schwas(word: str, phones: Sequence[str]) -> list[bool]:
    """For each phone of a word's pronunciation, whether it is an AH that is a schwa (ə) rather than ʌ."""
    vowels = [k for k, name in enumerate(phones) if name in _VOWELS]
    other = [name for name in lexicon(word) if name in _VOWELS]
    result = [False] * len(phones)
    for order, k in enumerate(vowels):
        if phones[k] != "AH":
            continue
        if word in _WEAK_WORDS:
            result[k] = True
        elif len(other) == len(vowels):
            result[k] = other[order] != "AH"
        else:
            result[k] = len(vowels) > 1
    return result


class Aligner:
    """pocketsphinx set up for alignment. Not shared between processes."""

    def __init__(self):
        from pocketsphinx import Decoder

        self._decoder_class = Decoder
        self._decoders: list = []
        self._added: dict[str, str] = {}
        self.counts = Counts()

    def _decoder(self, attempt: int):
        while len(self._decoders) <= attempt:
            # Without the best path through the lattice, which loses silences and hands the second pass times that it cannot meet.
            beam = BEAMS[len(self._decoders)]
            decoder = self._decoder_class(
                samprate=16000, lm=None, bestpath=False, loglevel="FATAL", beam=beam, pbeam=beam, wbeam=7e-29
            )
            for word, phones in self._added.items():
                decoder.add_word(word, phones)
            self._decoders.append(decoder)
        return self._decoders[attempt]

    def _known(self, word: str) -> bool:
        if self._decoder(0).lookup_word(word) is not None:
            return True
        phones = " ".join("AH" if name == "AX" else name for name in lexicon(word))
        self.counts.unknown_words[word] += 1
        if not phones or not all(from_arpabet(name) for name in phones.split()):
            return False
        for decoder in self._decoders:
            decoder.add_word(word, phones)
        self._added[word] = phones
        return True

    def align(self, audio: np.ndarray, words: Sequence[str]) -> Alignment | None:
        """audio int16 (N,) at 16 kHz, words lower-case. None if the words cannot be found in the sound."""
        if not words or not all(self._known(word) for word in words):
            self.counts.values["no pronunciation"] += 1
            return None
        for attempt in range(len(BEAMS)):
            found = self._try(attempt, audio, words)
            if found is not None:
                self.counts.values[f"aligned, try {attempt + 1}"] += 1
                return found
        self.counts.values["not aligned"] += 1
        return None

    def _try(self, attempt: int, audio: np.ndarray, words: Sequence[str]) -> Alignment | None:
        decoder = self._decoder(attempt)
        data = np.ascontiguousarray(audio, np.int16).tobytes()
        try:
            decoder.set_align_text(" ".join(words))
            self._pass(decoder, data)
            spoken = [re.sub(r"\(\d+\)$", "", part.word) for part in decoder.seg()] if decoder.hyp() else []
            if [word for word in spoken if word[0] not in "<["] != list(words):
                return None
            decoder.set_alignment()
            self._pass(decoder, data)
            tree = [
                (re.sub(r"\(\d+\)$", "", word.name), [(p.name, p.start, p.duration, p.score) for p in word])
                for word in decoder.get_alignment()
            ]
        except RuntimeError as error:  # the search lost every path
            log.debug("%s: %s", words, error)
            # A decoder that failed within an utterance is left in a state of its own: make a new one.
            self._decoders[attempt:] = []
            return None
        return self._result(tree, len(audio) / 16000)

    @staticmethod
    def _pass(decoder, data: bytes) -> None:
        decoder.start_utt()
        decoder.process_raw(data, full_utt=True)
        decoder.end_utt()

    @staticmethod
    def _result(tree, total_s: float) -> Alignment | None:
        segments: list[Segment] = []
        spans: list[Segment] = []
        score = frames = 0
        worst = 0.0
        at = 0
        for word, phones in tree:
            names = [name for name, *_ in phones]
            weak = schwas(word, names)
            if word[0] not in "<[" and phones:
                spans.append((word, phones[0][1] * FRAME_S, (phones[-1][1] + phones[-1][2]) * FRAME_S))
            for (name, start, length, value), schwa in zip(phones, weak, strict=True):
                if start != at or length < 1:
                    return None
                at = start + length
                symbols = ("ə",) if schwa else from_arpabet(name)
                doubtful = (
                    symbols
                    and PHONES[symbols[0]].kind != "silence"
                    and (
                        value / length < POOR_PHONE_SCORE
                        or length * FRAME_S > (LONGEST_VOWEL_S if PHONES[symbols[0]].is_vowel else LONGEST_CONSONANT_S)
                    )
                )
                if not doubtful:
                    segments.extend(split_evenly(symbols, start * FRAME_S, at * FRAME_S))
                if symbols and PHONES[symbols[0]].kind != "silence":
                    score, frames = score + value, frames + length
                    worst = min(worst, value / length)
        end = at * FRAME_S
        if not frames or abs(end - total_s) > 0.06:
            return None
        merged: list[Segment] = []
        for symbol, start, stop in segments:
            if merged and merged[-1][0] == symbol == SILENCE:
                merged[-1] = (SILENCE, merged[-1][1], stop)
            else:
                merged.append((symbol, start, stop))
        return Alignment(
            shift(merged, WINDOW_SHIFT_S, total_s), shift(spans, WINDOW_SHIFT_S, total_s), score / frames, worst
        )


_aligner: Aligner | None = None


def _align_one(job: tuple) -> tuple:
    global _aligner
    if _aligner is None:
        _aligner = Aligner()
    key, read, words = job
    audio = read() if callable(read) else _read(read)
    before = Counter(_aligner.counts.values), Counter(_aligner.counts.unknown_words)
    found = _aligner.align(audio, words)
    return key, audio, found, _aligner.counts.values - before[0], _aligner.counts.unknown_words - before[1]


def _read(path):
    from .corpora import read_sound

    return read_sound(path)


def align_all(jobs: Iterable[tuple], counts: Counts, processes: int = 2) -> Iterator[tuple]:
    """jobs: (key, path of the sound, words). Yields (key, audio, Alignment | None) in order; counts are added up."""
    if processes <= 1:
        results = map(_align_one, jobs)
        for key, audio, found, values, unknown in results:
            counts.values.update(values)
            counts.unknown_words.update(unknown)
            yield key, audio, found
        return
    with get_context("fork").Pool(processes) as pool:
        for key, audio, found, values, unknown in pool.imap(_align_one, jobs, chunksize=16):
            counts.values.update(values)
            counts.unknown_words.update(unknown)
            yield key, audio, found
