# SPDX-License-Identifier: GPL-3.0-or-later
"""Clothes and shoes: smooth implicit forms about the skeleton, meshed by surface nets.

Every `..._distance` takes points (N, 3) of the figure's space and returns signed distances (N,), metres. Sizes by eye.
"""

from __future__ import annotations

import numpy as np

from ...motion.easing import smooth_step
from . import skeleton as k
from .meshing import surface_net
from .surfaces import Point, along_axis, band, capsule, cut, ellipsoid, join, length, mirrored

SWEATER, RIB, TROUSERS, SHOES, SOLES = range(5)


def _ring(points: np.ndarray, center: Point, major: float, minor: float, squash: float = 1.0) -> np.ndarray:
    """A horizontal torus, `squash` narrower in y."""
    local = points - np.asarray(center)
    around = np.hypot(local[:, 0], local[:, 1] / squash) - major
    return np.hypot(around, local[:, 2]) - minor


def sweater_distance(points: np.ndarray) -> np.ndarray:
    """Trunk and sleeves."""
    q = mirrored(points)
    d = ellipsoid(q, (0, 0.020, 1.110), (0.1360, 0.0890, 0.1350))
    d = join(d, ellipsoid(q, (0, 0.016, 0.930), (0.1220, 0.0870, 0.1700)), 0.06)
    d = join(d, ellipsoid(q, (0, 0.020, 0.855), (0.1400, 0.0985, 0.0900)), 0.05)
    d = join(d, capsule(q, (0.0, 0.026, 1.192), k.LEFT_SHOULDER - [0.014, 0, 0.006], 0.0560, 0.0480), 0.05)
    d = join(d, capsule(q, (0, 0.028, 1.195), (0, 0.028, 1.232), 0.0700, 0.0560), 0.04)
    arm = capsule(q, k.LEFT_SHOULDER, k.LEFT_ELBOW, 0.0480, 0.0430)
    arm = join(arm, capsule(q, k.LEFT_ELBOW, CUFF - 0.024 * FOREARM, 0.0430, 0.0350), 0.020)
    d = join(d, arm, 0.026)
    return cut(d, q[:, 2] - 0.812, 0.012)


FOREARM = (k.LEFT_WRIST - k.LEFT_ELBOW) / np.linalg.norm(k.LEFT_WRIST - k.LEFT_ELBOW)
CUFF = k.LEFT_ELBOW + 0.94 * (k.LEFT_WRIST - k.LEFT_ELBOW)


def hem_distance(points: np.ndarray) -> np.ndarray:
    """The ribbed hem."""
    local = points - np.array([0, 0.020, 0.808])
    around = np.hypot(local[:, 0], local[:, 1] / 0.72) - 0.1345
    return band(around, local[:, 2], 0.004, 0.014, 0.007)


def collar_distance(points: np.ndarray) -> np.ndarray:
    """The ribbed collar."""
    local = points - np.array([0, 0.030, 1.262])
    lean = 0.25 * local[:, 1]  # higher at the nape
    around = np.hypot(local[:, 0], local[:, 1] / 0.98) - 0.0500 + 0.10 * local[:, 2]
    return band(around, local[:, 2] - lean, 0.003, 0.019, 0.007)


def cuff_distance(points: np.ndarray) -> np.ndarray:
    """The left cuff."""
    local = points - CUFF
    reach = along_axis(local, FOREARM)
    out = length(local - reach[:, None] * FOREARM)
    return band(out - 0.0320, reach, 0.002, 0.012, 0.007)


def trousers_distance(points: np.ndarray) -> np.ndarray:
    """Seat and both legs."""
    q = mirrored(points)
    d = ellipsoid(q, (0, 0.020, 0.815), (0.1120, 0.0820, 0.0850))
    d = join(d, capsule(q, k.LEFT_HIP + [0, 0, -0.01], k.LEFT_KNEE, 0.0640, 0.0540), 0.040)
    d = join(d, capsule(q, k.LEFT_KNEE, k.LEFT_ANKLE + [0, 0, 0.035], 0.0560, 0.0500), 0.020)
    d = cut(d, q[:, 2] - 0.088, 0.010)
    return join(d, _ring(q, k.LEFT_ANKLE + [0, 0, 0.028], 0.0500, 0.0065), 0.008)


def shoes_distance(points: np.ndarray) -> np.ndarray:
    """The upper of each shoe."""
    q = mirrored(points)
    x = k.LEFT_ANKLE[0]
    d = ellipsoid(q, (x, 0.030, 0.050), (0.0420, 0.0560, 0.0560))
    d = join(d, ellipsoid(q, (x + 0.004, -0.070, 0.034), (0.0460, 0.0720, 0.0380)), 0.030)
    d = join(d, ellipsoid(q, (x + 0.002, -0.010, 0.050), (0.0390, 0.0600, 0.0480)), 0.020)
    return cut(d, q[:, 2] - 0.016, 0.006)


