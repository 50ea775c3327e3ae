# SPDX-License-Identifier: GPL-3.0-or-later
"""Forced alignment of any language: a Viterbi path of a known phone sequence through a network's frame posteriors.

Each phone is one state that lasts at least `shortest` frames; between words (and at both ends) silence may stand or not.
Rabiner, "A tutorial on hidden Markov models" (1989), section III.B, with a left-to-right model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ....audio.phones import INDEX, SILENCE, SYMBOLS
from .store import Segment

_NEVER = -1e30


@dataclass(frozen=True)
class Path:
    """segments: (symbol, start_s, end_s), silences included. score: mean log posterior a frame of the phones. scores: one a segment."""

    segments: tuple[Segment, ...]
    score: float
    scores: tuple[float, ...]


@dataclass(frozen=True)
class _Chain:
    """A left-to-right model: `shortest` states for each phone, of which the last repeats; silences may be passed over.

    phones (n,): columns of the posteriors; optional (n,): may be passed over; shortest: states of each phone.
    """

    phones: tuple[int, ...]
    optional: tuple[bool, ...]
    shortest: int

    @classmethod
    def of(cls, words: Sequence[Sequence[str]], silence: int, shortest: int) -> _Chain:
        """Words, with a silence that may stand before, between and after them."""
        phones, optional = [silence], [True]
        for word in words:
            phones += [INDEX[symbol] for symbol in word] + ([silence] if word else [])
            optional += [False] * len(word) + ([True] if word else [])
        return cls(tuple(phones), tuple(optional), shortest)

    @property
    def least_frames(self) -> int:
        return self.shortest * (len(self.optional) - sum(self.optional))

    @property
    def first_states(self) -> np.ndarray:
        """int (n,)."""
        return self.shortest * np.arange(len(self.phones))

    def entered_past_silence(self) -> np.ndarray:
        """int (states,): for the first state of what follows an optional silence the state before it; else -1."""
        result = np.full(self.shortest * len(self.phones), -1)
        for index, start in enumerate(self.first_states):
            if index >= 2 and self.optional[index - 1]:
                result[start] = start - self.shortest - 1
        return result

    def entering_costs(self, silence_penalty: float) -> np.ndarray:
        """float (states,): what entering a state costs; only silences between words cost."""
        cost = np.zeros(self.shortest * len(self.phones))
        inner = [index for index in range(1, len(self.phones) - 1) if self.optional[index]]
        cost[self.first_states[inner]] = silence_penalty
        return cost


def align(
    log_posteriors: np.ndarray,
    words: Sequence[Sequence[str]],
    frame_s: float = 0.01,
    shortest: int = 2,
    silence: int = INDEX[SILENCE],
    silence_penalty: float = 2.0,
) -> Path | None:
    """Align words, each a sequence of symbols of the inventory, to a sound.

    Args:
        log_posteriors: (T, P) float, natural log, columns in the order of the inventory.
        frame_s: seconds of a frame.
        shortest: least frames of a phone.
        silence_penalty: log cost of entering a silence between words, so that a weak closure is not taken for one.

    Returns:
        None if the sound is too short for the phones, or there are none.
    """
    chain = _Chain.of(words, silence, shortest)
    if all(chain.optional) or len(log_posteriors) < chain.least_frames:
        return None
    states = _best_states(log_posteriors[:, np.repeat(chain.phones, shortest)], chain, silence_penalty)
    if states is None:
        return None
    owner = states // shortest
    phones = np.array(chain.phones)[owner]
    edges = [0, *(np.flatnonzero(np.diff(owner)) + 1).tolist(), len(owner)]
    values = log_posteriors[np.arange(len(phones)), phones]
    segments = tuple((SYMBOLS[phones[a]], a * frame_s, b * frame_s) for a, b in zip(edges, edges[1:]))
    scores = tuple(float(values[a:b].mean()) for a, b in zip(edges, edges[1:]))
    return Path(segments, float(values[phones != silence].mean()), scores)


def _best_states(emission: np.ndarray, chain: _Chain, silence_penalty: float) -> np.ndarray | None:
    """int (T,): the best path through the chain's states by their log likelihoods (T, states); None if there is no path."""
    frames, count = emission.shape
    shortest = chain.shortest
    skip_from, cost = chain.entered_past_silence(), chain.entering_costs(silence_penalty)
    may_stay = np.where((np.arange(count) + 1) % shortest == 0, 0.0, _NEVER)
    alpha = np.full(count, _NEVER)
    alpha[0] = emission[0, 0]
    if len(chain.phones) > 1:
        alpha[shortest] = emission[0, shortest]  # without the silence that may stand first
    back = np.zeros((frames, count), np.int8)  # 0 stay, 1 from the state before, 2 past a silence
    for t in range(1, frames):
        step = np.concatenate([[_NEVER], alpha[:-1]]) - cost
        past = np.where(skip_from >= 0, alpha[skip_from], _NEVER)
        options = np.stack([alpha + may_stay, step, past])
        back[t] = options.argmax(0)
        alpha = options[back[t], np.arange(count)] + emission[t]
    state = max((count - 1, count - 1 - shortest), key=lambda last: alpha[last])  # with or without the last silence
    if alpha[state] <= _NEVER / 2:
        return None
    path = np.empty(frames, int)
    for t in range(frames - 1, -1, -1):
        path[t] = state
        state = (state, state - 1, skip_from[state])[back[t, state]]
    return path
