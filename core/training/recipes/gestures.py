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

from ...audio.phones import PHONES
from ...paths import ROOT, WEIGHTS, data_pack
from ..data.speech import stressed

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


def speech_of(
    kind: str, voice: str, language: str, count: int, cache: Path, seed: int = 0, split: str | None = "train"
) -> Iterator[stressed.StressedSpeech]:
    """Utterances of one voice. split: of recorded speech."""
    if kind == "recorded":
        return stressed.recorded_speech(voice, count, cache, seed, split)
    texts = stressed.sentences(language, count, seed, cache)
    return {"festival": stressed.festival_speech, "flite": stressed.flite_speech, "espeak": stressed.espeak_speech}[
        kind
    ](voice, texts)


# --- gestures -----------------------------------------------------------------------------------------------------------
def gesture_statistics(manifest: list[dict]) -> dict:
    """Phases (seconds), sizes (metres) and hands by family, and of all."""
    from ..data.body.lexemes import family

    taken: set[str] = set()
    rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    hands: dict[str, Counter] = defaultdict(Counter)
    for entry in manifest:
        name = family(str(entry.get("lexeme") or "")) if entry["source"] == "smartbody" else None
        measured = entry.get("measured_phases_s")
        if (
            name is None
            or not measured
            or entry.get("phases_suspect")
            or taken & {entry["id"], *entry.get("same_take_in", ())}
        ):
            continue
        taken.add(entry["id"])
        leaves, reaches, back = measured["leaves_rest_10pct"], measured["reaches_90pct"], measured["back_10pct"]
        emphasis = min(max(entry["phases_s"]["emphasis"], reaches), max(measured["leaves_90pct"], reaches))
        rows[name].append(
            (
                reaches - leaves,
                emphasis - reaches,
                measured["leaves_90pct"] - emphasis,
                back - measured["leaves_90pct"],
                entry["wrist_excursion_m"],
            )
        )
        if entry.get("hand") in HANDS:
            hands[name][HANDS[entry["hand"]]] += 1
    columns = ("preparation_s", "arrival_s", "hold_s", "retraction_s", "excursion_m")

    def summary(values: np.ndarray) -> dict:
        return {
            column: [round(float(q), 3) for q in np.quantile(values[:, k], QUANTILES)]
            for k, column in enumerate(columns)
        }

    everything = np.array([row for found in rows.values() for row in found])
    families = {}
    for name, found in sorted(rows.items()):
        values = np.array(found)
        entry = (
            summary(values)
            if len(values) >= FEWEST or name in ("shift", "think", "touch", "shrug")
            else {**summary(everything), "excursion_m": summary(values)["excursion_m"]}
        )
        known = sum(hands[name].values())
        families[name] = {
            "takes": len(found),
            **entry,
            "both": round(hands[name]["both"] / known, 2) if known else None,
        }
    known = sum(sum(counter.values()) for counter in hands.values())
    return {
        "takes": len(everything),
        "quantiles": list(QUANTILES),
        "all": {**summary(everything), "both": round(sum(counter["both"] for counter in hands.values()) / known, 2)},
        "families": families,
    }


# --- prominence ---------------------------------------------------------------------------------------------------------
def prominence(cache: Path, count: int) -> dict:
    """Weights of the features of `core.audio.prominence`, for nuclei of phones and of the sound."""
    from ...audio.nuclei import SHORTEST_VOWEL_S, nuclei_of
    from ...audio.prominence import FEATURES, VOWEL_FEATURES, features
    from ...audio.prosody import analyse
    from ...performance import models

    model = models.speech_model("cpu")
    heard = []
    for kind, voice, language in VOICES:
        found = [
            (speech, analyse(speech.clip), model.infer(speech.clip)[1])
            for speech in speech_of(kind, voice, language, count, cache)
        ]
        log.info("%s %s: %d utterances", kind, voice, len(found))
        heard.append(found)
    lengths = defaultdict(list)
    for found in heard:
        for _, _, phones in found:
            for phone in phones:
                if PHONES[phone.symbol].is_vowel:
                    lengths[phone.symbol].append(np.log(max(phone.end_s - phone.start_s, SHORTEST_VOWEL_S)))
    usual = {
        symbol: round(float(np.mean(values)), 3) for symbol, values in sorted(lengths.items()) if len(values) >= 30
    }
    usual[""] = round(float(np.mean([value for values in lengths.values() for value in values])), 3)
    result: dict = {"voices": [f"{kind} {voice}" for kind, voice, _ in VOICES], "usual_length_log_s": usual}
    for mode in ("phones", "sound"):
        inputs, marks, weights = [], [], []
        for found in heard:
            parts = []
            for speech, prosody, phones in found:
                phones = phones if mode == "phones" else ()
                nuclei = nuclei_of(prosody.contours, prosody.phrases, phones)
                if len(nuclei.start_s) and nuclei.from_phones == (mode == "phones"):
                    parts.append(
                        (
                            features(prosody.contours, prosody.phrases, nuclei, phones, usual),
                            labels(speech, nuclei.start_s, nuclei.end_s),
                        )
                    )
            x = np.concatenate([part[0] for part in parts])
            y = np.concatenate([part[1] for part in parts])
            known = y >= 0
            inputs.append(x[known])
            marks.append(y[known])
            weights.append(np.full(known.sum(), 1000.0 / max(known.sum(), 1)))  # every voice counts as much
        mean, deviation, fitted = logistic(np.concatenate(inputs), np.concatenate(marks), np.concatenate(weights))
        names = (*FEATURES, *(VOWEL_FEATURES if mode == "phones" else ()))
        result[mode] = {
            "features": list(names),
            "mean": np.round(mean, 4).tolist(),
            "deviation": np.round(deviation, 4).tolist(),
            "weights": np.round(fitted[:-1], 4).tolist(),
            "bias": round(float(fitted[-1]), 4),
        }
    return result


def labels(speech: stressed.StressedSpeech, start_s: np.ndarray, end_s: np.ndarray) -> np.ndarray:
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
    """Mean, deviation and weights (bias last) of a ridge-regularized logistic regression, by Newton's method."""
    mean = (x * weight[:, None]).sum(0) / weight.sum()
    deviation = np.sqrt((weight[:, None] * (x - mean) ** 2).sum(0) / weight.sum()) + 1e-6
    z = np.concatenate([(x - mean) / deviation, np.ones((len(x), 1))], 1)
    penalty = L2 * np.append(np.ones(x.shape[1]), 0.0)
    fitted = np.zeros(z.shape[1])
    for _ in range(30):
        chance = 1.0 / (1.0 + np.exp(-z @ fitted))
        gradient = z.T @ (weight * (y - chance)) - penalty * fitted
        curvature = (z * (weight * chance * (1.0 - chance))[:, None]).T @ z + np.diag(penalty + 1e-9)
        step = np.linalg.solve(curvature, gradient)
        fitted += step
        if np.abs(step).max() < 1e-8:
            break
    return mean, deviation, fitted


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
