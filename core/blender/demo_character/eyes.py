# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyeballs (white, limbus, iris, pupil by rings about the line of sight, a catchlight) and lashes."""

from __future__ import annotations

import numpy as np

from . import proportions as p
from .head import HeadMesh, eye_ray
from .surfaces import normalized

WHITE, LIMBUS, IRIS, IRIS_LIGHT, PUPIL, CATCHLIGHT = range(6)
AROUND = 40
# (angle from the line of sight in degrees, radius factor, material of the band that ends there)
RINGS = (
    (6.0, 0.965, PUPIL),
    (12.0, 0.965, PUPIL),
    (12.6, 0.967, IRIS),
    (17.0, 0.966, IRIS_LIGHT),
    (22.0, 0.968, IRIS_LIGHT),
    (26.0, 0.975, IRIS),
    (28.5, 0.990, LIMBUS),
    (30.0, 1.0, LIMBUS),
    (35.0, 1.0, WHITE),
    (42.0, 1.0, WHITE),
    (50.0, 1.0, WHITE),
    (60.0, 1.0, WHITE),
    (72.0, 1.0, WHITE),
    (87.0, 1.0, WHITE),
    (107.0, 1.0, WHITE),
    (130.0, 1.0, WHITE),
    (155.0, 1.0, WHITE),
)


def build_eye() -> tuple[np.ndarray, list, list, int]:
    """Left eyeball in head space: (vertices, faces, materials, count of the vertices that turn)."""
    turn = 2 * np.pi * np.arange(AROUND) / AROUND
    vertices = [p.EYE + p.EYE_RADIUS * np.array([[0.0, -0.965, 0.0]])]
    faces, materials = [], []
    count = 1
    previous = None
    for degrees, factor, material in RINGS:
        angle = np.radians(degrees)
        ring = np.stack(
            [np.sin(angle) * np.cos(turn), np.full(AROUND, -np.cos(angle)), np.sin(angle) * np.sin(turn)], -1
        )
        vertices.append(p.EYE + p.EYE_RADIUS * factor * ring)
        index = count + np.arange(AROUND)
        for a in range(AROUND):
            b = (a + 1) % AROUND
            faces.append(
                (0, index[b], index[a])[::-1]
                if previous is None
                else (previous[a], previous[b], index[b], index[a])[::-1]
            )
            materials.append(material)
        previous = index
        count += AROUND
    vertices.append(p.EYE + p.EYE_RADIUS * np.array([[0.0, 1.0, 0.0]]))
    for a in range(AROUND):
        faces.append((previous[a], previous[(a + 1) % AROUND], count)[::-1])
        materials.append(WHITE)
    return np.concatenate(vertices), faces, materials, count + 1


def catchlight(side: int) -> tuple[np.ndarray, list]:
    """The reflection of the key light: small discs that stay where they are when the eye turns."""
    vertices, faces = [], []
    count = 0
    for degrees_out, degrees_up, size in ((7.5 * side, 9.5, 3.6), (-6.0 * side, -7.5, 1.5)):
        center = eye_ray(np.radians(degrees_out), np.radians(degrees_up))
        across = normalized(np.cross([0.0, 0.0, 1.0], center))
        up = np.cross(center, across)
        rim = 2 * np.pi * np.arange(16) / 16
        disc = normalized(
            center + np.tan(np.radians(size)) * (np.cos(rim)[:, None] * across + np.sin(rim)[:, None] * up)
        )
        vertices.append(p.EYE + p.EYE_RADIUS * 1.006 * np.concatenate([center[None], disc]))
        for a in range(16):
            faces.append((count, count + 1 + a, count + 1 + (a + 1) % 16))
        count += 17
    return np.concatenate(vertices), faces


def build_pair() -> tuple[np.ndarray, list, list, np.ndarray, np.ndarray]:
    """Both eyes: (vertices, faces, materials, side +1/-1 of each vertex, whether it turns with the gaze)."""
    left, left_faces, left_materials, turning = build_eye()
    vertices, faces, materials, sides, turns = [], [], [], [], []
    offset = 0
    for side in (1, -1):
        light, light_faces = catchlight(side)
        part = np.concatenate([left, light]) * [side, 1, 1]
        own = [tuple(i + offset for i in (f if side > 0 else f[::-1])) for f in left_faces]
        own += [tuple(i + offset + len(left) for i in (f if side > 0 else f[::-1])) for f in light_faces]
        vertices.append(part)
        faces += own
        materials += left_materials + [CATCHLIGHT] * len(light_faces)
        sides.append(np.full(len(part), side))
        turns.append(np.arange(len(part)) < len(left))
        offset += len(part)
    return np.concatenate(vertices), faces, materials, np.concatenate(sides), np.concatenate(turns)


def build_lashes(head: HeadMesh) -> tuple[np.ndarray, list, np.ndarray]:
    """Upper lashes as one dark tapered ribbon a lid: (vertices, faces, index of the lid-edge vertex that each one follows)."""
    vertices, faces, follow = [], [], []
    offset = 0
    for side in (1, -1):
        edge = head.lid_rings[side][-4]
        half = len(edge) // 2
        upper = edge[0:half]
        root = head.vertices[upper]
        local = (root - p.EYE * [side, 1, 1]) * [side, 1, 1]
        along = np.linspace(1.0, -1.0, len(upper))
        out = normalized(local)
        taper = np.clip((along + 1.0) / 0.35, 0.06, 1.0)[:, None]
        size = 0.0062 * (0.06 + 0.94 * np.clip((along + 0.85) / 1.6, 0, 1) ** 1.2)
        tip = local + size[:, None] * normalized(
            out * [0.9, 1.0, 0.5] + np.array([0.0, -0.10, 0.62]) + np.outer(np.clip(along, 0, 1), [0.8, 0.0, 0.25])
        )
        low = local + taper * (0.0012 * out - [0, 0, 0.0004])
        high = local + taper * (0.0011 * out + np.array([0, 0, 0.0016]))
        strips = [low, tip, high, local - 0.0008 * taper * out]
        for strip in strips:
            vertices.append((strip + p.EYE) * [side, 1, 1])
            follow.append(upper)
        n = len(upper)
        for k in range(4):
            for i in range(n - 1):
                a, b = offset + k * n + i, offset + ((k + 1) % 4) * n + i
                quad = (a, b, b + 1, a + 1)
                faces.append(quad if side > 0 else quad[::-1])
        offset += 4 * n
    return np.concatenate(vertices), faces, np.concatenate(follow)
