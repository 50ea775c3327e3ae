# SPDX-License-Identifier: GPL-3.0-or-later
"""The tokens of `sampling.generate`, sooner: only what is new is computed, and guesses are checked on the way.

It exists because the plain rule at the published size takes longer than the dance lasts on two CPU cores.

With the window rule "restart" a window only grows for 14 tokens, so that keys and values of its tokens are kept; with
"slide" every position changes with each step, and the window is computed anew (only its last rows in the last layer).

With a cache a step takes as long as reading the weights, however few its rows. So it computes the next tokens too, from
guesses of the ones before them (Jacobi decoding, Santilli et al. 2023, "Accelerating Transformer Inference for
Translation via Parallel Decoding"): a guess that turns out right saves a step, a wrong one costs nothing. Draws are
numbered by token, so that seeded sampling too gives the tokens of one step each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor

from ...networks.attention import PreNormBlock
from ...networks.cached_attention import CachedBlock, KeyValueCache
from ...networks.code_sampling import code_sampler
from ...networks.packed_linear import PackedLinear
from ...networks.prepared_weights import PreparedWeights
from ...progress import Progress
from .gpt import STREAMS, CrossConditionalGpt
from .tokens import OURS, DanceOptions, Tokens, window_starts

AHEAD = 1  # guessed tokens in each step: two tokens take no longer than one, for the weights are read once


class PackedGpt:
    """A GPT's weights in the order in which sampling reads them."""

    def __init__(self, network: CrossConditionalGpt):
        base, head = network.gpt_base, network.gpt_head
        self.blocks = [CachedBlock(cast(PreNormBlock, block)) for block in (*base.blocks, *head.blocks)]
        self.logits_up, self.logits_down = PackedLinear(head.head_up), PackedLinear(head.head_down)


PACKED_GPTS: PreparedWeights[CrossConditionalGpt, PackedGpt] = PreparedWeights(PackedGpt)
"""Packed once for a model: it takes about as long as two steps with a full window."""


@torch.inference_mode()
def generate_fast(
    network: CrossConditionalGpt,
    music: Tensor,
    start: Tokens,
    options: DanceOptions = OURS,
    given: Tokens | None = None,
    progress: Progress | None = None,
    ahead: int = AHEAD,
    ways: int = 1,
) -> Tokens:
    """As `sampling.generate`, with the same tokens.

    Args:
        network: the GPT, in eval mode.
        music: (B, T, 438).
        start: codes (B, s ≥ 1).
        options: window rule and draws.
        given: codes (B, T + 1) that are kept where they are not negative (prompts).
        progress: is told how far it is, and asked whether to go on.
        ahead: how many guessed tokens each step checks beside the next one; any number gives the same tokens.
        ways: start and music come in runs of so many equal rows, whose beginning is computed once.

    Returns:
        Codes (B, T + 1).

    Raises:
        Cancelled: through `progress`.
    """
    known, last = start.up.shape[1], music.shape[1]
    starts = dict(enumerate(window_starts(known, last, network.config.context, options.window), known))
    codes, window = _Codes(start, max(last + 1, known), given, options), _Window(network, music, ways)
    codes.guess(known, (), ahead)
    while known <= last:
        if progress is not None:
            progress.report(known / (last + 1), "Dancing")
        same_window = [starts.get(known + guess) == starts[known] for guess in range(1, ahead + 2)]
        guesses = [*same_window[:ahead], False].index(False)
        logits = window.logits(codes.halves, (starts[known], known + guesses), guesses + 1, same_window[0])
        outcomes = list(zip(*(half.unbind(1) for half in logits), strict=True))
        checked = 0
        while codes.put(known + checked, outcomes[checked]) and checked < guesses:
            checked += 1
        known += checked + 1
        codes.guess(known, outcomes[checked + 1 :], ahead)
        window.forget(known - 1)
    return Tokens(*codes.halves)


