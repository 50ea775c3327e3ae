# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures recorded gestures and fits what makes a syllable prominent, for `core.performance.gestures` and
`core.audio.prominence`.

    python -m core.training gestures [--data DIR] [--cache DIR] [--out DIR] [--only statistics|prominence]

Gestures: phases, sizes and hands by family, from the manifest of the recorded motion (DIR/motion/manifest.json; the same take
once, suspect phases left out). Prominence: logistic regression on speech of known stress (core.training.data.speech.stressed:
Festival, espeak-ng, flite, and recorded speech of the cache), once on the phones that the speech model hears and once on the
sound alone. Voices of the bench's list (`core.evaluation.benches.stress`) stay out of the fit.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ...audio.nuclei import SHORTEST_VOWEL_S, nuclei_of
from ...audio.phones import PHONES
from ...audio.prominence import FEATURES, VOWEL_FEATURES, features
from ...audio.prosody import Prosody, analyse
from ...motion.face_track import Phone
from ...paths import ROOT, WEIGHTS, data_pack
from ...performance import loaded_models
from ..data.body.lexemes import family
from ..data.speech.stressed import StressedSpeech, speech_of

log = logging.getLogger(__name__)

QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)
# Families with fewer takes get the phases of all (their own size).
FEWEST = 3
HANDS = {"LEFT_HAND": "left", "RIGHT_HAND": "right", "BOTH_HANDS": "both"}
L2 = 3.0
# (kind, voice, language of the texts): what prominence is fitted on. None of them speaks in the bench, but for the recorded
# speakers, whose utterances there are others.
VOICES = (
    ("festival", "ked_diphone", "en"),
    ("festival", "lp_diphone", "it"),
    ("festival", "pc_diphone", "it"),
    ("festival", "suo_fi_lj_diphone", "fi"),
    ("flite", "awb", "en"),
    ("flite", "rms", "en"),
    ("recorded", "kathleen", "en"),
    ("recorded", "kerstin", "de"),
    ("recorded", "nathalie", "nl"),
    ("espeak", "en-us", "en"),
    ("espeak", "de+f2", "de"),
    ("espeak", "nl+m3", "nl"),
    ("espeak", "es+f4", "es"),
    ("espeak", "it", "it"),
    ("espeak", "pl+m2", "pl"),
    ("espeak", "ru", "ru"),
)


# --- gestures -----------------------------------------------------------------------------------------------------------
_COLUMNS = ("preparation_s", "arrival_s", "hold_s", "retraction_s", "excursion_m")


def gesture_statistics(manifest: list[dict]) -> dict:
    """Phases (seconds), sizes (metres) and hands by family, and of all."""
    rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    hands: dict[str, Counter] = defaultdict(Counter)
    for name, entry in _usable(manifest):
        rows[name].append(_phases(entry))
        if entry.get("hand") in HANDS:
            hands[name][HANDS[entry["hand"]]] += 1
    everything = np.array([row for found in rows.values() for row in found])
    families = {}
    for name, found in sorted(rows.items()):
        own = _summary(np.array(found))
        if len(found) < FEWEST and name not in ("shift", "think", "touch", "shrug"):
            own = {**_summary(everything), "excursion_m": own["excursion_m"]}
        families[name] = {"takes": len(found), **own, "both": _share_of_both(hands[name])}
    together = sum(hands.values(), Counter())
    return {
        "takes": len(everything),
        "quantiles": list(QUANTILES),
        "all": {**_summary(everything), "both": _share_of_both(together)},
        "families": families,
    }


def _usable(manifest: list[dict]) -> Iterator[tuple[str, dict]]:
    """(family, entry) of gestures with measured phases that are not suspect; of each take one."""
    taken: set[str] = set()
    for entry in manifest:
        name = family(str(entry.get("lexeme") or "")) if entry["source"] == "smartbody" else None
        names = {entry["id"], *entry.get("same_take_in", ())}
        if (
            name is not None
            and entry.get("measured_phases_s")
            and not entry.get("phases_suspect")
            and not taken & names
        ):
            taken.add(entry["id"])
            yield name, entry


def _phases(entry: dict) -> tuple[float, ...]:
    """The figures of one gesture, in the order of `_COLUMNS`."""
    measured = entry["measured_phases_s"]
    leaves, reaches, back = measured["leaves_rest_10pct"], measured["reaches_90pct"], measured["back_10pct"]
    emphasis = min(max(entry["phases_s"]["emphasis"], reaches), max(measured["leaves_90pct"], reaches))
    held = measured["leaves_90pct"]
    return reaches - leaves, emphasis - reaches, held - emphasis, back - held, entry["wrist_excursion_m"]


def _summary(values: np.ndarray) -> dict:
    """Quantiles of each column of (n, 5)."""
    quantiles = np.quantile(values, QUANTILES, axis=0).T
    return {column: [round(float(q), 3) for q in row] for column, row in zip(_COLUMNS, quantiles)}


def _share_of_both(hands: Counter) -> float | None:
    known = sum(hands.values())
    return round(hands["both"] / known, 2) if known else None


# --- prominence ---------------------------------------------------------------------------------------------------------
# A voice's utterances: what is known of each, what is heard of it from the sound, the phones that the speech model hears.
Heard = list[tuple[StressedSpeech, Prosody, tuple[Phone, ...]]]


