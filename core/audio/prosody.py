# SPDX-License-Identifier: GPL-3.0-or-later
"""Rhythm and melody of speech at 100 frames a second: loudness, onsets, pitch, syllables with their accents, phrases.

Frames are those of `features.log_mel`: frame t is centred at t * 10 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from ..progress import Progress
from . import log_mel
from .clip import AudioClip
from .resampling import resample

FRAME_RATE_HZ = log_mel.FRAME_RATE_HZ
LOWEST_PITCH_HZ, HIGHEST_PITCH_HZ = 65.0, 520.0  # men's creak to children's voices
CHUNK_FRAMES = 6000
_PITCH_RATE_HZ = 8000
_PITCH_STEP = 2  # frames
_PITCH_WINDOW = 240  # samples compared: 30 ms
_PITCH_FFT = 512  # window + longest lag (123) fit
_VOWEL_BANDS = slice(8, 46)  # of the mel: 300 to 2600 Hz
_LOW_BANDS, _HIGH_BANDS = slice(2, 26), slice(26, 64)  # below and above 1 kHz (Sluijter and van Heuven 1996)
SYLLABLE_DIP_DB = 2.0  # between two syllable nuclei, as de Jong and Wempe (2009)
SHORTEST_PAUSE_S = 0.22  # stop closures and geminates are shorter
SHORTEST_PHRASE_S = 0.12


@dataclass(frozen=True)
class Syllable:
    """The nucleus of a syllable: its loudest moment. strength: prominence 0..1; from about 0.5 on it carries an accent.

    pitch_semitones: height above the speaker's median (0 where unvoiced).
    """

    time_s: float
    strength: float
    pitch_semitones: float = 0.0


@dataclass(frozen=True)
class Phrase:
    """A stretch of sound between two pauses, in seconds."""

    start_s: float
    end_s: float


@dataclass(frozen=True)
class Rhythm:
    """What rhythm and melody the sound has; arrays are float32 (T,) at 100 Hz.

    loudness_db: A-weighted level, 0 dB = RMS of 1 at 1 kHz, down to 86 dB below the sound's
    peak. onset: onset strength, the mean rise of the mel bands in dB from one frame to the next. pitch_hz: fundamental
    frequency, 0 where unvoiced. voicing: periodicity 0..1. sonority_db: level of the vowels' band (300 to 2600 Hz), as
    loudness_db. brightness_db: level from 1 to 4 kHz over that below 1 kHz; higher where one speaks with effort. Times of
    syllables and phrases are seconds of the sound, in order.
    """

    loudness_db: np.ndarray
    onset: np.ndarray
    pitch_hz: np.ndarray
    voicing: np.ndarray
    sonority_db: np.ndarray
    brightness_db: np.ndarray
    syllables: tuple[Syllable, ...]
    phrases: tuple[Phrase, ...]

    def __len__(self) -> int:
        return len(self.loudness_db)

    @property
    def accents(self) -> tuple[Syllable, ...]:
        """The syllables that stand out."""
        return tuple(syllable for syllable in self.syllables if syllable.strength >= 0.5)

    @property
    def pauses(self) -> tuple[tuple[float, float], ...]:
        """(start_s, end_s) between phrases; before the first and after the last too where there is silence."""
        duration_s = (len(self) - 1) / FRAME_RATE_HZ
        edges = [0.0, *(edge for phrase in self.phrases for edge in (phrase.start_s, phrase.end_s)), duration_s]
        return tuple((start, end) for start, end in zip(edges[::2], edges[1::2]) if end - start > SHORTEST_PAUSE_S)


def analyse(clip: AudioClip, progress: Progress | None = None) -> Rhythm:
    """All of a clip's rhythm, in chunks of a minute (bounded memory for any length)."""
    frames = log_mel.frame_count(len(clip.samples))
    loudness, onset = np.empty(frames, np.float32), np.zeros(frames, np.float32)
    sonority = np.empty(frames, np.float32)  # level of the vowels' band: fricatives are loud but no nuclei
    brightness = np.empty(frames, np.float32)
    weights = _loudness_weights()
    # log_mel has a floor: lift the sound far above it, so that a quiet recording keeps its whole range
    peak = float(max(clip.samples.max(initial=0.0), -clip.samples.min(initial=0.0)))
    gain = 30.0 / max(peak, 1e-6)
    gain_db = 20.0 * np.log10(gain)
    previous: torch.Tensor | None = None
    with torch.inference_mode():
        for first in range(0, frames, CHUNK_FRAMES):
            last = min(first + CHUNK_FRAMES, frames)
            # a little more on both sides, so that the mirrored ends lie outside; the extra frames are dropped
            lead = min(first, 2)
            part = clip.samples[(first - lead) * log_mel.HOP : (last + 2) * log_mel.HOP]
            mel = log_mel.log_mel(torch.from_numpy(part * np.float32(gain)))[lead : lead + last - first]
            power = mel.exp()
            loudness[first:last] = (10.0 * torch.log10(power @ weights) - gain_db).numpy()
            sonority[first:last] = (
                10.0 * torch.log10(power[:, _VOWEL_BANDS] @ weights[_VOWEL_BANDS]) - gain_db
            ).numpy()
            low, high = (power[:, bands] @ weights[bands] for bands in (_LOW_BANDS, _HIGH_BANDS))
            brightness[first:last] = (10.0 * torch.log10(high / low)).clamp(-40.0, 40.0).numpy()
            decibels = mel * (10.0 / np.log(10.0))
            if previous is not None:
                onset[first] = float((decibels[0] - previous).clamp(min=0.0).mean())
            onset[first + 1 : last] = (decibels[1:] - decibels[:-1]).clamp(min=0.0).mean(-1).numpy()
            previous = decibels[-1].clone()
            if progress is not None:
                progress.report(0.5 * last / frames, "Listening to the rhythm")
    pitch, voicing = _pitch(clip, frames, loudness, progress)
    phrases = find_phrases(loudness)
    syllables = find_syllables(sonority, pitch, phrases)
    return Rhythm(loudness, onset, pitch, voicing, sonority, brightness, syllables, phrases)


