# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings as if spoken from calm to forced, all at the same level: what must change in a mouth when effort does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.signal import firwin2, lfilter

from ...audio.clip import RATE_HZ, AudioClip
from ...models.speech import SpeechModel
from ...training.data.speech import Utterance

TILTS_DB = (-6.0, -3.0, 0.0, 3.0, 6.0)  # of 2 kHz and above against 500 Hz and below
LEVEL = 0.05  # root mean square of all of them


def with_tilt(samples: np.ndarray, tilt_db: float) -> np.ndarray:
    """float (N,) at 16 kHz -> float32 (N,), the spectrum tilted about 1 kHz, at LEVEL."""
    gains_db = tilt_db * np.array([-0.5, -0.5, 0.0, 0.5, 0.5, 0.5])
    taps = firwin2(255, np.array([0, 500, 1000, 2000, 4000, 8000]) / (RATE_HZ / 2), 10 ** (gains_db / 20))
    tilted = np.asarray(lfilter(taps, 1.0, np.pad(samples, (0, 127))))[127:]
    return (tilted * LEVEL / max(float(np.sqrt(np.square(tilted).mean())), 1e-9)).astype(np.float32)


def effort_figures(model: SpeechModel, utterances: Sequence[Utterance]) -> dict[str, float]:
    """median, least: the jaw's 95th percentile in the most forced over that in the calmest version; monotonic: in how many recordings
    it rises from every version to the next; clips: how many."""
    ratios, rising = [], 0
    for utterance in utterances:
        samples = utterance.audio().astype(np.float32) / 32768
        wide = []
        for tilt_db in TILTS_DB:
            track = model.infer(AudioClip(with_tilt(samples, tilt_db), name=utterance.id))[0]
            wide.append(float(np.percentile(track["jawOpen"], 95)))
        ratios.append(wide[-1] / max(wide[0], 1e-3))
        rising += bool(np.all(np.diff(wide) > 0))
    return {"clips": len(ratios), "median": float(np.median(ratios)), "least": float(min(ratios)), "monotonic": rising}
