# SPDX-License-Identifier: GPL-3.0-or-later
"""Pitch of a voice by YIN (de Cheveigné and Kawahara 2002, steps 1 to 5), a hundred times a second."""

from __future__ import annotations

import numpy as np
import torch
from scipy.ndimage import median_filter

from ..progress import Progress
from . import log_mel
from .clip import AudioClip
from .resampling import resample

LOWEST_HZ, HIGHEST_HZ = 65.0, 520.0  # men's creak to children's voices
CHUNK_FRAMES = 6000  # two minutes
_RATE_HZ = 8000
_STEP = 2  # frames: pitch changes slowly, it is looked at every 20 ms
_WINDOW = 240  # samples compared: 30 ms
_FFT_SIZE = 512  # window + longest lag (124) fit
_LONGEST_LAG, _SHORTEST_LAG = int(np.ceil(_RATE_HZ / LOWEST_HZ)), int(_RATE_HZ / HIGHEST_HZ)  # samples
_VOICED = 0.55  # of the periodicity; by eye
_OCTAVE_RANGE = 2.6  # farther from the speaker's median is an octave error; by eye


def pitch_of(clip: AudioClip, loudness_db: np.ndarray, progress: Progress) -> tuple[np.ndarray, np.ndarray]:
    """How high and how periodic a sound is.

    Args:
        clip: the sound.
        loudness_db: (T,) its level at 100 Hz; quiet frames are unvoiced.
        progress: told how far it is.

    Returns:
        Pitch in Hz, 0 where unvoiced, and voicing 0..1, float32 (T,) each.

    Raises:
        Cancelled: when progress says so.
    """
    looks = -(-len(loudness_db) // _STEP) + 1
    pitch, voicing = np.zeros(looks, np.float32), np.zeros(looks, np.float32)
    for first in range(0, looks, CHUNK_FRAMES):
        last = min(first + CHUNK_FRAMES, looks)
        with torch.inference_mode():
            lag, normal = _period(_normal_difference(_windows(clip, first, last)))
        pitch[first:last] = (_RATE_HZ / lag).numpy()
        voicing[first:last] = (1.0 - normal).clamp(0.0, 1.0).numpy()
        progress.report(last / looks)
    return _trusted(*_at_every_frame(pitch, voicing, len(loudness_db)), loudness_db)


def _windows(clip: AudioClip, first: int, last: int) -> torch.Tensor:
    """float32 (last - first, window + longest lag): the sound at 8 kHz around every look, without its mean."""
    hop = _STEP * _RATE_HZ // int(log_mel.FRAME_RATE_HZ)
    width = _WINDOW + _LONGEST_LAG
    # look t takes width samples around t * hop; read with a margin for the resampler's filter
    margin = 64
    begin, end = first * hop - width // 2 - margin, (last - 1) * hop + width + margin
    ratio = clip.rate_hz // _RATE_HZ
    source = clip.samples[max(begin, 0) * ratio : max(end, 1) * ratio]
    low = resample(source, clip.rate_hz, _RATE_HZ)
    low = np.pad(low, (max(0, -begin), max(0, end - max(begin, 0) - len(low))))[margin:]
    windows = torch.from_numpy(low).unfold(0, width, hop)[: last - first]
    return windows - windows.mean(-1, keepdim=True)


def _normal_difference(windows: torch.Tensor) -> torch.Tensor:
    """(n, longest lag): YIN's cumulative mean normalized difference for lags of 1, 2 … samples."""
    spectrum = torch.fft.rfft(windows, _FFT_SIZE)
    start = torch.fft.rfft(windows[:, :_WINDOW], _FFT_SIZE)
    correlation = torch.fft.irfft(start.conj() * spectrum, _FFT_SIZE)[:, : _LONGEST_LAG + 1]
    energy = torch.nn.functional.pad(windows.square().cumsum(-1), (1, 0))
    energy = energy[:, _WINDOW : _WINDOW + _LONGEST_LAG + 1] - energy[:, : _LONGEST_LAG + 1]
    difference = (energy[:, :1] + energy[:, 1:] - 2.0 * correlation[:, 1:]).clamp(min=0.0)
    lags = torch.arange(1, _LONGEST_LAG + 1)
    return difference * lags / (difference.cumsum(-1) + 1e-9)


def _period(normal: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """(n,), (n,): the lag in samples, between samples by a parabola, and the normalized difference there."""
    valley = torch.zeros_like(normal, dtype=torch.bool)
    valley[:, 1:-1] = (normal[:, 1:-1] <= normal[:, :-2]) & (normal[:, 1:-1] < normal[:, 2:])
    valley[:, : _SHORTEST_LAG - 1] = False
    lowest = torch.where(valley, normal, 2.0).min(-1, keepdim=True).values
    # the first valley that is nearly as deep as the deepest: longer lags are multiples of the period
    chosen = (valley & (normal <= torch.clamp(lowest + 0.08, max=1.0))).float().argmax(-1)
    chosen = chosen.clamp(1, _LONGEST_LAG - 2)
    rows = torch.arange(len(normal))
    left, middle, right = (normal[rows, chosen + step] for step in (-1, 0, 1))
    bend = (left - 2.0 * middle + right).clamp(min=1e-9)
    lags = torch.arange(1, _LONGEST_LAG + 1)
    return lags[chosen] + (0.5 * (left - right) / bend).clamp(-0.5, 0.5), middle


def _at_every_frame(pitch: np.ndarray, voicing: np.ndarray, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """From every 20 ms to every 10: pitch along the line where two looks agree, else as the nearer one says."""
    place = np.minimum(np.arange(frames) / _STEP, len(pitch) - 1.0)
    before = place.astype(int)
    after = np.minimum(before + 1, len(pitch) - 1)
    share = (place - before).astype(np.float32)
    nearer = np.where(share < 0.5, pitch[before], pitch[after])
    between = (1 - share) * pitch[before] + share * pitch[after]
    pitch = np.where(np.abs(pitch[after] - pitch[before]) < 0.2 * nearer, between, nearer)
    return pitch, (1 - share) * voicing[before] + share * voicing[after]


def _trusted(pitch: np.ndarray, voicing: np.ndarray, loudness_db: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pitch and voicing without what is too quiet to tell, and without errors of an octave."""
    floor, top = np.percentile(loudness_db, (5, 97))
    voicing[loudness_db < max(top - 40.0, floor + 3.0 if top - floor > 12.0 else -80.0)] = 0.0
    voicing = median_filter(voicing, 5, mode="nearest")
    voiced = voicing > _VOICED
    if voiced.any():
        centre = np.median(pitch[voiced])
        voiced &= (pitch > centre / _OCTAVE_RANGE) & (pitch < centre * _OCTAVE_RANGE)
        local = _masked_median(pitch, voiced, 7)
        voiced &= np.abs(np.log2(np.maximum(pitch, 1.0) / np.maximum(local, 1.0))) < 0.5
    return np.where(voiced, pitch, 0.0).astype(np.float32), voicing


def _neighbours(values: np.ndarray, reach: int) -> np.ndarray:
    """(T, 2 * reach + 1): each value with those around it, ends repeated."""
    return np.lib.stride_tricks.sliding_window_view(np.pad(values, reach, mode="edge"), 2 * reach + 1)


def _masked_median(values: np.ndarray, mask: np.ndarray, reach: int) -> np.ndarray:
    """Median of the neighbours inside the mask; the value itself outside of it."""
    result = values.copy()
    inside = np.flatnonzero(mask)
    around, valid = _neighbours(values, reach)[inside], _neighbours(mask, reach)[inside]
    ordered = np.sort(np.where(valid, around, np.inf), -1)
    result[inside] = ordered[np.arange(len(inside)), (valid.sum(-1) - 1) // 2]
    return result
