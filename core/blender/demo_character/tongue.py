# SPDX-License-Identifier: GPL-3.0-or-later
"""The tongue: a tube about a centre line, which its shapes bend. Head space, metres; all sizes were set by eye."""

from __future__ import annotations

import numpy as np

from . import proportions as p
from .meshing import Faces

TONGUE_ALONG = 22
TONGUE_AROUND = 20
TONGUE_LENGTH = 0.048  # metres


def tongue_surface(line: np.ndarray) -> np.ndarray:
    """The tongue's vertices (N, 3) about a centre line: (TONGUE_ALONG, 2) of (y, z), metres, root first."""
    tangent = np.gradient(line, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], -1)  # up, for a tongue that points to -y
    along = np.linspace(0.0, 1.0, len(line))
    width = (
        0.0165
        * (0.80 + 0.28 * np.sin(np.pi * np.clip(along * 0.9 + 0.02, 0, 1)))
        * np.sqrt(np.clip(1.0 - along**9, 0.0, 1.0))
    )
    thick = 0.0058 * (1.15 - 0.45 * along) * np.sqrt(np.clip(1.0 - along**8, 0.0, 1.0))
    turn = 2 * np.pi * np.arange(TONGUE_AROUND) / TONGUE_AROUND
    across = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.8
    groove = -0.0016 * np.exp(-((across / 0.22) ** 2)) * (np.sin(turn) > 0)
    rings = []
    for at, up, w, t in zip(line, normal, width, thick):
        height = t * np.sin(turn) + groove * (t / 0.006)
        rings.append(np.stack([w * across, at[0] + up[0] * height, at[1] + up[1] * height], -1))
    return np.concatenate([*rings, [[0.0, line[-1, 0], line[-1, 1]]]])


def tongue_line(name: str = "") -> np.ndarray:
    """Centre line (TONGUE_ALONG, 2) of (y, z), metres, at rest or in one of the tongue's shapes, jaw closed."""
    along = np.linspace(0.0, 1.0, TONGUE_ALONG)
    tip = float(p.teeth_arch(0.0)) + 0.0085
    y = tip + TONGUE_LENGTH * (1.0 - along)
    z = p.MOUTH_Z - 0.0068 + 0.0016 * np.sin(np.pi * along) - 0.012 * (1 - along) ** 3

    def bump(center: float, width: float) -> np.ndarray:
        return np.exp(-(((along - center) / width) ** 2))

    if name == "tongueOut":
        reach = along**1.3
        y = y - 0.046 * reach
        z = z + 0.0062 * bump(0.62, 0.22) - 0.011 * np.clip((along - 0.66) / 0.34, 0, 1) ** 1.6
    elif name == "tongueTipUp":
        lift = np.clip((along - 0.45) / 0.55, 0, 1) ** 1.5
        z = z + 0.0125 * lift
        y = y - 0.0020 * lift
    elif name == "tongueBodyUp":
        z = z + 0.0110 * bump(0.55, 0.28)
        y = y - 0.0030 * bump(0.7, 0.3)
    elif name == "tongueBackUp":
        z = z + 0.0130 * bump(0.22, 0.24)
        y = y + 0.0050 * along
    return np.stack([y, z], -1)


def build_tongue() -> tuple[np.ndarray, Faces]:
    """(vertices (N, 3) in head space, faces) at rest."""
    vertices = tongue_surface(tongue_line())
    n = TONGUE_AROUND
    faces: Faces = [
        (n * k + a, n * k + (a + 1) % n, n * k + n + (a + 1) % n, n * k + n + a)
        for k in range(TONGUE_ALONG - 1)
        for a in range(n)
    ]
    last = n * (TONGUE_ALONG - 1)
    faces += [(last + a, last + (a + 1) % n, len(vertices) - 1) for a in range(n)]
    return vertices, faces
