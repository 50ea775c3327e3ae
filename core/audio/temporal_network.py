# SPDX-License-Identifier: GPL-3.0-or-later
"""A small temporal convolutional network over log-mel bands, in NumPy (its form: Davies and Böck 2019, "Temporal convolutional networks
for musical audio beat tracking"; sizes and weights are ours).

One layer halves the rate to 50 a second, then residual layers look twice as far each. Who uses it says what its outputs mean.
"""

from __future__ import annotations

import numpy as np

from .log_mel import summed_db

BANDS = 32
KERNEL = 5
RATE_HZ = 50.0
_SINGLE = 16  # of the mel bands these are taken one by one: kick, snare's body, bass, the voice's partials; the others in fours
_RANGE_DB = 60.0
_LOUD_PERCENT = 95.0


def grouped_bands(mel_db: np.ndarray) -> np.ndarray:
    """Log-mel spectra in dB (T, 80) → float32 (T, BANDS), 0 at 60 dB under the loud frames to about 3."""
    loud = float(np.percentile(summed_db(mel_db), _LOUD_PERCENT))
    grouped = mel_db[:, _SINGLE:].reshape(len(mel_db), -1, 4).mean(2)
    bands = np.concatenate((mel_db[:, :_SINGLE], grouped), axis=1)
    return np.maximum((bands - loud + _RANGE_DB) / 20.0, 0.0).astype(np.float32)


def logits(table: dict[str, np.ndarray], bands: np.ndarray) -> np.ndarray:
    """What a network gives for a sound.

    Args:
        table: `first` (KERNEL, BANDS, C), `wide` (layers, KERNEL, C, C), `mix` (layers, C, C), `out` (C, n) and their `_bias`, float32.
        bands: (T, BANDS), 100 a second.

    Returns:
        float32 ((T + 1) / 2, n), 50 a second.
    """
    frames, margin = (len(bands) + 1) // 2, KERNEL // 2
    padded = np.pad(bands, ((margin, margin + 1), (0, 0)))
    values = np.tile(table["first_bias"], (frames, 1))
    for at in range(KERNEL):
        values += padded[at : at + 2 * frames : 2][:frames] @ table["first"][at]
    values = _elu(values)
    for layer, wide in enumerate(table["wide"]):
        reach = 2**layer
        padded = np.pad(values, ((margin * reach, margin * reach), (0, 0)))
        inner = np.tile(table["wide_bias"][layer], (frames, 1))
        for at in range(KERNEL):
            inner += padded[at * reach : at * reach + frames] @ wide[at]
        values = values + _elu(inner) @ table["mix"][layer] + table["mix_bias"][layer]
    return _elu(values) @ table["out"] + table["out_bias"]


def tables(numbers: dict) -> dict[str, np.ndarray]:
    """The arrays of a table of weights (`core.statistics`)."""
    return {name: np.asarray(values, np.float32) for name, values in numbers.items() if name != "format"}


def _elu(values: np.ndarray) -> np.ndarray:
    return np.where(values > 0.0, values, np.expm1(np.minimum(values, 0.0)))
