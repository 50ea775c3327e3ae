# SPDX-License-Identifier: GPL-3.0-or-later
"""Dance tokens one after another, with a key-value cache wherever it is exact.

The GPT holds `block` tokens and its positions count from the start of its window. Two ways to go on when it is full:

"slide" (published): keep the last 28 tokens. Every token's position, and all it has seen, changes with each step, so
nothing of the step before can be reused; the whole window is computed anew (only its last rows in the last layer).
"restart" (ours): when the window is full, begin a new one with the last half of it and go on with the cache from there.
The same rule without a cache gives the same tokens, at a tenth of the work.
"""
from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from ...networks.attention import KeyValueCache
from ...networks.packed_linear import packed
from ...networks.sampling import Sampling, code_chooser
from ...progress import Progress
from . import halves
from .gpt import CrossConditionalGpt, cross_mask
from .memory import ChoreographicMemory

WINDOWS = ("slide", "restart")
START_UP, START_DOWN = 423, 12  # the codes that the published demo starts from


@dataclass(frozen=True)
class Tokens:
    """Codes of both halves (B, T), the given first ones included."""

    up: Tensor
    down: Tensor


class _Window:
    """Computes the logits after a window of tokens; remembers keys and values while the window only grows."""

    def __init__(self, network: CrossConditionalGpt, cached: bool):
        self._network = network
        self._cached = cached
        self._blocks = [*network.gpt_base.blocks, *network.gpt_head.blocks]
        self._start, self._end = 0, 0
        self._caches: list[KeyValueCache] = []

    def logits(self, up: Tensor, down: Tensor, music: Tensor, start: int, growing: bool) -> tuple[Tensor, Tensor]:
        """Next-code logits (B, codes) of both halves for the tokens from `start` on. growing: the next call has the same start."""
        end = up.shape[1]
        if not (self._caches and self._start == start and self._end == end - 1):
            return self._whole(up[:, start:], down[:, start:], music[:, start:end], start, end, growing and self._cached)
        last = slice(end - 1, end)
        x = self._network.gpt_base.embed(up[:, last], down[:, last], music[:, last], end - 1 - start).flatten(1, 2)
        for block, cache in zip(self._blocks[:-1], self._caches, strict=False):
            x = block(x, None, cache)
        x = self._blocks[-1](x, None, self._caches[-1], rows=[1, 2])
        self._end = end
        return self._heads(x)

    def _whole(self, up: Tensor, down: Tensor, music: Tensor, start: int, end: int, keep: bool) -> tuple[Tensor, Tensor]:
        length = up.shape[1]
        self._caches = [KeyValueCache() for _ in self._blocks] if keep else []
        self._start, self._end = start, end
        caches = self._caches or [None] * len(self._blocks)
        x = self._network.gpt_base.embed(up, down, music).flatten(1, 2)
        mask = cross_mask(length, x.device)
        for block, cache in zip(self._blocks[:-1], caches, strict=False):
            x = block(x, mask, cache)
        # The last rows see every row, so they need no mask.
        return self._heads(self._blocks[-1](x, None, caches[-1], rows=[2 * length - 1, 3 * length - 1]))

    def _heads(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        rows = self._network.gpt_head.ln_f(rows)
        return self._network.gpt_head.head_up(rows[:, 0]), self._network.gpt_head.head_down(rows[:, 1])


def _window_starts(first: int, last: int, context: int, window: str) -> list[int]:
    """Where the context begins for each count of tokens first..last."""
    starts, start = [], 0
    for count in range(first, last + 1):
        if count - start > context:
            start = count - (context if window == "slide" else context // 2)
        starts.append(start)
    return starts


@torch.inference_mode()
def generate(network: CrossConditionalGpt, music: Tensor, start_up: Tensor, start_down: Tensor, *, window: str = "slide",
             sampling: Sampling | None = None, given: Tokens | None = None, cached: bool = True,
             progress: Progress | None = None) -> Tokens:
    """Continue the start codes (B, s ≥ 1) to the end of the music (B, T, 438): T + 1 codes of each half.

    Row k of the music belongs to the code after the k-th (the published caller drops the first row of the music). Greedy
    without `sampling`. given: codes (B, T + 1) that are kept where they are not negative (prompts). cached=False computes
    every step from nothing, for comparison. Raises Cancelled through `progress`.
    """
    if window not in WINDOWS:
        raise ValueError(f"window must be one of {WINDOWS}, not {window!r}")
    up, down, choose = start_up, start_down, code_chooser(sampling)
    first, last = up.shape[1], music.shape[1]
    starts = _window_starts(first, last, network.config.context, window)
    state = _Window(network, cached)
    with packed(network) if cached else nullcontext():
        for step, start in enumerate(starts):
            if progress is not None and step % 4 == 0:
                progress.report(step / len(starts), "Dancing")
            growing = step + 1 < len(starts) and starts[step + 1] == start
            logits_up, logits_down = state.logits(up, down, music, start, growing)
            next_up, next_down = choose(logits_up), choose(logits_down)
            if given is not None:
                at = first + step
                next_up = torch.where(given.up[:, at] >= 0, given.up[:, at], next_up)
                next_down = torch.where(given.down[:, at] >= 0, given.down[:, at], next_down)
            up, down = torch.cat((up, next_up[:, None]), dim=1), torch.cat((down, next_down[:, None]), dim=1)
    return Tokens(up, down)


@torch.inference_mode()
def decode_positions(memory: ChoreographicMemory, tokens: Tokens, in_place: bool = False) -> Tensor:
    """Codes (B, n) → joint positions in the world (B, 8 n, 24, 3), metres, 60 frames a second; in_place keeps the root at 0."""
    frames = memory.decode(tokens.up, tokens.down)
    frames = halves.without_root(frames) if in_place else halves.integrate_root(frames)
    return halves.world_positions(frames)
