# SPDX-License-Identifier: GPL-3.0-or-later
"""What the speech model hears: log-mel spectrogram with recording level taken out."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from ...audio.log_mel import HOP, log_mel

DYNAMIC_RANGE = 12.0  # nepers of power kept below the level; what is quieter is as good as silence
TARGET_RMS = 0.1  # of the loud parts
MOST_GAIN = 100.0  # silence stays silence


def measure_level(log_mel_power: torch.Tensor) -> torch.Tensor:
    """The level of a sound: 95th percentile over time of the bands' mean. (…, T, bands) → (…)."""
    return torch.quantile(log_mel_power.mean(-1).float(), 0.95, dim=-1)


def levelled_mel(samples: np.ndarray) -> np.ndarray:
    """float32 (N,) at 16 kHz → float32 (T, 80) at 100 Hz, natural-log mel power relative to the sound's own level.

    The gain comes before the logarithm's floor, so that a quiet recording keeps its detail.
    """
    blocks = samples[: len(samples) // HOP * HOP].reshape(-1, HOP)
    loud = float(np.sqrt(np.quantile((blocks**2).mean(1), 0.95))) if len(blocks) else 0.0
    gain = min(TARGET_RMS / max(loud, 1e-6), MOST_GAIN)
    with torch.inference_mode():
        mel = log_mel(torch.from_numpy(samples) * gain)
        # a sound that stays quiet after the greatest gain is not speech at a distance, it is silence
        level = measure_level(mel) if loud * gain > 0.3 * TARGET_RMS else torch.tensor(0.0)
        return (mel - level).numpy()


def loudness(mel: torch.Tensor) -> torch.Tensor:
    """Levelled mel (…, T, 80) → float32 (…, T), 0 (silence) .. 1 (the loud parts), smoothed over 80 ms."""
    raw = (mel.float().mean(-1) / 4.0 + 1.0).clamp(0.0, 1.0)
    padded = functional.pad(raw.reshape(-1, 1, raw.shape[-1]), (4, 3), mode="replicate")
    return functional.avg_pool1d(padded, 8, 1).reshape(raw.shape)


def network_input(mel: torch.Tensor) -> torch.Tensor:
    """Levelled mel (…, T, 80) → what the encoder takes, about -1..1.2."""
    return mel.clamp(min=-DYNAMIC_RANGE) / 6.0 + 1.0
