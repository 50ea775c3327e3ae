# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotion on the face: shapes on top of what is said. What opposes them gives way; closed lips stay closed and round ones round."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ...audio.prosody import ProsodyCurves
from ...motion.face_track import FACE_INDEX, FACE_NAMES
from ...motion.resampling import lip_opening
from ...motion.smoothing import gaussian_smooth
from ..emotion_prototypes import GIVES_WAY, PROTOTYPES
from ..mood import Mood
from ..parts import LIPS, PART_OF_SHAPE
from ..seeding import generator_for
from .movement import drift

_OPENS_LIPS = (
    "mouthUpperUp",
    "mouthLowerDown",
    "mouthFunnel",
    "jawOpen",
)  # as far as lips are apart anyway, and in long silence
_CLOSES_LIPS = (
    "mouthPress",
    "mouthShrugLower",
    "mouthPucker",
)  # only where they are not: in silence and on closed sounds
_SPREADS_LIPS = ("mouthSmile", "mouthStretch", "mouthDimple", "mouthFrown")  # less where they are round
_APART = 0.12  # of lip_opening; by eye
_MOVES_WITH_VOICE = tuple(index for name, index in FACE_INDEX.items() if name.startswith("brow"))

_BESIDE_LIPS = np.array([PART_OF_SHAPE[name] != LIPS for name in FACE_NAMES], np.float64)


def add_mood(curves: ProsodyCurves, values: np.ndarray, mood: Mood, seed: int) -> None:
    """Add a mood to the face.

    Args:
        curves: of the voice, at the face's rate.
        values: float (frames, 55), changed in place.
        mood: with as many frames.
        seed: of how the mood comes and goes.
    """
    if not mood.weights.any():
        return
    random = generator_for(seed, "mood")
    # it comes and goes over seconds and grows with the voice; a mouth only with the voice, whatever the seed
    drifting = drift(random, curves.frames, curves.rate_hz, ((0.03, 0.12), (0.12, 0.4)), (0.12, 0.06))
    swell = (0.85 + 0.2 * curves.loudness)[:, None] + drifting[:, None] * _BESIDE_LIPS
    added = np.clip(swell, 0.5, 1.15) * (mood.weights @ _shapes())
    values[:, _MOVES_WITH_VOICE] *= mood.of("size")[:, None]
    values *= 1.0 - np.clip(added, 0.0, 1.0) @ _giving_way()
    values += added * _lips_share(curves, values)


def _lips_share(curves: ProsodyCurves, values: np.ndarray) -> np.ndarray:
    """How much of each shape may be added, (frames, 55) 0..1: the lips' closures and roundings belong to what is said."""
    apart = np.clip(lip_opening(values) / _APART, 0.0, 1.0)
    silent = 1.0 - np.clip(2.0 * gaussian_smooth(curves.speaking, 0.15 * curves.rate_hz), 0.0, 1.0)
    round_ = np.clip(np.maximum(values[:, FACE_INDEX["mouthPucker"]], values[:, FACE_INDEX["mouthFunnel"]]), 0.0, 1.0)
    share = np.ones_like(values)
    for names, allowed in (
        (_OPENS_LIPS, np.maximum(apart, silent)),
        (_CLOSES_LIPS, 1.0 - apart),
        (_SPREADS_LIPS, 1.0 - 0.75 * round_),
    ):
        share[:, [FACE_INDEX[side] for name in names for side in sides_of(name)]] = allowed[:, None]
    return share


def sides_of(name: str) -> tuple[str, ...]:
    """The shapes that a name without its side stands for; a name of a shape stands for itself."""
    return (name,) if name in FACE_INDEX else (f"{name}Left", f"{name}Right")


@lru_cache(maxsize=1)
def _shapes() -> np.ndarray:
    """(emotions, 55): the prototypes' shapes."""
    table = np.zeros((len(PROTOTYPES), len(FACE_NAMES)))
    for row, prototype in enumerate(PROTOTYPES.values()):
        for name, weight in prototype.shapes.items():
            table[row, [FACE_INDEX[side] for side in sides_of(name)]] = weight
    return table


@lru_cache(maxsize=1)
def _giving_way() -> np.ndarray:
    """(55, 55): how much of the second shape goes where the first is asserted; on the same side."""
    table = np.zeros((len(FACE_NAMES), len(FACE_NAMES)))
    for asserted, opposed in GIVES_WAY.items():
        for name, share in opposed.items():
            first, second = sides_of(asserted), sides_of(name)
            for one in first:
                for other in second:
                    # a shape of one side concerns that side, and half of a shape that has both
                    if one[-4:] == other[-4:] or len(first) != len(second):
                        table[FACE_INDEX[one], FACE_INDEX[other]] = share / (len(first) if len(second) == 1 else 1)
    return table
