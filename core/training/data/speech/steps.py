# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of the command: each makes one or more shards."""

from __future__ import annotations

import logging
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from ....errors import UserError
from . import captured, corpora, espeak, festival, flite, german
from .english import Counts, align_all, words_of
from .store import Source, shard_exists, write_shard
from .sync import lag
from .texts import sentence

log = logging.getLogger(__name__)

# Mean acoustic score a frame under which an alignment is not believed.
POOR_SCORE = -33.0
_PROGRAMS = {
    "kathleen": ("flite",),
    "speechocean762": ("flite",),
    "grid_s1": ("flite",),
    "flite": ("flite",),
    "festival": ("festival",),
    "heldout": ("flite", "festival"),
    "espeak": ("espeak-ng",),
    "kerstin": ("espeak-ng",),
}
SEED = 20261120
ESPEAK_SECONDS = 7200.0
FLITE_SECONDS = 2400.0
FESTIVAL_SECONDS = 2700.0
HELDOUT_SECONDS = 420.0
# British letters, as words that the dictionary pronounces so.
GRID_WORDS = {"z": "zed", "a": "ay"}


def _nathalie(cache: Path, processes: int) -> Iterator[Path]:
    yield write_shard(cache, "nathalie", corpora.nathalie())


def _english(corpus: str) -> Callable[[Path, int], Iterator[Path]]:
    def step(cache: Path, processes: int) -> Iterator[Path]:
        folder = corpora.data_folder()
        rows = {row["id"]: row for row in corpora.rows_of(corpus)}
        counts = Counts()

        def sources() -> Iterator[Source]:
            jobs = ((row["id"], folder / row["path"], words_of(row["text"])) for row in rows.values())
            for key, audio, found in align_all(jobs, counts, processes):
                if found is None:
                    continue
                if found.score < POOR_SCORE:
                    counts.values["poor score"] += 1
                    continue
                yield corpora.source(
                    rows[key],
                    audio,
                    found.segments,
                    score=round(found.score, 2),
                    worst=round(found.worst, 2),
                    words=[[w, round(a, 2), round(b, 2)] for w, a, b in found.words],
                )

        notes = {"alignment": "pocketsphinx"}
        path = write_shard(cache, corpus, _with_notes(sources(), notes, counts), notes)
        log.info("%s: %s; %d words not in the dictionary", corpus, dict(counts.values), len(counts.unknown_words))
        yield path

    return step


def _grid(cache: Path, processes: int) -> Iterator[Path]:
    words, counts, notes = captured.grid_words(), Counts(), {"alignment": "pocketsphinx"}
    splits = captured.grid_ids()

    def sources() -> Iterator[Source]:
        jobs = (
            (
                name,
                captured.grid_sound(name),
                [GRID_WORDS.get(w, w) for w, _, _ in words[name] if w not in ("sil", "sp")],
            )
            for name in splits
        )
        for name, audio, found in align_all(jobs, counts, processes):
            if found is None or found.score < POOR_SCORE:
                counts.values["poor score"] += found is not None
                continue
            spoken = [(start, end) for w, start, end in words[name] if w not in ("sil", "sp")]
            # The corpus's own word times, made by another aligner, must agree.
            apart = (
                max(abs(a - start) + abs(b - end) for (_, a, b), (start, end) in zip(found.words, spoken, strict=False))
                if spoken
                else 0.0
            )
            if len(found.words) != len(spoken) or apart > 0.5:
                counts.values["not as the corpus has it"] += 1
                continue
            yield Source(
                id=name,
                audio=audio,
                segments=found.segments,
                language="en-GB",
                speaker="grid_s1",
                sex="m",
                kind="recorded",
                split=splits[name],
                text=" ".join(w for w, _, _ in found.words),
                extra={"score": round(found.score, 2)},
            )

    yield write_shard(cache, "grid_s1", _with_notes(_checked(sources(), notes), notes, counts), notes)
    log.info("grid_s1: %s", dict(counts.values))


def _with_notes(sources: Iterator[Source], notes: dict, counts: Counts | dict) -> Iterator[Source]:
    """Pass on, and when all have gone by put what was counted into the notes."""
    yield from sources
    if isinstance(counts, dict):
        notes["counts"] = dict(counts)
        return
    notes["counts"] = dict(counts.values)
    notes["unknown_words"] = dict(counts.unknown_words.most_common(60))


def _prompts(corpora_names: tuple[str, ...], split: str) -> list[str]:
    return sorted({row["text"] for name in corpora_names for row in corpora.rows_of(name, split)})


def _texts(language: str, seed: int) -> list[str]:
    """Training texts of a language, plenty, in random order: our own, for English also the prompts of the training split."""
    generator = random.Random(f"{seed}:{language}")
    code = language.split("-")[0]
    texts = [sentence(code, generator) for _ in range(1500)]
    if code == "en":
        held = {row["text"].lower() for row in corpora.rows_of("kathleen", "validation")}
        texts = texts[:500] + [
            text for text in _prompts(("kathleen", "speechocean762"), "train") if text.lower() not in held
        ]
        generator.shuffle(texts)
    return texts


