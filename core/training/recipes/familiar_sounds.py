# SPDX-License-Identifier: GPL-3.0-or-later
"""What sounds are like that the pre-trained encoders know, so that one that is unlike all of them is noticed.

    python -m core.training familiar_sounds [--weights DIR] [--data DIR] [--cache DIR]

Counts mean and covariance of voices, music and both together, through rooms and microphones, and of recordings as they are, long and
short ones, and sets the limit so that of held-out sounds one or two in a hundred are farther. Prints how many of other held-out ones
are, and of sounds that are neither voice nor music. Run it again whenever the weights change: a table of other weights is not read.
FluidSynth and flite are needed; a few minutes, once.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...audio.clip import RATE_HZ
from ...models.pretraining import TrainedPretraining, load
from ...models.pretraining.familiarity import Familiarity, description, mark_of, write
from ...paths import SOUND_LIKENESS_WEIGHTS, data_pack
from ...performance.sound_likeness import excerpts
from ..data.array_store import ArrayStore
from ..data.kinds_of_sound import sounds
from ..data.speech.corpora import manifest, read_sound
from ..pretraining.foreign_sounds import foreign_sounds

log = logging.getLogger(__name__)

COUNT = {"train": 300, "validation": 200}  # of voices; half as many pieces of music
SECONDS = 6.0
EACH = 8  # of every kind of foreign sound
AS_RECORDED = {"train": 160, "validation": 120}  # recordings of voices as they are
CUT, SHORTEST_S = 0.6, 1.2  # the share of the other sounds that are shortened, and the shortest
WITHIN = 0.985  # share of held-out sounds that are to be familiar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--weights", type=Path, default=SOUND_LIKENESS_WEIGHTS, help="folder of the encoders")
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--cache", type=Path, default=Path(".cache/training/familiar"), help="folder of the sounds")


def run(arguments: argparse.Namespace) -> None:
    encoders = load(arguments.weights)
    known = described(encoders, heard_as(arguments.cache, arguments.data, "train")[0])
    samples, sources = heard_as(arguments.cache, arguments.data, "validation")
    held = described(encoders, samples)
    kinds, foreign = zip(*foreign_sounds(EACH, SECONDS))
    strange = described(encoders, foreign)
    order = np.random.default_rng(0).permutation(len(held))
    limit, other = np.split(order, [len(order) // 2])
    familiarity = fitted(known, held[limit], mark_of(arguments.weights))
    write(familiarity, arguments.weights)
    for title, found, names in (("held out", held[other], sources[other]), ("neither", strange, np.array(kinds))):
        for name, share in warned(familiarity, found, names).items():
            log.info("%s: %s: %.1f %% warned", title, name, 100 * share)


def fitted(known: np.ndarray, held: np.ndarray, mark: str) -> Familiarity:
    """From descriptions of training sounds (n, 2 W), and of held-out ones that set the limit (m, 2 W)."""
    plain = Familiarity.of(known, 1.0, mark)
    return Familiarity.of(known, float(np.quantile(plain.distances(held), WITHIN)), mark)


def warned(familiarity: Familiarity, descriptions: np.ndarray, names: np.ndarray) -> dict[str, float]:
    """The share of sounds that are called unfamiliar, by name and of all."""
    beyond = familiarity.distances(descriptions) > 1.0
    return {name: float(beyond[names == name].mean()) for name in sorted(set(names.tolist()))} | {
        "all": float(beyond.mean())
    }


def heard_as(cache: Path, data: Path, split: str) -> tuple[list[np.ndarray], np.ndarray]:
    """Sounds of any length at 16 kHz and what each is made of: the prepared ones, most shortened, and recordings as they are."""
    random = np.random.default_rng([0, split == "train"])
    kept = prepared(cache, data, split)
    rows = [row for row in manifest(data) if row["split"] == split]
    recordings = [
        read_sound(data / rows[index]["path"]) for index in random.permutation(len(rows))[: AS_RECORDED[split]]
    ]
    clean = [parts[0] for one in recordings if (parts := excerpts(one.astype(np.float32) / 32768.0))]
    names = np.append(kept.names, ["as recorded"] * len(clean))
    return [_shortened(one, random) for one in kept.samples] + clean, names


def _shortened(samples: np.ndarray, random: np.random.Generator) -> np.ndarray:
    if random.random() > CUT:
        return samples
    size = int(random.uniform(SHORTEST_S, SECONDS) * RATE_HZ)
    first = int(random.integers(len(samples) - size + 1))
    return samples[first : first + size]


@dataclass(frozen=True, eq=False)
class SoundStore(ArrayStore):
    """samples: float16 (n, N) at 16 kHz; names: str (n,), what each is made of."""

    samples: np.ndarray
    names: np.ndarray


def prepared(cache: Path, data: Path, split: str) -> SoundStore:
    """Voices and music, kept in the cache."""
    path = cache / f"{split}.npz"
    if not path.is_file():
        heard = [one for one in sounds(data, split, COUNT[split], SECONDS) if one.speech or one.music]
        loudest = [one.samples / max(float(np.abs(one.samples).max()), 1e-9) for one in heard]
        SoundStore(np.stack(loudest).astype(np.float16), np.array([one.source for one in heard])).write(path)
    return SoundStore.read(path)


def described(encoders: TrainedPretraining, samples: Iterable[np.ndarray]) -> np.ndarray:
    """Descriptions of sounds at 16 kHz, (n, 2 W)."""
    return np.stack([description(encoders.hidden(one.astype(np.float32))) for one in samples])
