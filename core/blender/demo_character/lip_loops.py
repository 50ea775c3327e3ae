# SPDX-License-Identifier: GPL-3.0-or-later
"""The loops of vertices from the skin over the lips into the mouth. Head space, metres."""

from __future__ import annotations

import numpy as np

from . import proportions as p
from .face_form import LIP_LINE, LIPS, MOUTH_INSIDE, SKIN, front_surface, head_angles, head_ray, skin_distance
from .surfaces import gradient, march

# Mouth loops: (part of the lip's height, forward in mm, material of the band that leads to it)
LIP_PROFILE = (
    (1.00, 0.9, SKIN),
    (0.90, 2.0, LIPS),
    (0.70, 3.1, LIPS),
    (0.48, 3.7, LIPS),
    (0.27, 3.5, LIPS),
    (0.10, 2.3, LIPS),
    (0.0, 0.7, LIP_LINE),
    (0.0, -1.3, LIP_LINE),
    (0.10, -3.2, MOUTH_INSIDE),
    (0.55, -5.0, MOUTH_INSIDE),
)
SKIN_LOOPS = 5
CONTACT_LOOPS = (SKIN_LOOPS + 6, SKIN_LOOPS + 7)  # where the closed lips touch
BORDER_LOOP = SKIN_LOOPS  # the rim of the red
# Behind the lips: (half width, half height, behind the teeth's front; metres) of the loops round the mouth's inside.
BAG = ((0.0275, 0.016, -0.0025), (0.0310, 0.024, 0.010), (0.0300, 0.026, 0.032), (0.0180, 0.018, 0.056))


def lip_across(count: int) -> tuple[np.ndarray, np.ndarray]:
    """For each of the `count` columns of a mouth loop: (x / half width, +1 upper, -1 lower, 0 corner)."""
    turn = 2 * np.pi * np.arange(count) / count
    side = np.sign(np.round(np.sin(turn), 9))
    across = np.cos(turn)
    return across, side


def lip_point(across: np.ndarray, side: np.ndarray, part: float, forward: float) -> np.ndarray:
    """One loop of the lips.

    Args:
        across, side: (N,) columns, as `lip_across` gives them.
        part: of the lip's height away from the meeting line.
        forward: metres before the face.

    Returns:
        (N, 3) points in head space, metres.
    """
    height = np.where(side >= 0, p.upper_lip_height(across), p.lower_lip_height(across))
    z = p.mouth_line(across) + side * part * height
    x = p.MOUTH_HALF_WIDTH * across
    base = front_surface(x, p.mouth_line(across) + side * min(part, 1.0) * height)
    full = np.clip(1.0 - np.abs(across) ** 2.5, 0.0, 1.0) ** 0.7
    fuller = np.where(side < 0, 1.12, 1.0)
    # At the corners the loops close up and tuck in a little.
    out = (
        forward * full * np.where(forward > 0, fuller, 1.0)
        - 0.0012 * (1.0 - full)
        + np.minimum(forward, 0.0) * (1 - full) * 0.6
    )
    normal = gradient(skin_distance, base)
    normal[:, 2] *= 0.3
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    point = base + out[:, None] * normal
    point[:, 2] += z - base[:, 2]
    return point


def mouth_loops(border: np.ndarray) -> list[tuple[np.ndarray, int]]:
    """From the hole's border (N, 3) into the mouth; of each loop (positions (N, 3), material of the band to them)."""
    across, side = lip_across(len(border))
    red = [lip_point(across, side, part, forward * 1e-3) for part, forward, _ in LIP_PROFILE]
    full = np.clip(1.0 - np.abs(across) ** 2.5, 0.0, 1.0)
    # Skin from the hole's border to the red: angles from the head's centre, then onto the surface.
    start, end = head_angles(border), head_angles(red[0])
    loops = []
    for k in range(1, SKIN_LOOPS + 1):
        s = (k / (SKIN_LOOPS + 1)) ** 0.9
        rays = head_ray(start[0] + (end[0] - start[0]) * s, start[1] + (end[1] - start[1]) * s)
        point = march(skin_distance, np.zeros_like(rays), rays, 0.2, 0.06)
        lift = 0.9e-3 * max(0.0, (s - 0.35) / 0.65) ** 2  # rise towards the red's rim
        loops.append((point + lift * full[:, None] * gradient(skin_distance, point), SKIN))
    loops += [(positions, material) for positions, (_, _, material) in zip(red, LIP_PROFILE)]
    turn = 2 * np.pi * np.arange(len(border)) / len(border)
    for width, height, behind in BAG:
        x = width * np.cos(turn)
        depth = p.teeth_arch(np.minimum(np.abs(x), 0.024), behind)
        loops.append((np.stack([x, depth, p.MOUTH_Z + height * np.sin(turn)], -1), MOUTH_INSIDE))
    twin = (len(border) // 2 - np.arange(len(border))) % len(border)
    return [
        (0.5 * (positions + positions[twin] * [-1, 1, 1]), material) for positions, material in loops
    ]  # exactly symmetric
