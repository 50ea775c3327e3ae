# SPDX-License-Identifier: GPL-3.0-or-later
"""The head's form as an implicit surface, and directions from the head's and the eyes' centres.

Head space, metres and radians; the sizes were set by eye.
"""

from __future__ import annotations

import numpy as np

from . import proportions as p
from .surfaces import capsule, cut, ellipsoid, join, march, mirrored, sphere

SKIN, LIPS, LIP_LINE, MOUTH_INSIDE, LID_EDGE = range(5)  # material slots of the head's surface


def face_distance(points: np.ndarray, lids: bool = True) -> np.ndarray:
    """The head's form without the red of the lips.

    Args:
        points: (N, 3) head space, metres.
        lids: with the bulge of the closed lids' sphere.

    Returns:
        (N,) signed distance, metres, negative inside.
    """
    q = mirrored(points)
    d = ellipsoid(q, (0, 0.018, 0.036), (0.1010, 0.112, 0.1010))
    d = join(d, ellipsoid(q, (0, -0.024, -0.048), (0.0665, 0.070, 0.0720)), 0.055)
    d = join(d, sphere(q, (0, -0.0740, -0.0995), 0.0205), 0.045)
    d = join(d, sphere(q, (0.0425, -0.0520, -0.0285), 0.0380), 0.040)
    d = join(d, capsule(q, (0.016, -0.0845, 0.046), (0.064, -0.0620, 0.044), 0.0100), 0.040)
    d = cut(d, ellipsoid(q, (0.0430, -0.1130, 0.0045), (0.029, 0.026, 0.023)), 0.022)
    d = join(d, ellipsoid(q, (0, -0.0800, -0.0690), (0.0330, 0.0235, 0.0270)), 0.030)
    d = join(d, capsule(q, (0, -0.0910, 0.024), (0, -0.1130, -0.0200), 0.0075, 0.0095), 0.026)
    d = join(d, sphere(q, (0, -0.1190, -0.0235), 0.0118), 0.012)
    d = join(d, ellipsoid(q, (0.0100, -0.1090, -0.0275), (0.0075, 0.0090, 0.0068)), 0.010)
    d = cut(d, ellipsoid(q, (0.0060, -0.1150, -0.0372), (0.0036, 0.0048, 0.0036)), 0.005)
    d = cut(d, capsule(q, (0, -0.1060, -0.041), (0, -0.1068, -0.055), 0.0014, 0.0022), 0.009)  # philtrum
    d = cut(d, ellipsoid(q, (0, -0.1085, -0.0885), (0.017, 0.0055, 0.0040)), 0.012)  # fold under the lower lip
    if lids:
        d = join(d, sphere(q, p.EYE, p.EYE_RADIUS * p.LID_RADIUS), 0.006)
    d = join(d, capsule(q, (0, 0.022, -0.060), (0, 0.032, -0.210), 0.0375, 0.0390), 0.034)
    return d


def skin_distance(points: np.ndarray) -> np.ndarray:
    """Signed distance (N,) from the face without the lids' bulge."""
    return face_distance(points, lids=False)


def front_surface(x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Points (N, 3) of the face at given x and z (N,), seen from the front."""
    origins = np.stack([x, np.full_like(x, -0.02), z], -1)
    return march(skin_distance, origins, np.tile([0.0, -1.0, 0.0], (len(x), 1)), 0.12, 0.03)


def eye_ray(azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    """Unit directions (N, 3) from the left eye's centre; azimuth outward, elevation up, both 0 straight ahead."""
    return np.stack([np.sin(azimuth) * np.cos(elevation), -np.cos(azimuth) * np.cos(elevation), np.sin(elevation)], -1)


def eye_angles(points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(radius, azimuth, elevation) about the left eye's centre, metres and radians."""
    local = points - p.EYE
    radius = np.sqrt((local**2).sum(-1))
    return radius, np.arctan2(local[..., 0], -local[..., 1]), np.arcsin(local[..., 2] / np.maximum(radius, 1e-9))


def head_ray(azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    """Unit directions from the head's origin, like `eye_ray`."""
    return eye_ray(azimuth, elevation)


def head_angles(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(azimuth, elevation) about the head's origin, radians."""
    return np.arctan2(points[..., 0], -points[..., 1]), np.arctan2(
        points[..., 2], np.hypot(points[..., 0], points[..., 1])
    )
