# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses that a control may hold in place of what the sound gives: lips, head and eyes. By eye."""

from __future__ import annotations

import numpy as np

from ...motion.face_motion import CHANNELS, FaceMotion
from ...motion.face_track import FACE_INDEX, FACE_NAMES
from ..parts import EYES, HEAD, LIPS, PART_OF_SHAPE

_LIPS = {
    "CLOSED": {},
    "OPEN": {"jawOpen": 0.22, "mouthLowerDownLeft": 0.1, "mouthLowerDownRight": 0.1},
    "SMILE": {
        **dict.fromkeys(("mouthSmileLeft", "mouthSmileRight"), 0.55),
        **dict.fromkeys(("mouthDimpleLeft", "mouthDimpleRight"), 0.12),
    },
}
_EYES = {"FORWARD": {}, "STILL": {}, "CLOSED": dict.fromkeys(("eyeBlinkLeft", "eyeBlinkRight"), 1.0)}
_HEAD_HOLDS = {"STILL": (0, 1, 2), "FORWARD": (0, 2)}  # yaw, pitch and roll that stay at the front


def preset_motion(control: str, preset: str) -> FaceMotion:
    """One frame of a preset of LIPS, HEAD or EYES; `known`: what it holds, the rest is the sound's."""
    values, known = np.zeros((1, len(FACE_NAMES)), np.float32), np.zeros(CHANNELS, bool)
    if control == HEAD:
        known[[len(FACE_NAMES) + axis for axis in _HEAD_HOLDS[preset]]] = True
    else:
        shapes = {LIPS: _LIPS, EYES: _EYES}[control][preset]
        for name, part in PART_OF_SHAPE.items():
            blinks_on = preset == "FORWARD" and name.startswith("eyeBlink")
            known[FACE_INDEX[name]] = part == control and not blinks_on
        for name, value in shapes.items():
            values[0, FACE_INDEX[name]] = value
    return FaceMotion(values, np.zeros((1, 3), np.float32), known)
