# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights of a rig's own shapes that come nearest to an intended face: bounded least squares, all frames at once.

For each frame t: minimise over low ≤ w ≤ high

    |W (A w - s_t)|² + μ |M w - x_t|² + c_t (a·w - o_t)² + λ₁ Σ w + λ₂ |w|² + τ |w_t - (w_{t-1} + w_{t+1}) / 2|²

A: what each native shape shows (`mouth_appearance`), s_t: what the intended face shows, M: the mixes, x_t: the
canonical weights, a and o: lip opening, with c_t rising as the intended lips close, so that closures survive. Cyclic
coordinate descent: each step is exact and touches all frames, so Python's cost is per shape and sweep, not per frame.
The problem is strictly convex (λ₂), hence its solution moves smoothly with the intended face; τ smooths what the bounds
leave rough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...motion.face_track import FACE_INDEX, FACE_NAMES
from .mouth_appearance import (
    EFFECTS,
    FEATURES,
    MOUTH_NAMES,
    OPENING_WEIGHT,
    WEIGHTS,
    mouth_features,
    opening_of_features,
)

# The weights below are by eye, on rigs with visemes.
# How much the canonical weights count beside what is seen. Without it two poses that together look like a third are as
# good as the third; a real character's third pose is the better one.
ANCHOR = 0.8
SWEEPS = 80
SMOOTHING_SWEEPS = 4
_STILL = 1e-4  # a sweep that moves no weight further is the last
_SPARSITY = 0.015  # λ₁: prefer one fitting shape to three half-fitting ones
_RIDGE = 0.01  # λ₂
_TEMPORAL = 0.6  # τ; measured: a third less jitter of the weights on speech, the same likeness
_CLOSURE = 25.0  # c_t for closed lips
_CLOSURE_WIDTH_CM = 0.12
_JAW, _CLOSE = FACE_INDEX["jawOpen"], FACE_INDEX["mouthClose"]
_UPPER, _LOWER = FEATURES.index("upper"), FEATURES.index("lower")


@dataclass(frozen=True)
class Basis:
    """The shapes to solve for: mixes float64 (55, n), low and high float64 (n,), the range each may use."""

    mixes: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(
        cls,
        mixes: Sequence[Mapping[str, float]],
        low: Sequence[float] | np.ndarray | None = None,
        high: Sequence[float] | np.ndarray | None = None,
    ) -> Basis:
        """A basis of n shapes, each {canonical shape: weight}; low and high (n,): None stands for 0 and 1."""
        matrix = np.zeros((len(FACE_NAMES), len(mixes)))
        for column, shape in enumerate(mixes):
            for name, weight in shape.items():
                matrix[FACE_INDEX[name], column] = weight
        count = len(mixes)
        return cls(
            matrix,
            np.zeros(count) if low is None else np.asarray(low, float),
            np.ones(count) if high is None else np.asarray(high, float),
        )


@dataclass(frozen=True)
class FrameRow:
    """One more equation for each frame: coefficients (n,) times the weights should be target (T,), and matters by
    weight (T,)."""

    coefficients: np.ndarray
    weight: np.ndarray
    target: np.ndarray


def bounded_least_squares(
    gram: np.ndarray,
    linear: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    row: FrameRow | None = None,
    temporal: float = 0.0,
    sweeps: int = SWEEPS,
) -> np.ndarray:
    """Minimise ½ wᵀ gram w - linearᵀ w (+ ½ row.weight (row.coefficients·w - row.target)²) in low ≤ w ≤ high for every
    frame.

    Args:
        gram: (n, n), positive definite.
        linear: (n, T).
        low: (n,).
        high: (n,).
        row: a term whose weight differs by frame.
        temporal: weight of the distance to the mean of both neighbours.
        sweeps: at most, over all unknowns.

    Returns:
        float64 (n, T).
    """
    count, frames = linear.shape
    weights = np.clip(np.linalg.solve(gram, linear), low[:, None], high[:, None]) if count else np.zeros((0, frames))
    if row is None:
        row = FrameRow(np.zeros(count), np.zeros(frames), np.zeros(frames))
    shown = row.coefficients @ weights
    # first every frame on its own until nothing moves, then a few sweeps that also look at the neighbours
    for _ in range(sweeps):
        if _sweep(weights, shown, gram, linear, (low, high), row, 0.0) <= _STILL:
            break
    for _ in range(SMOOTHING_SWEEPS if temporal else 0):
        _sweep(weights, shown, gram, linear, (low, high), row, temporal)
    return weights


def _sweep(
    weights: np.ndarray,
    shown: np.ndarray,
    gram: np.ndarray,
    linear: np.ndarray,
    limits: tuple[np.ndarray, np.ndarray],
    row: FrameRow,
    temporal: float,
) -> float:
    """One exact step for each unknown in turn, in place; `shown` is what the row's coefficients give. Returns the
    longest step."""
    moved = 0.0
    for index, (own, coefficient, low, high) in enumerate(zip(weights, row.coefficients, *limits)):
        slope = linear[index] - gram[index] @ weights
        curve = gram[index, index] + temporal
        if coefficient:
            slope -= row.weight * coefficient * (shown - row.target)
            curve = curve + row.weight * coefficient**2
        if temporal:
            slope += temporal * (_neighbours(own) - own)
        new = np.clip(own + slope / curve, low, high)
        step = new - own
        moved = max(moved, float(np.abs(step).max(initial=0.0)))
        if coefficient:
            shown += coefficient * step
        weights[index] = new
    return moved


