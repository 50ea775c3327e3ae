# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces moved in time, smoothed and scaled: what a control does to the motion that it was given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from .face_motion import FaceMotion
from .face_track import FACE_INDEX, FACE_RATE_HZ
from .resampling import curves_at
from .smoothing import gaussian_smooth

_SIGMA = 0.5  # of the time that is averaged over: the Gaussian's deviation


def held(pose: FaceMotion, frames: int) -> FaceMotion:
    """The first frame of a face, for so many frames."""
    return replace(pose, values=np.repeat(pose.values[:1], frames, 0), head_deg=np.repeat(pose.head_deg[:1], frames, 0))


def placed(motion: FaceMotion, frames: int, offset_s: float = 0.0) -> FaceMotion:
    """A face that begins so many seconds later, for so many frames; what lies beyond its ends holds them."""
    if not offset_s and len(motion) == frames:
        return motion
    times_s = np.arange(frames) / FACE_RATE_HZ - offset_s
    return replace(
        motion,
        values=curves_at(motion.values, FACE_RATE_HZ, 0.0, times_s),
        head_deg=curves_at(motion.head_deg, FACE_RATE_HZ, 0.0, times_s),
    )


def smoothed(motion: FaceMotion, seconds: float, kept: Iterable[str] = ()) -> FaceMotion:
    """A face averaged over so many seconds, without delay. kept: shapes that stay as they are, such as lids that shut."""
    if seconds <= 0.0:
        return motion
    sigma = _SIGMA * seconds * FACE_RATE_HZ
    values = gaussian_smooth(motion.values, sigma)
    columns = [FACE_INDEX[name] for name in kept]
    values[:, columns] = motion.values[:, columns]
    return replace(motion, values=values, head_deg=gaussian_smooth(motion.head_deg, sigma))


def scaled(motion: FaceMotion, strength: np.ndarray | float) -> FaceMotion:
    """A face with shapes and angles times a strength, one or (frames,); shapes stay within 0..1."""
    each = np.reshape(np.asarray(strength, np.float32), (-1, 1))
    return replace(motion, values=np.clip(motion.values * each, 0.0, 1.0), head_deg=motion.head_deg * each)
