# SPDX-License-Identifier: GPL-3.0-or-later
"""Self-attention and the pre-norm transformer block around it.

Shapes: B batch, T positions, D channels. `cached_attention` runs the same block over growing sequences.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class SelfAttention(nn.Module):
    """Multi-head scaled dot-product self-attention (Vaswani et al. 2017).

    State keys: key, query, value, proj, each a Linear with bias.
    """

    def __init__(self, dim: int, heads: int, dropout: float = 0.0):
        super().__init__()
        if dim % heads:
            raise ValueError(f"{dim} channels do not divide into {heads} heads")
        self.heads = heads
        self.dropout = dropout
        self.key = nn.Linear(dim, dim)
        self.query = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.proj = nn.Linear(dim, dim)
        self.residual_dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Mix positions.

        Args:
            x: (B, T, D).
            mask: broadcastable to (B, heads, T, T); True where position t may see s, or numbers added to the scores.

        Returns:
            (B, T, D), without the residual.
        """
        query, key, value = (
            layer(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for layer in (self.query, self.key, self.value)
        )
        mixed = F.scaled_dot_product_attention(query, key, value, mask, self.dropout if self.training else 0.0)
        return self.residual_dropout(self.proj(mixed.transpose(1, 2).flatten(2)))


class PreNormBlock(nn.Module):
    """x + attention(LN(x)), then x + MLP(LN(x)) with GELU; state keys ln1, ln2, attn, mlp.0, mlp.2."""

    def __init__(self, dim: int, heads: int, expansion: int = 4, dropout: float = 0.0):
        super().__init__()
        self.ln1 = nn.LayerNorm(dim)
        self.ln2 = nn.LayerNorm(dim)
        self.attn = SelfAttention(dim, heads, dropout)
        widen, narrow = nn.Linear(dim, expansion * dim), nn.Linear(expansion * dim, dim)
        self.mlp = nn.Sequential(widen, nn.GELU(), narrow, nn.Dropout(dropout))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """x (B, T, D) → the same shape; mask as `SelfAttention`."""
        x = x + self.attn(self.ln1(x), mask)
        return x + self.mlp(self.ln2(x))
