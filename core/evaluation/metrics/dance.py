# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics of dance on AIST++ (Li et al., FACT, 2021, section 5; Siyao et al., Bailando, 2022, section 4.1).

Joint positions (T, 24, 3): SMPL joints, metres, y up, 60 frames a second. Kinetic features after Onuma et al. 2008,
geometric ones after Müller et al. 2005. As published the position of the root in the first frame is subtracted from all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...motion.dance_beats import dance_beats

__all__ = [
    "beat_alignment",
    "dance_beats",
    "diversity",
    "from_first_root",
    "geometric_features",
    "kinetic_features",
    "normalised",
]

RATE_HZ = 60.0
LONGEST = 1200  # frames of a dance that are looked at: 20 s
_WINDOW = 2  # frames before and after that velocities and accelerations are averaged over

# fmt: off
JOINTS = {name: index for index, name in enumerate((
    "root", "lhip", "rhip", "belly", "lknee", "rknee", "spine", "lankle", "rankle", "chest", "ltoes", "rtoes", "neck",
    "linshoulder", "rinshoulder", "head", "lshoulder", "rshoulder", "lelbow", "relbow", "lwrist", "rwrist", "lhand",
    "rhand"))}
# fmt: on


def from_first_root(joints: np.ndarray) -> np.ndarray:
    """(T, 24, 3) less the root's position in the first frame; at most 20 s."""
    joints = np.asarray(joints, np.float64)[:LONGEST]
    return joints - joints[:1, :1]


def _window_mean(values: np.ndarray, first: int, count: int) -> np.ndarray:
    """values[k] belongs to frame first + k; mean over the ±2 frames around each of the frames 1..count that exist."""
    sums = np.concatenate((np.zeros_like(values[:1]), values.cumsum(0)))
    frames = np.arange(1, count + 1)
    start = (frames - _WINDOW - first).clip(0, len(values))
    stop = (frames + _WINDOW + 1 - first).clip(0, len(values))
    return (sums[stop] - sums[start]) / (stop - start)[:, None, None]


def kinetic_features(joints: np.ndarray, published: bool = True) -> np.ndarray:
    """(72,): for each joint, over the frames 1..T-1: mean squared horizontal speed, mean squared vertical speed (m²/s²), and
    mean acceleration (m/s²), of velocities and accelerations averaged over 5 frames.

    published: one velocity of the acceleration stays undivided because of a misplaced parenthesis,
    (p[t] - p[t-1] / dt). All published FID_k carry it. False computes the acceleration.
    """
    dt = 1.0 / RATE_HZ
    count = len(joints) - 1
    step = np.diff(joints, axis=0)
    velocity = _window_mean(step / dt, 1, count)
    horizontal = np.square(velocity[..., (0, 2)]).sum(-1).mean(0)
    vertical = np.square(velocity[..., 1]).mean(0)
    before = joints[1:-1] - joints[:-2] / dt if published else step[:-1] / dt
    acceleration = np.linalg.norm(_window_mean((step[1:] / dt - before) / dt, 1, count), axis=-1).mean(0)
    return np.stack((horizontal, vertical, acceleration), axis=1).ravel()


# Lengths of the SMPL rest pose in metres that scale the thresholds: upper arm, shoulder width, hip width.
_HUMERUS = float(
    np.linalg.norm(np.subtract((0.199113488, 0.236807942, -0.0180702247), (0.454445392, 0.221158922, -0.0410167128)))
)
_SHOULDERS = float(
    np.linalg.norm(np.subtract((0.199113488, 0.236807942, -0.0180702247), (-0.191692337, 0.236928746, -0.0123055102)))
)
_HIPS = float(
    np.linalg.norm(np.subtract((0.0564076714, -0.323069185, 0.0109197125), (-0.0624834076, -0.331302464, 0.0150412619)))
)

# The 32 geometric features: kind, four points, threshold (a speed in m/s, a distance in m, or a range in degrees).
GEOMETRIC: tuple[tuple[Any, ...], ...] = (
    ("normal_speed", "neck", "rhip", "lhip", "rwrist", 1.8 * _HUMERUS),
    ("normal_speed", "neck", "lhip", "rhip", "lwrist", 1.8 * _HUMERUS),
    ("along", "chest", "neck", "neck", "rwrist", 0.2 * _HUMERUS),
    ("along", "chest", "neck", "neck", "lwrist", 0.2 * _HUMERUS),
    ("speed_along", "belly", "chest", "chest", "rwrist", 1.8 * _HUMERUS),
    ("speed_along", "belly", "chest", "chest", "lwrist", 1.8 * _HUMERUS),
    ("angle", "relbow", "rshoulder", "relbow", "rwrist", (0, 110)),
    ("angle", "lelbow", "lshoulder", "lelbow", "lwrist", (0, 110)),
    ("along", "lshoulder", "rshoulder", "lwrist", "rwrist", 2.5 * _SHOULDERS),
    ("speed_along", "lwrist", "rwrist", "rwrist", "lwrist", 1.4 * _HUMERUS),
    ("speed_along", "rwrist", "root", "lwrist", "root", 1.4 * _HUMERUS),
    ("speed_along", "lwrist", "root", "rwrist", "root", 1.4 * _HUMERUS),
    ("speed", "rwrist", 2.5 * _HUMERUS),
    ("speed", "lwrist", 2.5 * _HUMERUS),
    ("plane", "root", "lhip", "ltoes", "rankle", 0.38 * _HUMERUS),
    ("plane", "root", "rhip", "rtoes", "lankle", 0.38 * _HUMERUS),
    ("along", "zero", "up", "lowest", "rankle", 1.2 * _HUMERUS),
    ("along", "zero", "up", "lowest", "lankle", 1.2 * _HUMERUS),
    ("along", "lhip", "rhip", "lankle", "rankle", 2.1 * _HIPS),
    ("angle", "rknee", "rhip", "rknee", "rankle", (0, 110)),
    ("angle", "lknee", "lhip", "lknee", "lankle", (0, 110)),
    ("speed", "rankle", 2.5 * _HUMERUS),
    ("speed", "lankle", 2.5 * _HUMERUS),
    ("angle", "neck", "root", "rshoulder", "relbow", (25, 180)),
    ("angle", "neck", "root", "lshoulder", "lelbow", (25, 180)),
    ("angle", "neck", "root", "rhip", "rknee", (50, 180)),
    ("angle", "neck", "root", "lhip", "lknee", (50, 180)),
    ("plane", "rankle", "neck", "lankle", "root", 0.5 * _HUMERUS),
    ("angle", "neck", "root", "zero", "up", (70, 110)),
    ("along", "zero", "down", "lowest", "rwrist", -1.2 * _HUMERUS),
    ("along", "zero", "down", "lowest", "lwrist", -1.2 * _HUMERUS),
    ("speed", "root", 2.3 * _HUMERUS),
)


