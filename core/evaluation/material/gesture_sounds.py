# SPDX-License-Identifier: GPL-3.0-or-later
"""The sounds of the `gesture` bench: utterances with known stressed syllables, joined with pauses between them.

Where syllables are stressed is known from dictionaries and synthesizers (`core.training.data.speech.stressed`), never from the
detector that is being judged. Groups: "validation" are recorded voices' prompts that no training saw, "held out" are
synthesizers that no training heard, "training" are prompts that the speech model was trained on.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...audio.clip import AudioClip
from ...audio.phones import SILENCE
from ...errors import UserError
from ...motion.face_track import Phone
from ...training.data.speech import stressed
from ...training.data.speech.store import DEFAULT_CACHE, RATE_HZ
from ...training.data.speech.stressed import Nucleus, StressedSpeech

log = logging.getLogger(__name__)

CACHE = Path(".cache/gesture_speech")
VERSION = 1
# group, source, sounds. Nathalie has phone times from her corpus, Festival from itself; the two others were aligned.
PLAN = (
    ("validation", "nathalie", 16),
    ("validation", "kathleen", 8),
    ("validation", "kerstin", 6),
    ("held out", "cmu_us_slt_arctic_hts", 10),
    ("held out", "kal_diphone", 10),
    ("training", "nathalie", 6),
    ("training", "kathleen", 4),
)
SHORTEST_S, LONGEST_S = 6.0, 18.0
PAUSES_S = (0.6, 1.5)
LONG_PAUSE_S = 0.5  # silences from here on count as pauses


@dataclass(frozen=True)
class BenchSound:
    """A sound and what is known of it. group: "validation", "held out" or "training"."""

    group: str
    speech: StressedSpeech

    @property
    def clip(self) -> AudioClip:
        return self.speech.clip

    @property
    def stressed_s(self) -> np.ndarray:
        """Vowel onsets of the stressed syllables of content words, seconds."""
        return self.speech.stressed_s

    @property
    def pauses_s(self) -> tuple[tuple[float, float], ...]:
        """(start, end) of silences of half a second and more, neighbouring ones joined."""
        spans: list[list[float]] = []
        for phone in self.speech.phones:
            if phone.symbol == SILENCE:
                if spans and phone.start_s - spans[-1][1] < 0.02:
                    spans[-1][1] = phone.end_s
                else:
                    spans.append([phone.start_s, phone.end_s])
        if self.speech.phones and self.speech.phones[0].start_s > LONG_PAUSE_S:
            spans.insert(0, [0.0, self.speech.phones[0].start_s])
        return tuple((start, end) for start, end in spans if end - start >= LONG_PAUSE_S)


def _utterances(group: str, source: str, sounds: int, cache: Path) -> Iterator[StressedSpeech]:
    wanted = 5 * sounds
    if source in stressed.FESTIVAL_VOICES:
        yield from stressed.festival_speech(source, stressed.sentences("en", wanted, seed=811, cache=cache))
    else:
        split = "train" if group == "training" else "validation"
        yield from stressed.recorded_speech(source, wanted, cache, seed=811, split=split)


def _joined(utterances: Iterator[StressedSpeech], sounds: int, seed: str) -> Iterator[StressedSpeech]:
    """Utterances one after another until a sound is long enough; a few stay single."""
    generator = random.Random(seed)
    parts: list[StressedSpeech] = []
    made = 0
    wanted = generator.uniform(SHORTEST_S, LONGEST_S)
    for utterance in utterances:
        parts.append(utterance)
        if sum(part.clip.duration_s + 1.0 for part in parts) < wanted:
            continue
        yield stressed.joined(parts, [generator.uniform(*PAUSES_S) for _ in parts], 0.4)
        made, parts, wanted = made + 1, [], generator.uniform(SHORTEST_S, LONGEST_S)
        if made >= sounds:
            return


def _write(path: Path, sound: BenchSound) -> None:
    speech = sound.speech
    about = {
        "version": VERSION,
        "group": sound.group,
        "name": speech.name,
        "voice": speech.voice,
        "language": speech.language,
        "text": speech.text,
        "phones": [[phone.symbol, phone.start_s, phone.end_s] for phone in speech.phones],
        "nuclei": [[nucleus.start_s, nucleus.end_s, nucleus.stressed, nucleus.accented] for nucleus in speech.nuclei],
    }
    samples = np.clip(np.round(speech.clip.samples * 32768.0), -32768, 32767).astype(np.int16)
    np.savez_compressed(path, samples=samples, about=json.dumps(about))


def _read(path: Path) -> BenchSound | None:
    with np.load(path, allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
        if about["version"] != VERSION:
            return None
        clip = AudioClip(file["samples"].astype(np.float32) / np.float32(32768.0), RATE_HZ, about["name"])
    phones = tuple(Phone(symbol, start, end) for symbol, start, end in about["phones"])
    nuclei = tuple(Nucleus(*values) for values in about["nuclei"])
    return BenchSound(
        about["group"],
        StressedSpeech(about["name"], about["voice"], about["language"], about["text"], clip, phones, nuclei),
    )


def sounds(cache: Path = CACHE, speech_cache: Path = DEFAULT_CACHE) -> list[BenchSound]:
    """All sounds of the bench, made once and kept in `cache`; always the same ones. Raises UserError without the speech cache."""
    cache.mkdir(parents=True, exist_ok=True)
    found: list[BenchSound] = []
    for group, source, count in PLAN:
        paths = sorted(cache.glob(f"{group.replace(' ', '_')}__{source}__*.npz"))
        kept = [sound for path in paths if (sound := _read(path)) is not None]
        if not kept or len(kept) < len(paths):
            utterances = _utterances(group, source, count, speech_cache)
            kept = [BenchSound(group, speech) for speech in _joined(utterances, count, f"{group}:{source}")]
            for index, sound in enumerate(kept):
                _write(cache / f"{group.replace(' ', '_')}__{source}__{index:02d}.npz", sound)
            log.info("%s, %s: %d sounds", group, source, len(kept))
        found += kept
    if not found:
        raise UserError("There is no speech for the bench.", "Run `python -m core.training.data.speech all` first.")
    return found
