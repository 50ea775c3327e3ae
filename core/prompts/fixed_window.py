# SPDX-License-Identifier: GPL-3.0-or-later
"""Ease into prompts within a fixed time: how lips, lids and shapes meet them, which move within a syllable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..motion.easing import minimum_jerk
from ..motion.vectors import norm
from .curve_spaces import CurveSpace
from .pacing import SAME, HeldPrompts, Paces, held

WINDOW_S = 0.15  # about the length of a syllable's transition: shorter looks like a pop, longer wipes out neighbours


@dataclass(frozen=True)
class FixedWindow:
    """Easing that takes window_s seconds before and after a prompt, or a run of prompts less than two windows apart,
    between which the curve eases from one to the next; two that ask for the same hold still between them, however far
    apart. The blend is convex: it never leaves the range of curve and prompts. holds: whether prompts are held beyond
    their moment; lips are not, for speech goes on."""

    window_s: float = WINDOW_S
    holds: bool = False

    @property
    def limit(self) -> float:
        """No acceleration is too much."""
        return np.inf

    def in_order(self, blend_range: Callable, blend_through: Callable) -> tuple[Callable, Callable]:
        """What is done first to a range that is generated anew: its prompts are met, then its ends as far as the next
        prompt."""
        return blend_through, blend_range

    def held(
        self, space: CurveSpace, times_s: np.ndarray, prompts: np.ndarray, paces: Paces, until_s: float = np.inf
    ) -> HeldPrompts:
        """See `blending.held`."""
        if not self.holds:
            paces = replace(paces, hold_s=np.zeros(len(paces.hold_s)))
        needed_s = np.full(max(len(times_s) - 1, 0), self.window_s)
        return held(space, times_s, np.asarray(prompts, np.float64), paces, needed_s, until_s)

    def blend_through(
        self,
        space: CurveSpace,
        times_s: np.ndarray,
        values: np.ndarray,
        prompt_times_s: np.ndarray,
        prompts: np.ndarray,
        free_s: tuple[float, float],
        paces: Paces | None = None,
    ) -> np.ndarray:
        """See `blending.blend_through`. free_s does not count: `blend_range` comes later."""
        prompts = space.continuous(np.asarray(prompts, np.float64))  # so that easing takes the short way
        window_s = np.full(len(prompts), self.window_s)
        if paces is not None:
            window_s = np.where(paces.exact, np.maximum(paces.ease_s, 1e-3), window_s)
        alike = norm(space.difference(prompts[:-1], prompts[1:])) < SAME
        weight, target = _influence(
            np.asarray(times_s, np.float64), np.asarray(prompt_times_s, np.float64), prompts, window_s, alike
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
    times_s: np.ndarray, prompt_times_s: np.ndarray, prompts: np.ndarray, window_s: np.ndarray, alike: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How much the prompts count at each time, float64 (T,), and what they ask for there, float64 (T, C). window_s:
    (P,) of each. alike: bool (P - 1,), whether the next one asks for the same."""
    after = np.searchsorted(prompt_times_s, times_s, side="right")
    before = np.clip(after - 1, 0, len(prompt_times_s) - 1)
    following = np.clip(after, 0, len(prompt_times_s) - 1)
    gap = prompt_times_s[following] - prompt_times_s[before]
    since = times_s - prompt_times_s[before]
    between = (after > 0) & (after < len(prompt_times_s))
    along = np.where(between, since / np.maximum(gap, 1e-9), 0.0)
    same = np.append(alike, False)[before]
    near = between & (same | (gap <= window_s[before] + window_s[following]))
    by_before = minimum_jerk(1.0 - np.abs(since) / window_s[before])
    by_following = minimum_jerk(1.0 - np.abs(times_s - prompt_times_s[following]) / window_s[following])
    weight = np.where(near, 1.0, np.maximum(by_before, by_following))
    nearest = np.where(by_following > by_before, following, before)
    ease = np.where(near, minimum_jerk(along), (nearest == following).astype(np.float64))
    return weight, _mixed(prompts[before], prompts[following], ease)
