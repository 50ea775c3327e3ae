# SPDX-License-Identifier: GPL-3.0-or-later
"""Dances as codes with the music that they could be danced to: mirrored, at every tempo within 15 % (or its half or double).

A dance begins on its own beat where the music has one, however many bars into the piece.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

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
def coded_dances(memory: RotationMemory, store: DanceStore, split: str, least: int, seed: int) -> list[CodedDance]:
    """All dances of a split that have at least so many tokens."""
    random, skeleton = np.random.default_rng(seed), body_skeleton()
    memory.eval()
    found = []
    for index in np.flatnonzero(store.splits == split):
        clip = store.clip(index)
        exact = bool(store.exact[index])
        known = float(store.bpm[index]), float(store.first_beats_s[index])
        bpm, first_s = known if exact else motion_tempo(clip, skeleton)
        for vectors in (to_vectors(clip), to_vectors(mirrored(clip))):
            for tempo, faster in tempo_ratios(bpm):
                beginning = int(random.integers(len(BEGINNINGS)))
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


class PairDrawer:
    """Draws stretches of dances with music that fits."""

    def __init__(self, dances: list[CodedDance], bank: MusicBank, split: str, length: int, seed: int):
        self.dances, self.bank, self.length = dances, bank, length
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
            up.append(dance.up[start : start + self.length])
            down.append(dance.down[start : start + self.length])
            music.append(with_style(rows, style))
        codes = (torch.from_numpy(np.stack(half).astype(np.int64)) for half in (up, down))
        return Pairs(*codes, torch.from_numpy(np.stack(music)))
