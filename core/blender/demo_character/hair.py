# SPDX-License-Identifier: GPL-3.0-or-later
"""Hair: a cap close to the skull and swept locks that run from a side parting to a chin-length bob."""

from __future__ import annotations

import numpy as np

from .face_form import skin_distance
from .meshing import Faces, joined
from .surfaces import Point, march, normalized

SKULL = np.array([0.0, 0.018, 0.036])
RADII = np.array([0.101, 0.112, 0.101])
AROUND = 12  # vertices round a lock
ALONG = 18  # rings along it
LENGTH = -0.098  # height of the tips, metres in head space; this and what follows by eye

Part = tuple[np.ndarray, Faces]  # (vertices (N, 3) in head space, faces)


def _shell(points: np.ndarray, lift: np.ndarray) -> np.ndarray:
    """Guide points moved onto the hair's shell: the skull's ellipsoid above its equator, a tapering curtain below."""
    local = points - SKULL
    radii = RADII + lift[:, None]
    above = local / np.sqrt(((local / radii) ** 2).sum(-1))[:, None]
    flat = np.sqrt(((local[:, :2] / radii[:, :2]) ** 2).sum(-1))
    drop = np.clip(-local[:, 2], 0.0, None)
    curtain = local[:, :2] / np.maximum(flat, 1e-6)[:, None] * (1.0 - 6.0 * drop**2 - 0.10 * drop)[:, None]
    below = np.concatenate([curtain, local[:, 2:]], axis=1)
    return SKULL + np.where(local[:, 2:] > 0, above, below)


def _tube(line: np.ndarray, half: np.ndarray, thickness: float, side: np.ndarray, normal: np.ndarray) -> Part:
    """A lock's surface about its centre line.

    Args:
        line: (ALONG, 3) metres.
        half: (ALONG,) half widths, metres.
        thickness: of the width.
        side, normal: (ALONG, 3) unit directions across the lock and away from the head.
    """
    turn = 2 * np.pi * np.arange(AROUND) / AROUND
    # fine ridges along the lock
    ridge = 1.0 + 0.09 * np.cos(4 * turn) * (np.sin(turn) > -0.2)
    across, height = np.cos(turn) * ridge, np.sin(turn) * ridge * np.where(np.sin(turn) < 0, 0.5, 1.0)
    rings = (
        line[:, None]
        + half[:, None, None] * across[None, :, None] * side[:, None]
        + (thickness * half)[:, None, None] * height[None, :, None] * normal[:, None]
    )
    vertices = np.concatenate([rings.reshape(-1, 3), line[[0, -1]]])
    faces: Faces = [
        (AROUND * k + a, AROUND * (k + 1) + a, AROUND * (k + 1) + (a + 1) % AROUND, AROUND * k + (a + 1) % AROUND)
        for k in range(ALONG - 1)
        for a in range(AROUND)
    ]
    start = AROUND * (ALONG - 1)
    faces += [(len(vertices) - 2, a, (a + 1) % AROUND) for a in range(AROUND)]
    faces += [(len(vertices) - 1, start + (a + 1) % AROUND, start + a) for a in range(AROUND)]
    return vertices, faces


def _lock(
    root: np.ndarray,
    tip: np.ndarray,
    sway: Point,
    width: float,
    lift: float,
    thickness: float = 0.34,
    curl: float = 0.0,
) -> Part:
    """One lock.

    Args:
        root, tip: guide points about the skull, metres.
        sway: what bends its middle, metres.
        width, lift: half its width, and how far it stands off the skull, metres.
        thickness: of the width.
        curl: how far the tip turns out, metres.
    """
    s = np.linspace(0.0, 1.0, ALONG)
    middle = 0.5 * (root + tip) + np.asarray(sway, float)
    outward = normalized(middle - SKULL) * 0.11
    middle = SKULL + outward + [0, 0, min(0.0, 0.3 * (tip[2] - SKULL[2]))]
    guide = ((1 - s) ** 2)[:, None] * root + (2 * s * (1 - s))[:, None] * middle + (s**2)[:, None] * tip
    rise = lift * (0.05 + 0.95 * np.sin(np.pi * np.clip(0.08 + 0.75 * s, 0, 1))) + curl * s**4
    line = _shell(guide, rise)
    tangent = normalized(np.gradient(line, axis=0))
    normal = line - SKULL
    normal[:, 2] = np.maximum(normal[:, 2], 0.0)
    normal = normalized(normal)
    side = normalized(np.cross(tangent, normal))
    normal = np.cross(side, tangent)
    half = (
        width * (0.18 + 0.82 * np.sin(np.pi * np.clip(0.10 + 0.64 * s, 0, 1))) * np.sqrt(np.clip(1.0 - s**4, 0.0, 1.0))
    )
    half = np.maximum(half, 0.0006)
    return _tube(line, half, thickness, side, normal)


