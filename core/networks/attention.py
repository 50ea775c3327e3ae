# SPDX-License-Identifier: GPL-3.0-or-later
"""Self-attention with a key-value cache, and the pre-norm transformer block around it.

Shapes: B batch, T new positions, S positions attended to (cached ones first), D channels.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .packed_linear import Packable, PackedLinear


class KeyValueCache:
    """Keys beside values of the positions seen so far, for one attention layer: (B, S, 2 D). For inference only."""

    def __init__(self) -> None:
        self._length = 0
        self._room: Tensor | None = None  # for more positions than there are, so that not every step copies all of them

    def __len__(self) -> int:
        return self._length

    def append(self, new: Tensor) -> Tensor:
        """Add new positions (B, T, 2 D); returns all, to be read before the next call."""
        start, self._length = self._length, self._length + new.shape[1]
        if self._room is None or self._room.shape[1] < self._length:
            room = new.new_empty(new.shape[0], 2 * self._length, new.shape[2])
            if self._room is not None:
                room[:, :start] = self._room[:, :start]
            self._room = room
        self._room[:, start : self._length] = new
        return self._room[:, : self._length]

    def shorten(self, length: int) -> None:
        """Forget all positions but the first `length`."""
        self._length = min(length, self._length)


def _residual(x: Tensor, layer: PackedLinear, dropout: nn.Dropout, plus: Tensor) -> Tensor:
    """plus + dropout(layer(x)), at once where nothing is dropped."""
    return plus + dropout(layer(x)) if dropout.training and dropout.p else layer(x, plus=plus)


class SelfAttention(Packable):
    """Multi-head scaled dot-product self-attention; keys key, query, value, proj (each a Linear with bias)."""

    def __init__(self, dim: int, heads: int, dropout: float = 0.0):
        super().__init__()
        if dim % heads:
            raise ValueError(f"{dim} channels do not divide into {heads} heads")
        self.heads = heads
        self.dropout = dropout
        self.key = nn.Linear(dim, dim)
        self.query = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.proj = PackedLinear(dim, dim)
        self.residual_dropout = nn.Dropout(dropout)

    def linears(self) -> tuple[nn.Linear, ...]:
        return self.query, self.key, self.value

    def _projections(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, T, D) → queries (B, T, D), and keys beside values (B, T, 2 D)."""
        if self.product is None or torch.is_grad_enabled():
            return self.query(x), torch.cat((self.key(x), self.value(x)), dim=-1)
        together = self.product(x)
        return together[..., : x.shape[-1]], together[..., x.shape[-1] :]

    def forward(
        self,
        x: Tensor,
        plus: Tensor,
        mask: Tensor | None = None,
        cache: KeyValueCache | None = None,
        rows: list[int] | None = None,
    ) -> Tensor:
        """x (B, T, D) → attention + `plus`; mask broadcastable to (B, heads, T, S): True where position t may see s, or
        numbers to be added to the scores (quicker with many layers, for nothing is converted in each).

        rows: attend from these positions only (to all): the result is (B, len(rows), D), and so are `plus` and the mask's T.
        """
        query, keys_values = self._projections(x)
        query = query if rows is None else query[:, rows]
        keys_values = keys_values if cache is None else cache.append(keys_values)
        query = query.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        keys, values = keys_values.unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(
            query, keys, values, mask, dropout_p=self.dropout if self.training else 0.0
        )
        return _residual(mixed.transpose(1, 2).flatten(2), self.proj, self.residual_dropout, plus)


class FeedForward(nn.Sequential):
    """Linear, GELU, Linear and dropout, added to `plus`; keys 0 and 2."""

    def __init__(self, dim: int, inner: int, dropout: float = 0.0):
        super().__init__(PackedLinear(dim, inner), nn.GELU(), PackedLinear(inner, dim), nn.Dropout(dropout))

    def forward(self, x: Tensor, plus: Tensor) -> Tensor:
        wide, _, narrow, dropout = self
        return _residual(wide(x, gelu=True), narrow, dropout, plus)


class PreNormBlock(nn.Module):
    """x + attention(LN(x)), then x + MLP(LN(x)) with GELU; keys ln1, ln2, attn, mlp.0, mlp.2."""

    def __init__(self, dim: int, heads: int, expansion: int = 4, dropout: float = 0.0):
        super().__init__()
        self.ln1 = nn.LayerNorm(dim)
        self.ln2 = nn.LayerNorm(dim)
        self.attn = SelfAttention(dim, heads, dropout)
        self.mlp = FeedForward(dim, expansion * dim, dropout)

    def forward(
        self, x: Tensor, mask: Tensor | None = None, cache: KeyValueCache | None = None, rows: list[int] | None = None
    ) -> Tensor:
        """As SelfAttention; with `rows` the result has these positions only."""
        x = self.attn(self.ln1(x), x if rows is None else x[:, rows], mask, cache, rows)
        return self.mlp(self.ln2(x), x)
