# SPDX-License-Identifier: GPL-3.0-or-later
"""A head as arrays, with no more of it than a small picture of the face can show. NumPy only.

Y up, the face towards +Z, the head's left +X; metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...motion.face_track import FACE_INDEX
from .painting import HAIR, IRIS, LIPS, PUPIL, SKIN, UNSEEN, WHITE, painted_eyes, painted_mouth

_REACH = 1.4  # of the face's size about its middle: what lies farther away is not in the picture
_CELL, _FINE_CELL = 1 / 28, 1 / 75  # of the face's size
_STEPS = 5  # by which what opens is told from what stays
_LIDS = ("eyeBlinkLeft", "eyeBlinkRight")
_BEHIND = -0.35  # of the face's size: what looks backwards and lies farther back than that is never seen


@dataclass(frozen=True, eq=False)
class CropHead:
    """vertices: float32 (V, 3), about the middle between eyes and mouth. deltas: float32 (55, V, 3) of FACE_NAMES. corners: int (F, 4),
    -1 where a polygon has three. parts: int (F,), of `painting`. people: float32 (P, V, 3), other people's offsets, to be mixed. size:
    twice the distance between eyes and mouth, about from the brows to the chin."""

    vertices: np.ndarray
    deltas: np.ndarray
    corners: np.ndarray
    parts: np.ndarray
    people: np.ndarray
    size: float


def seen(
    vertices: np.ndarray, deltas: np.ndarray, corners: np.ndarray, parts: np.ndarray, people: np.ndarray | None
) -> CropHead:
    """About the middle of the face, without what cannot be in a picture of it; eyes and mouth painted."""
    eyes, mouth = (_where(deltas, names) for names in (_LIDS, ("mouthPucker",)))
    size = 2.0 * float(np.linalg.norm((eyes - mouth) @ vertices))
    of_face = (eyes + mouth) / 2
    vertices = vertices - of_face @ vertices
    first, second, third = (vertices[corners[:, corner]] for corner in range(3))
    middle, normal = (first + second + third) / 3, np.cross(second - first, third - first)
    backwards = (normal[:, 2] < 0.0) & (middle[:, 2] < _BEHIND * size)
    near = np.abs(middle[:, :2]).max(1) < _REACH * size
    shown = near & ~backwards & (parts != UNSEEN)
    corners, parts = corners[shown], parts[shown]
    used = np.unique(corners[corners >= 0])
    places = np.full(len(vertices) + 1, -1)
    places[used] = np.arange(len(used))
    corners = places[corners]  # -1 takes the last, which stays -1
    vertices, deltas = vertices[used], deltas[:, used]
    parts = painted_mouth(vertices, deltas, corners, painted_eyes(vertices, deltas, corners, parts))
    others = np.zeros((1, len(used), 3))
    if people is not None:  # tall or short, their faces are in the middle
        others = (people - np.einsum("v,pvc->pc", of_face, people)[:, None])[:, used]
    return thinned(CropHead(vertices.astype(np.float32), deltas, corners, parts, others.astype(np.float32), size))


def thinned(head: CropHead) -> CropHead:
    """The head with vertices that lie together as one, coarse on hair and skull and fine where lids and lips move.

    A crop's pixel is as wide as a thirtieth of the face. What opens stays open: vertices are one only if shapes move them alike.
    """
    lids = np.linalg.norm(head.deltas[[FACE_INDEX[name] for name in _LIDS]], axis=-1).sum(0)
    jaw = np.linalg.norm(head.deltas[FACE_INDEX["jawOpen"]], axis=1)
    pucker = np.linalg.norm(head.deltas[FACE_INDEX["mouthPucker"]], axis=1)
    fine = (lids > 0.3 * lids.max()) | (pucker > 0.5 * pucker.max())
    part = np.zeros(len(head.vertices), int)
    for corner in range(3):
        part[head.corners[:, corner]] = head.parts
    fine = (fine & np.isin(part, (SKIN, LIPS))) | np.isin(part, (IRIS, PUPIL, WHITE))
    cell = head.size * np.where(fine, _FINE_CELL, np.where(part == HAIR, 2.0 * _CELL, _CELL))
    alike = [np.floor(head.vertices[:, axis] / cell) for axis in range(3)]
    alike += [np.rint(_STEPS * moved / moved.max()) for moved in (lids, jaw)]
    _, group = np.unique(np.stack([*alike, part, fine], 1).astype(int), axis=0, return_inverse=True)
    group = group.reshape(-1)
    counts = np.bincount(group)

    def mean(values: np.ndarray) -> np.ndarray:
        found = np.stack([np.bincount(group, values[:, axis]) for axis in range(3)], 1) / counts[:, None]
        return found.astype(np.float32)

    corners = np.where(head.corners >= 0, group[head.corners], -1)
    triangles = np.concatenate([corners[:, :3], corners[corners[:, 3] >= 0][:, [0, 2, 3]]])
    parts = np.concatenate([head.parts, head.parts[corners[:, 3] >= 0]])
    first, second, third = triangles.T
    whole = (first != second) & (second != third) & (first != third)
    triangles = np.concatenate([triangles[whole], np.full((int(whole.sum()), 1), -1)], 1)
    deltas, people = (np.stack([mean(one) for one in many]) for many in (head.deltas, head.people))
    return CropHead(mean(head.vertices), deltas, triangles, parts[whole], people, head.size)


def _where(deltas: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """(V,), of sum 1: which vertices some shapes move."""
    weights = np.square(np.linalg.norm(deltas[[FACE_INDEX[name] for name in names]], axis=-1).sum(0))
    return weights / weights.sum()
