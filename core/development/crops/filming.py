# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the vertices of a moving head lie in a picture: somebody's proportions, the face's shapes, the head's turning, a camera.

Shapes: T frames, V vertices. Axes and units as in `crop_head`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...motion.face_track import FACE_NAMES
from ...motion.rotations import from_yaw_pitch_roll, multiply, rotate
from .crop_head import CropHead

_SHAPES = len(FACE_NAMES)
_FRAMED = 0.58  # half of the picture's height, of the face's size
_PIVOT = np.array([0.0, -0.35, -0.45])  # where the head turns, from the face's middle in face sizes; by eye


@dataclass(frozen=True)
class Shot:
    """How somebody is filmed. yaw, pitch, roll in radians: where the camera stands and how it is held. distance: in face sizes. zoom: 1
    as tight as usual. aside: (2,), how far off the middle, in half pictures. drift: (2,), how far a hand moves the camera during the
    window. proportions: (3,) about 1. warp: (3, 2), how much wider, taller, deeper towards the top and towards the sides. mix: how much
    of which of the head's people."""

    yaw: float
    pitch: float
    roll: float
    distance: float
    zoom: float
    aside: np.ndarray
    drift: np.ndarray
    proportions: np.ndarray
    warp: np.ndarray
    mix: np.ndarray


def random_shot(people: int, random: np.random.Generator) -> Shot:
    """Anybody, from anywhere in front. people: how many a head can be mixed of."""
    mix = random.dirichlet(np.full(people, 0.7)) * random.uniform(0.6, 1.3)
    return Shot(
        yaw=float(np.radians(np.clip(random.normal(0.0, 14.0), -32.0, 32.0))),
        pitch=float(np.radians(np.clip(random.normal(0.0, 7.0), -15.0, 15.0))),
        roll=float(np.radians(random.normal(0.0, 4.0))),
        distance=float(np.exp(random.uniform(np.log(3.0), np.log(15.0)))),
        zoom=float(np.exp(random.normal(0.0, 0.08))),
        aside=random.normal(0.0, 0.06, 2),
        drift=random.normal(0.0, 0.04, 2) * (random.random() < 0.3),
        proportions=1.0 + 0.07 * random.normal(size=3),
        warp=0.06 * random.normal(size=(3, 2)),
        mix=mix if people > 1 else np.zeros(1),
    )


def filmed(head: CropHead, face: np.ndarray, shot: Shot) -> np.ndarray:
    """float32 (T, V, 3): right, up and towards the camera, the picture from -1 to 1. face: (T, 58), shapes and the head's angles."""
    face = face.astype(np.float32)
    rest = head.vertices + np.tensordot(shot.mix.astype(np.float32), head.people, 1)
    points = rest + (face[:, :_SHAPES] @ head.deltas.reshape(_SHAPES, -1)).reshape(len(face), -1, 3)
    points = points / head.size
    upwards, sideways = points[..., 1:2], np.abs(points[..., :1])
    bent = shot.proportions + upwards * shot.warp[:, 0] + sideways * shot.warp[:, 1]
    points = points * bent.astype(np.float32)
    yaw, pitch, roll = np.radians(face[:, _SHAPES:].astype(np.float64)).T
    turned = rotate(from_yaw_pitch_roll(yaw, pitch, roll)[:, None], points - _PIVOT) + _PIVOT
    aside = from_yaw_pitch_roll(*np.array([-shot.yaw, 0.0, 0.0])[:, None])
    view = multiply(from_yaw_pitch_roll(*np.array([0.0, shot.pitch, shot.roll])[:, None]), aside)
    seen = rotate(view, turned)
    seen[..., :2] *= (shot.distance / np.maximum(shot.distance - seen[..., 2], 0.2 * shot.distance))[..., None]
    moved = shot.aside + np.linspace(-0.5, 0.5, len(face))[:, None] * shot.drift
    seen *= shot.zoom / _FRAMED
    seen[..., :2] += moved[:, None]
    return seen.astype(np.float32)
