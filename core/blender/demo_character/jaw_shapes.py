# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes of the lower jaw, on the face and on what is fixed to the bone. Head space, metres."""

from __future__ import annotations

import numpy as np

from ...motion.easing import smooth_step
from . import proportions as p
from .face_points import MM, FacePoints, blob, folded, moved
from .head import HeadMesh
from .lip_loops import CONTACT_LOOPS

SLIDES = {  # metres, by eye
    "jawForward": (0.0, -6.0 * MM, 0.5 * MM),
    "jawLeft": (8.0 * MM, 0.0, 0.0),
    "jawRight": (-8.0 * MM, 0.0, 0.0),
}


def jaw_weight(face: FacePoints) -> np.ndarray:
    """How much a point goes with the lower jaw, (N,) 0..1."""
    y, z = face.points[:, 1], face.points[:, 2]
    weight = face.lower
    weight = weight * (1.0 - smooth_step(y, -0.035, 0.025))
    # the throat stays with the neck
    throat = smooth_step(-z, 0.092, 0.125) * smooth_step(y, -0.062, -0.028)
    weight = weight * (1.0 - throat)
    return np.where(face.on_lips, face.lower, weight)


def rotated_about_jaw(points: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Points turned open by `angle` (radians, per point) about the jaw's hinge."""
    local = points - p.JAW_HINGE
    c, s = np.cos(angle), np.sin(angle)
    # opening takes the chin (at -y) down and back
    y = c * local[:, 1] - s * local[:, 2]
    z = s * local[:, 1] + c * local[:, 2]
    return np.stack([local[:, 0], y, z], -1) + p.JAW_HINGE


def bone_opened(points: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Displacement (N, 3) of the jaw's full opening, each point by its weight (N,)."""
    full = rotated_about_jaw(points, np.full(len(points), p.JAW_OPEN_RAD)) - points
    return full * weight[:, None]


def with_jaw(name: str, points: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Displacement (N, 3) of what is fixed to the lower jaw (lower teeth, tongue)."""
    if name == "jawOpen":
        return bone_opened(points, weight)
    slide = SLIDES.get(name)
    return np.zeros_like(points) if slide is None else weight[:, None] * np.array(slide)


def jaw_open(face: FacePoints) -> np.ndarray:
    """jawOpen on the face."""
    x = face.points[:, 0]
    delta = bone_opened(face.points, jaw_weight(face))
    # the corners come in and the cheeks follow
    corner = np.exp(-(((np.abs(face.across) - 1.0) / 0.55) ** 2)) * face.near(0.016)
    delta += moved(corner, -3.5 * MM * np.sign(x) * smooth_step(np.abs(face.across), 0.0, 0.6))
    cheeks = blob(folded(face.points), (0.052, -0.066, -0.048), (0.024, 0.04, 0.030))
    delta += moved(cheeks * ~face.on_lips, -2.5 * MM * np.sign(x))
    return delta


def jaw_slide(name: str, face: FacePoints) -> np.ndarray:
    """jawForward, jawLeft or jawRight on the face."""
    return moved(jaw_weight(face), *SLIDES[name])


class MouthClose:
    """mouthClose: it brings what the open jaw moved back to one line.

    jawOpen and mouthClose at the same weight leave the lips together.
    """

    def __init__(self, head: HeadMesh):
        loop = head.lip_rings[CONTACT_LOOPS[0]]
        columns = np.arange(len(loop) // 2 + 1)
        upper, lower = loop[columns], loop[-columns % len(loop)]  # touch each other, from the left corner to the right
        opened = jaw_open(FacePoints.of_head(head))
        # where the lips meet when the jaw is open, by place along the mouth: nearer to the upper lip, which moves less
        self._across = np.cos(np.linspace(np.pi, 0.0, len(upper)))
        self._meet = (opened[upper] + 0.42 * (opened[lower] - opened[upper]))[::-1]

    def __call__(self, face: FacePoints) -> np.ndarray:
        across = np.clip(face.across, -1.0, 1.0)
        meet = np.stack([np.interp(across, self._across, self._meet[:, axis]) for axis in range(3)], -1)
        return (meet - jaw_open(face)) * face.near(0.017)[:, None]
