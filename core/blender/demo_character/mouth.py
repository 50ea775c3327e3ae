# SPDX-License-Identifier: GPL-3.0-or-later
"""Teeth with gums, and the tongue (the lips belong to the head's surface)."""

from __future__ import annotations

import numpy as np

from . import proportions as p

ENAMEL, GUM = 0, 1
UPPER_EDGE = p.MOUTH_Z - 0.0022  # where the upper teeth end
LOWER_EDGE = p.MOUTH_Z - 0.0028
LOWER_BEHIND = 0.0028
# widths from the middle outward, heights
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


def _tooth(width: float, height: float, depth: float) -> tuple[np.ndarray, list]:
    """A rounded block about the origin: a superellipsoid on a grid of 12 by 8."""
    around = 2 * np.pi * np.arange(12) / 12
    over = np.linspace(-np.pi / 2, np.pi / 2, 8)[1:-1]

    def power(value, exponent):
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
    faces = [(0, 1 + (a + 1) % 12, 1 + a) for a in range(12)]
    for k in range(len(over) - 1):
        for a in range(12):
            b = (a + 1) % 12
            faces.append((1 + 12 * k + a, 1 + 12 * k + b, 13 + 12 * k + b, 13 + 12 * k + a))
    last = 1 + 12 * (len(over) - 1)
    faces += [(last + a, last + (a + 1) % 12, last + 12) for a in range(12)]
    return vertices, faces


def _arch(steps: int, behind: float) -> tuple[np.ndarray, np.ndarray]:
    """Points along the arch and the distance walked from the middle (left half, x >= 0)."""
    x = 0.0245 * np.sin(np.linspace(0, np.pi / 2, steps))
    y = p.teeth_arch(x, behind)
    straight = np.linspace(0, 0.022, 12)[1:]
    x = np.concatenate([x, x[-1] + 0.06 * straight])
    y = np.concatenate([y, y[-1] + straight])
    points = np.stack([x, y], -1)
    walked = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    return points, walked


def build_teeth() -> tuple[np.ndarray, list, list, np.ndarray]:
    """(vertices in head space, faces, materials, True where the vertex belongs to the lower jaw)."""
    vertices, faces, materials, lower = [], [], [], []
    count = 0

    def add(part, part_faces, material, is_lower, flip=False):
        nonlocal count
        vertices.append(part)
        faces.extend(tuple(i + count for i in (f[::-1] if flip else f)) for f in part_faces)
        materials.extend([material] * len(part_faces))
        lower.append(np.full(len(part), is_lower))
        count += len(part)

    for is_lower, teeth, edge, behind, up in (
        (False, UPPER_TEETH, UPPER_EDGE, 0.0, 1.0),
        (True, LOWER_TEETH, LOWER_EDGE, LOWER_BEHIND, -1.0),
    ):
        points, walked = _arch(60, behind)
        place = 0.0
        for width, height in teeth:
            place += width / 2
            x, y = (np.interp(place, walked, points[:, axis]) for axis in (0, 1))
            x2, y2 = (np.interp(place + 1e-4, walked, points[:, axis]) for axis in (0, 1))
            tangent = np.array([x2 - x, y2 - y]) / np.hypot(x2 - x, y2 - y)
            shape, shape_faces = _tooth(width * 1.08, height * 1.5, 0.0062)
            turned = shape.copy()
            turned[:, 0] = shape[:, 0] * tangent[0] - shape[:, 1] * tangent[1] + x - 0.0031 * tangent[1]
            turned[:, 1] = shape[:, 0] * tangent[1] + shape[:, 1] * tangent[0] + y + 0.0031 * tangent[0]
            turned[:, 2] = (
                shape[:, 2] * -up + edge + up * (height * 0.75) + up * (0.0004 if width == teeth[1][0] else 0.0)
            )
            add(turned, shape_faces, ENAMEL, is_lower, flip=up > 0)
            add(turned * [-1, 1, 1], shape_faces, ENAMEL, is_lower, flip=up < 0)
            place += width / 2
        # gum: a tube along the arch
        every = points[::4]
        line = np.concatenate([every[:0:-1] * [-1, 1], every])
        tangent = np.gradient(line, axis=0)
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        outward = np.stack([tangent[:, 1], -tangent[:, 0]], -1)
        around = 2 * np.pi * np.arange(10) / 10
        tube = []
        height = edge + up * (teeth[0][1] + 0.0022)
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
        n = len(line)
        tube_faces = [
            (10 * k + a, 10 * k + 10 + a, 10 * k + 10 + (a + 1) % 10, 10 * k + (a + 1) % 10)
            for k in range(n - 1)
            for a in range(10)
        ]
        add(np.concatenate(tube), tube_faces, GUM, is_lower)
    return np.concatenate(vertices), faces, materials, np.concatenate(lower)


TONGUE_ALONG = 22
TONGUE_AROUND = 20
TONGUE_LENGTH = 0.048


def tongue_surface(line: np.ndarray) -> np.ndarray:
    """The tongue's vertices about a centre line: (TONGUE_ALONG, 2) of (y, z), root first."""
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
    """Centre line (y, z) of the tongue at rest or in one of its shapes, head space, jaw closed."""
    along = np.linspace(0.0, 1.0, TONGUE_ALONG)
    tip = float(p.teeth_arch(0.0)) + 0.0085
    y = tip + TONGUE_LENGTH * (1.0 - along)
    z = p.MOUTH_Z - 0.0068 + 0.0016 * np.sin(np.pi * along) - 0.012 * (1 - along) ** 3
    bump = lambda center, width: np.exp(-(((along - center) / width) ** 2))  # noqa: E731
    if name == "tongueOut":
        reach = along**1.3
        y = y - 0.046 * reach
        z = z + 0.0062 * np.exp(-(((along - 0.62) / 0.22) ** 2)) - 0.011 * np.clip((along - 0.66) / 0.34, 0, 1) ** 1.6
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


def build_tongue() -> tuple[np.ndarray, list]:
    vertices = tongue_surface(tongue_line())
    n = TONGUE_AROUND
    faces = [
        (n * k + a, n * k + (a + 1) % n, n * k + n + (a + 1) % n, n * k + n + a)
        for k in range(TONGUE_ALONG - 1)
        for a in range(n)
    ]
    last = n * (TONGUE_ALONG - 1)
    faces += [(last + a, last + (a + 1) % n, len(vertices) - 1) for a in range(n)]
    return vertices, faces
