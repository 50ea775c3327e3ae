# SPDX-License-Identifier: GPL-3.0-or-later
"""What our PD-FGC sees of a frame: the shapes of a face and the angles of its head, and which control each of them belongs to."""

from __future__ import annotations

import numpy as np

from ...motion.face_motion import HEAD_ANGLES
from ...motion.face_track import FACE_INDEX, FACE_NAMES
from ...performance.parts import EXPRESSION, EYES, HEAD, LIPS, PART_OF_SHAPE

RATE_HZ = 25.0  # of the model's frames
CONTROLS = (LIPS, HEAD, EYES, EXPRESSION)
SHAPES = len(FACE_NAMES)
CHANNELS = SHAPES + len(HEAD_ANGLES)
_REGION_OF = (*(PART_OF_SHAPE[name] for name in FACE_NAMES), *(HEAD for _ in HEAD_ANGLES))
# bool (CHANNELS,) each: the channels that are a control's own.
REGIONS = {control: np.array([region == control for region in _REGION_OF]) for control in CONTROLS}
# Shapes of the mouth that carry a smile or a frown as well as sounds: what is slow in them is expression.
CORNERS = tuple(
    FACE_INDEX[f"{name}{side}"]
    for name in ("mouthSmile", "mouthFrown", "mouthDimple", "mouthStretch")
    for side in ("Left", "Right")
)
