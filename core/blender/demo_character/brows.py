# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyebrows: tapered ribbons that lie on the brow."""

from __future__ import annotations

import numpy as np

from .face_form import head_angles, head_ray, skin_distance
from .meshing import Faces, joined, reversed_faces
from .surfaces import gradient, march, normalized

HALF_HEIGHT = 0.0074  # of the ribbon where it is highest; a brow that is seen from afar carries an expression
ALONG, AROUND = 22, 8  # rings of vertices, vertices a ring; the sizes below are by eye, metres


def build_brows() -> tuple[np.ndarray, Faces, np.ndarray]:
    """(vertices (N, 3) in head space, metres; faces; the point (N, 3) of the skin that each vertex rides on)."""
    along = np.linspace(0.0, 1.0, ALONG)
    x = 0.0150 + 0.0530 * along
    z = 0.0440 + 0.0098 * np.sin(np.pi * np.clip(along * 0.86 + 0.02, 0, 1)) ** 1.1 - 0.0045 * along**2.2
    rays = head_ray(*head_angles(np.stack([x, np.full(ALONG, -0.093) + 0.012 * along, z], -1)))
    skin = march(skin_distance, np.zeros((ALONG, 3)), rays, 0.2)
    normal = gradient(skin_distance, skin)
    tangent = normalized(np.gradient(skin, axis=0))
    up = normalized(np.cross(tangent, normal))
    up *= np.sign(up[:, 2:3])
    half = HALF_HEIGHT * np.clip((along + 0.03) / 0.16, 0.05, 1.0) ** 0.5 * (1.0 - 0.82 * along**1.9)
    thick = 0.0031 * np.clip(half / HALF_HEIGHT, 0.3, 1.0)
    turn = 2 * np.pi * np.arange(AROUND) / AROUND
    rings = (
        skin[:, None]
        + half[:, None, None] * np.cos(turn)[None, :, None] * up[:, None]
        + (0.0006 + thick[:, None, None] * np.sin(turn)[None, :, None]) * normal[:, None]
    )
    left = rings.reshape(-1, 3)
    ends = np.stack([rings[0].mean(0) - 0.0014 * tangent[0], rings[-1].mean(0) + 0.003 * tangent[-1]])
    ride = np.concatenate([np.repeat(skin, AROUND, axis=0), skin[[0, -1]]])
    part = np.concatenate([left, ends])
    faces: Faces = [
        (AROUND * k + a, AROUND * k + (a + 1) % AROUND, AROUND * (k + 1) + (a + 1) % AROUND, AROUND * (k + 1) + a)
        for k in range(ALONG - 1)
        for a in range(AROUND)
    ]
    first, last = len(left), len(left) + 1
    faces += [(first, (a + 1) % AROUND, a) for a in range(AROUND)]
    start = AROUND * (ALONG - 1)
    faces += [(last, start + a, start + (a + 1) % AROUND) for a in range(AROUND)]
    both, faces = joined([(part, faces), (part * [-1, 1, 1], reversed_faces(faces))])
    return both, faces, np.concatenate([ride, ride * [-1, 1, 1]])
