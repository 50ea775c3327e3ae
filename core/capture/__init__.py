# SPDX-License-Identifier: GPL-3.0-or-later
"""Captured faces, in and out: Live Link Face CSV, plain JSON, keypoints of OpenPose and MediaPipe; bodies: BVH. No bpy."""

from __future__ import annotations

from pathlib import Path

from ..motion.face_motion import FaceMotion


def read(path: Path | str, rate_hz: float = 0.0) -> tuple[FaceMotion, tuple[str, ...]]:
    """The face in a file, at the rate of our models, and sentences about what it lacks and what had to be done.

    Args:
        path: see `recordings.read_recording`.
        rate_hz: frames a second, for files that do not say so; 0: as is usual for their kind.

    Raises:
        UserError: if it cannot be read; the hint says what to do.
    """
    from .recordings import read_recording  # with scipy: not for enabling

    face, notes = read_recording(Path(path).expanduser(), rate_hz)
    return face.motion, notes