def soles_distance(points: np.ndarray) -> np.ndarray:
    """The sole of each shoe."""
    q = mirrored(points)
    x = k.LEFT_ANKLE[0]
    outline = np.hypot((q[:, 0] - x - 0.003) / 0.049, (np.abs(q[:, 1] + 0.022) - 0.062).clip(0) / 0.058) * 0.049 - 0.047
    return band(np.maximum(outline, 0.0), q[:, 2] - 0.012, 0.0, 0.007, 0.005)


def sweater_weights(points: np.ndarray) -> dict[str, np.ndarray]:
    """Skin weights (N,) by bone of the sweater: along the spine by height, out along each arm past the shoulder."""
    table = k.bones()
    z = points[:, 2]
    weights = {}
    rest = np.ones(len(points))
    for side, word in ((1, "Left"), (-1, "Right")):
        local = points * [side, 1, 1] - k.LEFT_SHOULDER
        upper_arm = (k.LEFT_ELBOW - k.LEFT_SHOULDER) / np.linalg.norm(k.LEFT_ELBOW - k.LEFT_SHOULDER)
        past = along_axis(local, upper_arm)
        off = length(local - past[:, None] * upper_arm)
        beyond = smooth_step(off - 0.25 * np.clip(past - 0.06, 0, 1), 0.052, 0.085)
        arm = smooth_step(past, -0.030, 0.060) * (1.0 - beyond)
        fore = smooth_step(along_axis(points * [side, 1, 1] - k.LEFT_ELBOW, FOREARM), -0.030, 0.030) * arm
        shoulder = smooth_step(points[:, 0] * side, 0.015, 0.095) * smooth_step(z, 1.075, 1.165) * (1.0 - arm)
        weights[f"mixamorig:{word}Arm"] = arm - fore
        weights[f"mixamorig:{word}ForeArm"] = fore
        weights[f"mixamorig:{word}Shoulder"] = 0.8 * shoulder
        rest = rest - arm - 0.8 * shoulder
    left = rest
    for name, following in (("Hips", "Spine"), ("Spine", "Spine1"), ("Spine1", "Spine2")):
        joint = table[f"mixamorig:{following}"][1][2]
        on = smooth_step(z, joint - 0.05, joint + 0.05)
        weights[f"mixamorig:{name}"] = left * (1 - on)
        left = left * on
    weights["mixamorig:Spine2"] = left
    return weights


def build_body() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """All clothes.

    Returns:
        (vertices (N, 3) in figure space, metres; quads (M, 4); material (M,) of each quad; part (N,) that each vertex
        belongs to: SWEATER, TROUSERS or SHOES).
    """
    vertices, faces, materials, parts = [], [], [], []
    count = 0
    low, high = CUFF - 0.055, CUFF + 0.055
    for part, material, distance, lower, upper, cell, twice in (
        (SWEATER, SWEATER, sweater_distance, (-0.49, -0.115, 0.790), (0.49, 0.155, 1.300), 0.0125, False),
        (SWEATER, RIB, hem_distance, (-0.160, -0.100, 0.775), (0.160, 0.140, 0.840), 0.0075, False),
        (SWEATER, RIB, collar_distance, (-0.075, -0.045, 1.205), (0.075, 0.105, 1.310), 0.0055, False),
        (SWEATER, RIB, cuff_distance, low, high, 0.0060, True),
        (TROUSERS, TROUSERS, trousers_distance, (-0.19, -0.095, 0.070), (0.19, 0.125, 0.915), 0.0130, False),
        (SHOES, SHOES, shoes_distance, (0.030, -0.155, -0.010), (0.160, 0.100, 0.120), 0.0070, True),
        (SHOES, SOLES, soles_distance, (0.030, -0.160, -0.015), (0.160, 0.115, 0.045), 0.0060, True),
    ):
        points, quads = surface_net(distance, lower, upper, cell)
        if twice:
            quads = np.concatenate([quads, quads[:, ::-1] + len(points)])
            points = np.concatenate([points, points * [-1, 1, 1]])
        vertices.append(points)
        faces.append(quads + count)
        materials.append(np.full(len(quads), material))
        parts.append(np.full(len(points), part))
        count += len(points)
    return np.concatenate(vertices), np.concatenate(faces), np.concatenate(materials), np.concatenate(parts)
