# SPDX-License-Identifier: GPL-3.0-or-later
"""Implicit surfaces: forms given by a signed distance, their smooth union, and rays that meet them.

A part of the figure is a function `distance(points (N, 3)) -> (N,)`, negative inside, in metres. The head's planned
quad grid is projected onto such a surface along rays; garments and hands are meshed by `meshing.surface_net`.
Points are (N, 3) and all lengths metres throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

Distance = Callable[[np.ndarray], np.ndarray]
Point = np.ndarray | Sequence[float]  # one place or one size, (3,) metres


def length(vectors: np.ndarray) -> np.ndarray:
    """Lengths (...) of vectors (..., 3)."""
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]  # faster than einsum, and no threads of BLAS are woken
    return np.sqrt(x * x + y * y + z * z)


def along_axis(vectors: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Dot product of each vector with one axis."""
    return vectors[..., 0] * axis[0] + vectors[..., 1] * axis[1] + vectors[..., 2] * axis[2]


def normalized(vectors: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) at unit length."""
    return vectors / np.maximum(length(vectors), 1e-12)[..., None]


def sphere(points: np.ndarray, center: Point, radius: float) -> np.ndarray:
    """Signed distance (N,) from a sphere."""
    return length(points - np.asarray(center)) - radius


def ellipsoid(points: np.ndarray, center: Point, radii: Point) -> np.ndarray:
    """Signed distance (N,), good enough to march: exact for spheres, right in sign and direction elsewhere."""
    local = points - np.asarray(center)
    radii = np.asarray(radii)
    unit = length(local / radii)
    return unit * (unit - 1.0) / np.maximum(length(local / radii**2), 1e-9)


def capsule(
    points: np.ndarray, start: Point, end: Point, start_radius: float, end_radius: float | None = None
) -> np.ndarray:
    """A tube with round ends whose radius runs linearly from `start_radius` to `end_radius`."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    end_radius = start_radius if end_radius is None else end_radius
    axis = end - start
    local = points - start
    along = np.clip(along_axis(local, axis / (axis @ axis)), 0.0, 1.0)
    return length(local - along[:, None] * axis) - (start_radius + (end_radius - start_radius) * along)


def band(across: np.ndarray, along: np.ndarray, half_thickness: float, half_width: float, radius: float) -> np.ndarray:
    """A ring's or a sole's cross-section: a rounded rectangle in the coordinates (across, along)."""
    out = np.abs(across) - half_thickness
    up = np.abs(along) - half_width
    return np.hypot(np.maximum(out, 0.0), np.maximum(up, 0.0)) + np.minimum(np.maximum(out, up), 0.0) - radius


def join(first: np.ndarray, second: np.ndarray, blend: float) -> np.ndarray:
    """Smooth union: polynomial minimum with a fillet about `blend` metres wide."""
    mix = np.clip(0.5 + 0.5 * (second - first) / blend, 0.0, 1.0)
    return second + (first - second) * mix - blend * mix * (1.0 - mix)


def cut(solid: np.ndarray, tool: np.ndarray, blend: float) -> np.ndarray:
    """`solid` without `tool`, with a rounded edge."""
    return -join(-solid, tool, blend)


def mirrored(points: np.ndarray) -> np.ndarray:
    """Points folded to the +X side, for figures that are symmetric."""
    folded = points.copy()
    folded[:, 0] = np.abs(folded[:, 0])
    return folded


def march(
    distance: Distance, origins: np.ndarray, directions: np.ndarray, reach: float = 0.25, start: float = 0.0
) -> np.ndarray:
    """From inside, go out along each ray to the surface.

    Rays are bracketed in coarse steps and then solved by false position (Illinois), because smooth unions are no exact
    distances.

    Args:
        origins, directions: (N, 3) metres, unit directions.
        reach, start: where the search ends and begins, metres along the ray.

    Returns:
        (N, 3) points on the surface, metres.
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
