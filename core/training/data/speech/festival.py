# SPDX-License-Identifier: GPL-3.0-or-later
"""Festival (CSTR): many sentences in one process, the ends of its Segment relation as phone times."""

from __future__ import annotations

import logging
import random
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .notations.common import split_evenly
from .notations.festival import from_festival
from .store import RATE_HZ, Segment, Source, trim_silence
from .voices import resample_voice, shift

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Voice:
    """A Festival voice: its name, Debian package, language, sex, the encoding its text front end expects, share of the time.

    lag_s: by how much its sound comes later than the times it gives, the mean of what `sync` and a pocketsphinx alignment measure
    (they differ by up to 7 ms; lags under 5 ms are left).
    """

    name: str
    package: str
    language: str
    sex: str
    encoding: str = "latin-1"
    share: float = 1.0
    lag_s: float = 0.0


# Debian's Russian voice (festvox-ru, unit selection) is left out: its times fit its sound badly (correlation 0.64, others 0.8).
TRAIN_VOICES = (
    Voice("ked_diphone", "festvox-kdlpc16k", "en-US", "m", share=3.0),
    Voice("lp_diphone", "festvox-italp16k", "it", "f"),
    Voice("pc_diphone", "festvox-itapc16k", "it", "m"),
    Voice("suo_fi_lj_diphone", "festvox-suopuhe-lj", "fi", "f", lag_s=0.005),
    Voice("hy_fi_mv_diphone", "festvox-suopuhe-mv", "fi", "m"),
    Voice("czech_ph", "festvox-czech-ph", "cs", "m", "iso-8859-2", 0.7),
    Voice("czech_dita", "festvox-czech-dita", "cs", "f", "iso-8859-2"),
    Voice("czech_krb", "festvox-czech-krb", "cs", "m", "iso-8859-2"),
    Voice("czech_machac", "festvox-czech-machac", "cs", "m", "iso-8859-2", 0.7),
    Voice("upc_ca_ona_hts", "festvox-ca-ona-hts", "ca", "f", share=1.5),
    Voice("hindi_NSK_diphone", "festvox-hi-nsk", "hi", "m", "utf-8", 0.5),
)
HELDOUT_VOICES = (
    Voice("cmu_us_slt_arctic_hts", "festvox-us-slt-hts", "en-US", "f", lag_s=0.006),
    Voice("kal_diphone", "festvox-kallpc16k", "en-US", "m", lag_s=0.006),
)

_HEAD = """(voice_{voice})
(define (say id text path stretch)
  (Parameter.set 'Duration_Stretch stretch)
  (set! u (utt.synth (eval (list 'Utterance 'Text text))))
  (utt.save.wave u path 'riff)
  (format t "@@ %s" id)
  (mapcar (lambda (s) (format t " %s %s" (item.name s) (item.feat s "end"))) (utt.relation.items u 'Segment))
  (format t "\\n"))
"""


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", " ").replace('"', " ") + '"'


def speak_all(
    voice: Voice, texts: Sequence[str], stretches: Sequence[float], batch: int = 20
) -> Iterator[tuple[int, np.ndarray, list[Segment]]]:
    """Synthesize texts; those on which Festival fails are left out. Yields (index, int16 at 16 kHz, segments)."""
    for first in range(0, len(texts), batch):
        chosen = range(first, min(first + batch, len(texts)))
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "batch.scm"
            lines = [_HEAD.format(voice=voice.name)]
            lines += [
                f"(unwind-protect (say {k} {_quoted(texts[k])} {_quoted(f'{folder}/{k}.wav')} {stretches[k]:.3f}) nil)"
                for k in chosen
            ]
            script.write_bytes("\n".join(lines).encode(voice.encoding, errors="replace"))
            try:
                run = subprocess.run(["festival", "--batch", str(script)], capture_output=True, timeout=300)
            except (OSError, subprocess.TimeoutExpired) as error:
                log.warning("festival %s: %s", voice.name, error)
                continue
            for line in run.stdout.decode("latin-1").splitlines():
                if not line.startswith("@@ "):
                    continue
                _, number, *items = line.split()
                found = _load(Path(folder) / f"{number}.wav", items, voice)
                if found is not None:
                    yield int(number), *found


def _load(path: Path, items: Sequence[str], voice: Voice) -> tuple[np.ndarray, list[Segment]] | None:
    import soundfile
    import soxr

    if not path.exists() or len(items) < 4:
        return None
    samples, rate = soundfile.read(path, dtype="int16")
    if rate != RATE_HZ:
        samples = np.clip(np.round(soxr.resample(samples.astype(np.float32), rate, RATE_HZ)), -32768, 32767).astype(
            np.int16
        )
    segments: list[Segment] = []
    at = 0.0
    for name, end in zip(items[::2], map(float, items[1::2]), strict=True):
        symbols = from_festival(name, voice.language)
        segments.extend(split_evenly(symbols, at, end))
        at = end
    if abs(at - len(samples) / RATE_HZ) > 0.3:
        log.warning("festival %s: times end at %.2f s of %.2f s", voice.name, at, len(samples) / RATE_HZ)
        return None
    return samples, shift(segments, voice.lag_s, len(samples) / RATE_HZ)


def render(voice: Voice, texts: Sequence[str], seconds: float, split: str, seed: int) -> Iterator[Source]:
    """A voice reads texts until there are so many seconds; in training with varied tempo and size of the speaker."""
    generator = random.Random(f"{seed}:{voice.name}")
    plain = split == "heldout"
    stretches = [1.0 if plain else generator.uniform(0.8, 1.3) for _ in texts]
    made = 0.0
    for index, audio, segments in speak_all(voice, texts, stretches):
        factor = 1.0 if plain else generator.choice((1.0, generator.uniform(0.85, 1.2)))
        audio, segments = trim_silence(*resample_voice(audio, segments, factor))
        made += len(audio) / RATE_HZ
        yield Source(
            id=f"festival_{voice.name}_{index:05d}",
            audio=audio,
            segments=segments,
            language=voice.language,
            speaker=f"festival_{voice.name}",
            sex=voice.sex,
            kind="synthetic",
            split=split,
            text=texts[index],
            extra={"stretch": round(stretches[index], 3), "factor": round(factor, 3)},
        )
        if made >= seconds:
            return
