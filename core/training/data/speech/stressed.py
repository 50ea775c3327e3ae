# SPDX-License-Identifier: GPL-3.0-or-later
"""Speech of which it is known where its stressed syllables are: synthesized with the synthesizer's own marks, and recorded.

What is marked comes from the synthesizer's or the dictionary's lexical stress and, for Festival, from its pitch accents; never
from the sound. Recorded utterances (the cache of `store`) have times from their corpus and lexical stress from espeak-ng.
"""

from __future__ import annotations

import logging
import random
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ....audio.clip import AudioClip
from ....audio.phones import PHONES, SILENCE
from ....motion.face_track import Phone
from . import espeak_library, festival, flite, store
from .espeak_boundaries import refine
from .lexical_stress import Nucleus, marked_nuclei
from .notations.common import split_evenly
from .notations.festival import from_festival
from .store import RATE_HZ, Segment
from .texts import sentence
from .voices import shift

log = logging.getLogger(__name__)

FESTIVAL_VOICES = {voice.name: voice for voice in (*festival.TRAIN_VOICES, *festival.HELDOUT_VOICES)}
# Festival voices whose front end marks stress (the Czech, Catalan and Hindi ones do not).
MARKED_FESTIVAL = (
    "ked_diphone",
    "kal_diphone",
    "cmu_us_slt_arctic_hts",
    "lp_diphone",
    "pc_diphone",
    "suo_fi_lj_diphone",
    "hy_fi_mv_diphone",
)


@dataclass(frozen=True)
class StressedSpeech:
    """A sound with its true phones and syllable nuclei. words: (word, start_s, end_s) where a corpus tells them."""

    name: str
    voice: str
    language: str
    text: str
    clip: AudioClip
    phones: tuple[Phone, ...]
    nuclei: tuple[Nucleus, ...]
    words: tuple[tuple[str, float, float], ...] = ()

    @property
    def stressed_s(self) -> np.ndarray:
        """float64 (n,): vowel onsets of the stressed syllables of content words."""
        return np.array([nucleus.start_s for nucleus in self.nuclei if nucleus.stressed])


def _clip(samples: np.ndarray, name: str) -> AudioClip:
    return AudioClip(np.ascontiguousarray(samples, np.float32) / np.float32(32768.0), RATE_HZ, name)


def _phones(segments: Sequence[Segment]) -> tuple[Phone, ...]:
    return tuple(Phone(symbol, start, end) for symbol, start, end in segments)


# --- Festival -----------------------------------------------------------------------------------------------------------
_SAY = """(voice_{voice})
(define (say id text path)
  (set! u (utt.synth (eval (list 'Utterance 'Text text))))
  (utt.save.wave u path 'riff)
  (format t "@@ %s" id)
  (mapcar (lambda (s) (format t " %s %s %s %s %s" (item.name s) (item.feat s "end") (item.feat s "R:SylStructure.parent.stress")
    (item.feat s "R:SylStructure.parent.parent.gpos") (item.feat s "R:SylStructure.parent.R:Intonation.daughter1.name")))
    (utt.relation.items u 'Segment))
  (format t "\\n"))
"""


def festival_speech(name: str, texts: Sequence[str]) -> Iterator[StressedSpeech]:
    """A Festival voice (of `MARKED_FESTIVAL`) reads texts. What it fails on is left out."""
    voice = FESTIVAL_VOICES[name]
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "say.scm"
        lines = [_SAY.format(voice=voice.name)]
        for index, text in enumerate(texts):
            quoted = text.replace("\\", " ").replace('"', " ")
            lines.append(f'(unwind-protect (say {index} "{quoted}" "{folder}/{index}.wav") nil)')
        script.write_bytes("\n".join(lines).encode(voice.encoding, errors="replace"))
        try:
            run = subprocess.run(["festival", "--batch", str(script)], capture_output=True, timeout=600)
        except (OSError, subprocess.TimeoutExpired) as error:
            log.warning("festival %s: %s", name, error)
            return
        for line in run.stdout.decode("latin-1").splitlines():
            if line.startswith("@@ "):
                _, number, *items = line.split()
                path = Path(folder) / f"{number}.wav"
                if path.exists() and len(items) >= 20 and len(items) % 5 == 0:
                    yield from _said(voice, int(number), texts[int(number)], path, items)


def _said(voice: festival.Voice, number: int, text: str, path: Path, items: list[str]) -> Iterator[StressedSpeech]:
    """One text as Festival has said it; none where sound and marks do not fit.

    items: segment, its end in seconds, stress, part of speech and tone, over and over.
    """
    import soundfile
    import soxr

    samples, rate = soundfile.read(path, dtype="int16")
    samples = samples.astype(np.float32)
    if rate != RATE_HZ:
        samples = soxr.resample(samples, rate, RATE_HZ)
    total_s = len(samples) / RATE_HZ
    segments, nuclei, at = [], [], 0.0
    for segment, end, stress, part, tone in zip(*(items[k::5] for k in range(5)), strict=True):
        new = split_evenly(from_festival(segment, voice.language), at, float(end))
        segments += new
        strong = stress not in ("0", "nil") and (part == "content" or voice.language == "fi")
        high = tone in ("Accented", "H*", "!H*", "L+H*", "L*", "L*+H")
        if voice.language in ("it", "fi"):  # their marks: every word is "stressed", content words are accented
            strong = high
        nuclei += [
            Nucleus(start + voice.lag_s, stop + voice.lag_s, strong, strong and high)
            for symbol, start, stop in new
            if PHONES[symbol].is_vowel
        ]
        at = float(end)
    if abs(at - total_s) < 0.3 and nuclei:
        title = f"festival_{voice.name}_{number:04d}"
        phones = _phones(shift(segments, voice.lag_s, total_s))
        clip = _clip(samples, title)
        yield StressedSpeech(title, f"festival {voice.name}", voice.language, text, clip, phones, tuple(nuclei))


