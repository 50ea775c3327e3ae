# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a sound is speech, music or both.

Some excerpts of the sound are described by `sound_features`; two logistic models (weights/sound_kind) say how likely speech and
music are heard in each. Speech is the default: what is neither counts as speech.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..statistics import SOUND_KIND, statistics_of
from .checks import SILENT_PEAK
from .clip import RATE_HZ
from .excerpts import excerpts_of
from .sound_features import sound_features

EXCERPT_S = 5.0
MOST_EXCERPTS = 12  # evenly over a longer sound
SHORTEST_S = 1.0  # in less there is neither a syllable's rhythm nor a pulse
SURELY = 0.7  # the mean chance at which music counts as heard, and that no speech is: high, since speech is the default

Kind = Literal["SPEECH", "MUSIC", "BOTH", "SILENCE"]


@dataclass(frozen=True)
class SoundKind:
    """speech, music: in what share of the sound each is heard, 0..1. kind: what it is to be taken for."""

    speech: float
    music: float
    kind: Kind


def sound_kind(samples: np.ndarray) -> SoundKind:
    """What a sound is.

    Args:
        samples: float32 (N,) at 16 kHz, any length.

    Returns:
        SILENCE with shares of 0 where nothing is heard; SPEECH where it cannot be told.

    Raises:
        UserError: where the model that comes with the extension is missing.
    """
    peak = float(np.abs(samples).max(initial=0.0))
    if peak <= SILENT_PEAK:
        return SoundKind(0.0, 0.0, "SILENCE")
    if len(samples) < SHORTEST_S * RATE_HZ:
        return SoundKind(1.0, 0.0, "SPEECH")
    heard = [part for part in excerpts_of(samples, EXCERPT_S, MOST_EXCERPTS) if np.abs(part).max() > 0.01 * peak]
    chances = likelihoods(np.stack([sound_features(part) for part in heard]))
    speech, music = chances.mean(0).tolist()
    return SoundKind(speech, music, _decided(speech, music))


def likelihoods(features: np.ndarray) -> np.ndarray:
    """features: (n, FEATURES) → (n, 2): the chances that speech and that music is heard."""
    model = statistics_of(SOUND_KIND)
    scaled = scaled_products(features, np.array(model["mean"]), np.array(model["deviation"]))
    return 1.0 / (1.0 + np.exp(-(scaled @ np.array(model["weights"]) + np.array(model["bias"]))))


def scaled_products(features: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """What the logistic models are linear in: the standardized features, cut at ±3, and their products, (n, F + F (F + 1) / 2)."""
    scaled = ((features - mean) / deviation).clip(-3.0, 3.0)
    first, second = np.triu_indices(scaled.shape[1])
    return np.concatenate((scaled, scaled[:, first] * scaled[:, second]), axis=1)


def _decided(speech: float, music: float) -> Kind:
    if music < SURELY:
        return "SPEECH"
    return "MUSIC" if speech <= 1.0 - SURELY else "BOTH"