@lru_cache(maxsize=1)
def _loudness_weights() -> torch.Tensor:
    """float32 (80,): sum(weights * mel power) = A-weighted mean square of the sound."""
    edges_hz = log_mel.mel_to_hz(
        np.linspace(log_mel.hz_to_mel(log_mel.LOWEST_HZ), log_mel.hz_to_mel(log_mel.HIGHEST_HZ), log_mel.BANDS + 2)
    )
    square = np.maximum(edges_hz[1:-1], 1.0) ** 2  # IEC 61672-1, equation of the A curve
    response = (
        12194.0**2
        * square**2
        / ((square + 20.6**2) * (square + 12194.0**2) * np.sqrt((square + 107.7**2) * (square + 737.9**2)))
        * 10 ** (2.0 / 20)
    )
    # neighbouring triangles of area 1 add up to 1 / spacing over frequency, bins are 31.25 Hz apart
    spacing_hz = (edges_hz[2:] - edges_hz[:-2]) / 2
    window = np.hanning(log_mel.WINDOW + 1)[:-1]
    parseval = 2.0 / (log_mel.FFT_SIZE * np.sum(window**2))
    with torch.inference_mode(False):
        return torch.from_numpy((response**2 * spacing_hz * parseval).astype(np.float32))


def _pitch(
    clip: AudioClip, frames: int, loudness_db: np.ndarray, progress: Progress | None
) -> tuple[np.ndarray, np.ndarray]:
    """Pitch in Hz (0 = unvoiced) and voicing 0..1, float32 (T,), by YIN (de Cheveigné and Kawahara 2002, steps 1 to 5)."""
    wanted, frames = frames, -(-frames // _PITCH_STEP) + 1  # pitch changes slowly: looked at every 20 ms
    pitch, voicing = np.zeros(frames, np.float32), np.zeros(frames, np.float32)
    hop = _PITCH_STEP * _PITCH_RATE_HZ // int(FRAME_RATE_HZ)
    longest = int(np.ceil(_PITCH_RATE_HZ / LOWEST_PITCH_HZ))
    shortest = int(_PITCH_RATE_HZ / HIGHEST_PITCH_HZ)
    width = _PITCH_WINDOW + longest
    lags = torch.arange(1, longest + 1)
    for first in range(0, frames, CHUNK_FRAMES):
        last = min(first + CHUNK_FRAMES, frames)
        # frame t looks at width samples around t * hop; read with a margin for the resampler's filter
        margin = 64
        begin, end = first * hop - width // 2 - margin, (last - 1) * hop + width + margin
        ratio = clip.rate_hz // _PITCH_RATE_HZ
        source = clip.samples[max(begin, 0) * ratio : max(end, 1) * ratio]
        low = resample(source, clip.rate_hz, _PITCH_RATE_HZ)
        low = np.pad(low, (max(0, -begin), max(0, end - max(begin, 0) - len(low))))[margin:]
        with torch.inference_mode():
            windows = torch.from_numpy(low).unfold(0, width, hop)[: last - first]
            windows = windows - windows.mean(-1, keepdim=True)
            spectrum = torch.fft.rfft(windows, _PITCH_FFT)
            start = torch.fft.rfft(windows[:, :_PITCH_WINDOW], _PITCH_FFT)
            correlation = torch.fft.irfft(start.conj() * spectrum, _PITCH_FFT)[:, : longest + 1]
            energy = torch.nn.functional.pad(windows.square().cumsum(-1), (1, 0))
            energy = energy[:, _PITCH_WINDOW : _PITCH_WINDOW + longest + 1] - energy[:, : longest + 1]
            difference = (energy[:, :1] + energy[:, 1:] - 2.0 * correlation[:, 1:]).clamp(min=0.0)
            normal = difference * lags / (difference.cumsum(-1) + 1e-9)
            valley = torch.zeros_like(normal, dtype=torch.bool)
            valley[:, 1:-1] = (normal[:, 1:-1] <= normal[:, :-2]) & (normal[:, 1:-1] < normal[:, 2:])
            valley[:, : shortest - 1] = False
            lowest = torch.where(valley, normal, 2.0).min(-1, keepdim=True).values
            chosen = (valley & (normal <= torch.clamp(lowest + 0.08, max=1.0))).float().argmax(-1)
            chosen = chosen.clamp(1, longest - 2)
            rows = torch.arange(len(normal))
            left, middle, right = (normal[rows, chosen + step] for step in (-1, 0, 1))
            bend = (left - 2.0 * middle + right).clamp(min=1e-9)
            lag = lags[chosen] + (0.5 * (left - right) / bend).clamp(-0.5, 0.5)
            pitch[first:last] = (_PITCH_RATE_HZ / lag).numpy()
            voicing[first:last] = (1.0 - middle).clamp(0.0, 1.0).numpy()
        if progress is not None:
            progress.report(0.5 + 0.5 * last / frames)
    frame = np.minimum(np.arange(wanted) / _PITCH_STEP, frames - 1.0)
    before = frame.astype(int)
    after = np.minimum(before + 1, frames - 1)
    share = (frame - before).astype(np.float32)
    # between two looks: along the line where they agree, else as the nearer one says
    nearer = np.where(share < 0.5, pitch[before], pitch[after])
    between = (1 - share) * pitch[before] + share * pitch[after]
    pitch = np.where(np.abs(pitch[after] - pitch[before]) < 0.2 * nearer, between, nearer)
    voicing = (1 - share) * voicing[before] + share * voicing[after]
    floor, top = np.percentile(loudness_db, (5, 97))
    voicing[loudness_db < max(top - 40.0, floor + 3.0 if top - floor > 12.0 else -80.0)] = 0.0
    voicing = np.median(_neighbours(voicing, 2), -1).astype(np.float32)
    voiced = voicing > 0.55
    if voiced.any():  # an octave away from the speaker's range, or from the neighbours: not to be trusted
        centre = np.median(pitch[voiced])
        voiced &= (pitch > centre / 2.6) & (pitch < centre * 2.6)
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


def smooth(values: np.ndarray, sigma_s: float) -> np.ndarray:
    """Gaussian smoothing of a curve at 100 Hz, ends repeated; float (T,)."""
    sigma = sigma_s * FRAME_RATE_HZ
    reach = int(np.ceil(3 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return np.convolve(np.pad(values, reach, mode="edge"), kernel / kernel.sum(), mode="valid")


def find_phrases(loudness_db: np.ndarray) -> tuple[Phrase, ...]:
    """Stretches of sound separated by pauses, from the level alone, by a threshold between the noise and the voice."""
    level = smooth(loudness_db, 0.02)
    floor, top = np.percentile(level, (5, 97))
    if top < -75.0:
        return ()
    threshold = max(top - 38.0, floor + 0.35 * (top - floor)) if top - floor > 12.0 else floor - 1.0
    loud = level > threshold
    edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]]).astype(np.int8)))
    runs: list[list[int]] = []
    for start, end in edges.reshape(-1, 2):
        # a run must rise clearly above the threshold, so that a noise that grazes it is no phrase
        if level[start:end].max() < threshold + min(3.0, 0.1 * (top - floor)):
            continue
        if runs and start - runs[-1][1] < SHORTEST_PAUSE_S * FRAME_RATE_HZ:
            runs[-1][1] = int(end)
        else:
            runs.append([int(start), int(end)])
    return tuple(
        Phrase(start / FRAME_RATE_HZ, end / FRAME_RATE_HZ)
        for start, end in runs
        if end - start >= SHORTEST_PHRASE_S * FRAME_RATE_HZ
    )


