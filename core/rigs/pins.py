# SPDX-License-Identifier: GPL-3.0-or-later
"""Pins: a hand, a foot or the hips held at a place, or on a thing that moves, for some frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..motion.easing import minimum_jerk
from ..motion.rotations import slerp
from .pin_effectors import EFFECTOR_LABELS


@dataclass(frozen=True)
class Pin:
    """Where one part of a body is held.

    name: for people. effector: one of `pin_effectors`. first, last: the frames from and to which it is held; ease: frames
    before and after in which it gets there and is released. frames: (n,) ascending, at which it was read. places: (n,
    3) of the effector's joint, armature space. turns: (n, 4) quaternions wxyz of the effector's bone in armature space,
    or None if it turns freely.
    """

    name: str
    effector: str
    first: float
    last: float
    ease: float
    frames: np.ndarray
    places: np.ndarray
    turns: np.ndarray | None = None

    @property
    def said(self) -> str:
        """What is held, in a sentence."""
        return EFFECTOR_LABELS[self.effector].lower()

    def weights(self, frames: np.ndarray) -> np.ndarray:
        """How much it holds at frames (F,): 1 while it does, eased before and after."""
        ease = max(self.ease, 1e-3)
        return np.minimum(
            minimum_jerk((frames - self.first) / ease + 1.0), minimum_jerk((self.last - frames) / ease + 1.0)
        )

    def places_at(self, frames: np.ndarray) -> np.ndarray:
        """(F, 3), armature space; before and after it was read as at its ends."""
        return np.stack([np.interp(frames, self.frames, self.places[:, axis]) for axis in range(3)], 1)

    def turns_at(self, frames: np.ndarray) -> np.ndarray | None:
        """Quaternions (F, 4), armature space, or None."""
        if self.turns is None:
            return None
        at = np.clip(np.searchsorted(self.frames, frames, side="right") - 1, 0, len(self.frames) - 1)
        after = np.minimum(at + 1, len(self.frames) - 1)
        span = np.maximum(self.frames[after] - self.frames[at], 1e-9)
        return slerp(self.turns[at], self.turns[after], np.clip((frames - self.frames[at]) / span, 0.0, 1.0))
