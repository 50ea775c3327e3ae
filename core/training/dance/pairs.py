# SPDX-License-Identifier: GPL-3.0-or-later
"""Dances as codes with the music that they could be danced to: mirrored, at every tempo within 15 % (or its half or double).

A dance begins on its own beat where the music has one, however many bars into the piece. Now and then it goes over into
another of its style on the same place in the beat, from the pose that is most alike: otherwise the codes before would tell
where the beat is, and nobody had to listen.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from torch import Tensor

from ...models.bailando.dancer_frames import body_skeleton, to_vectors
from ...models.bailando.rotation_memory import RotationMemory
from ...models.bailando.styles import ANY, style_token, with_style
from ..data.body.to_canonical import mirrored
from ..data.dance.motion_tempo import motion_tempo
from ..data.dance.music_bank import BEGINNINGS, FRAME_RATE_HZ, TEMPI_BPM, TOKENS, MusicBank
from ..data.dance.store import DanceStore
from .windows import TEMPO_SHARE, at_tempo

log = logging.getLogger(__name__)

GUESSED_SHARE = 0.4  # of a dance whose beat was guessed, against one whose beat is known
OPEN_STYLE = 0.25  # how often the style is not told
FRAMES_A_TOKEN = 8
SPLICED = 0.5  # share of the stretches that go over into another dance
SAME_BEAT_FRAMES = 2.0  # two moments so near to the same place in the beat are the same
_TRIED = 24  # dances of which the most alike is taken
_ENDS = 4  # tokens at least on each side


@dataclass(frozen=True)
class CodedDance:
    """up, down: (n,) codes, from a beat on. bpm: of TEMPI_BPM. beginning: index into BEGINNINGS. style: token. share: how
    often it is drawn."""

    up: np.ndarray
    down: np.ndarray
    bpm: float
    beginning: int
    style: int
    share: float


@dataclass(frozen=True)
class Pairs:
    """up, down: codes (B, L). music: (B, L, numbers), of the same times."""

    up: Tensor
    down: Tensor
    music: Tensor


def tempo_ratios(bpm: float) -> list[tuple[int, float]]:
    """(tempo of the bank, how much faster the dance gets there), for all within reach; half and double count alike."""
    found = []
    for tempo in TEMPI_BPM:
        ratios = [tempo / (bpm * octave) for octave in (0.5, 1.0, 2.0)]
        ratio = min(ratios, key=lambda value: abs(np.log(value)))
        if abs(np.log(ratio)) <= np.log(1.0 + TEMPO_SHARE):
            found.append((tempo, ratio))
    return found


@torch.no_grad()
def coded_dances(memory: RotationMemory, store: DanceStore, split: str, least: int) -> list[CodedDance]:
    """All dances of a split that have at least so many tokens, from each of the beginnings."""
    skeleton = body_skeleton()
    memory.eval()
    found = []
    for index in np.flatnonzero(store.splits == split):
        clip = store.clip(index)
        exact = bool(store.exact[index])
        known = float(store.bpm[index]), float(store.first_beats_s[index])
        bpm, first_s = known if exact else motion_tempo(clip, skeleton)
        for vectors in (to_vectors(clip), to_vectors(mirrored(clip))):
            for (tempo, faster), beginning in product(tempo_ratios(bpm), range(len(BEGINNINGS))):
                first = int(round(first_s * FRAME_RATE_HZ + BEGINNINGS[beginning][1] * faster))
                tokens = min(int((len(vectors) - 2 - first) / faster) // FRAMES_A_TOKEN, TOKENS)
                if tokens < least:
                    continue
                frames = torch.from_numpy(at_tempo(vectors, first, tokens * FRAMES_A_TOKEN, faster))
                up, down = (codes[0].numpy().astype(np.int16) for codes in memory.encode(frames[None]))
                share = (tokens - 0.8 * least) * (1.0 if exact else GUESSED_SHARE)
                style = style_token(str(store.styles[index]))
                found.append(CodedDance(up, down, float(tempo), beginning, style, share))
    log.info("%s: %d codings of dances", split, len(found))
    return found


class Splices:
    """Where dances can go over into others."""

    def __init__(self, dances: list[CodedDance], memory: RotationMemory):
        self.dances = dances
        self.books = [half.codebook.k.numpy() for half in (memory.vqvae_up, memory.vqvae_down)]
        self.alike: dict[tuple[float, int, int], np.ndarray] = {}
        for key in {self._key(dance) for dance in dances}:
            self.alike[key] = np.array([i for i, dance in enumerate(dances) if self._key(dance) == key])

    @staticmethod
    def _key(dance: CodedDance) -> tuple[float, int, int]:
        return dance.bpm, dance.beginning, dance.style

    def spliced(
        self, index: int, start: int, length: int, random: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Codes up and down, (length,), of a dance from a token on, from somewhere on those of the best of some others."""
        own = self.dances[index]
        at = int(random.integers(_ENDS, length - _ENDS))
        others, step = self.alike[self._key(own)], 60.0 * FRAME_RATE_HZ / own.bpm
        before, best = start + at - 1, (np.inf, index, start + at)
        for other in random.choice(others, _TRIED):
            begin = int(random.integers(1, max(len(self.dances[other].up) - (length - at), 1) + 1))
            away = (begin - start - at) * FRAMES_A_TOKEN
            late = (away + 0.5 * step) % step - 0.5 * step
            if abs(late) > SAME_BEAT_FRAMES or begin + length - at > len(self.dances[other].up):
                continue
            pairs = zip(self.books, (own.up, own.down), (self.dances[other].up, self.dances[other].down), strict=True)
            distance = sum(float(np.square(book[a[before]] - book[b[begin - 1]]).sum()) for book, a, b in pairs)
            best = min(best, (distance, int(other), begin))
        _, other, begin = best
        halves = ((own.up, self.dances[other].up), (own.down, self.dances[other].down))
        up, down = (np.concatenate((a[start : start + at], b[begin : begin + length - at])) for a, b in halves)
        return up, down


