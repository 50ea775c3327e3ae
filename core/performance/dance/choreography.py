# SPDX-License-Identifier: GPL-3.0-or-later
"""The codes of a dance: phrase by phrase, drawn by the motion GPT or danced again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from ...audio.music.analysis import MusicAnalysis
from ...audio.music.dance_features import dance_features
from ...models.bailando import NucleusSampling
from ...models.bailando.fast_sampling import AHEAD, generate_fast
from ...models.bailando.styles import with_style
from ...models.bailando.tokens import DanceOptions, Tokens
from ...models.bailando.trained import TrainedBailando
from ...progress import Progress
from ..seeding import generator_for
from .judging import joint_speeds, judged
from .mirroring import mirrored_vectors
from .phrases import Phrase

TOP_P, TEMPERATURE = 0.92, 1.0  # of the draws; by eye
TRIED = 4  # ways to dance a phrase, of which the best is taken
_BEGINNINGS = 6  # the first phrase begins from so many poses
_AROUND = 6  # tokens before a phrase that are decoded with it
_JOIN = 1  # tokens at a join that are drawn, so that one phrase leads over to the next


@dataclass(frozen=True)
class Codes:
    """up, down: int64 (n,). start_s: when the first token begins. late_s: float64 (n,), by how much each is to be danced later than
    the tokens' grid has it, so that what is danced again meets the beats."""

    up: np.ndarray
    down: np.ndarray
    start_s: float
    late_s: np.ndarray


