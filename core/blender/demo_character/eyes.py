# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyeballs (white, limbus, iris, pupil by rings about the line of sight, a catchlight) and lashes."""

from __future__ import annotations

import numpy as np

from . import proportions as p
from .face_form import eye_ray
from .head import HeadMesh
from .meshing import Faces, joined, reversed_faces
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


def build_eye() -> tuple[np.ndarray, Faces, list[int]]:
    """Left eyeball: (vertices (N, 3) in head space, metres; faces; material of each)."""
    turn = 2 * np.pi * np.arange(AROUND) / AROUND
    vertices = [p.EYE + p.EYE_RADIUS * np.array([[0.0, -0.965, 0.0]])]
    faces: Faces = []
    materials: list[int] = []
    count = 1
    previous = np.zeros(AROUND, int)  # the innermost ring closes at the eye's front, vertex 0
    for degrees, factor, material in RINGS:
        angle = np.radians(degrees)
        ring = np.stack(
            [np.sin(angle) * np.cos(turn), np.full(AROUND, -np.cos(angle)), np.sin(angle) * np.sin(turn)], -1
        )
        vertices.append(p.EYE + p.EYE_RADIUS * factor * ring)
        index = count + np.arange(AROUND)
        for a in range(AROUND):
            b = (a + 1) % AROUND
            closes = count == 1
            faces.append((index[a], index[b], 0) if closes else (index[a], index[b], previous[b], previous[a]))
            materials.append(material)
        previous = index
        count += AROUND
    vertices.append(p.EYE + p.EYE_RADIUS * np.array([[0.0, 1.0, 0.0]]))
    for a in range(AROUND):
        faces.append((count, previous[(a + 1) % AROUND], previous[a]))
        materials.append(WHITE)
    return np.concatenate(vertices), faces, materials


def catchlight(side: int) -> tuple[np.ndarray, Faces]:
    """The reflection of the key light: small discs that stay where they are when the eye turns."""
    vertices: list[np.ndarray] = []
    faces: Faces = []
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


def build_pair() -> tuple[np.ndarray, Faces, list[int], np.ndarray, np.ndarray]:
    """Both eyes.

    Returns:
        (vertices (N, 3) in head space, metres; faces; material of each; side (N,) +1/-1 of each vertex; (N,) whether it
        turns with the gaze).
    """
    left, left_faces, left_materials = build_eye()
    parts: list[tuple[np.ndarray, Faces]] = []
    materials: list[int] = []
    sides, turns = [], []
    for side in (1, -1):
        light, light_faces = catchlight(side)
        vertices, faces = joined([(left, left_faces), (light, light_faces)])
        parts.append((vertices * [side, 1, 1], faces if side > 0 else reversed_faces(faces)))
        materials += left_materials + [CATCHLIGHT] * len(light_faces)
        sides.append(np.full(len(vertices), side))
        turns.append(np.arange(len(vertices)) < len(left))
    vertices, faces = joined(parts)
    return vertices, faces, materials, np.concatenate(sides), np.concatenate(turns)


def build_lashes(head: HeadMesh) -> tuple[np.ndarray, Faces, np.ndarray]:
    """Upper lashes as one dark tapered ribbon a lid.

    Returns:
        (vertices (N, 3) in head space, metres; faces; index (N,) of the head's vertex that each one follows).
    """
    vertices, follow = [], []
    faces: Faces = []
    offset = 0
    for side in (1, -1):
        edge = head.lid_rings[side][-4]  # where the lid's skin ends
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