def _cap() -> Part:
    """A skin of hair on the skull, from the crown to the hairline."""
    around, down = 56, 14
    azimuth = 2 * np.pi * np.arange(around) / around
    front = 0.5 + 0.5 * np.cos(azimuth)
    edge = np.radians(118.0 - 66.0 * front**2.2)
    faces: Faces = []
    polar = np.outer(np.arange(1, down + 1) / down, edge)
    rays = np.stack([np.sin(azimuth) * np.sin(polar), -np.cos(azimuth) * np.sin(polar), np.cos(polar)], -1).reshape(
        -1, 3
    )
    skin = march(skin_distance, np.tile([0.0, 0.018, 0.020], (len(rays), 1)), rays, 0.2, 0.05)
    thick = np.repeat(np.where(np.arange(1, down + 1) < down, 0.0045, -0.001), around)
    top = skin + thick[:, None] * rays
    for k in range(down - 1):
        for a in range(around):
            b = (a + 1) % around
            faces.append((k * around + a, (k + 1) * around + a, (k + 1) * around + b, k * around + b))
    crown = top[:around].mean(0, keepdims=True) + [[0, 0, 0.0005]]
    faces += [(len(top), a, (a + 1) % around) for a in range(around)]
    return np.concatenate([top, crown]), faces


def _around(degrees: float, z: float, reach: float = 0.11) -> np.ndarray:
    """A guide point at an azimuth (0 front, positive to +X) and a height `z` in head space, metres."""
    a = np.radians(degrees)
    return np.array([np.sin(a) * reach, 0.018 - np.cos(a) * reach, z])


def _parting(t: float) -> np.ndarray:
    """A point of the parting, from 0 at the forehead to 1 at the crown."""
    return np.array([0.034 - 0.020 * t, -0.070 + 0.115 * t, 0.128 + 0.018 * np.sin(np.pi * t)])


def _left_lock(rng: np.random.Generator, layer: int, t: float, width: float, lift: float) -> Part:
    """A lock from the parting's place `t` to its left."""
    root = _parting(t) + [-0.007, 0.0, -0.003]  # roots cross the parting, so that no end shows
    z = LENGTH + 0.012 * np.sin(2.2 * t) + rng.normal(0.0, 0.004) + 0.010 * layer
    tip = _around(74.0 + 92.0 * t + rng.normal(0.0, 2.5), z)
    return _lock(root, tip, (0.02, 0.0, 0.0), width, lift + rng.normal(0.0, 0.0008), curl=-0.006)


def _right_lock(rng: np.random.Generator, layer: int, t: float, width: float, lift: float) -> Part:
    """A lock from the parting's place `t` over the head to its right."""
    root = _parting(t) + [0.007, 0.0, -0.003]
    z = LENGTH + 0.012 * np.sin(2.2 * t) + rng.normal(0.0, 0.004) + 0.010 * layer
    tip = _around(-84.0 - 92.0 * t + rng.normal(0.0, 2.5), z)
    sway = (-0.035, -0.010 * (1 - t), 0.01 + 0.065 * (1 - t) ** 2)
    return _lock(root, tip, sway, width * 1.08, lift + 0.002 + rng.normal(0.0, 0.0008), curl=-0.006)


def _sides_and_back(rng: np.random.Generator) -> list[Part]:
    """Under layer, then upper layer, each left and right of the parting; then the back of the head."""
    parts = []
    for layer, (lift, width, count) in enumerate(((0.010, 0.0230, 9), (0.0165, 0.0170, 8))):
        for i in range(count):
            t = (i + 0.5 * layer) / (count - 1 + 0.5 * layer)
            parts.append(_left_lock(rng, layer, t, width, lift))
        for i in range(count + 2):
            t = (i + 0.5 * layer) / (count + 1 + 0.5 * layer)
            parts.append(_right_lock(rng, layer, t, width, lift))
    for i in range(6):
        tip = _around(150.0 + 60.0 * i / 5, LENGTH + rng.normal(0.0, 0.004))
        parts.append(_lock(_parting(0.95), tip, (0, 0.03, 0), 0.022, 0.013 + 0.003 * (i % 2), curl=-0.004))
    return parts


def _front() -> list[Part]:
    """The fringe, swept from the parting over the forehead to the right temple; the left temple; two stray locks."""
    parts = []
    for i, (t, tip_angle, z, width, lift) in enumerate(
        (
            (0.30, -96.0, 0.030, 0.0200, 0.0130),
            (0.20, -92.0, 0.046, 0.0190, 0.0160),
            (0.11, -87.0, 0.062, 0.0175, 0.0180),
            (0.04, -80.0, 0.078, 0.0150, 0.0190),
            (0.00, -70.0, 0.092, 0.0110, 0.0175),
        )
    ):
        sway = (-0.014, -0.026 + 0.003 * i, 0.076 - 0.003 * i)
        parts.append(_lock(_parting(t) + [0.0, -0.004, 0.0], _around(tip_angle, z), sway, width, lift, 0.42))
    for t, tip_angle, z, width, lift in ((0.06, 68.0, -0.060, 0.0165, 0.0120), (0.00, 64.0, 0.000, 0.0110, 0.0120)):
        root = _parting(t) + [0.003, -0.003, 0.0]
        parts.append(_lock(root, _around(tip_angle, z), (0.030, -0.03, 0.015), width, lift, 0.40))
    parts.append(_lock(_parting(0.8), _around(-150.0, 0.07, 0.12), (-0.03, 0.03, 0.03), 0.012, 0.021, 0.5))
    parts.append(_lock(_parting(0.7), _around(140.0, 0.07, 0.12), (0.03, 0.03, 0.03), 0.011, 0.020, 0.5))
    return parts


def build_hair(seed: int = 7) -> Part:
    """(vertices (N, 3) in head space, metres; faces)."""
    return joined([_cap(), *_sides_and_back(np.random.default_rng(seed)), *_front()])
