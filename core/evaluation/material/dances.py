# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of dances for the `dance` bench: the validation dancers' own, what the network alone dances to music that it has not
heard, and dances without a choreographer. Each set has a dance for every one of the validation dancers', as long, of the same
style and at the same tempo.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from ...models.bailando.dancer_frames import to_clip, to_vectors
from ...models.bailando.fast_sampling import generate_fast
from ...models.bailando.gpt import CrossConditionalGpt
from ...models.bailando.rotation_memory import RotationMemory
from ...models.bailando.styles import style_token, with_style
from ...models.bailando.tokens import DanceOptions, Tokens
from ...motion.clip import Clip
from ...networks.code_sampling import NucleusSampling
from ...performance.dance.choreography import TEMPERATURE, TOP_P
from ...training.dance.pairs import FRAMES_A_TOKEN
from ...training.data.dance.music_bank import TEMPI_BPM, TOKENS, MusicBank
from ...training.data.dance.store import DanceStore
from ..metrics.dance import RATE_HZ
from ..metrics.dance_rows import Danced, danced

PIECE_FRAMES = 120  # of the stretches that are put together, 2 s
BLEND_FRAMES = 12
LOOP_FRAMES = 240
_START_FRAMES = 64  # from which the first code of a recorded dance is taken


@dataclass(frozen=True)
class Wanted:
    """A dance to make. frames: at 60 Hz."""

    style: str
    bpm: float
    frames: int


class DanceSets:
    """All sets from the prepared dances and music."""

    def __init__(self, store: DanceStore, bank: MusicBank):
        self.store, self.bank = store, bank
        self.chosen = np.flatnonzero((store.splits == "validation") & store.exact)
        self.training = np.flatnonzero((store.splits == "train") & store.exact)

    @property
    def wanted(self) -> list[Wanted]:
        """One for each of the validation dancers' dances, cut to whole tokens and to the music's length."""
        tempi = np.array(TEMPI_BPM)
        return [
            Wanted(
                str(self.store.styles[i]),
                float(tempi[np.abs(tempi - self.store.bpm[i]).argmin()]),
                FRAMES_A_TOKEN * min(int(self.store.lengths[i]) // FRAMES_A_TOKEN, TOKENS),
            )
            for i in self.chosen
        ]

    def recorded(self, split: str) -> list[Danced]:
        """The recorded dances of a split whose music's beats are known."""
        indices = self.chosen if split == "validation" else self.training
        return [self._danced(i, self.store.clip(i)) for i in indices]

    def coded(self, memory: RotationMemory) -> list[Danced]:
        """The validation dancers' dances as the memory keeps them."""
        found = []
        for i in self.chosen:
            vectors = to_vectors(self.store.clip(i))
            frames = torch.from_numpy(vectors[None, : len(vectors) // FRAMES_A_TOKEN * FRAMES_A_TOKEN])
            with torch.no_grad():
                decoded = memory.decode(*memory.encode(frames))[0].numpy()
            found.append(self._danced(i, to_clip(decoded, RATE_HZ)))
        return found

    def _danced(self, index: int, clip: Clip) -> Danced:
        return danced(clip, float(self.store.bpm[index]), float(self.store.first_beats_s[index]))

    def by_network(self, network: CrossConditionalGpt, memory: RotationMemory, seed: int) -> list[Danced]:
        """What the network dances to held-out music whose beats it is told."""
        clips = self.network_clips(network, memory, seed)
        return [danced(clip, wanted.bpm) for clip, wanted in zip(clips, self.wanted, strict=True)]

    @torch.no_grad()
    def network_clips(self, network: CrossConditionalGpt, memory: RotationMemory, seed: int) -> list[Clip]:
        """Codes drawn as behind the button, begun with a first code of a training dancer of the style, and decoded; feet as they come."""
        random = np.random.default_rng(seed)
        music, up, down = [], [], []
        for wanted in self.wanted:
            piece = int(random.choice(self.bank.at_tempo(wanted.bpm, "validation")))
            music.append(with_style(self.bank.features[piece, 0], style_token(wanted.style)))
            vectors = to_vectors(self.store.clip(self._of_style(wanted.style, random)))[:_START_FRAMES]
            first = memory.encode(torch.from_numpy(vectors[None]))
            up.append(first[0][:, :1])
            down.append(first[1][:, :1])
        options = DanceOptions(nucleus=NucleusSampling(TOP_P, TEMPERATURE, seed))
        heard = torch.from_numpy(np.stack(music))[:, 1:]
        codes = generate_fast(network, heard, Tokens(torch.cat(up), torch.cat(down)), options)
        frames = memory.decode(codes.up, codes.down).numpy()
        return [to_clip(vectors[: wanted.frames], RATE_HZ) for vectors, wanted in zip(frames, self.wanted, strict=True)]

    def _of_style(self, style: str, random: np.random.Generator) -> int:
        same = self.training[self.store.styles[self.training] == style]
        return int(random.choice(same if len(same) else self.training))

    def stitched(self, seed: int) -> list[Danced]:
        """Stretches of training dances of any style, one after another, each blended into the next."""
        random = np.random.default_rng(seed)

        def pieces() -> Iterator[np.ndarray]:
            while True:
                vectors = to_vectors(self.store.clip(int(random.choice(self.training))))
                first = int(random.integers(len(vectors) - PIECE_FRAMES - BLEND_FRAMES + 1))
                yield vectors[first : first + PIECE_FRAMES + BLEND_FRAMES]

        return [danced(to_clip(joined(pieces(), wanted.frames), RATE_HZ), wanted.bpm) for wanted in self.wanted]

    def looped(self, seed: int) -> list[Danced]:
        """Four seconds of one training dance, again and again."""
        random = np.random.default_rng(seed)
        vectors = to_vectors(self.store.clip(int(random.choice(self.training))))[: LOOP_FRAMES + BLEND_FRAMES]

        def pieces() -> Iterator[np.ndarray]:
            while True:
                yield vectors

        return [danced(to_clip(joined(pieces(), wanted.frames), RATE_HZ), wanted.bpm) for wanted in self.wanted]

    def mean(self) -> list[Danced]:
        """The mean of the training dances at each moment from their beginning on."""
        longest = max(wanted.frames for wanted in self.wanted)
        total, count = np.zeros((longest, 1)), np.zeros((longest, 1))
        for i in self.training:
            vectors = to_vectors(self.store.clip(i))[:longest]
            total = total + np.pad(vectors, ((0, longest - len(vectors)), (0, 0)))
            count[: len(vectors)] += 1.0
        mean = (total / np.maximum(count, 1.0)).astype(np.float32)
        mean[count[:, 0] == 0.0] = mean[count[:, 0] > 0.0][-1]
        return [danced(to_clip(mean[: wanted.frames], RATE_HZ), wanted.bpm) for wanted in self.wanted]


def joined(pieces: Iterator[np.ndarray], frames: int) -> np.ndarray:
    """Vectors (n + BLEND_FRAMES, WIDTH) one after another, float32 (frames, WIDTH); the last frames of each go over into the next."""
    share = (np.arange(BLEND_FRAMES, dtype=np.float32) + 1.0)[:, None] / (BLEND_FRAMES + 1.0)
    found = next(pieces)
    while len(found) < frames + BLEND_FRAMES:
        new = next(pieces)
        blended = found[-BLEND_FRAMES:] * (1.0 - share) + new[:BLEND_FRAMES] * share
        found = np.concatenate((found[:-BLEND_FRAMES], blended, new[BLEND_FRAMES:]))
    return found[:frames]
