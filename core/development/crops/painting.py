# SPDX-License-Identifier: GPL-3.0-or-later
"""Which polygons of a head are lips, eyes, mouth: by materials where they say so, by place where pictures would that are not here.

Shapes: V vertices, F polygons; axes as in `crop_head`.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ...motion.face_track import FACE_INDEX

SKIN, LIPS, HAIR, WHITE, IRIS, PUPIL, TEETH, INSIDE = PARTS = tuple(range(8))
UNSEEN = -1
_IRIS_COS, _PUPIL_COS = np.cos(np.radians((28.0, 13.0)))  # about the eyeball's middle; an iris is 12 of 24 mm wide
_BALL_M = (0.02, 0.045)  # width of an eyeball, or of the part of it that was made
_DEEP_M, _CELL_M = 0.006, 0.004
_LOOKS = [index for name, index in FACE_INDEX.items() if name.startswith("eyeLook")]


def painted_eyes(vertices: np.ndarray, deltas: np.ndarray, corners: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """The parts with eyeballs white, and irises and pupils on those that have none.

    An eyeball is a piece of mesh by itself of an eyeball's size, all of which moves with the gaze.
    """
    parts = parts.copy()
    if (parts == IRIS).any():
        return parts
    ends = [(corners[:, one], corners[:, one + 1]) for one in (0, 1)]
    first, second = (np.concatenate(side) for side in zip(*ends, strict=True))
    linked = coo_matrix((np.ones(len(first)), (first, second)), (len(vertices),) * 2)
    piece = connected_components(linked, directed=False)[1]
    looks = np.linalg.norm(deltas[_LOOKS], axis=-1).max(0)
    of_polygon = piece[corners[:, 0]]
    for one in np.unique(of_polygon):
        mine = vertices[piece == one]
        low, high = mine.min(0), mine.max(0)
        wide, tall = (high - low)[:2]
        if looks[piece == one].min() < 0.0005 or not _BALL_M[0] < wide < _BALL_M[1] or tall < 0.6 * wide:
            continue
        middle = np.array([*(low + high)[:2] / 2, high[2] - wide / 2])  # perhaps only the front of it was made
        polygons = np.flatnonzero(of_polygon == one)
        ahead = vertices[corners[polygons, :3]].mean(1) - middle
        cosine = ahead[:, 2] / np.maximum(np.linalg.norm(ahead, axis=1), 1e-9)
        parts[polygons] = np.where(cosine > _PUPIL_COS, PUPIL, np.where(cosine > _IRIS_COS, IRIS, WHITE))
    return parts


def painted_mouth(vertices: np.ndarray, deltas: np.ndarray, corners: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """The parts with the skin behind the closed lips as the mouth's dark inside: nothing shades it in a picture."""
    parts = parts.copy()
    pucker = np.linalg.norm(deltas[FACE_INDEX["mouthPucker"]], axis=1)
    lips = vertices[pucker > 0.5 * max(float(pucker.max()), 1e-9)]
    middle = vertices[corners[:, :3]].mean(1)
    around = ((middle[:, :2] > lips.min(0)[:2]) & (middle[:, :2] < lips.max(0)[:2])).all(1) & (parts == SKIN)
    cells = np.floor(middle[:, :2] / _CELL_M).astype(int)
    front: dict[tuple[int, int], float] = {}
    for (column, row), depth in zip(cells[around].tolist(), middle[around, 2].tolist(), strict=True):
        front[column, row] = max(front.get((column, row), -np.inf), depth)
    for polygon in np.flatnonzero(around):
        column, row = cells[polygon].tolist()
        if middle[polygon, 2] < front[column, row] - _DEEP_M:
            parts[polygon] = INSIDE
    return parts
