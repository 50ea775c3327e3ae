# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows of recorded dances to train the memory on: mirrored, and danced up to 15 % slower or faster."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...models.bailando.dancer_frames import DOWN_JOINTS, DOWN_TURNS, DOWN_WIDTH, UP_JOINTS, UP_WIDTH, to_vectors
from ...motion.joints import BODY_JOINTS, other_side
from ...motion.recorded.to_canonical import mirrored
from ..data.dance.store import DanceStore

TEMPO_SHARE = 0.15
JUMP = 0.5  # a rot6d entry that changes more in a frame at 60 Hz is a glitch of the recording
_TRIES = 8  # to find a window without one
_MOVING = slice(UP_WIDTH + DOWN_TURNS, UP_WIDTH + DOWN_TURNS + 3)  # channels that are a rate


@dataclass(frozen=True)
class DanceWindows:
    """frames: (B, T, WIDTH). weights: (B, WIDTH): 0 where a joint was not recorded, less than 1 for legs that slide."""

    frames: Tensor
    weights: Tensor


def channel_weights(store: DanceStore, index: int) -> np.ndarray:
    """float32 (WIDTH,) of one dance."""
    known = dict(zip(BODY_JOINTS, store.known[index], strict=True))
    up = np.repeat([float(known[joint]) for joint in UP_JOINTS], 6)
    down = np.full(DOWN_WIDTH, float(store.legs[index]))
    turns = np.repeat([float(known[joint]) for joint in DOWN_JOINTS], 6)
    down[:DOWN_TURNS] *= turns
    return np.concatenate((up, down)).astype(np.float32)


def at_tempo(vectors: np.ndarray, first: int, frames: int, faster: float) -> np.ndarray:
    """A window danced faster.

    Args:
        vectors: (T, WIDTH).
        first: frame of the dance.
        frames: of the window.
        faster: 1 as recorded; the dance must reach to first + (frames − 1) · faster.

    Returns:
        float32 (frames, WIDTH): interpolated, rates multiplied.
    """
    return at_times(vectors, first + np.arange(frames) * faster)


def at_times(vectors: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Vectors (T, WIDTH) at times (n,) in frames, which only grow → float32 (n, WIDTH): interpolated, rates by how fast they grow."""
    low = np.minimum(at.astype(int), len(vectors) - 2)
    share = (at - low)[:, None].astype(np.float32)
    window = vectors[low] * (1.0 - share) + vectors[low + 1] * share
    window[:, _MOVING] *= np.gradient(at).astype(np.float32)[:, None]
    return window


class WindowDrawer:
    """Draws from the dances of one split, each as often as it is long."""

    def __init__(self, store: DanceStore, split: str, frames: int, seed: int):
        longest = frames * (1.0 + TEMPO_SHARE) + 2
        chosen = [i for i in range(len(store)) if store.splits[i] == split and store.lengths[i] >= longest]
        self.frames, self.random = frames, np.random.default_rng(seed)
        self.dances = [(to_vectors(clip), to_vectors(mirrored(clip))) for clip in map(store.clip, chosen)]
        self.jumps = [np.concatenate(([0], jumps_of(own).cumsum())) for own, _ in self.dances]
        own, other = (np.stack([weights(store, i) for i in chosen]) for weights in (channel_weights, _mirrored_weights))
        self.weights = np.stack((own, other), axis=1)
        share = np.array([len(pair[0]) - frames * 0.8 for pair in self.dances])
        self.share = share / share.sum()

    def draw(self, batch: int) -> DanceWindows:
        """Random windows."""
        windows, weights = [], []
        for index in self.random.choice(len(self.dances), batch, p=self.share):
            side = int(self.random.integers(2))
            vectors = self.dances[index][side]
            faster = 1.0 + TEMPO_SHARE * float(self.random.uniform(-1.0, 1.0))
            windows.append(at_tempo(vectors, self._first(index, faster), self.frames, faster))
            weights.append(self.weights[index, side])
        return DanceWindows(torch.from_numpy(np.stack(windows)), torch.from_numpy(np.stack(weights)))

    def _first(self, index: int, faster: float) -> int:
        """Where a window begins that has no glitch, if one is found soon."""
        jumps, reach = self.jumps[index], (self.frames - 1) * faster
        first = 0
        for _ in range(_TRIES):
            first = int(self.random.uniform(0.0, max(len(jumps) - 1 - reach, 0.0)))
            if jumps[min(first + int(reach) + 1, len(jumps) - 1)] == jumps[first]:
                break
        return first


def jumps_of(vectors: np.ndarray) -> np.ndarray:
    """bool (T,): frames to which some joint jumps; vectors (T, WIDTH)."""
    turned = np.abs(np.diff(vectors[:, : UP_WIDTH + DOWN_TURNS], axis=0)).max(1)
    return np.concatenate(([False], turned > JUMP))


def _mirrored_weights(store: DanceStore, index: int) -> np.ndarray:
    """Weights are alike on both sides, but where one arm alone was recorded."""
    own = channel_weights(store, index)
    order = (*UP_JOINTS, *DOWN_JOINTS)
    turned = {joint: own[6 * at] for at, joint in enumerate(order)}
    swapped = own.copy()
    for at, joint in enumerate(order):
        swapped[6 * at : 6 * at + 6] = turned[other_side(joint)]
    return swapped
