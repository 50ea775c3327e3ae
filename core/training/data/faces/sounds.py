# SPDX-License-Identifier: GPL-3.0-or-later
"""The sounds that faces go with: MeshTalk's log-mel spectrogram, and the lips that our speech model gives them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ....audio.clip import AudioClip
from ....models.meshtalk.config import MeshTalkConfig
from ....models.meshtalk.shapes import MOUTH_SHAPES, SHAPES
from ....models.meshtalk.sound import LogMel, normalise_level
from ....models.speech import SpeechModel
from ....models.speech.config import CHANNELS
from ....motion.face_track import FACE_INDEX
from ....motion.resampling import lip_opening
from .clip import RATE_HZ

_SPOKEN = tuple(name for name in MOUTH_SHAPES if name in CHANNELS or name.replace("Right", "Left") in CHANNELS)


@dataclass(frozen=True, eq=False)
class HeardSound:
    """mel: float16 (4 T - 3 or more, bands) at 100 Hz, column 4 t is frame t's. lips: float16 (T, SHAPES) by the speech model, those
    that it does not move 0. mouth_open: float32 (T,) how far its lips are apart."""

    mel: np.ndarray
    lips: np.ndarray
    mouth_open: np.ndarray


def hear(samples: np.ndarray, log_mel: LogMel, level: float, speech: SpeechModel) -> HeardSound:
    """A sound, int16 (N,) at 16 kHz."""
    wave = samples.astype(np.float32) / 32768
    mel = mel_of(wave, log_mel, level)
    track = speech.infer(AudioClip(wave, name="sound"))[0]
    frames = (len(mel) + 3) // 4
    times_s = np.arange(frames) / RATE_HZ
    opening = np.interp(times_s, track.times_s, lip_opening(track.values)).astype(np.float32)
    lips = np.zeros((frames, len(SHAPES)), np.float16)
    for name in _SPOKEN:
        lips[:, SHAPES.index(name)] = np.interp(times_s, track.times_s, track.values[:, FACE_INDEX[name]])
    return HeardSound(mel, lips, opening)


@torch.inference_mode()
def mel_of(wave: np.ndarray, log_mel: LogMel, level: float) -> np.ndarray:
    """float32 (N,) -> float16 (1 + N // hop, bands), of the sound at the level that MeshTalk hears it at."""
    return log_mel(normalise_level(torch.from_numpy(wave)[None], level))[0].T.numpy().astype(np.float16)


def spoken_shapes() -> np.ndarray:
    """bool (SHAPES,): those that the speech model moves."""
    return np.array([name in _SPOKEN for name in SHAPES])


def log_mel_of(config: MeshTalkConfig) -> LogMel:
    return LogMel(config).eval()
