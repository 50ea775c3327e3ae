# SPDX-License-Identifier: GPL-3.0-or-later
"""Stressed syllables that `core.performance.gestures` finds, against speech of which they are known.

Synthesized speech (Festival, flite, espeak-ng; voices and languages that the fit has not heard) and recorded speech of the cache
(utterances kept apart). True are the stressed syllables of content words, at the onset of the vowel, by the synthesizer's or the
dictionary's lexical stress. Columns, with the phones that the speech model hears and from the sound alone:

precision, recall: of the syllables with a prominence of 0.5 or more, a true one within 60 ms.
strongest fifth: precision of the most prominent fifth, from which strokes are chosen. any: the same for a syllable taken blindly.
error: median distance of the found onset from the true one, over all syllables found within 100 ms. plan: median distance of
the planned strokes' emphases from the nearest true stressed syllable; shuffled: the same for another utterance's plan. words:
share of the content words of the transcript whose stressed syllable was laid into the word (where the corpus has word times).
nods, brows: share of nods (when the head is lowest) and of brow movements (when they are farthest) within 100 ms of the onset of
a true stressed syllable.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ...audio.prosody import Prosody, analyse
from ...audio.syllables import Syllable
from ...errors import UserError
from ...performance import loaded_models
from ...performance.face.brows import brow_moves
from ...performance.face.head import nods
from ...performance.gestures import planner, words
from ...performance.seeding import generator_for
from ...performance.speech import Speaker
from ...settings import GenerateSettings
from ...training.data.speech import store
from ...training.data.speech.stressed import StressedSpeech, joined, speech_of
from ..tables import Column, header, line

NEAR_S, SAME_S = 0.06, 0.1
SEEDS = 6  # for nods and brows, of which an utterance has few
VOICES = (
    ("festival", "kal_diphone", "en"),
    ("festival", "cmu_us_slt_arctic_hts", "en"),
    ("festival", "hy_fi_mv_diphone", "fi"),
    ("flite", "slt", "en"),
    ("espeak", "en-gb-x-rp+f3", "en"),
    ("espeak", "sv+f5", "sv"),
    ("espeak", "hu", "hu"),
    ("espeak", "ro", "ro"),
    ("recorded", "kathleen", "en"),
    ("recorded", "kerstin", "de"),
    ("recorded", "nathalie", "nl"),
)
_SEED = 1000  # other sentences than in the fit


def stressed_clips(
    count: int = 8,
    utterances: int = 6,
    seed: int = 0,
    cache: Path = store.DEFAULT_CACHE,
    voices: Sequence[tuple[str, str, str]] = VOICES[:2],
) -> Iterator[StressedSpeech]:
    """Talks of several utterances with pauses of 0.25 to 2.5 s between, by synthesizers in turn: `clip` and `stressed_s`, the true
    times of the stressed syllables of content words; nothing in it comes from our detector."""
    random = np.random.default_rng(seed)
    for index in range(count):
        kind, voice, language = voices[index % len(voices)]
        parts = list(speech_of(kind, voice, language, utterances, cache, _SEED + 17 * seed + index, "validation"))
        if parts:
            pauses = np.where(
                random.random(len(parts)) < 0.5,
                random.uniform(0.25, 0.6, len(parts)),
                random.uniform(0.8, 2.5, len(parts)),
            )
            yield joined(parts, pauses.tolist())


def near(times_s: np.ndarray, true_s: np.ndarray, within_s: float) -> np.ndarray:
    """bool (n,): which of times_s have one of true_s (sorted) so near."""
    return distance(times_s, true_s) <= within_s


def distance(times_s: np.ndarray, true_s: np.ndarray) -> np.ndarray:
    """(n,): seconds from each time to the nearest of true_s (sorted); infinite where there is none."""
    if len(true_s) == 0:
        return np.full(len(times_s), np.inf)
    at = np.searchsorted(true_s, times_s)
    return np.minimum(
        np.abs(times_s - true_s[np.maximum(at - 1, 0)]), np.abs(times_s - true_s[np.minimum(at, len(true_s) - 1)])
    )


class _Counts:
    """What is found in the utterances of one voice by one way of hearing, against what is known of them.

    scores, marks: prominence of each syllable, whether it is a stressed one. off_s: of known syllables from found ones. nods_s,
    raises_s: of nods and raised brows from stressed syllables, seconds. plans: (emphases, stressed syllables) of each utterance.
    """

    def __init__(self) -> None:
        self.hits = self.found = self.missed = self.true = 0
        self.scores: list[float] = []
        self.marks: list[bool] = []
        self.off_s: list[float] = []
        self.words_met: list[bool] = []
        self.nods_s: list[float] = []
        self.raises_s: list[float] = []
        self.plans: list[tuple[np.ndarray, np.ndarray]] = []

    def add(self, speech: StressedSpeech, prosody: Prosody) -> None:
        syllables, stressed = prosody.syllables, speech.stressed_s
        times = np.array([syllable.time_s for syllable in syllables])
        prominence = np.array([syllable.prominence for syllable in syllables])
        self.true += len(stressed)
        if len(times) == 0 or len(stressed) == 0:
            self.missed += len(stressed)
            return
        good, chosen = near(times, stressed, NEAR_S), prominence >= 0.5
        self.hits, self.found = self.hits + int((good & chosen).sum()), self.found + int(chosen.sum())
        self.missed += int((~near(stressed, times[chosen], NEAR_S)).sum())
        self.scores += prominence.tolist()
        self.marks += good.tolist()
        known = np.array([nucleus.start_s for nucleus in speech.nuclei if nucleus.stressed is not None])
        off_s = distance(known, times)
        self.off_s += off_s[off_s <= SAME_S].tolist()
        self.words_met += _words_met(speech, syllables)
        units = planner.plan(prosody, GenerateSettings())
        self.plans.append((np.array([unit.emphasis_s for unit in units]), stressed))
        for seed in range(SEEDS):
            self.nods_s += distance(np.array([nod.lowest_s for nod in nods(prosody, seed)]), stressed).tolist()
            moves = brow_moves(prosody, generator_for(seed, "brows"))
            self.raises_s += distance(np.array([move.start_s + move.rise_s for move in moves]), stressed).tolist()


def _figures(heard: Sequence[tuple[StressedSpeech, Prosody]]) -> dict:
    """Figures of one voice by one way of hearing."""
    counts = _Counts()
    for speech, prosody in heard:
        counts.add(speech, prosody)
    planned: list[float] = []
    shuffled: list[float] = []
    for (emphases, stressed), (others, _) in zip(counts.plans, counts.plans[1:] + counts.plans[:1]):
        planned += distance(emphases, stressed).tolist()
        shuffled += distance(others[others < stressed[-1] + 0.3], stressed).tolist()
    by_prominence = np.array(counts.marks)[np.argsort(counts.scores)[::-1]]
    return {
        "utterances": len(heard),
        "syllables": len(counts.scores),
        "precision": counts.hits / max(counts.found, 1),
        "recall": 1.0 - counts.missed / max(counts.true, 1),
        "strongest_fifth": float(by_prominence[: max(len(counts.scores) // 5, 1)].mean()),
        "any": float(by_prominence.mean()),
        "error_ms": 1000.0 * float(np.median(counts.off_s)),
        "strokes": len(planned),
        "plan_ms": 1000.0 * float(np.median(planned)) if planned else float("nan"),
        "shuffled_ms": 1000.0 * float(np.median(shuffled)) if shuffled else float("nan"),
        "words": float(np.mean(counts.words_met)) if counts.words_met else float("nan"),
        "nods": float(np.mean(np.array(counts.nods_s) <= SAME_S)) if counts.nods_s else float("nan"),
        "brows": float(np.mean(np.array(counts.raises_s) <= SAME_S)) if counts.raises_s else float("nan"),
        "plan_within_60ms": float(np.mean(np.array(planned) <= NEAR_S)) if planned else float("nan"),
    }


def _words_met(speech: StressedSpeech, syllables: Sequence[Syllable]) -> list[bool]:
    """For each content word of the transcript whether its stressed syllable lies in it; nothing where word times are not known."""
    laid = words.align(words.words_of(speech.text), syllables)
    if len(laid) != len(speech.words):
        return []
    places = [
        (words.stressed_of(word, syllables), start, end)
        for word, (_, start, end) in zip(laid, speech.words, strict=True)
        if word.open_class
    ]
    return [at is not None and start - NEAR_S <= syllables[at].time_s <= end + NEAR_S for at, start, end in places]


_NAME_WIDTH = 42
_COLUMNS = (
    Column("precision", "precision", ".2f", 11),
    Column("recall", "recall", ".2f", 8),
    Column("strongest_fifth", "fifth", ".2f", 7),
    Column("any", "any", ".2f", 6),
    Column("error_ms", "error", ".0f", 7),
    Column("plan_ms", "plan", ".0f", 7),
    Column("shuffled_ms", "shuffled", ".0f", 10),
    Column("strokes", "strokes", ".0f", 9),
    Column("words", "words", ".2f", 7),
    Column("nods", "nods", ".2f", 6),
    Column("brows", "brows", ".2f", 7),
)


def _print(voice: str, way: str, row: dict) -> None:
    print(line(_COLUMNS, f"{voice:34}{way:>8}", _NAME_WIDTH, row), flush=True)


def _plot(file: Path, model: Speaker, voices: Sequence[tuple[str, str, str]], cache: Path) -> None:
    from ..drawing import stress_plot

    speech = next(stressed_clips(1, 5, 0, cache, voices))
    prosody = analyse(speech.clip, model.infer(speech.clip)[1])
    plans = [
        (
            f"{style.lower()}, seed {seed}" + (", words" if text else ""),
            planner.plan(prosody, GenerateSettings(seed=seed, style=style, transcript=text)),
        )
        for style, seed, text in (("NATURAL", 0, ""), ("NATURAL", 1, ""), ("LIVELY", 0, speech.text), ("CALM", 0, ""))
    ]
    stress_plot.draw(file, speech, prosody, plans)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cache", type=Path, default=store.DEFAULT_CACHE, help="cache of speech data (for texts and recorded speech)"
    )
    parser.add_argument("--count", type=int, default=30, help="utterances of each voice")
    parser.add_argument(
        "--plot", type=Path, help="draw the first utterances of the first voice and their plans into this PNG"
    )
    parser.add_argument("--voices", nargs="*", help="only those whose names contain one of these")


def run(arguments: argparse.Namespace) -> dict:
    chosen = [
        entry
        for entry in VOICES
        if not arguments.voices or any(part in f"{entry[0]} {entry[1]}" for part in arguments.voices)
    ]
    model = loaded_models.speech_model("cpu")
    result: dict = {"voices": {}}
    print(header(_COLUMNS, f"{'voice':34}{'hears':>8}", _NAME_WIDTH))
    for kind, voice, language in chosen:
        made = itertools.islice(
            speech_of(kind, voice, language, arguments.count, arguments.cache, _SEED, "validation"), arguments.count
        )
        spoken = list(made)
        if not spoken:
            print(f"{kind} {voice}: not to be had here")
            continue
        figures = {
            "phones": _figures([(speech, analyse(speech.clip, model.infer(speech.clip)[1])) for speech in spoken]),
            "sound": _figures([(speech, analyse(speech.clip)) for speech in spoken]),
        }
        result["voices"][f"{kind} {voice}"] = figures
        for way, row in figures.items():
            _print(f"{kind} {voice}", way, row)
    if arguments.plot:
        _plot(arguments.plot, model, chosen[:1], arguments.cache)
    if not result["voices"]:
        raise UserError(
            "No speech with known stress could be made.", "Install festival, flite or espeak-ng, or give --cache."
        )
    for way in ("phones", "sound"):
        rows = [figures[way] for figures in result["voices"].values()]
        known = {
            name: [row[name] for row in rows if np.isfinite(row[name])]
            for name in rows[0]
            if name not in ("utterances", "syllables")
        }
        result[way] = {name: float(np.mean(values)) if values else float("nan") for name, values in known.items()}
        _print("mean", way, result[way])
    return result
