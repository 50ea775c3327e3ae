# SPDX-License-Identifier: GPL-3.0-or-later
"""The 52 ARKit shapes and the tongue's three, as displacement fields in head space, found by name.

Every shape is a function of a point of the face (and, on the loops of lips and lids, of the point's place on its loop),
so left and right are exact mirror images and every mesh of the face moves by the same field. The fields by part of the
face: jaw_shapes, lip_shapes, soft_shapes (cheeks, nose, brows), eye_shapes.
"""

from __future__ import annotations

import numpy as np

from ...motion.face import TONGUE_NAMES
from . import eye_shapes, jaw_shapes, lip_shapes, soft_shapes, tongue
from .face_points import FacePoints
from .head import HeadMesh

WHOLE = {"jawOpen": jaw_shapes.jaw_open, **lip_shapes.WHOLE, **soft_shapes.WHOLE}
LEFT_HALF = {**lip_shapes.ONE_SIDE, **soft_shapes.ONE_SIDE, **eye_shapes.ONE_SIDE}


class FaceShapes:
    """Displacements of the face's points for every shape; `head` gives the loops."""

    def __init__(self, head: HeadMesh):
        self._mouth_close = jaw_shapes.MouthClose(head)

    def face(self, name: str, face: FacePoints) -> np.ndarray:
        """Displacement (N, 3) of one shape at points of the skin, metres; zero for shapes of the tongue alone."""
        own, side = split_side(name)
        if side:
            return LEFT_HALF[own](face.mirrored(side)) * np.array([side, 1.0, 1.0])
        if name == "mouthClose":
            return self._mouth_close(face)
        if name in jaw_shapes.SLIDES:
            return jaw_shapes.jaw_slide(name, face)
        if name in WHOLE:
            return WHOLE[name](face)
        return np.zeros_like(face.points)


def split_side(name: str) -> tuple[str, int]:
    """("eyeBlink", 1) for "eyeBlinkLeft", -1 for right, 0 for shapes without a side (mouthLeft moves all the mouth)."""
    if name in ("mouthLeft", "mouthRight", "jawLeft", "jawRight"):
        return name, 0
    if name.endswith("Left"):
        return name[:-4], 1
    if name.endswith("Right"):
        return name[:-5], -1
    return name, 0


def eye_shape(name: str, points: np.ndarray, sides: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Displacement (N, 3) of the eyeballs. sides: +1/-1 of each point; turns: whether it goes with the gaze."""
    return eye_shapes.eyeball_shape(*split_side(name), points, sides, turns)


def tongue_shape(name: str, points: np.ndarray) -> np.ndarray:
    """Displacement (N, 3) of the tongue's vertices."""
    if name == "tongueOut" or name in TONGUE_NAMES:
        return tongue.tongue_surface(tongue.tongue_line(name)) - points
    return jaw_shapes.with_jaw(name, points, np.full(len(points), 0.94))
