# SPDX-License-Identifier: GPL-3.0-or-later
"""The loops of vertices from the skin over the eyelids to their edges and behind them. Head space, metres."""

from __future__ import annotations

import numpy as np

from . import proportions as p
from .face_form import eye_ray, face_distance, head_angles, head_ray
from .surfaces import march

LID_SKIN_LOOPS = 7
EDGE_LOOP = LID_SKIN_LOOPS + 2  # the lid edge that meets the other lid


def lid_along(count: int) -> tuple[np.ndarray, np.ndarray]:
    """For each of `count` columns of a loop: (1 outer to -1 inner corner, +1 upper, -1 lower lid, 0 corner)."""
    turn = 2 * np.pi * np.arange(count) / count
    return np.cos(turn), np.sign(np.round(np.sin(turn), 9))


def eye_loops(border: np.ndarray) -> list[np.ndarray]:
    """Loops (N, 3) from the hole's border (N, 3) to the lid edges and behind them, left eye."""
    along, side = lid_along(len(border))
    azimuth, upper, lower = p.lid_opening(along)
    elevation = np.where(side > 0, upper, np.where(side < 0, lower, 0.5 * (upper + lower)))
    middle = np.radians(4.0), np.radians(-1.0)
    grow_a, grow_e = azimuth - middle[0], elevation - middle[1]
    size = np.hypot(grow_a, grow_e)

    def edge(grow: float, reach: float) -> np.ndarray:
        """The opening, wider by `grow` degrees, at `reach` times the eye's radius."""
        a = azimuth + np.radians(grow) * grow_a / size
        e = elevation + np.radians(grow) * grow_e / size
        return p.EYE + p.EYE_RADIUS * reach * eye_ray(a, e)

    start, end = head_angles(border), head_angles(edge(3.0, p.LID_RADIUS))
    loops = []
    for k in range(1, LID_SKIN_LOOPS + 1):
        s = (k / LID_SKIN_LOOPS) ** 0.85
        rays = head_ray(start[0] + (end[0] - start[0]) * s, start[1] + (end[1] - start[1]) * s)
        loops.append(march(face_distance, np.zeros_like(rays), rays, 0.2, 0.06))
    for grow, reach in (
        (0.6, p.LID_RADIUS - 0.012),
        (0.0, p.LID_RADIUS - 0.045),
        (0.0, p.LID_INNER),
        (3.5, p.LID_INNER - 0.005),
    ):
        loops.append(edge(grow, reach))
    return loops
