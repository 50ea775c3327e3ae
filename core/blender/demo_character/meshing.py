# SPDX-License-Identifier: GPL-3.0-or-later
"""Quad meshes of implicit surfaces by surface nets, and several parts joined to one mesh.

Surface nets: S. F. Gibson, "Constrained elastic surface nets", 1998; the form with one vertex a cell.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .surfaces import Distance, Point, gradient

Faces = list[tuple[int, ...]]  # vertex indices of each face, counter-clockwise seen from outside


def surface_net(distance: Distance, lower: Point, upper: Point, cell: float) -> tuple[np.ndarray, np.ndarray]:
    """Mesh the zero level inside a box.

    Args:
        distance: the form, negative inside.
        lower, upper: (3,) corners of the box, metres.
        cell: edge of a grid cell, metres.

    Returns:
        (vertices (N, 3) on the surface, quads (M, 4) of vertex indices, facing outward).
    """
    lower = np.asarray(lower, float)
    counts = np.ceil((np.asarray(upper, float) - lower) / cell).astype(int) + 1
    axes = [lower[axis] + cell * np.arange(counts[axis]) for axis in range(3)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    values = distance(grid.reshape(-1, 3)).reshape(counts)
    inside = values < 0.0
    cells = _surface_cells(inside)
    index = np.full(counts - 1, -1)
    index[tuple(cells.T)] = np.arange(len(cells))
    total, crossings = _edge_crossings(values, cells)
    quads = np.concatenate([_quads_across(inside, index, axis) for axis in range(3)])
    return _settled(distance, lower + cell * total / crossings[:, None], quads, cell), quads


def _surface_cells(inside: np.ndarray) -> np.ndarray:
    """Cells (N, 3) of the grid with corners on both sides of the surface."""
    x, y, z = inside.shape
    corner = [inside[i : x - 1 + i, j : y - 1 + j, k : z - 1 + k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]
    filled = np.sum(corner, axis=0)
    return np.argwhere((filled > 0) & (filled < 8))


def _edge_crossings(values: np.ndarray, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(sum (N, 3) of the places where a cell's edges cross the surface, in cells; how many do (N,))."""
    total = np.zeros((len(cells), 3))
    crossings = np.zeros(len(cells))
    for axis in range(3):
        others = [other for other in range(3) if other != axis]
        for a in (0, 1):
            for b in (0, 1):
                start = cells.copy()
                start[:, others[0]] += a
                start[:, others[1]] += b
                end = start.copy()
                end[:, axis] += 1
                first, second = values[tuple(start.T)], values[tuple(end.T)]
                crosses = (first < 0.0) != (second < 0.0)
                part = np.where(crosses, first / np.where(crosses, first - second, 1.0), 0.0)
                position = start.astype(float)
                position[:, axis] += part
                total += np.where(crosses[:, None], position, 0.0)
                crossings += crosses
    return total, crossings


def _quads_across(inside: np.ndarray, index: np.ndarray, axis: int) -> np.ndarray:
    """A quad (M, 4) round every grid edge along `axis` that crosses the surface; `index`: the vertex of each cell."""
    others = [other for other in range(3) if other != axis]
    before = [slice(None)] * 3
    after = [slice(None)] * 3
    before[axis], after[axis] = slice(None, -1), slice(1, None)
    enters = inside[tuple(before)] & ~inside[tuple(after)]
    leaves = ~inside[tuple(before)] & inside[tuple(after)]
    quads = []
    for flips, edges in ((False, np.argwhere(enters)), (True, np.argwhere(leaves))):
        keep = np.all([(edges[:, o] > 0) & (edges[:, o] < inside.shape[o] - 1) for o in others], axis=0)
        edges = edges[keep]
        corners = []
        for a, b in ((-1, -1), (0, -1), (0, 0), (-1, 0)):
            place = edges.copy()
            place[:, others[0]] += a
            place[:, others[1]] += b
            corners.append(index[tuple(place.T)])
        quad = np.stack(corners, axis=1)
        quads.append(quad[:, ::-1] if flips != (axis == 1) else quad)
    return np.concatenate(quads)


def _settled(distance: Distance, vertices: np.ndarray, quads: np.ndarray, cell: float) -> np.ndarray:
    """Vertices moved onto the surface and evened out along it, three times."""
    for _ in range(3):
        normal = gradient(distance, vertices, cell * 0.05)
        vertices = vertices - np.clip(distance(vertices), -cell, cell)[:, None] * normal
        slide = relaxed(vertices, quads) - vertices
        normal = gradient(distance, vertices, cell * 0.05)
        vertices = vertices + 0.6 * (slide - np.einsum("ij,ij->i", slide, normal)[:, None] * normal)
    return vertices


def relaxed(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Each vertex moved to the mean of its neighbours along edges."""
    total = np.zeros_like(vertices)
    count = np.zeros(len(vertices))
    for a in range(faces.shape[1]):
        first, second = faces[:, a], faces[:, (a + 1) % faces.shape[1]]
        for one, other in ((first, second), (second, first)):
            for axis in range(3):
                total[:, axis] += np.bincount(one, weights=vertices[other, axis], minlength=len(vertices))
            count += np.bincount(one, minlength=len(vertices))
    return total / np.maximum(count, 1.0)[:, None]


def joined(parts: Iterable[tuple[np.ndarray, Faces]]) -> tuple[np.ndarray, Faces]:
    """Several (vertices (N, 3), faces) as one."""
    vertices: list[np.ndarray] = []
    faces: Faces = []
    count = 0
    for points, own in parts:
        vertices.append(points)
        faces += [tuple(i + count for i in face) for face in own]
        count += len(points)
    return np.concatenate(vertices), faces


def reversed_faces(faces: Faces) -> Faces:
    """The faces seen from the other side, as a mirrored part needs them."""
    return [face[::-1] for face in faces]
