# SPDX-License-Identifier: GPL-3.0-or-later
"""Linear probes: how much of an attribute a linear reader finds in frozen features."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional


def balanced_accuracy(said: np.ndarray, meant: np.ndarray) -> float:
    """Mean recall over the classes that are there."""
    return float(np.mean([(said[meant == one] == one).mean() for one in np.unique(meant)]))


def probe(
    features: np.ndarray, classes: np.ndarray, held: np.ndarray, held_classes: np.ndarray, penalty: float = 1e-3
) -> float:
    """Balanced accuracy, on held-out examples, of a logistic regression.

    Args:
        features, held: (n, D), (m, D).
        classes, held_classes: int (n,), (m,); held-out examples of classes that were not learned are left out.
        penalty: of the squared weights.
    """
    known, numbers = np.unique(classes, return_inverse=True)
    there = np.isin(held_classes, known)
    if len(known) < 2 or not there.any():
        return float("nan")
    mean, deviation = features.mean(0), features.std(0) + 1e-6
    x = torch.from_numpy((features - mean) / deviation).float()
    y = torch.from_numpy(numbers)
    share = torch.bincount(y).float().clamp_min(1.0).reciprocal()
    weights = torch.zeros(x.shape[1] + 1, len(known), requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=60, line_search_fn="strong_wolfe")

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        loss = functional.cross_entropy(x @ weights[:-1] + weights[-1], y, share / share.mean())
        loss = loss + penalty * weights[:-1].square().sum()
        loss.backward()
        return loss

    optimizer.step(step)
    with torch.no_grad():
        told = torch.from_numpy((held[there] - mean) / deviation).float() @ weights[:-1] + weights[-1]
    return balanced_accuracy(known[told.argmax(1).numpy()], held_classes[there])
