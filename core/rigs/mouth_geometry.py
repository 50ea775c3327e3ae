# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a head's own shapes part its lips, from how its points move.

Lengths are in the unit of the points that are given; nothing here depends on how the head is turned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

# An average adult's head, centimetres: round figures of anthropometry; from the line of the eyes down to the mouth as on two public heads
# (ICT-FaceKit, MPFB2).
EYE_DISTANCE_CM, EYES_TO_MOUTH_CM = 6.3, 6.9
FEWEST_POINTS = 12  # that a shape has to move, or it shows nothing that could be measured; by eye
_SHARE = 0.5  # of the farthest: points that move as much are what a shape is about
_CHIN_TO_LIP = (
    0.94  # how far a lower lip goes down, of what moves farthest with a jaw; as in `retargeting.mouth_appearance`
)
_EDGE = 0.15  # of the points of both lips: so many at either end are upper and lower lip


@dataclass(frozen=True)
class MeasuredMouth:
    """What was measured on a head at rest, in the scene's units.

    openings: (mesh, shape key) → how far it parts the lips at 1. centimetre: how long one of the average head is on this one; 0 if
    nothing tells.
    """

    openings: dict[tuple[str, str], float] = field(default_factory=dict)
    centimetre: float = 0.0


def moved(shift: np.ndarray) -> np.ndarray:
    """Which points a shape is about: bool (V,), of shifts (V, 3); none if it moves too few."""
    length = np.linalg.norm(shift, axis=1)
    farthest = length.max(initial=0.0)
    found = length > _SHARE * farthest if farthest > 0.0 else np.zeros(len(shift), bool)
    return found if found.sum() >= FEWEST_POINTS else np.zeros(len(shift), bool)


def lip_opening(shift: np.ndarray, lips: np.ndarray) -> float:
    """How far a shape parts the lips at 1.

    Args:
        shift: (V, 3), of its points.
        lips: bool (V,), the points of both lips; none where they are not known, and what moves farthest counts as the chin.
    """
    if not lips.any():
        return _CHIN_TO_LIP * float(np.linalg.norm(shift, axis=1).max()) if moved(shift).any() else 0.0
    own = shift[lips]
    order = np.argsort(np.linalg.norm(own, axis=1))
    count = max(int(_EDGE * len(own)), 1)
    return float(np.linalg.norm(own[order[-count:]].mean(0) - own[order[:count]].mean(0)))


def two_centres(points: np.ndarray) -> np.ndarray:
    """(n, 3) points of both eyes → (2, 3), the middle of each: they lie apart along what they are spread most."""
    about = points - points.mean(0)
    along = about @ np.linalg.svd(about, full_matrices=False)[2][0]
    return np.stack([points[along < 0.0].mean(0), points[along >= 0.0].mean(0)])


def centimetre_of(eyes: np.ndarray, mouth: np.ndarray | None) -> float:
    """How long a centimetre of the average head is, by the places of the eyes (2, 3) and of the mouth (3,), if it is known."""
    apart = float(np.linalg.norm(eyes[0] - eyes[1])) / EYE_DISTANCE_CM
    if mouth is None:
        return apart
    return float(np.sqrt(apart * np.linalg.norm(mouth - eyes.mean(0)) / EYES_TO_MOUTH_CM))


def middle(parts: Sequence[np.ndarray]) -> np.ndarray | None:
    """The middle (3,) of points (n, 3) of several meshes; None of none."""
    found = [part for part in parts if len(part)]
    return np.concatenate(found).mean(0) if found else None