class Choreographer:
    """Draws codes to one piece of music in one style."""

    def __init__(self, model: TrainedBailando, music: MusicAnalysis, style: int, seed: int):
        self.model, self.music, self.style, self.seed = model, music, style, seed
        self.token_s = model.config.frames_per_token / model.config.rate_hz
        self.device = next(model.parameters()).device

    def heard(self, start_s: float, tokens: int) -> torch.Tensor:
        """The music's numbers with the style, (1, tokens, …)."""
        rows = dance_features(self.music, tokens, start_s, 1.0 / self.token_s)
        return torch.from_numpy(with_style(rows, self.style))[None].to(self.device)

    def drawn(
        self,
        before: Tokens,
        heard: torch.Tensor,
        purpose: str,
        given: Tokens | None = None,
        progress: Progress | None = None,
    ) -> Tokens:
        """Codes that go on from `before` (1, s ≥ 1) to the end of heard (1, T, …), whose first row belongs to the first of `before`;
        (1, T) with those before. given: (1, T) codes that are kept where they are not negative."""
        seed = int(generator_for(self.seed, purpose).integers(2**31))
        options = DanceOptions(nucleus=NucleusSampling(TOP_P, TEMPERATURE, seed))
        ahead = AHEAD if len(before.up) == 1 else 0  # of several dances at once hardly one guess is right for all
        return generate_fast(self.model.actor, heard[:, 1:], before, options, given, progress, ahead)

    def dance(
        self, phrases: tuple[Phrase, ...], start_s: float, energy: Callable[[float], float], progress: Progress
    ) -> Codes:
        """The codes of all phrases from `start_s` on, which lies before the first of them.

        Args:
            phrases: in order, without a gap.
            start_s: when the first token begins.
            energy: 0..1, how loud the music is at a time.
            progress: told how far it is.
        """
        total = int(np.ceil((phrases[-1].end_s - start_s) / self.token_s)) + 1
        heard, late_s = self.heard(start_s, total), np.zeros(total)
        codes = self._beginnings()
        firsts = [max(int(round((phrase.start_s - start_s) / self.token_s)), 1) for phrase in phrases] + [total]
        for number, phrase in enumerate(phrases):
            part = progress.part(number / len(phrases), (number + 1) / len(phrases))
            first, end = firsts[number], firsts[number + 1]
            pieces = [first + (end - first + 1) // 2, end]
            if phrase.source >= 0:
                codes = self._on_to(codes, heard, first + _JOIN, f"join {number}", 1, part)
                codes, late_s[first + _JOIN : end] = self._again(codes, phrases, firsts, number, start_s)
                pieces = [end]
            for last in pieces:
                known = codes.up.shape[1]
                made = self._on_to(codes, heard, last, f"phrase {number} {known}", TRIED, part)
                middle_s = start_s + 0.5 * (known + last) * self.token_s
                codes = self._best(made, (max(known, first), last), start_s, energy(middle_s))
        up, down = (half[0].cpu().numpy() for half in (codes.up, codes.down))
        return Codes(up, down, start_s, late_s)

    def _beginnings(self) -> Tokens:
        """Codes (B, 1) to begin from: any, for it sets off from standing before it dances."""
        random = generator_for(self.seed, "beginning")
        drawn = torch.from_numpy(random.integers(self.model.config.codes, size=(2, _BEGINNINGS, 1))).to(self.device)
        return Tokens(drawn[0], drawn[1])

    def _on_to(
        self, codes: Tokens, heard: torch.Tensor, end: int, purpose: str, tried: int, progress: Progress
    ) -> Tokens:
        """The codes continued to `end` tokens, in several ways where there is one so far."""
        known, ways = codes.up.shape[1], max(len(codes.up), tried)
        if end <= known:
            return codes
        first = max(known - self.model.config.context // 2, 0)
        before = Tokens(*(half[:, first:].expand(ways, -1) for half in (codes.up, codes.down)))
        made = self.drawn(before, heard[:, first:end].expand(ways, -1, -1), purpose, None, progress)
        halves = ((codes.up, made.up), (codes.down, made.down))
        return Tokens(*(torch.cat((old[:, :first].expand(ways, -1), new), dim=1) for old, new in halves))

    def _best(self, codes: Tokens, span: tuple[int, int], start_s: float, energy: float) -> Tokens:
        """The way (1, n) of several (B, n) that is the best in a span of tokens."""
        if len(codes.up) == 1:
            return codes
        low, rate_hz = max(span[0] - _AROUND, 0), self.model.config.rate_hz
        step = self.model.config.frames_per_token
        speeds, travel = joint_speeds(self.model, codes.up[:, low:], codes.down[:, low:])
        first = (span[0] - low) * step
        begin_s = start_s + span[0] * self.token_s
        beats = np.round((self.music.beats_s - begin_s) * rate_hz)
        inside = beats[(beats >= 0) & (beats < speeds.shape[1] - first)]
        best = int(judged(speeds[:, first:], travel, inside, rate_hz, energy).argmax())
        return Tokens(codes.up[best : best + 1], codes.down[best : best + 1])

    def _again(
        self, codes: Tokens, phrases: tuple[Phrase, ...], firsts: list[int], number: int, start_s: float
    ) -> tuple[Tokens, float]:
        """The codes with those of a phrase that is danced again, but for its last bar where that varies; and how much later than by
        the tokens it is danced, so that it meets the beats as it did before."""
        phrase = phrases[number]
        source, first, end = firsts[phrase.source], firsts[number], firsts[number + 1]
        length = min(end - first, firsts[phrase.source + 1] - source)
        kept = length - (length // 4 if phrase.varied else 0)
        both = torch.stack((codes.up[0, source : source + length], codes.down[0, source : source + length]))
        if phrase.mirrored:
            both = self.mirrored(both)
        up, down = both[:, None, _JOIN:kept]
        # how far the phrase's beginning lies after its first token, here and there
        here, there = (phrases[at].start_s - start_s - firsts[at] * self.token_s for at in (number, phrase.source))
        return Tokens(torch.cat((codes.up, up), dim=1), torch.cat((codes.down, down), dim=1)), here - there

    @torch.inference_mode()
    def mirrored(self, codes: torch.Tensor) -> torch.Tensor:
        """Codes (2, n) with left and right exchanged."""
        frames = self.model.memory.decode(codes[:1], codes[1:]).float().cpu().numpy()
        turned = torch.from_numpy(mirrored_vectors(frames)).to(self.device)
        return torch.cat(self.model.memory.encode(turned))
