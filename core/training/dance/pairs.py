# SPDX-License-Identifier: GPL-3.0-or-later
"""Dances as codes with the music that they could be danced to: mirrored, at every tempo within 15 % (or its half or double).

A dance begins on its own beat where the music has one, however many bars into the piece, and where it nearly rests on a beat
it is drawn onto it (`on_the_beat`). Now and then it goes over into another of its style, from the pose that is most alike: on the
same place in the beat, or on any other, and then the music jumps to it. Otherwise the codes before would tell where the beat
is, and nobody had to listen.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import torch
from torch import Tensor

from ...models.bailando.dancer_frames import to_vectors
from ...models.bailando.rotation_memory import RotationMemory
from ...models.bailando.styles import ANY, style_token, with_style
from ...motion.dance_beats import dance_beats
from ...motion.recorded.to_canonical import mirrored
from ..data.dance.joints import joints_m
from ..data.dance.motion_tempo import motion_tempo
from ..data.dance.music_bank import BEGINNINGS, FRAME_RATE_HZ, TEMPI_BPM, TOKENS, MusicBank
from ..data.dance.store import DanceStore
from .on_the_beat import onto_the_beat
from .windows import TEMPO_SHARE, at_times

log = logging.getLogger(__name__)

GUESSED_SHARE = 0.4  # of a dance whose beat was guessed, against one whose beat is known
OPEN_STYLE = 0.25  # how often the style is not told
FRAMES_A_TOKEN = 8
SPLICED = 0.7  # share of the stretches that go over into another dance
JUMPS = 0.6  # of these: on another place in the beat, and the music jumps with it
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
    memory.eval()
    found = []
    for index in np.flatnonzero(store.splits == split):
        clip = store.clip(index)
        exact = bool(store.exact[index])
        known = float(store.bpm[index]), float(store.first_beats_s[index])
        bpm, first_s = known if exact else motion_tempo(clip)
        rests = dance_beats(joints_m(clip)).astype(np.float64)
        for vectors in (to_vectors(clip), to_vectors(mirrored(clip))):
            for (tempo, faster), beginning in product(tempo_ratios(bpm), range(len(BEGINNINGS))):
                first = int(round(first_s * FRAME_RATE_HZ + BEGINNINGS[beginning][1] * faster))
                tokens = min(int((len(vectors) - 2 - first) / faster) // FRAMES_A_TOKEN, TOKENS)
                if tokens < least:
                    continue
                times = first + np.arange(tokens * FRAMES_A_TOKEN) * faster
                beat = 60.0 * FRAME_RATE_HZ / tempo
                beats = np.arange(beat - BEGINNINGS[beginning][1], len(times), beat)
                frames = torch.from_numpy(at_times(vectors, onto_the_beat(times, rests, beats)))
                up, down = (codes[0].numpy().astype(np.int16) for codes in memory.encode(frames[None]))
                share = (tokens - 0.8 * least) * (1.0 if exact else GUESSED_SHARE)
                style = style_token(str(store.styles[index]))
                found.append(CodedDance(up, down, float(tempo), beginning, style, share))
    log.info("%s: %d codings of dances", split, len(found))
    return found


@dataclass(frozen=True)
class Stretch:
    """Codes up and down, and which music is heard with them: tokens of a piece from one of the BEGINNINGS on; all (L,)."""

    up: np.ndarray
    down: np.ndarray
    beginnings: np.ndarray
    times: np.ndarray


def stretch_of(dance: CodedDance, start: int, length: int) -> Stretch:
    """A part of one dance."""
    span = slice(start, start + length)
    return Stretch(dance.up[span], dance.down[span], np.full(length, dance.beginning), np.arange(start, start + length))


def joined(first: Stretch, second: Stretch) -> Stretch:
    """One after the other."""
    columns = zip(vars(first).values(), vars(second).values(), strict=True)
    return Stretch(*(np.concatenate(pair) for pair in columns))


class Splices:
    """Where dances can go over into others."""

    def __init__(self, dances: list[CodedDance], memory: RotationMemory):
        self.dances = dances
        self.books = [half.codebook.k.numpy() for half in (memory.vqvae_up, memory.vqvae_down)]
        self.alike: dict[tuple[float, int], np.ndarray] = {}
        for key in {self._key(dance) for dance in dances}:
            self.alike[key] = np.array([i for i, dance in enumerate(dances) if self._key(dance) == key])

    @staticmethod
    def _key(dance: CodedDance) -> tuple[float, int]:
        return dance.bpm, dance.style

    def spliced(self, index: int, start: int, length: int, random: np.random.Generator, jumps: bool) -> Stretch:
        """A dance from a token on, from somewhere on the best of some others: on the same place in the beat, or with a jump of the
        music to where the other is."""
        own = self.dances[index]
        at = int(random.integers(_ENDS, length - _ENDS))
        begun, rest = stretch_of(own, start, at), length - at
        best = (np.inf, stretch_of(own, start + at, rest))
        for other in random.choice(self.alike[self._key(own)], _TRIED):
            dance = self.dances[other]
            if len(dance.up) <= rest:
                continue
            begin = int(random.integers(1, len(dance.up) - rest + 1))
            if not jumps and self._late(own, start + at, dance, begin) > SAME_BEAT_FRAMES:
                continue
            ends = zip(self.books, (own.up, own.down), (dance.up, dance.down), strict=True)
            distance = sum(float(np.square(book[a[start + at - 1]] - book[b[begin - 1]]).sum()) for book, a, b in ends)
            if distance < best[0]:
                best = (distance, stretch_of(dance, begin, rest))
        follows = best[1]
        if not jumps:
            follows = replace(follows, beginnings=np.full(rest, own.beginning), times=start + at + np.arange(rest))
        return joined(begun, follows)

    @staticmethod
    def _late(own: CodedDance, token: int, other: CodedDance, begin: int) -> float:
        """Frames between the places in the beat at which two tokens begin."""
        step = 60.0 * FRAME_RATE_HZ / own.bpm
        frames = FRAMES_A_TOKEN * (begin - token) + BEGINNINGS[other.beginning][1] - BEGINNINGS[own.beginning][1]
        return abs((frames + 0.5 * step) % step - 0.5 * step)


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
            stretch = stretch_of(dance, start, self.length)
            if self.splices is not None and self.random.random() < SPLICED:
                jumps = bool(self.random.random() < JUMPS)
                stretch = self.splices.spliced(int(index), start, self.length, self.random, jumps)
            piece = int(self.random.choice(self.music[int(dance.bpm)]))
            rows = self.bank.features[piece, stretch.beginnings, np.maximum(stretch.times - late, 0)]
            style = ANY if self.random.random() < OPEN_STYLE else dance.style
            up.append(stretch.up)
            down.append(stretch.down)
            music.append(with_style(rows, style))
        halves = (torch.from_numpy(np.stack(half).astype(np.int64)) for half in (up, down))
        return Pairs(*halves, torch.from_numpy(np.stack(music)))