def _neighbours(curve: np.ndarray) -> np.ndarray:
    """The mean of the values before and after each of a curve (T,); at the ends the one there is."""
    around = np.zeros(len(curve))
    around[1:-1] = 0.5 * (curve[:-2] + curve[2:])
    around[:1], around[-1:] = (curve[1:2], curve[-2:-1]) if len(curve) > 1 else (curve[:1], curve[-1:])
    return around


def solve_mouth(basis: Basis, face: np.ndarray, anchor: float = ANCHOR) -> np.ndarray:
    """Weights of the basis that look most like the intended mouth.

    Args:
        basis: n shapes.
        face: (T, 55), canonical weights.
        anchor: μ, how much the canonical weights themselves count (raise it for a basis of single canonical shapes).

    Returns:
        float64 (T, n), in range.
    """
    face = np.asarray(face, np.float64)
    scale = np.array([WEIGHTS[name] for name in FEATURES])
    shows = EFFECTS @ basis.mixes  # (features, n)
    whole_pose = (basis.mixes != 0).sum(0) > 2
    beyond = np.maximum(shows[_LOWER] - shows[_UPPER], 0.0) * whole_pose
    shows[_LOWER] -= beyond  # the lips of a closed pose touch; they do not buy opening for others
    gap = shows[_UPPER] - shows[_LOWER]
    seen = mouth_features(face)
    aperture = opening_of_features(seen)

    canonical = face.copy()
    # a jaw that drops behind shut lips opens nothing
    canonical[:, _JAW] = np.maximum(face[:, _JAW] - face[:, _CLOSE], 0.0)
    canonical[:, _CLOSE] = np.maximum(face[:, _CLOSE] - face[:, _JAW], 0.0)
    mouth = np.zeros(len(FACE_NAMES))
    mouth[[FACE_INDEX[name] for name in MOUTH_NAMES]] = anchor
    left = shows * (scale**2)[:, None]
    gram = shows.T @ left + OPENING_WEIGHT**2 * np.outer(gap, gap) + basis.mixes.T @ (mouth[:, None] * basis.mixes)
    gram[np.diag_indices_from(gram)] += _RIDGE
    linear = (
        left.T @ seen.T
        + OPENING_WEIGHT**2 * np.outer(gap, aperture)
        + (basis.mixes.T * mouth) @ canonical.T
        - _SPARSITY
    )
    closing = _CLOSURE * np.exp(-aperture / _CLOSURE_WIDTH_CM)
    weights = bounded_least_squares(gram, linear, basis.low, basis.high, FrameRow(gap, closing, aperture), _TEMPORAL)
    return seal(weights.T, basis, gap, aperture)


def seal(weights: np.ndarray, basis: Basis, gap: np.ndarray, aperture: np.ndarray) -> np.ndarray:
    """Take back what still parts the lips where they should meet.

    Shapes that open are scaled down to at most half as much again as intended plus half a millimetre; continuous in
    both.

    Args:
        weights: (T, n).
        basis: n shapes.
        gap: (n,), what each shape opens, centimetres.
        aperture: (T,), what is intended, centimetres.
    """
    opens = np.maximum(gap, 0.0)
    shown = np.maximum(weights @ gap, 0.0)
    excess = np.maximum(shown - (1.5 * aperture + 0.05), 0.0)
    total = weights @ opens
    # fades out as the mouth opens: there too wide is a matter of taste, here it is a missed closure
    care = np.exp(-aperture / (4 * _CLOSURE_WIDTH_CM))
    factor = 1.0 - care * np.divide(excess, total, out=np.zeros_like(total), where=total > 1e-9)
    scaled = np.where(opens > 0, weights * np.clip(factor, 0.0, 1.0)[:, None], weights)
    return np.clip(scaled, basis.low, basis.high)


def solve_shapes(basis: Basis, face: np.ndarray) -> np.ndarray:
    """Weights of the basis nearest to the canonical weights themselves: for brows, lids and gaze.

    Only canonical shapes that the basis has are compared.

    Args:
        basis: n shapes.
        face: (T, 55), canonical weights.

    Returns:
        float64 (T, n), in range.
    """
    covered = np.abs(basis.mixes).sum(1) > 0
    mixes = basis.mixes[covered]
    gram = mixes.T @ mixes
    gram[np.diag_indices_from(gram)] += 1e-4
    linear = mixes.T @ np.asarray(face, np.float64)[:, covered].T
    return bounded_least_squares(gram, linear, basis.low, basis.high).T


def likeness(basis: Basis, faces: np.ndarray) -> float:
    """How much of the given mouths (T, 55) the basis can show, 0..1: one minus the share of weighted difference
    left."""
    scale = np.array([WEIGHTS[name] for name in FEATURES])
    shown = mouth_features(np.clip(solve_mouth(basis, faces) @ basis.mixes.T, 0.0, None))
    seen = mouth_features(faces)
    left, whole = (((shown - seen) * scale) ** 2).sum(), ((seen * scale) ** 2).sum()
    left += OPENING_WEIGHT**2 * ((opening_of_features(shown) - opening_of_features(seen)) ** 2).sum()
    whole += OPENING_WEIGHT**2 * (opening_of_features(seen) ** 2).sum()
    return float(np.clip(1.0 - left / max(whole, 1e-9), 0.0, 1.0))
