# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of the command: each makes one or more shards."""
from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from . import corpora
from .english import Counts, align_all, words_of
from .store import Source, shard_exists, write_shard

log = logging.getLogger(__name__)

# Mean acoustic score a frame under which an alignment is not believed.
POOR_SCORE = -25.0


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
                yield corpora.source(rows[key], audio, found.segments, score=round(found.score, 2), worst=round(found.worst, 2),
                                     words=[[w, round(a, 2), round(b, 2)] for w, a, b in found.words])

        notes = {"alignment": "pocketsphinx"}
        path = write_shard(cache, corpus, _with_notes(sources(), notes, counts), notes)
        log.info("%s: %s; %d words not in the dictionary", corpus, dict(counts.values), len(counts.unknown_words))
        yield path
    return step


def _with_notes(sources, notes: dict, counts: Counts):
    yield from sources
    notes["counts"] = dict(counts.values)
    notes["unknown_words"] = dict(counts.unknown_words.most_common(60))


STEPS: dict[str, tuple[tuple[str, ...], Callable[[Path, int], Iterator[Path]]]] = {
    "nathalie": (("nathalie",), _nathalie),
    "kathleen": (("kathleen",), _english("kathleen")),
    "speechocean762": (("speechocean762",), _english("speechocean762")),
}


def run_step(name: str, cache: Path, processes: int = 1, again: bool = False) -> Iterator[Path]:
    """Make the shards of one step, unless they are there. Yields the folder of each shard made."""
    shards, make = STEPS[name]
    if not again and all(shard_exists(cache, shard) for shard in shards):
        log.info("%s: there already", name)
        return
    yield from make(cache, processes)
