# SPDX-License-Identifier: GPL-3.0-or-later
"""Change of sample rate by a polyphase windowed-sinc filter, block by block.

NumPy alone: importing scipy.signal would cost half a second at the first click. With the same taps it equals
scipy.signal.resample_poly (tested), whose length rule it shares.
"""

from __future__ import annotations

from functools import lru_cache
from math import gcd

import numpy as np

from .clip import RATE_HZ

ZERO_CROSSINGS = 32  # of the sinc on each side, at the lower of the two rates
KAISER_BETA = 9.0  # stop band below -90 dB
PASS_BAND = 0.955  # of the lower Nyquist frequency: the -6 dB point
_MATRIX_LIMIT = 1 << 22  # entries of the one-matmul form of the filter


def resampled_length(samples: int, rate_hz: int, to_hz: int = RATE_HZ) -> int:
    """Length after resampling: ceil(samples * to_hz / rate_hz). Sample n of the result is at n / to_hz seconds."""
    return -(-samples * to_hz // rate_hz)


@lru_cache(maxsize=4)
def _phases(up: int, down: int) -> tuple[np.ndarray, int]:
    """Taps of each of the `up` phases, float32 (up, K), and how many samples before the current one the first lies.

    Output n lies at input position n * down / up = i + p / up, and equals sum_k taps[p, k] * x[i - before + k].
    """
    stretch = max(up, down) / up  # input samples per zero crossing
    before = int(np.ceil(ZERO_CROSSINGS * stretch))
    distance = np.arange(-before, before + 2)[None, :] - np.arange(up)[:, None] / up  # in input samples
    taps = np.sinc(distance * PASS_BAND / stretch)
    taps *= np.i0(KAISER_BETA * np.sqrt(np.clip(1.0 - (distance / (ZERO_CROSSINGS * stretch)) ** 2, 0.0, None)))
    taps[np.abs(distance) > ZERO_CROSSINGS * stretch] = 0.0
    taps /= taps.sum(1, keepdims=True)  # every phase passes a constant unchanged
    return taps.astype(np.float32), before


@lru_cache(maxsize=4)
def _matrix(up: int, down: int, repeats: int) -> np.ndarray:
    """The filter for up * repeats outputs at once, float32 (down * repeats + K, up * repeats)."""
    taps, _ = _phases(up, down)
    outputs = np.arange(up * repeats)
    first, phase = outputs * down // up, outputs * down % up
    matrix = np.zeros((int(first[-1]) + taps.shape[1], len(outputs)), np.float32)
    matrix[first[:, None] + np.arange(taps.shape[1])[None], outputs[:, None]] = taps[phase]
    return matrix


class Resampler:
    """Resamples a stream: `feed` blocks of any length, then `finish`; the joined results equal resampling the whole."""

    def __init__(self, rate_hz: int, to_hz: int = RATE_HZ):
        divisor = gcd(int(rate_hz), int(to_hz))
        self.up, self.down = int(to_hz) // divisor, int(rate_hz) // divisor
        self._same = self.up == self.down
        if not self._same:
            self._taps, self._before = _phases(self.up, self.down)
            self._kept = np.zeros(self._before, np.float32)  # input from `_position` on; silence before the sound
            self._position = -self._before
        self._fed = self._given = 0

    def feed(self, block: np.ndarray) -> np.ndarray:
        """block: float32 (N,). Returns the part of the result that is complete, float32 (M,)."""
        self._fed += len(block)
        if self._same:
            return block
        self._kept = np.concatenate([self._kept, block])
        # the last output whose taps all lie in what was fed
        last_start = self._position + len(self._kept) - self._taps.shape[1] + self._before
        return self._advance(last_start * self.up // self.down + 1 if last_start >= 0 else 0)

    def finish(self) -> np.ndarray:
        """The rest, as if silence followed the sound."""
        if self._same:
            return np.zeros(0, np.float32)
        self._kept = np.concatenate([self._kept, np.zeros(self._taps.shape[1], np.float32)])
        return self._advance(-(-self._fed * self.up // self.down))

    def _advance(self, until: int) -> np.ndarray:
        count = until - self._given
        if count <= 0:
            return np.zeros(0, np.float32)
        outputs = np.arange(self._given, until, dtype=np.int64)
        taps_per_output = self._taps.shape[1]
        # as many periods in one product as make it roughly square, which is where matmul is fastest
        repeats = max(1, taps_per_output // self.down)
        wide = self.up * repeats * (self.down * repeats + taps_per_output)
        if wide <= _MATRIX_LIMIT:
            # start the product at the beginning of a period; the outputs before `_given` are computed again and dropped
            period, step = self.up * repeats, self.down * repeats
            skip = self._given % self.up
            start = (self._given - skip) // self.up * self.down - self._before - self._position
            rows = -(-(count + skip) // period)
            matrix = _matrix(self.up, self.down, repeats)
            lead = max(0, -start)
            needed = start + (rows - 1) * step + len(matrix)
            source = np.pad(self._kept, (lead, max(0, needed - len(self._kept))))
            source = source[start + lead :]
            windows = np.lib.stride_tricks.as_strided(
                source, (rows, len(matrix)), (source.strides[0] * step, source.strides[0]), writeable=False
            )
            result = (np.ascontiguousarray(windows) @ matrix).reshape(-1)[skip : skip + count]
        else:
            first = outputs * self.down // self.up - self._before - self._position
            phase = outputs * self.down % self.up
            result = np.empty(count, np.float32)
            windows = np.lib.stride_tricks.sliding_window_view(self._kept, taps_per_output)
            for begin in range(0, count, 4096):
                part = slice(begin, begin + 4096)
                result[part] = np.einsum("nk,nk->n", windows[first[part]], self._taps[phase[part]])
        self._given = until
        # keep what the next output needs, and one period more for the product's alignment
        keep_from = max(until // self.up * self.down - self._before, self._position)
        self._kept = self._kept[keep_from - self._position :].copy()
        self._position = keep_from
        return result


def resample(samples: np.ndarray, rate_hz: int, to_hz: int = RATE_HZ, block: int = 1 << 20) -> np.ndarray:
    """float32 (N,) at rate_hz → float32 (resampled_length,) at to_hz."""
    stream = Resampler(rate_hz, to_hz)
    parts = [stream.feed(samples[begin : begin + block]) for begin in range(0, len(samples), block)]
    return np.concatenate([*parts, stream.finish()]).astype(np.float32, copy=False)
