# SPDX-License-Identifier: GPL-3.0-or-later
"""The beat of a dance whose music is unknown: a tempo at which its moments of rest come back, and where they lie."""

from __future__ import annotations

import numpy as np
import torch

from ....audio.music.heard import CURVE_RATE_HZ
from ....audio.music.tempo import tempo_path, tempo_strengths, track_beats
from ....motion.clip import Clip
from ....motion.joints import BODY_JOINTS
from ....motion.rotation_tensors import quaternion_to_matrix
from ....motion.skeleton import Skeleton

SMOOTHED_FRAMES = 5.0  # at 60 a second, as dance beats are found


def rest_curve(clip: Clip, skeleton: Skeleton) -> np.ndarray:
    """A hundred times a second, (T,): how much slower the body moves than around that moment. skeleton: the 22 joints."""
    from scipy.ndimage import gaussian_filter1d

    local = quaternion_to_matrix(torch.from_numpy(clip.rotations[:, : len(BODY_JOINTS)]))
    places = skeleton.forward(local, torch.from_numpy(clip.root_translation_m))[0].numpy()
    speed = np.linalg.norm(np.diff(places, axis=0), axis=-1).mean(1) * clip.rate_hz
    smooth = gaussian_filter1d(speed, SMOOTHED_FRAMES)
    slower = np.maximum(gaussian_filter1d(speed, 5.0 * SMOOTHED_FRAMES) - smooth, 0.0)
    seconds = np.arange(len(slower)) / clip.rate_hz
    return np.interp(np.arange(0.0, seconds[-1], 1.0 / CURVE_RATE_HZ), seconds, slower)


def motion_tempo(clip: Clip, skeleton: Skeleton) -> tuple[float, float]:
    """Beats a minute and the time of the first beat, seconds."""
    curve = rest_curve(clip, skeleton)
    bpm = float(np.median(tempo_path(tempo_strengths(curve))))
    beats = track_beats(curve, np.full(len(curve), bpm))
    offset = np.angle(np.exp(2j * np.pi * beats * bpm / 60.0).mean()) / (2.0 * np.pi)
    return bpm, float(offset % 1.0) * 60.0 / bpm
