# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of several ways to dance a phrase is the best: in time with the beats, alive, as large as its music asks for."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ...models.bailando.dancer_frames import DOWN_TURNS, UP_WIDTH, body_skeleton, places_m
from ...models.bailando.trained import TrainedBailando
from ...motion.dance_beats import slow_moments
from ...motion.smoothing import gaussian_smooth

# By eye, beside recorded dances, whose joints go 0.55 m/s on average.
_USUAL_M_S = 0.6
_SPEED_WEIGHT, _SLOW_WEIGHT, _DRIFT_WEIGHT = 0.25, 0.8, 0.04
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


def judged(speeds: np.ndarray, travel: np.ndarray, beats: np.ndarray, rate_hz: float, energy: float) -> np.ndarray:
    """How good each of several dances is, the higher the better.

    Args:
        speeds: (B, T) mean speed of the joints in m/s.
        travel: (B,) m/s.
        beats: (n,) frames of the music's beats.
        rate_hz: frames a second.
        energy: 0..1 of the music.

    Returns:
        float64 (B,); the beat alignment is one part of it.
    """
    wanted = _USUAL_M_S * (0.6 + 0.6 * energy)
    found = []
    for speed, away in zip(speeds, travel):
        moments = slow_moments(speed)
        near = np.abs(beats[:, None] - moments[None]).min(1) if len(beats) and len(moments) else np.array([np.inf])
        in_time = float(np.exp(-(near**2) / (2.0 * _BEAT_FRAMES**2)).mean())
        slow = float((gaussian_smooth(speed.astype(np.float64), 0.5 * _MIDDLE_S * rate_hz) < _SLOW_M_S).mean())
        size = abs(float(np.log(max(speed.mean(), 1e-3) / wanted)))
        found.append(in_time - _SPEED_WEIGHT * size - _SLOW_WEIGHT * slow - _DRIFT_WEIGHT * float(away))
    return np.array(found)
