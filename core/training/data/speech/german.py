# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerstin (German, no phone times): pronunciation by espeak-ng, times by `aligner` on the posteriors of a trained encoder."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ....audio.phones import PHONES, SILENCE, SYMBOLS
from ....errors import UserError
from . import corpora
from .aligner import align
from .espeak_library import ipa
from .notations.ipa import from_ipa
from .store import RATE_HZ, Segment, Source
from .sync import log_energy

log = logging.getLogger(__name__)

SHORTEST = 3  # frames
FLOOR = -9.0  # log posterior: one frame that the network finds impossible must not decide the path
# What a network that knows little German may hear in their place; their posteriors are added up for the alignment.
HEARD_AS = {
    "ʁ": "ʁ r ɾ x ɐ ɹ ɣ",
    "ç": "ç ʃ x ɕ h",
    "x": "x ç h ʁ k",
    "ts": "ts s t tɕ tʃ",
    "z": "z s",
    "ɑ": "ɑ a ʌ ɐ ɔ aʊ aɪ",
    "a": "a ɑ ʌ æ ɐ aɪ",
    "ɐ": "ɐ ə ʌ a ɝ",
    "ə": "ə ɪ ʌ ɛ ɐ",
    "ɛ": "ɛ æ e ə",
    "e": "e eɪ i ɪ",
    "i": "i ɪ j",
    "ɪ": "ɪ i ə e",
    "o": "o oʊ ʊ ɔ u",
    "ɔ": "ɔ ɑ ʌ o ɔɪ",
    "u": "u ʊ o w",
    "ʊ": "ʊ u ə ɔ",
    "ø": "ø œ ɝ ʏ ə",
    "œ": "œ ø ɝ ə",
    "y": "y ʏ i u",
    "ʏ": "ʏ y ɪ ʊ",
    "ɔɪ": "ɔɪ ɔ o œ",
    "aʊ": "aʊ a ɑ æ",
    "v": "v ʋ w f",
    "l": "l ʎ n d",
    "ŋ": "ŋ n ɡ",
    "ɡ": "ɡ k ɣ",
    "d": "d ð t ɾ",
    "b": "b p β",
    "h": "h x ç",
    "j": "j i",
    "ɑ̃": "ɑ̃ ɑ ɔ",
    "ɔ̃": "ɔ̃ ɔ o",
}
LOUD_DB = 28.0  # below the loud parts
POOR_SCORE = -2.4
POOR_PHONE = -5.0
LONGEST_VOWEL_S = 0.45
LONGEST_CONSONANT_S = 0.3


def pronounce(text: str, voice: str = "de") -> list[tuple[str, ...]]:
    """Words of a text as symbols of the inventory, numbers spelt out, by espeak-ng's rules."""
    words = []
    for item in ipa(text, voice).split():
        symbols = (
            tuple({"ɾ": "ʁ"}.get(symbol, symbol) for symbol in from_ipa(item, voice))
            if voice == "de"
            else from_ipa(item, voice)
        )
        if symbols:
            words.append(symbols)
    return words


def network_posteriors(path: Path, threads: int = 1) -> Callable[[np.ndarray], np.ndarray]:
    """A trained encoder as a function int16 (N,) → natural-log posteriors (T, P) at 100 Hz.

    path: a checkpoint of the encoder's training (*.pt) or a folder of weights. Raises UserError.
    """
    import torch

    from ....models.speech.config import SpeechConfig
    from ....models.speech.encoder import PhoneticEncoder
    from ....models.speech.frontend import levelled_mel, network_input

    torch.set_num_threads(threads)
    if not path.exists():
        raise UserError(
            f"There is no trained network at {path}.",
            "Train the encoder first: python -m core.training speech --stage encoder",
        )
    if path.is_dir():
        from ....models.speech.checkpoint import load

        encoder = load(path).encoder
    else:
        state = torch.load(path, weights_only=True, map_location="cpu")["parts"]["average"]
        width = state["norm.weight"].shape[0]
        encoder = PhoneticEncoder(SpeechConfig(phones=SYMBOLS, channels=("jawOpen",), width=width))
        encoder.load_state_dict(state)
    encoder.eval()
    silence = SYMBOLS.index(SILENCE)
    heard = np.eye(len(SYMBOLS), dtype=np.float32)
    for symbol, others in HEARD_AS.items():
        heard[[SYMBOLS.index(other) for other in others.split()], SYMBOLS.index(symbol)] = 1.0

    def posteriors(audio: np.ndarray) -> np.ndarray:
        mel = levelled_mel(audio.astype(np.float32) / 32768)
        mel = mel[: len(mel) // 2 * 2]
        with torch.inference_mode():
            _, logits = encoder(network_input(torch.from_numpy(mel)[None]))
        probability = torch.softmax(logits[0].float(), -1).numpy()
        scores = np.log(probability @ heard + 1e-9)
        # Before the network knows a voice it likes to call it silence: a loud frame is none.
        loud = log_energy(audio, 0.02)[::4][: len(scores)]
        scores[: len(loud), silence] -= np.clip((loud - np.percentile(loud, 95) + LOUD_DB) * 0.4, 0, 6)
        return np.maximum(scores, FLOOR)

    return posteriors


def kerstin(posteriors: Callable[[np.ndarray], np.ndarray], counts: dict) -> Iterator[Source]:
    """German with times from a network. Utterances that do not fit their text are left out, doubtful phones get no label."""
    folder = corpora.data_folder()
    for row in corpora.rows_of("kerstin"):
        audio = corpora.read_sound(folder / row["path"])
        words = pronounce(row["text"])
        found = align(posteriors(audio), words, shortest=SHORTEST, silence_penalty=3.0)
        if found is None or found.score < POOR_SCORE:
            counts["left out"] = counts.get("left out", 0) + 1
            continue
        total = len(audio) / RATE_HZ
        segments: list[Segment] = []
        for (symbol, start, end), score in zip(found.segments, found.scores, strict=True):
            longest = LONGEST_VOWEL_S if PHONES[symbol].is_vowel else LONGEST_CONSONANT_S
            if symbol != SILENCE and (score < POOR_PHONE or end - start > longest):
                counts["phones without label"] = counts.get("phones without label", 0) + 1
                continue
            segments.append((symbol, start, min(end, total)))
        counts["aligned"] = counts.get("aligned", 0) + 1
        yield corpora.source(row, audio, segments, score=round(found.score, 3))
