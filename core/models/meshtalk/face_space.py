# SPDX-License-Identifier: GPL-3.0-or-later
"""What the model's numbers mean: vertices themselves, or weights of a linear face basis.

The networks animate `points` x `dims` numbers a frame and never ask which; the losses and the metrics compare vertices.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class FaceSpace(nn.Module):
    """Linear map from what the model animates to vertices, (…, points, dims) -> (…, V, 3): neutral + basis · values.

    basis (V·3, points·dims) or None where the values are the vertices already; neutral (V, 3) is added to it.
    """

    basis: Tensor | None
    neutral: Tensor | None

    def __init__(self, basis: Tensor | None = None, neutral: Tensor | None = None):
        super().__init__()
        self.register_buffer("basis", basis, persistent=False)
        self.register_buffer("neutral", neutral, persistent=False)

    @classmethod
    def of_shapes(cls, shapes: Tensor, neutral: Tensor | None = None) -> FaceSpace:
        """shapes (S, V, 3): each shape's offset from the neutral face; the values are (…, S, 1) weights."""
        return cls(shapes.flatten(1).T.contiguous(), torch.zeros_like(shapes[0]) if neutral is None else neutral)

    def vertices(self, values: Tensor) -> Tensor:
        """(…, points, dims) -> (…, V, 3), differentiable."""
        if self.basis is not None:
            values = (values.flatten(-2) @ self.basis.T).unflatten(-1, (-1, 3))
        return values if self.neutral is None else values + self.neutral

    forward = vertices