def find_syllables(level_db: np.ndarray, pitch_hz: np.ndarray, phrases: tuple[Phrase, ...]) -> tuple[Syllable, ...]:
    """Syllable nuclei: peaks of the level that are voiced and parted by dips of 2 dB (de Jong and Wempe 2009).

    The strength joins what listeners hear prominence by (Terken 1991; Kochanski et al. 2005): level and pitch above
    the surroundings (1.5 s), and length. It is relative within the sound: about a third of the syllables exceed 0.5.
    """
    level = smooth(level_db, 0.025)
    voiced = pitch_hz > 0
    peaks = []
    for phrase in phrases:
        start, end = round(phrase.start_s * FRAME_RATE_HZ), round(phrase.end_s * FRAME_RATE_HZ)
        peaks += [start + peak for peak in find_peaks(level[start:end], SYLLABLE_DIP_DB)]
    peaks = np.array([peak for peak in peaks if voiced[max(peak - 3, 0) : peak + 4].any()], int)
    if len(peaks) == 0:
        return ()
    semitones = np.zeros(len(pitch_hz))
    if voiced.any():
        semitones[voiced] = 12.0 * np.log2(pitch_hz[voiced] / np.median(pitch_hz[voiced]))
        filled = np.interp(np.arange(len(pitch_hz)), np.flatnonzero(voiced), semitones[voiced])
        melody = smooth(filled, 0.03)
    else:
        melody = semitones
    # the highest pitch near the nucleus: accents peak late in the syllable
    height = np.array([melody[max(peak - 5, 0) : peak + 13].max() for peak in peaks])
    length = np.array([_width(level, peak, 6.0) for peak in peaks]) / FRAME_RATE_HZ
    score = (
        above_surroundings(level[peaks], peaks) / 4.0
        + above_surroundings(height, peaks) / 2.5
        + above_surroundings(length, peaks) / 0.08
    )
    score = score / max(float(np.std(score)), 0.5)
    strength = 1.0 / (1.0 + np.exp(-1.6 * (score - 0.45)))
    return tuple(
        Syllable(float(peak / FRAME_RATE_HZ), float(value), float(melody[peak])) for peak, value in zip(peaks, strength)
    )


