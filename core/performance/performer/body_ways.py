# SPDX-License-Identifier: GPL-3.0-or-later
"""How one performer's body differs from the general one that hears the same sounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...motion.gesture_plan import HANDEDNESS
from ...motion.joints import BODY_JOINTS, FINGER_JOINTS, JOINT_INDEX, JOINT_NAMES

UPPER = (*(name for name in BODY_JOINTS if JOINT_INDEX[name] in (3, 6, 9, *range(12, 22))), *FINGER_JOINTS)
MOST_STROKES = 200
MOST_BEARING = 1.5
# Of what a factor may be; beyond, the capture means something else. By eye.
FACTORS: Mapping[str, tuple[float, float]] = {
    "often": (0.2, 2.5),
    "far": (0.3, 1.8),
    "both": (0.1, 10.0),
    "chest": (0.15, 3.0),
    "pelvis": (0.15, 3.0),
    "head": (0.2, 2.5),
    "sway": (0.05, 3.0),
}


@dataclass(frozen=True)
class Factors:
    """What the general body is multiplied by. often: strokes in speech. far: how far hands go. both: odds of both hands in one gesture.
    chest, pelvis, head: how fast they turn. sway: how far the body sways and shifts its weight."""

    often: float = 1.0
    far: float = 1.0
    both: float = 1.0
    chest: float = 1.0
    pelvis: float = 1.0
    head: float = 1.0
    sway: float = 1.0

    def times(self, others: Mapping[str, float]) -> Factors:
        """Within what is allowed."""
        mixed = {name: getattr(self, name) * others.get(name, 1.0) for name in FACTORS}
        return replace(self, **{name: round(float(np.clip(mixed[name], *FACTORS[name])), 4) for name in FACTORS})


@dataclass(frozen=True, eq=False)
class StrokePoses:
    """A performer's own strokes at their emphases, n of them: poses float32 (n, 43, 4), local rotations of UPPER; hands int (n,), of
    HANDEDNESS; lexemes int (n,), of LEXEMES; sizes float32 (n,)."""

    poses: np.ndarray
    hands: np.ndarray
    lexemes: np.ndarray
    sizes: np.ndarray

    def __len__(self) -> int:
        return len(self.sizes)


@dataclass(frozen=True, eq=False)
class BodyWays:
    """minutes: of capture. posture: float32 (55, 4), local rotations while the hands rest; root_m: float32 (3,), the pelvis then. recorded:
    joints of it that were. factors: see there. bearing: how much quicker strokes are, as a bearing (-1 quiet, 1 lively). left: share of
    the gestures of one hand that are the left one's. strokes: the performer's own."""

    minutes: float
    posture: np.ndarray
    root_m: np.ndarray
    recorded: frozenset[str]
    factors: Factors
    bearing: float
    left: float
    strokes: StrokePoses

    @property
    def handed(self) -> str:
        """The hand that leads."""
        return HANDEDNESS[0 if self.left > 0.5 else 1]

    def posture_over(self, general: np.ndarray) -> np.ndarray:
        """float64 (55, 4): the performer's posture, joints that were not recorded as in the general one (55, 4)."""
        known = np.array([name in self.recorded for name in JOINT_NAMES])
        return np.where(known[:, None], self.posture.astype(np.float64), general)