# --- lexical stress by espeak-ng ----------------------------------------------------------------------------------------


def espeak_speech(voice: str, texts: Sequence[str], words_a_minute: int = 160) -> Iterator[StressedSpeech]:
    """An espeak-ng voice ("en-us", "de+f2") reads texts."""
    import soxr

    library = espeak_library.shared()
    code = voice.split("+")[0].split("-")[0]
    for index, text in enumerate(texts):
        sound, events = library.speak(text, voice, words_a_minute)
        segments = espeak_library.raw_segments(events, library.rate_hz, len(sound) / library.rate_hz, code)
        samples = np.clip(np.round(soxr.resample(sound.astype(np.float32), library.rate_hz, RATE_HZ)), -32768, 32767)
        segments = refine(samples.astype(np.int16), segments)
        nuclei = marked_nuclei(segments, text, voice.split("+")[0])
        if nuclei is not None:
            title = f"espeak_{voice}_{index:04d}"
            yield StressedSpeech(title, f"espeak {voice}", code, text, _clip(samples, title), _phones(segments), nuclei)


def flite_speech(voice: str, texts: Sequence[str]) -> Iterator[StressedSpeech]:
    """A flite voice (awb, rms, slt, kal16) reads English texts."""
    for index, text in enumerate(texts):
        made = flite.speak(text, voice)
        nuclei = marked_nuclei(made[1], text, "en-us") if made else None
        if made and nuclei:
            title = f"flite_{voice}_{index:04d}"
            yield StressedSpeech(title, f"flite {voice}", "en", text, _clip(made[0], title), _phones(made[1]), nuclei)


def recorded_speech(
    corpus: str, count: int, cache: Path = store.DEFAULT_CACHE, seed: int = 0, split: str | None = None
) -> Iterator[StressedSpeech]:
    """Recorded utterances of the speech cache (kathleen, kerstin, nathalie), times as their corpus or aligner gives them."""
    index = store.load_index(cache, split=split, corpora=[corpus])
    random.Random(seed).shuffle(index)
    made = 0
    for utterance in index:
        code = utterance.language.split("-")[0]
        nuclei = marked_nuclei(utterance.segments(), utterance.text, {"en": "en-us"}.get(code, code))
        if nuclei is None:
            continue
        yield StressedSpeech(
            utterance.id,
            corpus,
            code,
            utterance.text,
            _clip(utterance.audio(), utterance.id),
            _phones(utterance.segments()),
            nuclei,
            tuple((word, start, end) for word, start, end in utterance.extra.get("words", ())),
        )
        made += 1
        if made >= count:
            return


READ_BY = {"en": "kathleen", "de": "kerstin", "nl": "nathalie"}  # corpora whose texts are whole sentences


def sentences(language: str, count: int, seed: int = 0, cache: Path = store.DEFAULT_CACHE) -> list[str]:
    """Texts to read: sentences of a corpus where the cache has one of the language, else made ones."""
    generator = random.Random(f"stress:{seed}:{language}")
    code = language.split("-")[0]
    texts = (
        sorted(
            {
                utterance.text
                for utterance in store.load_index(cache, corpora=[READ_BY[code]])
                if 4 <= len(utterance.text.split()) <= 16
            }
        )
        if code in READ_BY
        else []
    )
    return generator.sample(texts, count) if len(texts) >= count else [sentence(code, generator) for _ in range(count)]


def joined(parts: Sequence[StressedSpeech], pause_s: Sequence[float], lead_s: float = 0.5) -> StressedSpeech:
    """Several utterances of a voice one after another, silence between them (pause_s (n,), after each), as one."""
    pieces, phones, nuclei, words = [np.zeros(int(lead_s * RATE_HZ), np.float32)], [], [], []
    at = len(pieces[0])
    for part, pause in zip(parts, pause_s, strict=True):
        offset = at / RATE_HZ
        phones += [Phone(phone.symbol, phone.start_s + offset, phone.end_s + offset) for phone in part.phones]
        nuclei += [Nucleus(n.start_s + offset, n.end_s + offset, n.stressed, n.accented) for n in part.nuclei]
        words += [(word, start + offset, end + offset) for word, start, end in part.words]
        silence = np.zeros(int(pause * RATE_HZ), np.float32)
        phones.append(
            Phone(SILENCE, offset + part.clip.duration_s, offset + part.clip.duration_s + len(silence) / RATE_HZ)
        )
        pieces += [part.clip.samples, silence]
        at += len(part.clip.samples) + len(silence)
    first = parts[0]
    name = f"{first.name}_x{len(parts)}"
    return StressedSpeech(
        name,
        first.voice,
        first.language,
        " ".join(part.text for part in parts),
        AudioClip(np.concatenate(pieces), RATE_HZ, name),
        tuple(phones),
        tuple(nuclei),
        tuple(words),
    )


def speech_of(
    kind: str, voice: str, language: str, count: int, cache: Path, seed: int = 0, split: str | None = "train"
) -> Iterator[StressedSpeech]:
    """Utterances of one voice. split: of recorded speech."""
    if kind == "recorded":
        return recorded_speech(voice, count, cache, seed, split)
    texts = sentences(language, count, seed, cache)
    made_by = {"festival": festival_speech, "flite": flite_speech, "espeak": espeak_speech}
    return made_by[kind](voice, texts)
