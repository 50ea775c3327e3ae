# SPDX-License-Identifier: GPL-3.0-or-later
"""How wide a mouth opens: by what is said, and by how it is said.

The decoder's curves follow the phone. Captured jaws follow loudness and prominence as well, whoever talks, so the jaw gets a share of
the level within the clip (fitted), and all openings grow with vocal effort, which is heard in the spectral tilt: louder speech has
flatter spectra (Traunmüller and Eriksson 2000) and wider jaws (Schulman 1989; Garnier et al. 2010). Closures stay closures: no level
is added to them, and mouthClose grows as the jaw that it takes back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...audio.gaussian import gaussian_mean
from ...audio.lip_classes import LIP_CLASS, LIP_CLASSES
from ...audio.phones import INVENTORY
from .config import CHANNELS


@dataclass(frozen=True)
class MouthSize:
    """What opens a mouth. Frames are 10 ms.

    lift: of the jaw at the level of the loud parts. Fitted to the jaws of FACEGOOD and GRID: the best of six values for all others
    whichever clip or tenth is left out (`python -m core.evaluation lips --only jaws`).
    """

    lift: float = 0.1
    scale: float = 1.15  # of all openings, so that a lively voice's stressed open vowels reach 0.5 to 0.7; by eye
    range_db: float = 40.0  # under the loud parts where the lift ends; as fitted
    smooth_frames: float = 8.0  # of the level: a syllable's, not a phone's
    held_frames: float = 1.5
    held: float = 1.5  # a closure or a pause that is surer than 1 / this holds the jaw
    # of the spectrum's tilt; its middle is that of 93 recorded talkers (dB, mean of loud frames; they lie 4 dB about it), the effect is by
    # eye: from a talker's calmest to his most forced voice, some 12 dB, a jaw opens 1.5 times as far
    usual_tilt_db: float = -7.0
    most_tilt_db: float = 14.0  # from the usual one, both ways
    effort_per_db: float = 0.038  # natural logarithm of the factor
    window_s: float = (
        8.0  # within a sentence the tilt tells vowels apart: shorter windows followed captured jaws less well
    )
    loud_db: float = 15.0  # under the loud parts: where the tilt is heard
    lips_share: float = 0.5  # of the jaw's logarithm that the lips' own openings grow by
    # captured mouths are hardly pursed but for rounded sounds: FACEGOOD's and GRID's pucker is 0.01 outside of them, 0.16 in them
    round_from: float = 0.3  # of a phone's rounding
    round_frames: float = 4.0
    # The four that follow are chosen on GRID's training clips: the least pucker outside of rounded sounds whose mouth width still follows
    # the captured one at r = 0.78. Pucker there stands in for narrow mouths in part: less of it costs width (0.25 gives 0.73).
    unrounded: float = 0.45  # of pucker and funnel outside of rounded sounds
    rounded: float = 0.6
    spread: float = 1.0  # of stretch and smile
    widest: float = 1.2  # of the same in spread sounds: the close front vowels that are not rounded


MOUTH_SIZE = MouthSize()
_HOLDING = ("silence", "closed", "lip-teeth")
_HELD = np.array([LIP_CLASSES[LIP_CLASS[phone.symbol]] in _HOLDING for phone in INVENTORY], np.float32)
_ROUNDING = np.array([phone.rounding for phone in INVENTORY], np.float32)
_SPREAD = np.array(
    [phone.is_vowel and phone.rounding == 0.0 and phone.backness < 0.3 and phone.height > 0.6 for phone in INVENTORY],
    np.float32,
)


def sized_by_voice(
    curves: np.ndarray,
    posteriors: np.ndarray,
    loudness_db: np.ndarray,
    tilt_db: np.ndarray,
    size: MouthSize = MOUTH_SIZE,
) -> np.ndarray:
    """Curves as wide as the voice is loud and strained.

    Args:
        curves: (T, CHANNELS) at 100 Hz, 0..1.
        posteriors: (T, phones) of the encoder.
        loudness_db: (T,) level.
        tilt_db: (T,) level from 1 to 4 kHz over that below, as `core.audio.levels` has them.
        size: what opens a mouth.

    Returns:
        float32 (T, CHANNELS), 0..1.
    """
    jaw_at, close_at = CHANNELS.index("jawOpen"), CHANNELS.index("mouthClose")
    jaw = curves[:, jaw_at]
    gain = effort_gain(loudness_db, tilt_db, size)
    opened = np.minimum((jaw + size.lift * level_share(loudness_db, size) * free_share(posteriors, size)) * gain, 1.0)
    result = curves.astype(np.float32)
    result[:, jaw_at] = opened
    # what the lips take back of the jaw stays the same share of it
    result[:, close_at] = np.minimum(
        curves[:, close_at] * opened / np.maximum(jaw, 0.02), np.maximum(opened, curves[:, close_at])
    )
    for name in ("mouthLowerDownLeft", "mouthUpperUpLeft"):
        result[:, CHANNELS.index(name)] *= gain**size.lips_share
    for name in ("mouthPucker", "mouthFunnel"):
        result[:, CHANNELS.index(name)] *= size.unrounded + (size.rounded - size.unrounded) * round_share(
            posteriors, size
        )
    wider = size.spread + (size.widest - size.spread) * near_share(posteriors @ _SPREAD, size)
    for name in ("mouthStretchLeft", "mouthSmileLeft"):
        result[:, CHANNELS.index(name)] *= wider
    return result.clip(0.0, 1.0)


def level_share(loudness_db: np.ndarray, size: MouthSize = MOUTH_SIZE) -> np.ndarray:
    """(T,) level -> (T,): 1 at the 95th percentile of the clip, 0 so many dB below and less."""
    loud_db = np.percentile(loudness_db, 95)
    share = np.clip((loudness_db - loud_db + size.range_db) / size.range_db, 0.0, 1.2)
    return gaussian_mean(share, size.smooth_frames)


def free_share(posteriors: np.ndarray, size: MouthSize = MOUTH_SIZE) -> np.ndarray:
    """(T, phones) -> (T,): 0 where lips are closed, on the teeth or at rest, 1 where they are not."""
    held = gaussian_mean(posteriors @ _HELD, size.held_frames)
    return 1.0 - np.clip(size.held * held, 0.0, 1.0)


def round_share(posteriors: np.ndarray, size: MouthSize = MOUTH_SIZE) -> np.ndarray:
    """(T, phones) -> (T,): 1 where a rounded sound is said, 0 where none is near."""
    return near_share(posteriors @ (_ROUNDING > size.round_from).astype(np.float32), size)


def near_share(share: np.ndarray, size: MouthSize = MOUTH_SIZE) -> np.ndarray:
    """(T,) of a kind of sound -> (T,): 1 where it is said, 0 where none is near; lips are on their way before and after."""
    return np.clip(1.5 * gaussian_mean(share, size.round_frames), 0.0, 1.0)


def effort_gain(loudness_db: np.ndarray, tilt_db: np.ndarray, size: MouthSize = MOUTH_SIZE) -> np.ndarray:
    """(T,), (T,) -> (T,): factor of the openings, by the vocal effort around each frame."""
    loud = (loudness_db > np.percentile(loudness_db, 95) - size.loud_db).astype(np.float64)
    spread = size.window_s * 100.0
    # a little of the clip's own mean everywhere, so that pauses have one
    weight = gaussian_mean(loud, spread) + 0.02
    mean_db = (loud * tilt_db).sum() / max(loud.sum(), 1.0)
    tilt = (gaussian_mean(loud * tilt_db, spread) + 0.02 * mean_db) / weight
    return size.scale * np.exp(
        size.effort_per_db * np.clip(tilt - size.usual_tilt_db, -size.most_tilt_db, size.most_tilt_db)
    )
