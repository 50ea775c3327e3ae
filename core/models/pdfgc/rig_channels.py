# SPDX-License-Identifier: GPL-3.0-or-later
"""What our PD-FGC sees of a frame: the shapes of a face and the angles of its head."""

from __future__ import annotations

from ...motion.face_motion import HEAD_ANGLES
from ...motion.face_track import FACE_INDEX, FACE_NAMES

RATE_HZ = 25.0  # of the model's frames
SHAPES = len(FACE_NAMES)
CHANNELS = SHAPES + len(HEAD_ANGLES)
# Shapes of the mouth that carry a smile or a frown as well as sounds: what is slow in them is expression.
CORNERS = tuple(
    FACE_INDEX[f"{name}{side}"]
    for name in ("mouthSmile", "mouthFrown", "mouthDimple", "mouthStretch")
    for side in ("Left", "Right")
)
