# SPDX-License-Identifier: GPL-3.0-or-later
"""A recorded face: which of its shapes are known, and how they move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....models.meshtalk.shapes import SHAPE_INDEX, SHAPES

RATE_HZ = 25.0


@dataclass(frozen=True, eq=False)
class RecordedFace:
    """A stretch of a face.

    values: float32 (T, SHAPES) at RATE_HZ, 0..1; what is not known is 0 and means nothing. known: bool (SHAPES,). samples: int16 at
    16 kHz of the sound that was recorded with it, or None. mouth_open: float32 (T,) how far the lips are apart, in any unit, where
    that is seen though the mouth's shapes are not known.
    """

    id: str
    corpus: str
    split: str
    values: np.ndarray
    known: np.ndarray
    samples: np.ndarray | None = None
    mouth_open: np.ndarray | None = None


def known_shapes(names: tuple[str, ...]) -> np.ndarray:
    """bool (SHAPES,): the named ones."""
    known = np.zeros(len(SHAPES), bool)
    known[[SHAPE_INDEX[name] for name in names]] = True
    return known


def from_columns(columns: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Curves by shape name, (T,) each -> values float32 (T, SHAPES) and known bool (SHAPES,)."""
    frames = len(next(iter(columns.values())))
    values = np.zeros((frames, len(SHAPES)), np.float32)
    for name, curve in columns.items():
        values[:, SHAPE_INDEX[name]] = np.clip(curve, 0.0, 1.0)
    return values, known_shapes(tuple(columns))


def at_rate(values: np.ndarray, times_s: np.ndarray) -> np.ndarray:
    """Values (T, C) at times (T,) in seconds -> float32 (frames, C) at RATE_HZ from the first time on, linear."""
    wanted = times_s[0] + np.arange(int((times_s[-1] - times_s[0]) * RATE_HZ) + 1) / RATE_HZ
    return np.stack([np.interp(wanted, times_s, column) for column in values.T], 1).astype(np.float32)
