# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of several ways to dance a phrase is the best: in time with the beats, alive, as large as its music asks for."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ...models.bailando.dancer_frames import DOWN_TURNS, UP_WIDTH, body_skeleton, places_m
from ...models.bailando.styles import STYLES
from ...models.bailando.trained import TrainedBailando
from ...motion.dance_beats import slow_moments
from ...motion.smoothing import gaussian_smooth

# Mean speed of the joints in the recorded training dances, by style; of any style for others.
STYLE_M_S = {
    "break": 1.65,
    "house": 1.16,
    "ballet jazz": 1.30,
    "street jazz": 0.52,
    "krump": 0.46,
    "LA-style hip-hop": 1.00,
    "lock": 0.28,
    "middle hip-hop": 1.42,
    "pop": 0.48,
    "waack": 0.74,
    "salsa": 0.50,
}
_ANY_M_S = 0.6
_LEAST_M_S, _MOST_M_S = 0.4, 1.2  # half an hour of dances is little to tell by how quick a style is
_SOFT, _FULL = 0.6, 1.05  # of that, to soft music and to loud
# By eye.
_SPEED_WEIGHT, _SLOW_WEIGHT, _DRIFT_WEIGHT = 0.35, 0.8, 0.04
_SLOW_M_S = 0.15  # over half a second slower is too near to standing
_BEAT_FRAMES = 3.0  # as the published beat alignment has it
_MIDDLE_S = 0.5


@torch.inference_mode()
def joint_speeds(model: TrainedBailando, up: Tensor, down: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Codes (B, n) → mean speed of the joints (B, 8 n) in m/s, and how fast the root travels on the whole, (B,) m/s."""
    rate_hz = model.config.rate_hz
    frames = model.memory.decode(up, down).float().cpu()
    places = places_m(frames, body_skeleton()).numpy()
    root = frames[..., UP_WIDTH + DOWN_TURNS :].numpy()
    steps = np.diff(places, axis=1, append=places[:, -1:]) * rate_hz
    x, z = places[..., 0], places[..., 2]
    steps[..., 0] += root[..., None, 0] + root[..., None, 2] * z
    steps[..., 2] += root[..., None, 1] - root[..., None, 2] * x
    return np.linalg.norm(steps, axis=-1).mean(2), np.linalg.norm(root[..., :2].mean(1), axis=-1)


def wanted_m_s(style: int, energy: float) -> float:
    """How fast joints go on average in a style (`styles.style_token`) to music of an energy, 0..1, in m/s."""
    usual = STYLE_M_S[STYLES[style]] if style < len(STYLES) else _ANY_M_S
    return min(max(usual, _LEAST_M_S), _MOST_M_S) * (_SOFT + (_FULL - _SOFT) * energy)


def judged(speeds: np.ndarray, travel: np.ndarray, beats: np.ndarray, rate_hz: float, wanted_m_s: float) -> np.ndarray:
    """How good each of several dances is, the higher the better.

    Args:
        speeds: (B, T) mean speed of the joints in m/s.
        travel: (B,) m/s.
        beats: (n,) frames of the music's beats.
        rate_hz: frames a second.
        wanted_m_s: mean speed that is to be danced.

    Returns:
        float64 (B,); the beat alignment is one part of it.
    """
    found = []
    for speed, away in zip(speeds, travel):
        moments = slow_moments(speed)
        near = np.abs(beats[:, None] - moments[None]).min(1) if len(beats) and len(moments) else np.array([np.inf])
        in_time = float(np.exp(-(near**2) / (2.0 * _BEAT_FRAMES**2)).mean())
        slow = float((gaussian_smooth(speed.astype(np.float64), 0.5 * _MIDDLE_S * rate_hz) < _SLOW_M_S).mean())
        size = abs(float(np.log(max(speed.mean(), 1e-3) / wanted_m_s)))
        found.append(in_time - _SPEED_WEIGHT * size - _SLOW_WEIGHT * slow - _DRIFT_WEIGHT * float(away))
    return np.array(found)
