# SPDX-License-Identifier: GPL-3.0-or-later
"""How long prompts are held, and how long the way into and out of them takes.

A key says where something is at one moment. A person who poses means more: the arm goes up, stays, and comes down. So
a prompt is held from its key on, and eased in before and out after that; two equal keys say themselves how long, and
where prompts lie close together holds give way to the time that a body needs from one to the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..motion.vectors import norm

if TYPE_CHECKING:
    from .curve_spaces import CurveSpace  # with SciPy: not for gathering

SAME = 1e-3  # radians, metres or shares: prompts nearer than this ask to hold still between them
_SHORTEST_S = 0.04  # a shorter hold is none
FACE = "Face"  # the part of the character whose prompts are held as long as a face holds an expression


@dataclass(frozen=True)
class Pace:
    """Of one prompt, seconds. ease_s: the way in, and the way out. exact: a person said so for this prompt; else a far
    pose takes longer, as people do."""

    hold_s: float
    ease_s: float
    exact: bool = False


@dataclass(frozen=True)
class Paces:
    """Of P prompts of one channel: hold_s, ease_s float64 (P,), seconds; exact bool (P,). See `Pace`."""

    hold_s: np.ndarray
    ease_s: np.ndarray
    exact: np.ndarray

    @classmethod
    def of(cls, paces: Sequence[Pace]) -> Paces:
        """One after the other."""
        return cls(
            np.array([pace.hold_s for pace in paces], np.float64),
            np.array([pace.ease_s for pace in paces], np.float64),
            np.array([pace.exact for pace in paces], bool),
        )

    def followed_by(self, more: Paces) -> Paces:
        """Of these prompts, then of others of the same channel."""
        return Paces(*(np.concatenate([getattr(one, name) for one in (self, more)]) for name in vars(self)))

    def part(self, which: np.ndarray) -> Paces:
        """Of these prompts alone, bool (P,) or rows (N,)."""
        return Paces(self.hold_s[which], self.ease_s[which], self.exact[which])


@dataclass(frozen=True)
class PromptPaces:
    """The paces of all prompts of a character. own: what a person set, by part of the character and frame (rounded to
    thousandths)."""

    face: Pace = Pace(0.0, 0.0)
    body: Pace = Pace(0.0, 0.0)
    own: Mapping[tuple[str, float], Pace] = field(default_factory=dict)

    def of(self, group: str, frames: np.ndarray) -> Paces:
        """Of the prompts of one part of the character at frames (P,)."""
        usual = self.face if group == FACE else self.body
        if not self.own:
            count = len(frames)
            return Paces(np.full(count, usual.hold_s), np.full(count, usual.ease_s), np.full(count, usual.exact, bool))
        return Paces.of([self.own.get((group, round(float(frame), 3)), usual) for frame in frames])


@dataclass(frozen=True)
class HeldPrompts:
    """Prompts with their holds: N of P. rows int64 (N,): which prompt each is. times_s float64 (N,). paces: of each."""

    rows: np.ndarray
    times_s: np.ndarray
    paces: Paces


def held(
    space: CurveSpace,
    times_s: np.ndarray,
    prompts: np.ndarray,
    paces: Paces,
    needed_s: np.ndarray,
    until_s: float = np.inf,
) -> HeldPrompts:
    """Each prompt once more where its hold ends, if it has one.

    Args:
        space: what the prompts are.
        times_s: (P,) seconds, ascending.
        prompts: (P, C).
        paces: of each.
        needed_s: (P - 1,) how long the way from each prompt to the next takes at least.
        until_s: nothing is held beyond.
    """
    times_s = np.asarray(times_s, np.float64)
    if len(times_s) == 0:
        return HeldPrompts(np.empty(0, np.int64), times_s, paces)
    alike = norm(space.difference(prompts[:-1], prompts[1:])) < SAME
    needed_s = np.where(paces.exact[:-1], np.minimum(paces.ease_s[1:], needed_s), needed_s)
    room_s = np.append(np.diff(times_s) - needed_s, until_s - paces.ease_s[-1] - times_s[-1])
    hold_s = np.minimum(paces.hold_s, room_s)
    hold_s[np.append(alike, False) | np.append(False, alike)] = 0.0  # two equal keys say themselves how long
    lasts = hold_s > _SHORTEST_S
    rows = np.repeat(np.arange(len(times_s)), 1 + lasts)
    second = np.append(False, rows[1:] == rows[:-1])
    return HeldPrompts(rows, times_s[rows] + np.where(second, hold_s[rows], 0.0), paces.part(rows))
