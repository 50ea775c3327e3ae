# SPDX-License-Identifier: GPL-3.0-or-later
"""Implicit surfaces: signed distance primitives, their smooth union, ray marching and surface nets.

A part of the figure is a function `distance(points (N, 3)) -> (N,)`, negative inside, in metres. The head's planned
quad grid is projected onto such a surface along rays; garments and hands are meshed by surface nets (S. F. Gibson,
"Constrained elastic surface nets", 1998; the one-vertex-a-cell form).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Distance = Callable[[np.ndarray], np.ndarray]


def length(vectors: np.ndarray) -> np.ndarray:
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]  # faster than einsum, and no threads of BLAS are woken
    return np.sqrt(x * x + y * y + z * z)


def along_axis(vectors: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Dot product of each vector with one axis."""
    return vectors[..., 0] * axis[0] + vectors[..., 1] * axis[1] + vectors[..., 2] * axis[2]


def normalized(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(length(vectors), 1e-12)[..., None]


def sphere(points, center, radius):
    return length(points - np.asarray(center)) - radius


def ellipsoid(points, center, radii):
    """A bound good enough to march: exact for spheres, right in sign and gradient direction elsewhere."""
    local = points - np.asarray(center)
    radii = np.asarray(radii)
    unit = length(local / radii)
    return unit * (unit - 1.0) / np.maximum(length(local / radii**2), 1e-9)


def capsule(points, start, end, start_radius, end_radius=None):
    """A tube with round ends whose radius runs linearly from `start_radius` to `end_radius`."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    end_radius = start_radius if end_radius is None else end_radius
    axis = end - start
    local = points - start
    along = np.clip(along_axis(local, axis / (axis @ axis)), 0.0, 1.0)
    return length(local - along[:, None] * axis) - (start_radius + (end_radius - start_radius) * along)


def rounded_box(points, center, half_size, radius):
    outside = np.abs(points - np.asarray(center)) - (np.asarray(half_size) - radius)
    return length(np.maximum(outside, 0.0)) + np.minimum(outside.max(axis=1), 0.0) - radius


def band(across, along, half_thickness, half_width, radius):
    """A ring's or a sole's cross-section: a rounded rectangle in the coordinates (across, along)."""
    out = np.abs(across) - half_thickness
    up = np.abs(along) - half_width
    return np.hypot(np.maximum(out, 0.0), np.maximum(up, 0.0)) + np.minimum(np.maximum(out, up), 0.0) - radius


def join(first, second, blend):
    """Smooth union: polynomial minimum with a fillet about `blend` metres wide."""
    mix = np.clip(0.5 + 0.5 * (second - first) / blend, 0.0, 1.0)
    return second + (first - second) * mix - blend * mix * (1.0 - mix)


def cut(solid, tool, blend):
    """`solid` without `tool`, with a rounded edge."""
    return -join(-solid, tool, blend)


def mirrored(points):
    """Points folded to the +X side, for figures that are symmetric."""
    folded = points.copy()
    folded[:, 0] = np.abs(folded[:, 0])
    return folded


def march(
    distance: Distance, origins: np.ndarray, directions: np.ndarray, reach: float = 0.25, start: float = 0.0
) -> np.ndarray:
    """From inside, go out along each ray to the surface.

    origins, directions: (N, 3), unit directions. Returns (N, 3). Rays are bracketed in coarse steps from `start` and then
    solved by false position (Illinois), because smooth unions are no exact distances.
    """
    count = len(origins)
    low, high = np.full(count, start), np.full(count, reach)
    low_value, high_value = np.full(count, -1e-4), np.full(count, 1e-4)
    active = np.arange(count)
    for step in np.linspace(start, reach, 33)[1:]:
        values = distance(origins[active] + step * directions[active])
        outside = values > 0.0
        hit, going = active[outside], active[~outside]
        high[hit], high_value[hit] = step, values[outside]
        low[going], low_value[going] = step, values[~outside]
        active = going
        if not len(active):
            break
    last = np.zeros(count)
    for _ in range(6):
        middle = low + (high - low) * low_value / (low_value - high_value)
        values = distance(origins + middle[:, None] * directions)
        outside = values > 0.0
        low_value = np.where(outside & (last > 0), 0.5 * low_value, low_value)
        high_value = np.where(~outside & (last < 0), 0.5 * high_value, high_value)
        high, high_value = np.where(outside, middle, high), np.where(outside, values, high_value)
        low, low_value = np.where(outside, low, middle), np.where(outside, low_value, values)
        last = np.where(outside, 1.0, -1.0)
    middle = low + (high - low) * low_value / (low_value - high_value)
    return origins + middle[:, None] * directions


def gradient(distance: Distance, points: np.ndarray, step: float = 2e-4) -> np.ndarray:
    """Unit outward direction of the surface at each point (N, 3)."""
    offsets = np.array([[1, -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]], float)
    total = np.zeros_like(points)
    for offset in offsets:
        total += offset * distance(points + step * offset)[:, None]
    return normalized(total)


def surface_net(distance: Distance, lower, upper, cell: float) -> tuple[np.ndarray, np.ndarray]:
    """Mesh the zero level inside a box: (vertices (N, 3), quads (M, 4)), facing outward, snapped to the surface."""
    lower = np.asarray(lower, float)
    counts = np.ceil((np.asarray(upper, float) - lower) / cell).astype(int) + 1
    axes = [lower[axis] + cell * np.arange(counts[axis]) for axis in range(3)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    values = distance(grid.reshape(-1, 3)).reshape(counts)
    inside = values < 0.0

    corner = [
        inside[i : counts[0] - 1 + i, j : counts[1] - 1 + j, k : counts[2] - 1 + k]
        for i in (0, 1)
        for j in (0, 1)
        for k in (0, 1)
    ]
    filled = np.sum(corner, axis=0)
    cells = np.argwhere((filled > 0) & (filled < 8))
    index = np.full(counts - 1, -1)
    index[tuple(cells.T)] = np.arange(len(cells))

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
    vertices = lower + cell * total / crossings[:, None]

    quads = []
    for axis in range(3):
        others = [other for other in range(3) if other != axis]
        before = [slice(None)] * 3
        after = [slice(None)] * 3
        before[axis], after[axis] = slice(None, -1), slice(1, None)
        enters = inside[tuple(before)] & ~inside[tuple(after)]
        leaves = ~inside[tuple(before)] & inside[tuple(after)]
        for flips, edges in ((False, np.argwhere(enters)), (True, np.argwhere(leaves))):
            keep = np.all([(edges[:, o] > 0) & (edges[:, o] < counts[o] - 1) for o in others], axis=0)
            edges = edges[keep]
            corners = []
            for a, b in ((-1, -1), (0, -1), (0, 0), (-1, 0)):
                place = edges.copy()
                place[:, others[0]] += a
                place[:, others[1]] += b
                corners.append(index[tuple(place.T)])
            quad = np.stack(corners, axis=1)
            quads.append(quad[:, ::-1] if flips != (axis == 1) else quad)
    quads = np.concatenate(quads)

    for _ in range(3):  # onto the surface, then even out along it
        normal = gradient(distance, vertices, cell * 0.05)
        vertices = vertices - np.clip(distance(vertices), -cell, cell)[:, None] * normal
        smooth = relaxed(vertices, quads)
        slide = smooth - vertices
        normal = gradient(distance, vertices, cell * 0.05)
        vertices = vertices + 0.6 * (slide - np.einsum("ij,ij->i", slide, normal)[:, None] * normal)
    return vertices, quads


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