def prominence(cache: Path, count: int) -> dict:
    """Weights of the features of `core.audio.prominence`, for nuclei of phones and of the sound."""
    model = loaded_models.speech_model("cpu")
    voices: list[Heard] = []
    for kind, voice, language in VOICES:
        spoken = speech_of(kind, voice, language, count, cache)
        voices.append([(one, analyse(one.clip), model.infer(one.clip)[1]) for one in spoken])
        log.info("%s %s: %d utterances", kind, voice, len(voices[-1]))
    usual = _usual_lengths(voices)
    return {
        "voices": [f"{kind} {voice}" for kind, voice, _ in VOICES],
        "usual_length_log_s": usual,
        "phones": _fitted(voices, usual, from_phones=True),
        "sound": _fitted(voices, usual, from_phones=False),
    }


def _usual_lengths(voices: list[Heard]) -> dict[str, float]:
    """Mean log length in seconds of each vowel that was heard often enough, and under "" of all."""
    lengths = defaultdict(list)
    for phone in (phone for heard in voices for _, _, phones in heard for phone in phones):
        if PHONES[phone.symbol].is_vowel:
            lengths[phone.symbol].append(np.log(max(phone.end_s - phone.start_s, SHORTEST_VOWEL_S)))
    usual = {
        symbol: round(float(np.mean(values)), 3) for symbol, values in sorted(lengths.items()) if len(values) >= 30
    }
    usual[""] = round(float(np.mean([value for values in lengths.values() for value in values])), 3)
    return usual


def _fitted(voices: list[Heard], usual: dict[str, float], from_phones: bool) -> dict:
    """The regression on nuclei of phones, or on those of the sound alone."""
    inputs, marks, weights = [], [], []
    for heard in voices:
        parts = []
        for speech, prosody, phones in heard:
            phones = phones if from_phones else ()
            nuclei = nuclei_of(prosody.contours, prosody.phrases, phones)
            if len(nuclei.start_s) and nuclei.from_phones == from_phones:
                marked = labels(speech, nuclei.start_s, nuclei.end_s)
                parts.append((features(prosody.contours, prosody.phrases, nuclei, phones, usual), marked))
        x, y = (np.concatenate(column) for column in zip(*parts))
        known = y >= 0
        inputs.append(x[known])
        marks.append(y[known])
        weights.append(np.full(known.sum(), 1000.0 / max(known.sum(), 1)))  # every voice counts as much
    mean, deviation, fitted = logistic(np.concatenate(inputs), np.concatenate(marks), np.concatenate(weights))
    return {
        "features": [*FEATURES, *(VOWEL_FEATURES if from_phones else ())],
        "mean": np.round(mean, 4).tolist(),
        "deviation": np.round(deviation, 4).tolist(),
        "weights": np.round(fitted[:-1], 4).tolist(),
        "bias": round(float(fitted[-1]), 4),
    }


def labels(speech: StressedSpeech, start_s: np.ndarray, end_s: np.ndarray) -> np.ndarray:
    """int (n,): 1 where a found nucleus is a stressed one, 0 where another, -1 where that is unknown."""
    onsets = np.array([nucleus.start_s for nucleus in speech.nuclei])
    stops = np.array([nucleus.end_s for nucleus in speech.nuclei])
    found = np.full(len(start_s), -1)
    for index, (start, end) in enumerate(zip(start_s, end_s, strict=True)):
        shared = np.minimum(end, stops) - np.maximum(start, onsets)
        best = int(shared.argmax())
        if shared[best] > 0 and speech.nuclei[best].stressed is not None:
            found[index] = int(speech.nuclei[best].stressed)
    return found


def logistic(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A ridge-regularized logistic regression on standardized inputs.

    Args:
        x: (n, features). y: (n,), 0 or 1. weight: (n,), what each row counts for.

    Returns:
        Mean and deviation (features,) of the inputs, weights (features + 1,) with the bias last.
    """
    from sklearn.linear_model import LogisticRegression

    mean = np.average(x, axis=0, weights=weight)
    deviation = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weight)) + 1e-6
    fit = LogisticRegression(C=1.0 / L2, solver="newton-cholesky", tol=1e-8)
    fit.fit((x - mean) / deviation, y, sample_weight=weight)
    return mean, deviation, np.append(fit.coef_[0], fit.intercept_)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack())
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "speech")
    parser.add_argument("--out", type=Path, default=WEIGHTS / "gestures")
    parser.add_argument("--count", type=int, default=40, help="utterances of each voice")
    parser.add_argument(
        "--only", choices=("statistics", "prominence"), help="measure this and leave the rest of the file as it is"
    )


def run(arguments: argparse.Namespace) -> None:
    file = arguments.out / "statistics.json"
    document = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    document["format"] = 1
    if arguments.only != "prominence":
        manifest = json.loads((arguments.data / "motion" / "manifest.json").read_text(encoding="utf-8"))
        document["gestures"] = gesture_statistics(manifest)
    if arguments.only != "statistics":
        document["prominence"] = prominence(arguments.cache, arguments.count)
    arguments.out.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    log.info("wrote %s", file)
