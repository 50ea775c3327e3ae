# SPDX-License-Identifier: GPL-3.0-or-later
"""What the mouth should do in each utterance: the rules where only phones are known, the capture where there is one."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...models.speech.coarticulation import CHANNELS, articulate
from ...models.speech.frontend import loudness
from .features import Features

# The tracker of GRID is trusted for the lips' distances, not for shapes: the rules fill in what distances leave open.
GRID_RULE_WEIGHT = 0.25
SPEECH_RULE_WEIGHT = 1.0


def with_rules(item: Features, weight: float = SPEECH_RULE_WEIGHT) -> Features:
    """Curves by the rules of coarticulation from the utterance's phone segments. Unlabelled frames are at rest, unweighted."""
    segments = item.utterance.segments()
    if not segments:
        return item
    curves = articulate(segments, len(item.mel), loudness(item.mel))
    return replace(item, curves=curves.astype(np.float16), curve_weights=np.full(len(CHANNELS), weight, np.float32))


def resample(values: np.ndarray, rate_hz: float, frames: int, offset_s: float = 0.0) -> np.ndarray:
    """(T, C) at rate_hz → float32 (frames, C) at 100 Hz, linear; NaN outside the recording."""
    times_s = np.arange(frames) / 100.0 - offset_s
    source_s = np.arange(len(values)) / rate_hz
    return np.stack([np.interp(times_s, source_s, column, left=np.nan, right=np.nan) for column in values.T], 1).astype(np.float32)


def load_targets(features: list[Features]) -> list[Features]:
    """All utterances with what their mouth should do: rules for speech, captures for FACEGOOD and GRID (training parts)."""
    result = [with_rules(item) for item in features if item.utterance.corpus != "grid" and item.utterance.split == "train"]
    return result + captured_targets({item.utterance.id: item for item in features if item.utterance.corpus == "grid"})
