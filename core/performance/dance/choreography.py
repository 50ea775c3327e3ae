# SPDX-License-Identifier: GPL-3.0-or-later
"""The codes of a dance: phrase by phrase, drawn by the motion GPT or danced again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

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
from .judging import joint_speeds, judged, wanted_m_s
from .mirroring import mirrored_vectors
from .phrases import Phrase

TOP_P, TEMPERATURE = 0.92, 1.0  # of the draws; by eye
TRIED = 4  # ways to dance a phrase, of which the best is taken
_BEGINNINGS = 6  # the first phrase begins from so many poses; others by themselves in as many as are tried
_AROUND = 6  # tokens before a phrase that are decoded with it
_TOGETHER = 8  # phrases that go through the network at once
_JOIN = 1  # tokens at a join that are drawn, so that one phrase leads over to the next


@dataclass(frozen=True)
class Codes:
    """up, down: int64 (n,). start_s: when the first token begins. late_s: float64 (n,), by how much each is to be danced later than
    the tokens' grid has it, so that what is danced again meets the beats."""

    up: np.ndarray
    down: np.ndarray
    start_s: float
    late_s: np.ndarray


@dataclass(frozen=True)
class Plan:
    """What is to be danced. phrases: in order, without a gap. edges: the first token of each, and how many there are. start_s: when the
    first token begins. heard: the music's numbers, (1, tokens, …). energy: 0..1, how loud the music is at a time."""

    phrases: tuple[Phrase, ...]
    edges: tuple[int, ...]
    start_s: float
    heard: torch.Tensor
    energy: Callable[[float], float]