def _checked(sources: Iterator[Source], notes: dict) -> Iterator[Source]:
    """Pass on, and note the lag between sound and labels of the first minutes."""
    pairs = []
    for source in sources:
        if len(pairs) < 60:
            pairs.append((source.audio, source.segments))
        yield source
    if pairs:
        best, there, zero = lag(pairs)
        notes.update(lag_s=best, correlation=round(there, 3), correlation_at_0=round(zero, 3))


def _espeak(cache: Path, processes: int) -> Iterator[Path]:
    texts = {
        "en": _prompts(("kathleen",), "train"),
        "de": _prompts(("kerstin",), "train"),
        "nl": _prompts(("nathalie",), "train"),
    }
    notes: dict = {"synthesizer": "espeak-ng"}
    yield write_shard(cache, "espeak", _checked(espeak.render(ESPEAK_SECONDS, texts, SEED), notes), notes)


def _flite(cache: Path, processes: int) -> Iterator[Path]:
    for index, (voice, sex) in enumerate(flite.TRAIN_VOICES.items()):
        notes: dict = {"synthesizer": "flite"}
        made = flite.render(
            voice, sex, _texts("en", SEED + index), FLITE_SECONDS / len(flite.TRAIN_VOICES), "train", SEED
        )
        yield write_shard(cache, f"flite_{voice}", _checked(made, notes), notes)


def _festival(cache: Path, processes: int) -> Iterator[Path]:
    shares = sum(voice.share for voice in festival.TRAIN_VOICES)
    for voice in festival.TRAIN_VOICES:
        notes: dict = {"synthesizer": "Festival"}
        made = list(
            _checked(
                festival.render(
                    voice, _texts(voice.language, SEED), FESTIVAL_SECONDS * voice.share / shares, "train", SEED
                ),
                notes,
            )
        )
        if not made:
            log.warning("Festival has no voice %s (Debian: %s)", voice.name, voice.package)
            continue
        yield write_shard(cache, f"festival_{voice.name}", made, notes)


def _heldout(cache: Path, processes: int) -> Iterator[Path]:
    texts = _prompts(("kathleen",), "validation")
    for voice, sex in flite.HELDOUT_VOICES.items():
        notes: dict = {"synthesizer": "flite"}
        yield write_shard(
            cache,
            f"flite_{voice}",
            _checked(flite.render(voice, sex, texts, HELDOUT_SECONDS, "heldout", SEED), notes),
            notes,
        )
    for chosen in festival.HELDOUT_VOICES:
        notes = {"synthesizer": "Festival"}
        made = festival.render(chosen, texts, HELDOUT_SECONDS, "heldout", SEED)
        yield write_shard(cache, f"festival_{chosen.name}", _checked(made, notes), notes)


def _kerstin(cache: Path, processes: int) -> Iterator[Path]:
    # What aligns it: the encoder in training if there is one, else the finished model.
    candidates = (Path(cache).parent / "runs" / "speech" / "encoder.pt", Path("weights/speech"))
    network = next((path for path in candidates if path.exists()), None)
    if network is None:
        log.warning(
            "kerstin waits for an encoder: train one (python -m core.training speech --stage encoder), then run this step"
        )
        return
    counts: dict = {}
    notes: dict = {"alignment": f"Viterbi over the posteriors of {network.name}"}
    sources = _checked(german.kerstin(german.network_posteriors(network, processes), counts), notes)
    path = write_shard(cache, "kerstin", _with_notes(sources, notes, counts), notes)
    log.info("kerstin: %s", counts)
    yield path


STEPS: dict[str, tuple[tuple[str, ...], Callable[[Path, int], Iterator[Path]]]] = {
    "nathalie": (("nathalie",), _nathalie),
    "kathleen": (("kathleen",), _english("kathleen")),
    "speechocean762": (("speechocean762",), _english("speechocean762")),
    "grid_s1": (("grid_s1",), _grid),
    "espeak": (("espeak",), _espeak),
    "flite": (tuple(f"flite_{voice}" for voice in flite.TRAIN_VOICES), _flite),
    "heldout": (
        (
            *(f"flite_{voice}" for voice in flite.HELDOUT_VOICES),
            *(f"festival_{voice.name}" for voice in festival.HELDOUT_VOICES),
        ),
        _heldout,
    ),
    "festival": (tuple(f"festival_{voice.name}" for voice in festival.TRAIN_VOICES), _festival),
    "kerstin": (("kerstin",), _kerstin),
}


def run_step(name: str, cache: Path, processes: int = 1, again: bool = False) -> Iterator[Path]:
    """Make the shards of one step, unless they are there. Yields the folder of each shard made."""
    shards, make = STEPS[name]
    for program in _PROGRAMS.get(name, ()):
        if shutil.which(program) is None:
            raise UserError(
                f"The step {name} needs {program}.",
                f"Install it (Debian: apt-get install {program}) or leave the step out.",
            )
    if not again and all(shard_exists(cache, shard) for shard in shards):
        log.info("%s: there already", name)
        return
    yield from make(cache, processes)
