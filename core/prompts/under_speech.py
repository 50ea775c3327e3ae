# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions that the animator set, as offsets under the speech: a smile stays while the mouth goes on speaking.

At its key a curve has exactly the value that was set. What that asks for beyond the curve is an offset, which is kept
until the next prompt or until the hold ends, and fades in and out with minimum jerk (Flash and Hogan 1985). What the
curve does of its own goes on under it. A shape between its limits takes a share of what is left up to the limit
instead, so that it never leaves them: the wider the smile already is, the less speech adds to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..motion.easing import minimum_jerk
from ..motion.vectors import norm
from .curve_spaces import CurveSpace, SampledCurve
from .fixed_window import WINDOW_S, FixedWindow
from .pacing import SAME, HeldPrompts, Paces

EASE_S = 0.33  # where nothing else is said


@dataclass(frozen=True)
class UnderSpeech(FixedWindow):
    """Prompts as offsets. limits: between which values stay, or None where there are none (places, turns); values and
    prompts beyond them move them."""

    limits: tuple[float, float] | None = (0.0, 1.0)

    def held(
        self, space: CurveSpace, times_s: np.ndarray, prompts: np.ndarray, paces: Paces, until_s: float = np.inf
    ) -> HeldPrompts:
        """See `blending.held`: each prompt once, for an offset is held by itself."""
        return HeldPrompts(np.arange(len(times_s)), np.asarray(times_s, np.float64), paces)

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
        curve = SampledCurve.of(space, times_s, values)
        at_s, prompts = np.asarray(prompt_times_s, np.float64), space.continuous(np.asarray(prompts, np.float64))
        if paces is None:
            paces = Paces(np.zeros(len(at_s)), np.full(len(at_s), EASE_S), np.zeros(len(at_s), bool))
        alike = norm(space.difference(prompts[:-1], prompts[1:])) < SAME
        offsets = self._offsets(space, curve, curve.at(at_s), prompts)
        along = _faded(curve.times_s, at_s, offsets, paces, alike)
        result = self._moved(space, curve, prompts, along)
        still, target = _still(curve.times_s, at_s, prompts, alike)
        if still.any():
            path = space.path(result, target, int(still.argmax()))
            result = space.moved(result, path * still[:, None])
        return space.continuous(space.normalised(result)).astype(values.dtype)

    def _bounds(self, curve: SampledCurve, prompts: np.ndarray) -> tuple[float, float]:
        assert self.limits is not None
        both = np.concatenate([curve.values.ravel(), prompts.ravel()])
        return min(self.limits[0], float(both.min())), max(self.limits[1], float(both.max()))

    def _offsets(self, space: CurveSpace, curve: SampledCurve, own: np.ndarray, prompts: np.ndarray) -> np.ndarray:
        """What prompts (P, C) ask for beyond the curve's own values (P, C): offsets, or shares of what is left."""
        difference = space.difference(own, prompts)
        if self.limits is None:
            return difference
        low, high = self._bounds(curve, prompts)
        left = np.where(difference > 0.0, high - own, own - low)
        return difference / np.maximum(left, 1e-9)

    def _moved(self, space: CurveSpace, curve: SampledCurve, prompts: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        if self.limits is None:
            return space.moved(curve.values, offsets)
        low, high = self._bounds(curve, prompts)
        left = np.where(offsets > 0.0, high - curve.values, curve.values - low)
        return curve.values + offsets * left


def _faded(times_s: np.ndarray, at_s: np.ndarray, offsets: np.ndarray, paces: Paces, alike: np.ndarray) -> np.ndarray:
    """The offsets (P, C) of prompts at at_s (P,) at every time, (T, C): held, and eased to the next or to nothing."""
    gaps_s = np.diff(at_s)
    most_s = np.append(np.maximum(gaps_s - paces.ease_s[1:], 0.0), np.inf)
    hold_s = np.where(np.append(False, alike), 0.0, np.minimum(paces.hold_s, most_s))  # two equal keys say how long
    until_s = at_s + np.where(np.append(alike, False), np.append(gaps_s, 0.0), hold_s)
    before = np.searchsorted(at_s, times_s, side="right") - 1
    after = np.clip(before + 1, 0, len(at_s) - 1)
    last = np.clip(before, 0, len(at_s) - 1)
    room_s = at_s[after] - until_s[last]
    out_s, in_s = np.maximum(paces.ease_s[last], 1e-3), np.maximum(paces.ease_s[after], 1e-3)
    leaves = 1.0 - minimum_jerk((times_s - until_s[last]) / out_s)
    comes = minimum_jerk(1.0 - (at_s[after] - times_s) / in_s)
    apart = offsets[last] * leaves[:, None] + offsets[after] * comes[:, None]
    share = minimum_jerk((times_s - until_s[last]) / np.maximum(room_s, 1e-9))[:, None]
    straight = offsets[last] * (1.0 - share) + offsets[after] * share
    between = np.where((room_s < out_s + in_s)[:, None], straight, apart)
    result = np.where((before >= len(at_s) - 1)[:, None], offsets[last] * leaves[:, None], between)
    return np.where((before < 0)[:, None], offsets[:1] * comes[:, None], result)


def _still(
    times_s: np.ndarray, at_s: np.ndarray, prompts: np.ndarray, alike: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How much a curve stands still at what two equal prompts hold, (T,), and at what, (T, C)."""
    weight, target = np.zeros(len(times_s)), np.repeat(prompts[:1], len(times_s), 0)
    starts = np.flatnonzero(alike)
    if len(starts) == 0:
        return weight, target
    gaps_s = np.concatenate([[np.inf], np.diff(at_s), [np.inf]])  # before each prompt, and after the last
    in_s, out_s = np.minimum(gaps_s[starts], WINDOW_S), np.minimum(gaps_s[starts + 2], WINDOW_S)
    hold = np.searchsorted(at_s[starts], times_s, side="right") - 1
    last, following = np.maximum(hold, 0), np.minimum(hold + 1, len(starts) - 1)
    leaves = np.where(hold >= 0, minimum_jerk(1.0 - (times_s - at_s[starts[last] + 1]) / out_s[last]), 0.0)
    comes = np.where(
        hold + 1 < len(starts), minimum_jerk(1.0 - (at_s[starts[following]] - times_s) / in_s[following]), 0.0
    )
    return np.maximum(leaves, comes), prompts[starts[np.where(comes > leaves, following, last)]]
