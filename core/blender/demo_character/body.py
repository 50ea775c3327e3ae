# SPDX-License-Identifier: GPL-3.0-or-later
"""Clothes and shoes: smooth implicit forms about the skeleton, meshed by surface nets."""
from __future__ import annotations

import numpy as np

from . import skeleton as k
from .surfaces import along_axis, capsule, cut, ellipsoid, join, length, mirrored, surface_net

SWEATER, RIB, TROUSERS, SHOES, SOLES = range(5)


def _ring(points, center, major, minor, squash=1.0):
    """A horizontal torus, `squash` narrower in y."""
    local = points - np.asarray(center)
    around = np.hypot(local[:, 0], local[:, 1] / squash) - major
    return np.hypot(around, local[:, 2]) - minor


def sweater_distance(points: np.ndarray) -> np.ndarray:
    q = mirrored(points)
    d = ellipsoid(q, (0, 0.020, 1.110), (0.1400, 0.0900, 0.1350))
    d = join(d, ellipsoid(q, (0, 0.016, 0.930), (0.1220, 0.0870, 0.1700)), 0.06)
    d = join(d, ellipsoid(q, (0, 0.020, 0.850), (0.1360, 0.0980, 0.0900)), 0.05)
    d = join(d, capsule(q, (0.0, 0.026, 1.196), k.LEFT_SHOULDER - [0.010, 0, 0.004], 0.0560, 0.0500), 0.05)
    arm = capsule(q, k.LEFT_SHOULDER, k.LEFT_ELBOW, 0.0500, 0.0440)
    cuff = k.LEFT_ELBOW + 0.90 * (k.LEFT_WRIST - k.LEFT_ELBOW)
    arm = join(arm, capsule(q, k.LEFT_ELBOW, cuff, 0.0440, 0.0430), 0.020)
    d = join(d, arm, 0.030)
    d = cut(d, q[:, 2] - 0.795, 0.012)
    d = join(d, _ring(q, (0, 0.020, 0.806), 0.1285, 0.0110, 0.75), 0.010)
    # cuffs
    along = (k.LEFT_WRIST - k.LEFT_ELBOW) / np.linalg.norm(k.LEFT_WRIST - k.LEFT_ELBOW)
    local = q - (cuff + 0.018 * along)
    reach = along_axis(local, along)
    out = length(local - reach[:, None] * along)
    band = np.maximum(np.abs(reach) - 0.013, out - 0.0335)
    d = join(d, band - 0.004, 0.008)
    # collar
    d = join(d, _ring(q, (0, 0.028, 1.262), 0.0500, 0.0115, 0.96), 0.012)
    d = join(d, _ring(q, (0, 0.028, 1.247), 0.0560, 0.0150, 0.96), 0.020)
    return d


def trousers_distance(points: np.ndarray) -> np.ndarray:
    q = mirrored(points)
    d = ellipsoid(q, (0, 0.020, 0.815), (0.1240, 0.0880, 0.0850))
    d = join(d, capsule(q, k.LEFT_HIP + [0, 0, -0.01], k.LEFT_KNEE, 0.0740, 0.0560), 0.040)
    d = join(d, capsule(q, k.LEFT_KNEE, k.LEFT_ANKLE + [0, 0, 0.035], 0.0560, 0.0500), 0.020)
    d = cut(d, q[:, 2] - 0.088, 0.010)
    return join(d, _ring(q, k.LEFT_ANKLE + [0, 0, 0.028], 0.0500, 0.0065), 0.008)


def shoes_distance(points: np.ndarray) -> np.ndarray:
    q = mirrored(points)
    x = k.LEFT_ANKLE[0]
    d = ellipsoid(q, (x, 0.030, 0.050), (0.0420, 0.0560, 0.0560))
    d = join(d, ellipsoid(q, (x + 0.004, -0.070, 0.034), (0.0460, 0.0720, 0.0380)), 0.030)
    d = join(d, ellipsoid(q, (x + 0.002, -0.010, 0.050), (0.0390, 0.0600, 0.0480)), 0.020)
    d = cut(d, q[:, 2] - 0.016, 0.006)
    sole = np.maximum(np.hypot((q[:, 0] - x - 0.003) / 0.049, (np.abs(q[:, 1] + 0.022) - 0.062).clip(0) / 0.058) * 0.049 - 0.049,
                      np.abs(q[:, 2] - 0.012) - 0.008) - 0.004
    return join(d, sole, 0.003)


def build_body() -> tuple[np.ndarray, list, list, np.ndarray]:
    """(vertices in figure space, quads, materials, which part each vertex belongs to: SWEATER, TROUSERS or SHOES)."""
    vertices, faces, materials, parts = [], [], [], []
    count = 0
    for part, distance, lower, upper, cell in (
            (SWEATER, sweater_distance, (-0.49, -0.115, 0.775), (0.49, 0.155, 1.295), 0.0085),
            (TROUSERS, trousers_distance, (-0.19, -0.095, 0.070), (0.19, 0.125, 0.915), 0.0090),
            (SHOES, shoes_distance, (-0.170, -0.155, -0.010), (0.170, 0.100, 0.120), 0.0070)):
        points, quads = surface_net(distance, lower, upper, cell)
        center = points[quads].mean(1)
        material = np.full(len(quads), part)
        if part == SWEATER:
            side = mirrored(center)
            along = (k.LEFT_WRIST - k.LEFT_ELBOW) / np.linalg.norm(k.LEFT_WRIST - k.LEFT_ELBOW)
            past = along_axis(side - k.LEFT_ELBOW, along) / np.linalg.norm(k.LEFT_WRIST - k.LEFT_ELBOW)
            rib = (past > 0.905) & (side[:, 0] > 0.3)
            rib |= (center[:, 2] < 0.822) & (np.abs(center[:, 0]) < 0.2)
            rib |= (center[:, 2] > 1.2515) & (np.hypot(center[:, 0], center[:, 1] - 0.028) < 0.075)
            material[rib] = RIB
        if part == SHOES:
            material[center[:, 2] < 0.022] = SOLES
        vertices.append(points)
        faces.append(quads + count)
        materials.append(material)
        parts.append(np.full(len(points), part))
        count += len(points)
    return np.concatenate(vertices), np.concatenate(faces), np.concatenate(materials), np.concatenate(parts)
