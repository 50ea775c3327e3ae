# SPDX-License-Identifier: GPL-3.0-or-later
"""Dance tokens one after another: only what is new is computed, and guesses are checked on the way.

The GPT holds `block` tokens and its positions count from the start of its window. Two ways to go on when it is full:

"slide" (published): keep the last 28 tokens. Every token's position, and all it has seen, changes with each step, so
nothing of the step before can be reused; the whole window is computed anew (only its last rows in the last layer).
"restart" (ours): when the window is full, begin a new one with the last half of it and go on from there with a key-value
cache. The same rule without a cache gives the same tokens.

With a cache a step takes as long as reading the weights, however few its rows. So it computes the next tokens too, from
guesses of the ones before them (Jacobi decoding, Santilli et al. 2023, "Accelerating Transformer Inference for Translation
via Parallel Decoding"): a guess that turns out right saves a step, a wrong one costs nothing. Draws are numbered by token, so
that seeded sampling too gives the tokens of one step each.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from ...networks.attention import KeyValueCache
from ...networks.packed_linear import packed
from ...networks.sampling import Sampling, code_chooser
from ...progress import Progress
from . import halves
from .gpt import STREAMS, CrossConditionalGpt
from .memory import ChoreographicMemory

WINDOWS = ("slide", "restart")
AHEAD = 1  # guessed tokens in each step: two tokens take no longer than one, for the weights are read once
START_UP, START_DOWN = 423, 12  # the codes that the published demo starts from


@dataclass(frozen=True)
class Tokens:
    """Codes of both halves (B, T), the given first ones included."""

    up: Tensor
    down: Tensor


class _Window:
    """Computes the logits after a window of tokens; remembers keys and values while the window only grows.

    Rows stand token by token here, [music t | up t | down t | music t + 1 | …], so that the cache can be shortened.
    """

    def __init__(self, network: CrossConditionalGpt, music: Tensor):
        self._network = network
        self._heard = network.gpt_base.cond_emb(music)
        self._blocks = [*network.gpt_base.blocks, *network.gpt_head.blocks]
        self._caches: list[KeyValueCache] = []
        self._start, self._end = 0, 0  # of the tokens in the caches

    def logits(self, up: Tensor, down: Tensor, span: tuple[int, int], count: int, keep: bool) -> tuple[Tensor, Tensor]:
        """Logits (B, count, codes) of both halves after each of the last `count` tokens of span = (first, last + 1).
        keep: whether a later call begins at the same first token."""
        if not self._caches or span[0] != self._start:
            self._start = self._end = span[0]
            self._caches = [KeyValueCache() for _ in self._blocks] if keep else []
        new = slice(self._end, span[1])
        tokens = new.stop - new.start
        x = self._network.gpt_base.embed(up[:, new], down[:, new], self._heard[:, new], new.start - self._start)
        x = x.transpose(1, 2).flatten(1, 2)
        mask = None if tokens == 1 else _token_mask(new.start - self._start, tokens, x)
        caches = self._caches or [None] * len(self._blocks)
        for block, cache in zip(self._blocks[:-1], caches, strict=False):
            x = block(x, mask, cache)
        rows = [STREAMS * token + half for token in range(tokens - count, tokens) for half in (1, 2)]
        x = self._blocks[-1](x, None if count == 1 else mask[rows], caches[-1], rows)  # the last token sees every row
        self._end = new.stop if self._caches else self._start
        x = self._network.gpt_head.ln_f(x).unflatten(1, (count, 2))
        return self._network.gpt_head.head_up(x[:, :, 0]), self._network.gpt_head.head_down(x[:, :, 1])

    def forget(self, end: int) -> None:
        """Tokens from `end` on were wrong guesses."""
        self._end = min(end, self._end)
        for cache in self._caches:
            cache.shorten(STREAMS * (self._end - self._start))


def _token_mask(before: int, tokens: int, like: Tensor) -> Tensor:
    """(3 tokens, 3 (before + tokens)), to be added to scores: rows of `tokens` new tokens see the same and earlier tokens."""
    unseen = like.new_full((tokens, before + tokens), -torch.inf).triu(before + 1)
    return unseen.repeat_interleave(STREAMS, 0).repeat_interleave(STREAMS, 1)


def _window_starts(first: int, last: int, context: int, window: str) -> list[int]:
    """Where the context begins for each count of tokens first..last."""
    starts, start = [], 0
    for count in range(first, last + 1):
        if count - start > context:
            start = count - (context if window == "slide" else context // 2)
        starts.append(start)
    return starts


def _as_before(codes: Tensor) -> Tensor:
    """codes (B, n) → (B,): what followed when the last of them was there before; the last itself where it never was."""
    times = torch.arange(1, codes.shape[1], device=codes.device)
    followed = torch.where(codes[:, :-1] == codes[:, -1:], times, 0)
    at = followed.max(1).values if len(times) else followed.new_zeros(len(codes))
    return codes.gather(1, torch.where(at > 0, at, codes.shape[1] - 1)[:, None])[:, 0]


class _Codes:
    """The codes of both halves: those that are known, then guesses."""

    def __init__(self, start: Tokens, length: int, given: Tokens | None, sampling: Sampling | None):
        self.halves = [torch.nn.functional.pad(codes, (0, length - codes.shape[1])) for codes in (start.up, start.down)]
        self._given = None if given is None else (given.up, given.down)
        self._choose = code_chooser(sampling)

    def put(self, at: int, logits: Sequence[Tensor] | None) -> bool:
        """Write what follows from the logits (B, codes) of both halves, or without them what followed when the code before
        was there last; a given code goes before. Returns whether this stood there already."""
        same = True
        for half, codes in enumerate(self.halves):
            chosen = _as_before(codes[:, :at]) if logits is None else self._choose(logits[half], 2 * at + half)
            if self._given is not None:
                chosen = torch.where(self._given[half][:, at] >= 0, self._given[half][:, at], chosen)
            same = same and torch.equal(codes[:, at], chosen)
            codes[:, at] = chosen
        return same

    def guess(self, at: int, outcomes: Sequence[Sequence[Tensor]], count: int) -> None:
        """Write `count` guesses from `at` on. What came of a wrong guess is still the best guess of what follows it."""
        for offset in range(min(count, self.halves[0].shape[1] - at)):
            self.put(at + offset, outcomes[offset] if offset < len(outcomes) else None)


@torch.inference_mode()
def generate(
    network: CrossConditionalGpt,
    music: Tensor,
    start_up: Tensor,
    start_down: Tensor,
    *,
    window: str = "slide",
    sampling: Sampling | None = None,
    given: Tokens | None = None,
    cached: bool = True,
    ahead: int = AHEAD,
    progress: Progress | None = None,
) -> Tokens:
    """Continue the start codes (B, s ≥ 1) to the end of the music (B, T, 438): T + 1 codes of each half.

    Row k of the music belongs to the code after the k-th (the published caller drops the first row of the music). Greedy
    without `sampling`. given: codes (B, T + 1) that are kept where they are not negative (prompts). cached=False computes
    every step from nothing, for comparison. ahead: how many guessed tokens each step checks beside the next one; any number
    gives the same tokens. Raises Cancelled through `progress`.
    """
    if window not in WINDOWS:
        raise ValueError(f"window must be one of {WINDOWS}, not {window!r}")
    known, last = start_up.shape[1], music.shape[1]
    starts = dict(enumerate(_window_starts(known, last, network.config.context, window), known))
    codes, state = _Codes(Tokens(start_up, start_down), max(last + 1, known), given, sampling), _Window(network, music)
    codes.guess(known, (), ahead)
    with packed(network) if cached else nullcontext():
        while known <= last:
            if progress is not None:
                progress.report(known / (last + 1), "Dancing")
            same_window = [starts.get(known + guess) == starts[known] for guess in range(1, ahead + 2)]
            guesses = [*same_window[:ahead], False].index(False) if cached else 0
            logits = state.logits(
                *codes.halves, (starts[known], known + guesses), guesses + 1, cached and same_window[0]
            )
            outcomes = list(zip(*(half.unbind(1) for half in logits), strict=True))
            checked = 0
            while codes.put(known + checked, outcomes[checked]) and checked < guesses:
                checked += 1
            known += checked + 1
            codes.guess(known, outcomes[checked + 1 :], ahead)
            state.forget(known - 1)
    return Tokens(*codes.halves)


@torch.inference_mode()
def decode_positions(memory: ChoreographicMemory, tokens: Tokens, in_place: bool = False) -> Tensor:
    """Codes (B, n) → joint positions in the world (B, 8 n, 24, 3), metres, 60 frames a second; in_place keeps the root at 0."""
    frames = memory.decode(tokens.up, tokens.down)
    frames = halves.without_root(frames) if in_place else halves.integrate_root(frames)
    return halves.world_positions(frames)
