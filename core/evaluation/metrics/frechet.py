# SPDX-License-Identifier: GPL-3.0-or-later
"""Fréchet distance between two sets of features, each taken for a normal distribution.

d = |μ1 - μ2|² + Tr(S1 + S2 - 2 (S1 S2)^½), in squared units of the features (Heusel et al., 2017, equation 6). Covariances
divide by n - 1. Features are rows: (samples, D).
"""

from __future__ import annotations

import numpy as np


def moments(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean (D,) and covariance (D, D)."""
    features = np.asarray(features, np.float64)
    return features.mean(0), np.atleast_2d(np.cov(features, rowvar=False))


def _published_root(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    from scipy.linalg import sqrtm

    return np.asarray(sqrtm(first @ second))


def frechet_gesture(first: np.ndarray, second: np.ndarray, epsilon: float = 1e-6) -> float:
    """FGD's last step as the EMAGE evaluation computes it: 1e-6 is always added to both covariances inside the root, while
    the traces use the covariances as they are."""
    mean_a, cov_a = moments(first)
    mean_b, cov_b = moments(second)
    offset = epsilon * np.eye(len(mean_a))
    root = _published_root(cov_a + offset, cov_b + offset).real
    return float(np.square(mean_a - mean_b).sum() + np.trace(cov_a) + np.trace(cov_b) - 2.0 * np.trace(root))


def frechet_dance(first: np.ndarray, second: np.ndarray, epsilon: float = 1e-5) -> complex:
    """FID_k and FID_g's last step as the Bailando evaluation computes it: 1e-5 is added only where the root of the plain
    product is not finite, and an imaginary part is dropped only where it is NOT negligible, so the result can be
    complex with a tiny imaginary part. Its real part is what tables hold."""
    mean_a, cov_a = moments(first)
    mean_b, cov_b = moments(second)
    root = _published_root(cov_a, cov_b)
    if not np.isfinite(root).all():
        offset = epsilon * np.eye(len(mean_a))
        root = _published_root(cov_a + offset, cov_b + offset)
    if np.iscomplexobj(root) and not np.allclose(np.diagonal(root).imag, 0.0, atol=1e-3):
        root = root.real
    return np.square(mean_a - mean_b).sum() + np.trace(cov_a) + np.trace(cov_b) - 2.0 * np.trace(root)


def frechet_corrected(first: np.ndarray, second: np.ndarray) -> float:
    """The distance itself: real, not negative, and right for singular covariances without adding anything.

    Tr (S1 S2)^½ is the sum of the singular values of S1^½ S2^½, taken through symmetric eigenvalues.
    """
    mean_a, cov_a = moments(first)
    mean_b, cov_b = moments(second)

    def root(covariance: np.ndarray) -> np.ndarray:
        values, vectors = np.linalg.eigh(covariance)
        return (vectors * np.sqrt(values.clip(0.0))) @ vectors.T

    overlap = np.linalg.svd(root(cov_a) @ root(cov_b), compute_uv=False).sum()
    distance = np.square(mean_a - mean_b).sum() + np.trace(cov_a) + np.trace(cov_b) - 2.0 * overlap
    return float(max(distance, 0.0))