def find_peaks(curve: np.ndarray, dip: float) -> list[int]:
    """Maxima of a curve between which it falls by at least `dip`."""
    found: list[int] = []
    best, lowest = 0, np.inf
    rising = True
    for index, value in enumerate(curve.tolist()):
        if rising:
            if value > curve[best]:
                best = index
            elif curve[best] - value >= dip:
                found.append(best)
                rising, lowest = False, value
        elif value < lowest:
            lowest = value
        elif value - lowest >= dip:
            rising, best = True, index
    if rising and len(curve):
        found.append(best)
    return found


def _width(curve: np.ndarray, peak: int, drop: float, longest: int = 40) -> int:
    """Frames around a peak that lie less than `drop` below it."""
    below = curve[peak] - drop
    right = curve[peak : peak + longest] < below
    left = curve[max(peak - longest, 0) : peak + 1][::-1] < below
    return (int(right.argmax()) if right.any() else len(right)) + (int(left.argmax()) if left.any() else len(left))


def above_surroundings(values: np.ndarray, frames: np.ndarray, reach_s: float = 1.5) -> np.ndarray:
    """Each value less the mean of those within reach of it (weights fall off linearly)."""
    first = np.searchsorted(frames, frames - reach_s * FRAME_RATE_HZ)
    last = np.searchsorted(frames, frames + reach_s * FRAME_RATE_HZ, side="right")
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return values - (sums[last] - sums[first]) / (last - first)
