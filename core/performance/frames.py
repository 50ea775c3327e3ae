# SPDX-License-Identifier: GPL-3.0-or-later
"""A performance at a scene's frames."""

from __future__ import annotations

from dataclasses import replace

from ..motion.lid_closures import with_blinks
from ..motion.resampling import clip_at, face_at
from .performance import Performance


def at_frames(performance: Performance, rate_hz: float, start_s: float = 0.0, frames: int | None = None) -> Performance:
    """The performance sampled so that frame f shows the time start_s + f / rate_hz of the sound.

    See `core.motion.resampling` for what happens to closed lips, `core.motion.lid_closures` for blinks.

    Args:
        performance: at the models' rate.
        rate_hz: scene frames a second (24000/1001, 24, 25, 30, 60, 120 …; divided by the frame step if there is one).
        start_s: what frame 0 shows.
        frames: how many, or None for all up to the end of the sound.
    """
    if frames is None:
        frames = max(1, int((performance.duration_s - start_s) * rate_hz + 1e-6) + 1)
    face, blinks = with_blinks(face_at(performance.face, rate_hz, start_s, frames), performance.face)
    return replace(performance, face=face, blinks=blinks, body=clip_at(performance.body, rate_hz, start_s, frames))
