# SPDX-License-Identifier: GPL-3.0-or-later
"""Self-attention with a key-value cache, and the pre-norm transformer block around it.

Shapes: B batch, T new positions, S positions attended to (cached ones first), D channels.
"""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .row_linear import RowLinear


class KeyValueCache:
    """Keys and values of the positions seen so far, for one attention layer: (B, heads, S, D/heads)."""

    def __init__(self) -> None:
        self.keys: Tensor | None = None
        self.values: Tensor | None = None

    def __len__(self) -> int:
        return 0 if self.keys is None else self.keys.shape[2]

    def append(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Add new positions; returns all keys and all values."""
        if self.keys is not None:
            keys = torch.cat((self.keys, keys), dim=2)
            values = torch.cat((self.values, values), dim=2)
        self.keys, self.values = keys, values
        return keys, values


class SelfAttention(nn.Module):
    """Multi-head scaled dot-product self-attention; keys key, query, value, proj (each a Linear with bias)."""

    def __init__(self, dim: int, heads: int, dropout: float = 0.0):
        super().__init__()
        if dim % heads:
            raise ValueError(f"{dim} channels do not divide into {heads} heads")
        self.heads = heads
        self.dropout = dropout
        self.key = RowLinear(dim, dim)
        self.query = RowLinear(dim, dim)
        self.value = RowLinear(dim, dim)
        self.proj = RowLinear(dim, dim)
        self.residual_dropout = nn.Dropout(dropout)

    def _split(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, x: Tensor, mask: Tensor | None = None, cache: KeyValueCache | None = None,
                rows: list[int] | None = None) -> Tensor:
        """x (B, T, D); mask broadcastable to (B, heads, T, S): True, or non-zero, where position t may see s.

        rows: attend from these positions only (to all): the result is (B, len(rows), D), and so is the mask's T.
        """
        asking = x if rows is None else x[:, rows]
        query, keys, values = self._split(self.query(asking)), self._split(self.key(x)), self._split(self.value(x))
        if cache is not None:
            keys, values = cache.append(keys, values)
        mask = None if mask is None else mask.bool()
        mixed = F.scaled_dot_product_attention(query, keys, values, mask,
                                               dropout_p=self.dropout if self.training else 0.0)
        return self.residual_dropout(self.proj(mixed.transpose(1, 2).reshape(asking.shape)))


class PreNormBlock(nn.Module):
    """x + attention(LN(x)), then x + MLP(LN(x)) with GELU; keys ln1, ln2, attn, mlp.0, mlp.2."""

    def __init__(self, dim: int, heads: int, expansion: int = 4, dropout: float = 0.0):
        super().__init__()
        self.ln1 = nn.LayerNorm(dim)
        self.ln2 = nn.LayerNorm(dim)
        self.attn = SelfAttention(dim, heads, dropout)
        self.mlp = nn.Sequential(RowLinear(dim, expansion * dim), nn.GELU(), RowLinear(expansion * dim, dim),
                                 nn.Dropout(dropout))

    def forward(self, x: Tensor, mask: Tensor | None = None, cache: KeyValueCache | None = None,
                rows: list[int] | None = None) -> Tensor:
        """As SelfAttention; with `rows` the result has these positions only."""
        x = (x if rows is None else x[:, rows]) + self.attn(self.ln1(x), mask, cache, rows)
        return x + self.mlp(self.ln2(x))