class PairDrawer:
    """Draws stretches of dances with music that fits."""

    def __init__(
        self,
        dances: list[CodedDance],
        bank: MusicBank,
        split: str,
        length: int,
        seed: int,
        splices: Splices | None = None,
    ):
        self.dances, self.bank, self.length, self.splices = dances, bank, length, splices
        self.seed = seed
        self.reset()
        self.music = {tempo: bank.at_tempo(tempo, split) for tempo in TEMPI_BPM}
        share = np.array([dance.share for dance in dances])
        self.share = share / share.sum()

    def reset(self) -> None:
        """Draw the same again."""
        self.random = np.random.default_rng(self.seed)

    def draw(self, batch: int, late: int = 0) -> Pairs:
        """Random stretches; the music `late` tokens late."""
        up, down, music = [], [], []
        for index in self.random.choice(len(self.dances), batch, p=self.share):
            dance = self.dances[index]
            start = int(self.random.integers(len(dance.up) - self.length + 1))
            times = np.arange(start, start + self.length)
            piece = int(self.random.choice(self.music[int(dance.bpm)]))
            rows = self.bank.features[piece, dance.beginning, np.maximum(times - late, 0)]
            style = ANY if self.random.random() < OPEN_STYLE else dance.style
            codes = dance.up[start : start + self.length], dance.down[start : start + self.length]
            if self.splices is not None and self.random.random() < SPLICED:
                codes = self.splices.spliced(int(index), start, self.length, self.random)
            up.append(codes[0])
            down.append(codes[1])
            music.append(with_style(rows, style))
        halves = (torch.from_numpy(np.stack(half).astype(np.int64)) for half in (up, down))
        return Pairs(*halves, torch.from_numpy(np.stack(music)))