def geometric_features(joints: np.ndarray, dt: float = 1.0 / 120.0) -> np.ndarray:
    """(32,), 0..1: share of the frames 1..T-1 in which each of the relations of `GEOMETRIC` holds.

    dt: seconds between frames for the speeds. The published 1/120 s doubles every speed of motion at 60 frames a second;
    1/60 s is the truth.
    """
    frames = len(joints)
    fixed = {"zero": (0.0, 0.0, 0.0), "up": (0.0, 1.0, 0.0), "down": (0.0, -1.0, 0.0)}

    def point(name: str) -> np.ndarray:
        if name in fixed:
            return np.broadcast_to(np.asarray(fixed[name]), (frames, 3))
        if name == "lowest":
            return np.stack((np.zeros(frames), joints[..., 1].min(1), np.zeros(frames)), axis=1)
        return joints[:, JOINTS[name]]

    def along(vectors: np.ndarray, direction: np.ndarray) -> np.ndarray:
        return (vectors * direction).sum(-1) / np.linalg.norm(direction, axis=-1)

    def holds(kind: str, *arguments: Any) -> np.ndarray:
        *names, threshold = arguments
        a, b, c, d = (point(name) for name in names) if len(names) == 4 else (point(names[0]),) * 4
        if kind == "speed":
            return np.linalg.norm(np.diff(a, axis=0), axis=-1) / dt > threshold
        if kind == "speed_along":  # of c from a, along a to b; d has no part in it
            return along(np.diff(c - a, axis=0), (b - a)[1:]) / dt > threshold
        if kind == "normal_speed":  # of d from a, along the normal of the plane a b c
            return along(np.diff(d - a, axis=0), np.cross(c - a, b - a)[1:]) / dt > threshold
        if kind == "plane":  # distance of d from the plane a b c
            return along(d - a, np.cross(c - a, b - a))[1:] > threshold
        if kind == "along":  # distance of d from c, along a to b
            return along(d - c, b - a)[1:] > threshold
        first, second = b - a, d - c
        cosine = (first * second).sum(-1) / (np.linalg.norm(first, axis=-1) * np.linalg.norm(second, axis=-1))
        angle = np.degrees(np.arccos(cosine))[1:]
        return (angle > threshold[0]) & (angle < threshold[1])

    with np.errstate(invalid="ignore", divide="ignore"):  # joints on one spot: no direction, the relation does not hold
        return np.array([holds(*feature).mean() for feature in GEOMETRIC])


def normalised(reference: np.ndarray, *others: np.ndarray) -> tuple[np.ndarray, ...]:
    """Feature sets (samples, D), each less the reference's mean and over its standard deviation (+ 1e-10)."""
    mean, spread = reference.mean(0), reference.std(0) + 1e-10
    return tuple((features - mean) / spread for features in (reference, *others))


def diversity(features: np.ndarray) -> float:
    """DIV_k, DIV_g: mean Euclidean distance over all pairs of different rows of normalised features (samples, D)."""
    squares = np.square(features).sum(1)
    distance = np.sqrt((squares[:, None] - 2.0 * features @ features.T + squares).clip(0.0))
    upper = np.triu_indices(len(features), 1)
    return float(distance[upper].mean()) if len(upper[0]) else 0.0


def beat_alignment(music_beats: np.ndarray, beats: np.ndarray, sigma: float = 3.0) -> float:
    """BAS, 0..1: mean over MUSIC beats of exp(-d²/(2σ²)), d in frames to the nearest dance beat, both in frames at 60 Hz.

    Rests are punished, extra movement is not; `beat_alignment(beats, music_beats)` is the other direction, which some
    published tables use. 0 without beats.
    """
    if len(music_beats) == 0 or len(beats) == 0:
        return 0.0
    distance = np.abs(np.asarray(music_beats, np.float64)[:, None] - np.asarray(beats)[None]).min(axis=1)
    return float(np.exp(-np.square(distance) / (2.0 * sigma**2)).mean())
