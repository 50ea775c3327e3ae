# SPDX-License-Identifier: GPL-3.0-or-later
"""Teeth with gums (the lips belong to the head's surface). Head space, metres."""

from __future__ import annotations

import numpy as np

from . import proportions as p
from .meshing import Faces, joined, reversed_faces

ENAMEL, GUM = 0, 1
UPPER_EDGE = p.MOUTH_Z - 0.0022  # where the upper teeth end
LOWER_EDGE = p.MOUTH_Z - 0.0028
LOWER_BEHIND = 0.0028
# (width, height) from the middle outward, metres, by eye
UPPER_TEETH = (
    (0.0074, 0.0094),
    (0.0060, 0.0086),
    (0.0058, 0.0090),
    (0.0056, 0.0080),
    (0.0058, 0.0074),
    (0.0070, 0.0070),
)
LOWER_TEETH = (
    (0.0050, 0.0078),
    (0.0052, 0.0078),
    (0.0056, 0.0080),
    (0.0056, 0.0074),
    (0.0060, 0.0070),
    (0.0070, 0.0068),
)


def _tooth(width: float, height: float, depth: float) -> tuple[np.ndarray, Faces]:
    """A rounded block about the origin: a superellipsoid on a grid of 12 by 8."""
    around = 2 * np.pi * np.arange(12) / 12
    over = np.linspace(-np.pi / 2, np.pi / 2, 8)[1:-1]

    def power(value: np.ndarray, exponent: float) -> np.ndarray:
        return np.sign(value) * np.abs(value) ** exponent

    ring = []
    for o in over:
        flat = power(np.cos(o), 0.36)
        ring.append(
            np.stack(
                [
                    0.5 * width * flat * power(np.cos(around), 0.42),
                    0.5 * depth * flat * power(np.sin(around), 0.55),
                    np.full(12, 0.5 * height * power(np.sin(o), 0.6)),
                ],
                -1,
            )
        )
    vertices = np.concatenate([[[0, 0, -height / 2]], *ring, [[0, 0, height / 2]]])
    faces: Faces = [(0, 1 + (a + 1) % 12, 1 + a) for a in range(12)]
    for k in range(len(over) - 1):
        for a in range(12):
            b = (a + 1) % 12
            faces.append((1 + 12 * k + a, 1 + 12 * k + b, 13 + 12 * k + b, 13 + 12 * k + a))
    last = 1 + 12 * (len(over) - 1)
    faces += [(last + a, last + (a + 1) % 12, last + 12) for a in range(12)]
    return vertices, faces


def _arch(steps: int, behind: float) -> tuple[np.ndarray, np.ndarray]:
    """Points along the arch and the distance walked from the middle (left half, x >= 0), metres, in top view."""
    x = 0.0245 * np.sin(np.linspace(0, np.pi / 2, steps))
    y = p.teeth_arch(x, behind)
    straight = np.linspace(0, 0.022, 12)[1:]
    x = np.concatenate([x, x[-1] + 0.06 * straight])
    y = np.concatenate([y, y[-1] + straight])
    points = np.stack([x, y], -1)
    walked = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    return points, walked


def _row(points: np.ndarray, walked: np.ndarray, is_lower: bool) -> list[tuple[np.ndarray, Faces]]:
    """The teeth of one jaw along its arch, each followed by its mirror image."""
    up = -1.0 if is_lower else 1.0
    teeth, edge = (LOWER_TEETH, LOWER_EDGE) if is_lower else (UPPER_TEETH, UPPER_EDGE)
    parts = []
    place = 0.0
    for width, height in teeth:
        place += width / 2
        x, y = (np.interp(place, walked, points[:, axis]) for axis in (0, 1))
        x2, y2 = (np.interp(place + 1e-4, walked, points[:, axis]) for axis in (0, 1))
        tangent = np.array([x2 - x, y2 - y]) / np.hypot(x2 - x, y2 - y)
        shape, faces = _tooth(width * 1.08, height * 1.5, 0.0062)
        turned = shape.copy()
        turned[:, 0] = shape[:, 0] * tangent[0] - shape[:, 1] * tangent[1] + x - 0.0031 * tangent[1]
        turned[:, 1] = shape[:, 0] * tangent[1] + shape[:, 1] * tangent[0] + y + 0.0031 * tangent[0]
        shorter = up * (0.0004 if width == teeth[1][0] else 0.0)  # the second one, and what has its width
        turned[:, 2] = shape[:, 2] * -up + edge + up * (height * 0.75) + shorter
        other = reversed_faces(faces)
        parts.append((turned, faces if is_lower else other))
        parts.append((turned * [-1, 1, 1], other if is_lower else faces))
        place += width / 2
    return parts


def _gum(points: np.ndarray, height: float) -> tuple[np.ndarray, Faces]:
    """A tube along the arch at a height."""
    every = points[::4]
    line = np.concatenate([every[:0:-1] * [-1, 1], every])
    tangent = np.gradient(line, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    outward = np.stack([tangent[:, 1], -tangent[:, 0]], -1)
    around = 2 * np.pi * np.arange(10) / 10
    tube = []
    for at, out in zip(line, outward):
        center = at - 0.0031 * out
        tube.append(
            np.stack(
                [
                    center[0] + out[0] * 0.0042 * np.cos(around),
                    center[1] + out[1] * 0.0042 * np.cos(around),
                    height + 0.0042 * np.sin(around),
                ],
                -1,
            )
        )
    faces: Faces = [
        (10 * k + a, 10 * k + 10 + a, 10 * k + 10 + (a + 1) % 10, 10 * k + (a + 1) % 10)
        for k in range(len(line) - 1)
        for a in range(10)
    ]
    return np.concatenate(tube), faces


def build_teeth() -> tuple[np.ndarray, Faces, list[int], np.ndarray]:
    """(vertices (N, 3), faces, material of each face, (N,) True where the vertex belongs to the lower jaw)."""
    parts: list[tuple[np.ndarray, Faces]] = []
    materials: list[int] = []
    lower = []
    for is_lower, teeth, edge, behind, up in (
        (False, UPPER_TEETH, UPPER_EDGE, 0.0, 1.0),
        (True, LOWER_TEETH, LOWER_EDGE, LOWER_BEHIND, -1.0),
    ):
        points, walked = _arch(60, behind)
        row = _row(points, walked, is_lower)
        gum = _gum(points, edge + up * (teeth[0][1] + 0.0022))
        parts += [*row, gum]
        for _, faces in row:
            materials += [ENAMEL] * len(faces)
        materials += [GUM] * len(gum[1])
        lower.append(np.full(sum(len(vertices) for vertices, _ in [*row, gum]), is_lower))
    vertices, faces = joined(parts)
    return vertices, faces, materials, np.concatenate(lower)