class _Window:
    """Computes the logits after a window of tokens; remembers keys and values while the window only grows.

    Rows stand token by token here, [music t | up t | down t | music t + 1 | …], so that the cache can be shortened.
    """

    def __init__(self, network: CrossConditionalGpt, music: Tensor, ways: int):
        self._ways = ways  # rows that are still equal
        self._base, self._final_norm = network.gpt_base, network.gpt_head.ln_f
        self._packed = PACKED_GPTS.of(network)
        self._music = network.gpt_base.cond_emb(music)
        self._caches: list[KeyValueCache] = []
        self._start, self._end = 0, 0  # of the tokens in the caches

    def logits(self, halves: Sequence[Tensor], span: tuple[int, int], count: int, keep: bool) -> tuple[Tensor, Tensor]:
        """What may follow each of the last tokens of a window.

        Args:
            halves: codes (B, n) of both.
            span: the window, (first, last + 1).
            count: of the last tokens.
            keep: whether a later call begins at the same first token.

        Returns:
            Logits (B, count, codes) of both halves.
        """
        if not self._caches or span[0] != self._start:
            self._start = self._end = span[0]
            self._caches = [KeyValueCache() for _ in self._packed.blocks] if keep else []
        new = slice(self._end, span[1])
        ways, self._ways = self._ways, 1
        up, down = (codes[::ways, new] for codes in halves)
        tokens, before = new.stop - new.start, new.start - self._start
        x = self._base.embed(up, down, self._music[::ways, new], before).transpose(1, 2).flatten(1, 2)
        mask = None if tokens == 1 else _token_mask(before, tokens, x)
        *earlier, last_block = self._packed.blocks
        caches = self._caches or [None] * len(self._packed.blocks)
        for block, cache in zip(earlier, caches, strict=False):
            x = block(x, mask, cache)
        rows = [STREAMS * token + half for token in range(tokens - count, tokens) for half in (1, 2)]
        x = last_block(x, None if mask is None or count == 1 else mask[rows], caches[-1], rows)
        self._end = new.stop if self._caches else self._start
        if ways > 1:
            x = x.repeat_interleave(ways, 0)
            for cache in self._caches:
                cache.repeat(ways)
        x = self._final_norm(x).unflatten(1, (count, 2))
        return self._packed.logits_up(x[:, :, 0]), self._packed.logits_down(x[:, :, 1])

    def forget(self, end: int) -> None:
        """Tokens from `end` on were wrong guesses."""
        self._end = min(end, self._end)
        for cache in self._caches:
            cache.shorten(STREAMS * (self._end - self._start))


def _token_mask(before: int, tokens: int, like: Tensor) -> Tensor:
    """(3 tokens, 3 (before + tokens)), to be added to scores: rows of `tokens` new tokens see the same and earlier
    tokens."""
    unseen = like.new_full((tokens, before + tokens), -torch.inf).triu(before + 1)
    return unseen.repeat_interleave(STREAMS, 0).repeat_interleave(STREAMS, 1)


def _as_before(codes: Tensor) -> Tensor:
    """codes (B, n) → (B,): what followed when the last of them was there before; the last itself where it never was."""
    times = torch.arange(1, codes.shape[1], device=codes.device)
    followed = torch.where(codes[:, :-1] == codes[:, -1:], times, 0)
    at = followed.max(1).values if len(times) else followed.new_zeros(len(codes))
    return codes.gather(1, torch.where(at > 0, at, codes.shape[1] - 1)[:, None])[:, 0]


class _Codes:
    """The codes of both halves: those that are known, then guesses."""

    def __init__(self, start: Tokens, length: int, given: Tokens | None, options: DanceOptions):
        self.halves = [torch.nn.functional.pad(codes, (0, length - codes.shape[1])) for codes in (start.up, start.down)]
        self._given = None if given is None else (given.up, given.down)
        self._choose = code_sampler(options.nucleus)

    def put(self, at: int, logits: Sequence[Tensor] | None) -> bool:
        """Write what follows from the logits (B, codes) of both halves, or without them what followed when the code
        before was there last; a given code goes before. Returns whether this stood there already."""
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
