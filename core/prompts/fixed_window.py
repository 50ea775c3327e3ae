# SPDX-License-Identifier: GPL-3.0-or-later
"""Ease into prompts within a fixed time: how lips, lids and shapes meet them, which move within a syllable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..motion.easing import minimum_jerk
from .curve_spaces import CurveSpace

WINDOW_S = 0.15  # about the length of a syllable's transition: shorter looks like a pop, longer wipes out neighbours


@dataclass(frozen=True)
class FixedWindow:
    """Easing that takes window_s seconds before and after a prompt, or a run of prompts less than two windows apart,
    between which the curve eases from one to the next. The blend is convex: it never leaves the range of curve and
    prompts."""

    window_s: float = WINDOW_S

    @property
    def limit(self) -> float:
        """No acceleration is too much."""
        return np.inf

    def in_order(self, blend_range: Callable, blend_through: Callable) -> tuple[Callable, Callable]:
        """What is done first to a range that is generated anew: its prompts are met, then its ends as far as the next
        prompt."""
        return blend_through, blend_range

    def blend_through(
        self,
        space: CurveSpace,
        times_s: np.ndarray,
        values: np.ndarray,
        prompt_times_s: np.ndarray,
        prompts: np.ndarray,
        free_s: tuple[float, float],
    ) -> np.ndarray:
        """See `blending.blend_through`. free_s does not count: `blend_range` comes later."""
        prompts = space.continuous(np.asarray(prompts, np.float64))  # so that easing takes the short way
        weight, target = _influence(
            np.asarray(times_s, np.float64), np.asarray(prompt_times_s, np.float64), prompts, self.window_s
        )
        mixed = _mixed(values, space.aligned(target, values), weight)
        return space.continuous(space.normalised(mixed)).astype(values.dtype)

    def blend_range(
        self,
        space: CurveSpace,
        times_s: np.ndarray,
        new: np.ndarray,
        old: np.ndarray,
        ends_s: tuple[float | None, float | None],
        prompt_times_s: np.ndarray | Sequence[float],
    ) -> np.ndarray:
        """See `blending.blend_range`."""
        weight, prompts_s = np.zeros(len(times_s)), np.asarray(prompt_times_s, np.float64)
        first_s, last_s = ends_s
        if first_s is not None:
            next_s = np.min(prompts_s[prompts_s > first_s] - first_s, initial=np.inf)
            weight = np.maximum(weight, minimum_jerk(1.0 - (times_s - first_s) / min(self.window_s, next_s)))
        if last_s is not None:
            next_s = np.min(last_s - prompts_s[prompts_s < last_s], initial=np.inf)
            weight = np.maximum(weight, minimum_jerk(1.0 - (last_s - times_s) / min(self.window_s, next_s)))
        return space.normalised(_mixed(new, space.aligned(old, new), weight).astype(new.dtype))


def _mixed(values: np.ndarray, target: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return values * (1.0 - weight[:, None]) + target * weight[:, None]


def _influence(
    times_s: np.ndarray, prompt_times_s: np.ndarray, prompts: np.ndarray, window_s: float
) -> tuple[np.ndarray, np.ndarray]:
    """How much the prompts count at each time, float64 (T,), and what they ask for there, float64 (T, C)."""
    after = np.searchsorted(prompt_times_s, times_s, side="right")
    before = np.clip(after - 1, 0, len(prompt_times_s) - 1)
    following = np.clip(after, 0, len(prompt_times_s) - 1)
    gap = prompt_times_s[following] - prompt_times_s[before]
    since = times_s - prompt_times_s[before]
    between = (after > 0) & (after < len(prompt_times_s))
    along = np.where(between, since / np.maximum(gap, 1e-9), 0.0)
    held = between & (gap <= 2.0 * window_s)
    nearest = np.where(between & (along > 0.5), following, before)
    distance = np.abs(times_s - prompt_times_s[nearest])
    weight = np.where(held, 1.0, minimum_jerk(1.0 - distance / window_s))
    ease = np.where(held, minimum_jerk(along), (nearest == following).astype(np.float64))
    return weight, _mixed(prompts[before], prompts[following], ease)
