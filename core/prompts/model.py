# SPDX-License-Identifier: GPL-3.0-or-later
"""What the animator's keys ask for, in canonical space."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .kept_phrases import KeptPhrase
from .pacing import Paces

TimedValues = tuple[np.ndarray, np.ndarray]  # times in seconds (n,), ascending, and values (n,) or (n, C)


@dataclass(frozen=True)
class PosePrompts:
    """Poses that the animator keyed, which motion has to pass through; a model is given them as what it must continue.

    joints: {canonical joint: (times_s (n,) ascending, quaternions wxyz (n, 4), local)}. root: (times_s (n,), offsets
    from the rest pelvis in metres (n, 3)), as `Clip.root_translation_m`, or None. shapes: {ARKit name: (times_s (n,),
    values (n,))}.

    Times are seconds of the sound; they may lie before and after it. A time may have some joints only. paces: how the
    prompts of a joint, or of "root", are eased, if that is known; they are held already (`blending.with_holds`). phrases: of a dance
    that are to come again; they are no prompts at a time.
    """

    joints: dict[str, TimedValues] = field(default_factory=dict)
    root: TimedValues | None = None
    shapes: dict[str, TimedValues] = field(default_factory=dict)
    paces: dict[str, Paces] = field(default_factory=dict)
    phrases: tuple[KeptPhrase, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.joints or self.root is not None or self.shapes)

    @property
    def times_s(self) -> np.ndarray:
        """float64 (n,): every time that has a prompt, ascending."""
        times = [times for times, _ in (*self.joints.values(), *self.shapes.values())]
        if self.root is not None:
            times.append(self.root[0])
        return np.unique(np.concatenate(times)) if times else np.empty(0)