@dataclass(frozen=True)
class Begun:
    """A phrase that is being danced. codes: (B, n), among them what it goes on from. first: the plan's token that the first is."""

    number: int
    codes: Tokens
    first: int

    @property
    def end(self) -> int:
        """The plan's token after the last."""
        return self.first + self.codes.up.shape[1]


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
        ways: int = 1,
    ) -> Tokens:
        """Codes that go on from `before` (1, s ≥ 1) to the end of heard (1, T, …), whose first row belongs to the first of `before`;
        (1, T) with those before. given: (1, T) codes that are kept where they are not negative. ways: rows begin alike in
        runs of so many."""
        seed = int(generator_for(self.seed, purpose).integers(2**31))
        options = DanceOptions(nucleus=NucleusSampling(TOP_P, TEMPERATURE, seed))
        ahead = AHEAD if len(before.up) == 1 else 0  # of several dances at once hardly one guess is right for all
        return generate_fast(self.model.actor, heard[:, 1:], before, options, given, progress, ahead, ways)

    def dance(
        self, phrases: tuple[Phrase, ...], start_s: float, energy: Callable[[float], float], progress: Progress
    ) -> Codes:
        """The codes of all phrases from `start_s` on, which lies before the first of them.

        Every second phrase that is danced anew begins by itself, the others go on from what comes before them: so many phrases at
        once go through the network, which takes little longer than one.

        Args:
            phrases: in order, without a gap.
            start_s: when the first token begins.
            energy: 0..1, how loud the music is at a time.
            progress: told how far it is.
        """
        total = int(np.ceil((phrases[-1].end_s - start_s) / self.token_s)) + 1
        edges = [max(int(round((phrase.start_s - start_s) / self.token_s)), 1) for phrase in phrases] + [total]
        plan = Plan(phrases, (0, *edges[1:]), start_s, self.heard(start_s, total), energy)
        anew = [number for number, phrase in enumerate(phrases) if phrase.source < 0]
        free, made = frozenset(anew[::2]), dict[int, Tokens]()
        while len(made) < len(phrases):
            groups = self._ready(plan, made, free)
            done, share = len(made) / len(phrases), sum(map(len, groups)) / len(phrases)
            for at, group in enumerate(groups):
                part = progress.part(done + share * at / len(groups), done + share * (at + 1) / len(groups))
                made |= self._finished(plan, group, part)
        return self._joined(plan, made, free)

    def _ready(self, plan: Plan, made: dict[int, Tokens], free: frozenset[int]) -> list[list[Begun]]:
        """The phrases that can be danced now, in groups that go through the network together."""
        kinds: tuple[list[Begun], ...] = ([], [], [])
        for number, phrase in enumerate(plan.phrases):
            if number in made:
                continue
            first = plan.edges[number]
            if phrase.source >= 0:
                if phrase.source in made:
                    kinds[0].append(Begun(number, self._again(plan, number, made[phrase.source]), first))
            elif number in free:
                kinds[1].append(Begun(number, self._beginnings(number), first))
            elif number - 1 in made:
                before = _last(made[number - 1], self.model.config.context // 2)
                kinds[2].append(Begun(number, before, first - before.up.shape[1]))
        return [kind[at : at + _TOGETHER] for kind in kinds for at in range(0, len(kind), _TOGETHER)]

    def _finished(self, plan: Plan, group: list[Begun], progress: Progress) -> dict[int, Tokens]:
        """The codes of the phrases of a group by their numbers: each half phrase in several ways, of which the best goes on."""
        halves = 1 if plan.phrases[group[0].number].source >= 0 else 2
        for half in range(halves):
            ends = []
            for begun in group:
                first, end = plan.edges[begun.number], plan.edges[begun.number + 1]
                ends.append(end if half + 1 == halves else first + (end - first + 1) // 2)
            part = progress.part(half / halves, (half + 1) / halves)
            group = self._on_to(plan, group, ends, TRIED, part)
        result = {}
        for begun in group:
            first, end = (edge - begun.first for edge in plan.edges[begun.number : begun.number + 2])
            result[begun.number] = Tokens(begun.codes.up[:1, first:end], begun.codes.down[:1, first:end])
        return result

    def _on_to(
        self, plan: Plan, group: list[Begun], ends: list[int], tried: int, progress: Progress | None = None
    ) -> list[Begun]:
        """A group's codes continued to tokens `ends`: in several ways where there is one so far, of which the best is taken."""
        waiting = [(begun, end) for begun, end in zip(group, ends) if begun.end < end]
        if not waiting:
            return group
        seen = min(self.model.config.context // 2, *(begun.codes.up.shape[1] for begun, _ in waiting))
        ways = [max(len(begun.codes.up), tried) for begun, _ in waiting]
        tokens = seen + max(end - begun.end for begun, end in waiting)
        before = [_last(begun.codes, seen, way) for (begun, _), way in zip(waiting, ways)]
        heard = []
        for (begun, _), way in zip(waiting, ways):
            rows = torch.arange(begun.end - seen, begun.end - seen + tokens).clamp(max=plan.heard.shape[1] - 1)
            heard.append(plan.heard[:, rows.to(self.device)].expand(way, -1, -1))
        purpose = f"{tried} ways to {' '.join(str(end) for _, end in waiting)}"
        start = Tokens(torch.cat([one.up for one in before]), torch.cat([one.down for one in before]))
        alike = tried if all(len(begun.codes.up) == 1 for begun, _ in waiting) else 1
        drawn = self.drawn(start, torch.cat(heard), purpose, None, progress, alike)
        found, low = {begun.number: begun for begun in group}, 0
        for (begun, end), way in zip(waiting, ways):
            rows, new = slice(low, low + way), slice(seen, seen + end - begun.end)
            pairs = ((begun.codes.up, drawn.up), (begun.codes.down, drawn.down))
            codes = Tokens(*(torch.cat((old.expand(way, -1), half[rows, new]), dim=1) for old, half in pairs))
            span = max(begun.end, plan.edges[begun.number]) - begun.first, end - begun.first
            found[begun.number] = replace(begun, codes=self._best(codes, span, plan, begun.first))
            low += way
        return list(found.values())

    def _joined(self, plan: Plan, made: dict[int, Tokens], free: frozenset[int]) -> Codes:
        """All phrases one after the other; where one does not go on from what comes before, tokens are drawn that lead over."""
        late_s, edges = np.zeros(plan.edges[-1]), plan.edges
        forced = [number for number in range(1, len(made)) if number in free or plan.phrases[number].source >= 0]
        leads = {}
        for at in range(0, len(forced), TRIED * _TOGETHER):
            some = forced[at : at + TRIED * _TOGETHER]
            ends = [min(edges[number] + _JOIN, edges[number + 1]) for number in some]
            group = []
            for number in some:
                before = _last(made[number - 1], self.model.config.context // 2)
                group.append(Begun(number, before, edges[number] - before.up.shape[1]))
            leads |= {one.number: one for one in self._on_to(plan, group, ends, 1)}
        halves = []
        for half in ("up", "down"):
            rows = [getattr(made[number], half)[0] for number in range(len(made))]
            for number, lead in leads.items():
                new = getattr(lead.codes, half)[0, edges[number] - lead.first :]
                rows[number] = torch.cat((new, rows[number][len(new) :]))
            halves.append(torch.cat(rows).cpu().numpy())
        for number, phrase in enumerate(plan.phrases):
            if phrase.source >= 0:
                # how far the phrase's beginning lies after its first token, here and there
                here, there = (self._offset_s(plan, at) for at in (number, phrase.source))
                late_s[edges[number] + _JOIN : edges[number] + self._kept(plan, number)] = here - there
        return Codes(halves[0], halves[1], plan.start_s, late_s)

    def _offset_s(self, plan: Plan, number: int) -> float:
        return plan.phrases[number].start_s - plan.start_s - plan.edges[number] * self.token_s

    def _beginnings(self, number: int) -> Tokens:
        """Codes (B, 1) for a phrase to begin from: any, for the first one sets off from standing, and others are led over to."""
        random = generator_for(self.seed, f"beginning {number}" if number else "beginning")
        size = 2, TRIED if number else _BEGINNINGS, 1
        drawn = torch.from_numpy(random.integers(self.model.config.codes, size=size)).to(self.device)
        return Tokens(drawn[0], drawn[1])

    def _best(self, codes: Tokens, span: tuple[int, int], plan: Plan, first_token: int) -> Tokens:
        """The way (1, n) of several (B, n) that is the best in a span of them. first_token: where the first of them is in the plan."""
        if len(codes.up) == 1:
            return codes
        low, rate_hz = max(span[0] - _AROUND, 0), self.model.config.rate_hz
        step = self.model.config.frames_per_token
        speeds, travel = joint_speeds(self.model, codes.up[:, low:], codes.down[:, low:])
        first = (span[0] - low) * step
        begin_s, end_s = (plan.start_s + (first_token + token) * self.token_s for token in span)
        beats = np.round((self.music.beats_s - begin_s) * rate_hz)
        inside = beats[(beats >= 0) & (beats < speeds.shape[1] - first)]
        wanted = wanted_m_s(self.style, plan.energy(0.5 * (begin_s + end_s)))
        best = int(judged(speeds[:, first:], travel, inside, rate_hz, wanted).argmax())
        return Tokens(codes.up[best : best + 1], codes.down[best : best + 1])

    def _kept(self, plan: Plan, number: int) -> int:
        """How many tokens of a phrase that is danced again are taken from its source: all but the last bar where that varies."""
        source = plan.phrases[number].source
        length = min(plan.edges[at + 1] - plan.edges[at] for at in (number, source))
        return length - (length // 4 if plan.phrases[number].varied else 0)

    def _again(self, plan: Plan, number: int, source: Tokens) -> Tokens:
        """The codes (1, n) of a phrase's source that are danced again."""
        kept = self._kept(plan, number)
        both = torch.cat((source.up, source.down))
        if plan.phrases[number].mirrored:
            both = self.mirrored(both)
        return Tokens(both[:1, :kept], both[1:, :kept])

    @torch.inference_mode()
    def mirrored(self, codes: torch.Tensor) -> torch.Tensor:
        """Codes (2, n) with left and right exchanged."""
        frames = self.model.memory.decode(codes[:1], codes[1:]).float().cpu().numpy()
        turned = torch.from_numpy(mirrored_vectors(frames)).to(self.device)
        return torch.cat(self.model.memory.encode(turned))


def _last(codes: Tokens, count: int, ways: int = 1) -> Tokens:
    """The last codes of each half, (B, up to count), in several equal ways where there is one."""
    ways = max(ways, len(codes.up))
    return Tokens(*(half[:, -count:].expand(ways, -1) for half in (codes.up, codes.down)))
