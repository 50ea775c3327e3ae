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


def align(
    log_posteriors: np.ndarray,
    words: Sequence[Sequence[str]],
    frame_s: float = 0.01,
    shortest: int = 2,
    silence: int = INDEX[SILENCE],
    silence_penalty: float = 2.0,
) -> Path | None:
    """Align words, each a sequence of symbols of the inventory, to a sound.

    log_posteriors: float (T, P), natural log, columns in the order of the inventory. shortest: least frames of a phone.
    silence_penalty: log cost of entering a silence between words, so that a weak closure is not taken for one.
    Returns None if the sound is too short for the phones.
    """
    # States: a chain of `shortest` copies per phone, of which the last repeats.
    columns: list[int] = []
    owner: list[int] = []
    optional: list[bool] = []
    phones: list[int] = []

    def add(phone: int, skip: bool) -> None:
        phones.append(phone)
        optional.append(skip)

    add(silence, True)
    for word in words:
        for symbol in word:
            add(INDEX[symbol], False)
        if word:
            add(silence, True)
    first_state: list[int] = []
    for index, phone in enumerate(phones):
        first_state.append(len(columns))
        for _ in range(shortest):
            columns.append(phone)
            owner.append(index)
    count, frames = len(columns), len(log_posteriors)
    if not any(not skip for skip in optional) or frames < shortest * sum(not skip for skip in optional):
        return None
    owners = np.array(owner)
    is_first = np.zeros(count, bool)
    is_first[first_state] = True
    is_last = np.zeros(count, bool)
    is_last[[start + shortest - 1 for start in first_state]] = True
    # Where each state can be entered from: the state before, and for a phone's first state also past an optional silence.
    skip_from = np.full(count, -1)
    for index, start in enumerate(first_state):
        if index >= 2 and optional[index - 1]:
            skip_from[start] = first_state[index - 2] + shortest - 1
    cost = np.zeros(count)
    for index, start in enumerate(first_state):
        if optional[index] and 0 < index < len(phones) - 1:
            cost[start] = silence_penalty
    emission = log_posteriors[:, columns]
    alpha = np.full(count, _NEVER)
    alpha[0] = emission[0, 0]
    if optional[0] and len(first_state) > 1:
        alpha[first_state[1]] = emission[0, first_state[1]]
    back = np.zeros((frames, count), np.int8)  # 0 stay, 1 from the state before, 2 past a silence
    stay_allowed = np.where(is_last, 0.0, _NEVER)
    has_skip = skip_from >= 0
    for t in range(1, frames):
        stay = alpha + stay_allowed
        step = np.concatenate([[_NEVER], alpha[:-1]]) - cost
        past = np.where(has_skip, alpha[skip_from], _NEVER)
        options = np.stack([stay, step, past])
        choice = options.argmax(0)
        back[t] = choice
        alpha = options[choice, np.arange(count)] + emission[t]
    ends = [count - 1]
    if optional[-1] and len(phones) > 1:
        ends.append(first_state[-2] + shortest - 1)
    state = max(ends, key=lambda s: alpha[s])
    if alpha[state] <= _NEVER / 2:
        return None
    path = np.empty(frames, int)
    for t in range(frames - 1, -1, -1):
        path[t] = state
        if back[t, state] == 1:
            state -= 1
        elif back[t, state] == 2:
            state = skip_from[state]
    index_of_frame = owners[path]
    segments: list[Segment] = []
    scores: list[float] = []
    begin = 0
    for t in range(1, frames + 1):
        if t == frames or index_of_frame[t] != index_of_frame[begin]:
            phone = phones[index_of_frame[begin]]
            segments.append((SYMBOLS[phone], begin * frame_s, t * frame_s))
            scores.append(float(log_posteriors[begin:t, phone].mean()))
            begin = t
    spoken = np.array([phones[k] != silence for k in index_of_frame])
    values = log_posteriors[np.arange(frames), [phones[k] for k in index_of_frame]]
    return Path(tuple(segments), float(values[spoken].mean()), tuple(scores))
