# SPDX-License-Identifier: GPL-3.0-or-later
"""What sounds are like, against all that the encoders were trained on: a vector a sound, how alike two are, how unlike the rest one is.

A sound's description is mean and spread of its frames' hidden features. Whitened by those of voices and music of many kinds, its
length says how unusual the sound is (Mahalanobis' distance), its direction in which way. The table lies beside the weights for which it
was counted.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ...json_text import kept

FILE = "familiar_sounds.safetensors"
_SHRUNK = 0.05  # of the covariance towards a ball


@dataclass(frozen=True, eq=False)
class Familiarity:
    """mean: float32 (2 W,), whitening: float32 (2 W, 2 W) of descriptions, W: the width of the sound's encoder. farthest: the distance
    that hardly any voice or piece of music has. weights: the mark of the encoders that it belongs to."""

    mean: np.ndarray
    whitening: np.ndarray
    farthest: float
    weights: str

    @classmethod
    def of(cls, descriptions: np.ndarray, farthest: float, weights: str) -> Familiarity:
        """Of sounds (n, 2 W), n at least 2."""
        known = descriptions.astype(np.float64)
        covariance = np.cov(known.T)
        ball = np.trace(covariance) / len(covariance)
        covariance = (1.0 - _SHRUNK) * covariance + _SHRUNK * ball * np.eye(len(covariance))
        values, vectors = np.linalg.eigh(covariance)
        whitening = (vectors / np.sqrt(np.maximum(values, 1e-9))).T
        return cls(known.mean(0).astype(np.float32), whitening.astype(np.float32), farthest, weights)

    def vectors(self, descriptions: np.ndarray) -> np.ndarray:
        """(n, 2 W) → float32 (n, 2 W), whitened."""
        return (descriptions - self.mean) @ self.whitening.T

    def distances(self, descriptions: np.ndarray) -> np.ndarray:
        """(n,): how far each is from what is usual, 1 as far as hardly any voice or piece of music is."""
        return np.linalg.norm(self.vectors(descriptions), axis=1) / self.farthest


def description(hidden: np.ndarray) -> np.ndarray:
    """`TrainedPretraining.hidden` of a sound, (T, 2 W) → float32 (2 W,)."""
    frames = hidden.reshape(2 * len(hidden), -1)
    return np.concatenate([frames.mean(0), frames.std(0)]).astype(np.float32)


def mark_of(folder: Path) -> str:
    """What tells these encoders from others."""
    file = folder / "model.safetensors"
    return _mark(file, file.stat().st_mtime_ns)


@cache
def _mark(file: Path, _changed_ns: int) -> str:
    return f"{zlib.crc32(file.read_bytes()):08x}"


def write(familiarity: Familiarity, folder: Path) -> None:
    """Beside the weights."""
    from safetensors.numpy import save_file

    said = {"farthest": familiarity.farthest, "weights": familiarity.weights}
    arrays = {"mean": familiarity.mean, "whitening": np.ascontiguousarray(familiarity.whitening)}
    save_file(arrays, folder / FILE, {"familiar_sounds": json.dumps(said)})


def read(folder: Path) -> Familiarity | None:
    """What lies beside the weights; None if nothing does, or if it was counted for other ones."""
    from safetensors import SafetensorError, safe_open

    if not (folder / FILE).is_file():
        return None
    try:
        with safe_open(str(folder / FILE), "numpy") as file:
            said = kept(file.metadata()["familiar_sounds"], "The table of familiar sounds")
            mean, whitening = (file.get_tensor(name).astype(np.float32) for name in ("mean", "whitening"))
    except (SafetensorError, OSError, ValueError, KeyError, TypeError):
        return None
    if said.get("weights") != mark_of(folder):
        return None
    return Familiarity(mean, whitening, float(said["farthest"]), str(said["weights"]))
