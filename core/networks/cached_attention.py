# SPDX-License-Identifier: GPL-3.0-or-later
"""A transformer block over a sequence that grows: keys and values of earlier positions are remembered, not computed
again.

For inference only. The block itself is `attention.PreNormBlock`, whose numbers these are.
Shapes: B batch, T new positions, S positions attended to (remembered ones first), D channels.
"""

from __future__ import annotations

from typing import cast

import torch.nn.functional as F
from torch import Tensor, nn

from .attention import PreNormBlock
from .packed_linear import PackedLinear


class KeyValueCache:
    """Keys beside values of the positions seen so far, for one attention layer: (B, S, 2 D)."""

    def __init__(self) -> None:
        self._length = 0
        self._room: Tensor | None = None  # for more positions than there are, so that not every step copies all of them

    def __len__(self) -> int:
        return self._length

    def append(self, new: Tensor) -> Tensor:
        """Add new positions (B, T, 2 D); returns all (B, S, 2 D), to be read before the next call."""
        start, self._length = self._length, self._length + new.shape[1]
        if self._room is None or self._room.shape[1] < self._length:
            room = new.new_empty(new.shape[0], 2 * self._length, new.shape[2])
            if self._room is not None:
                room[:, :start] = self._room[:, :start]
            self._room = room
        self._room[:, start : self._length] = new
        return self._room[:, : self._length]

    def repeat(self, ways: int) -> None:
        """Go on with each sequence of the batch in so many ways, one after the other."""
        if self._room is not None:
            self._room = self._room.repeat_interleave(ways, 0)

    def shorten(self, length: int) -> None:
        """Forget all positions but the first `length`."""
        self._length = min(length, self._length)


class CachedBlock:
    """A PreNormBlock with its weights packed (`packed_linear`). They must not change meanwhile."""

    def __init__(self, block: PreNormBlock):
        attention = block.attn
        self._heads, self._before_attention, self._before_mlp = attention.heads, block.ln1, block.ln2
        self._project_in = PackedLinear(attention.query, attention.key, attention.value)
        self._project_out = PackedLinear(attention.proj)
        widen, _, narrow, _ = block.mlp
        self._widen, self._narrow = PackedLinear(cast(nn.Linear, widen)), PackedLinear(cast(nn.Linear, narrow))

    def __call__(
        self, x: Tensor, mask: Tensor | None, cache: KeyValueCache | None = None, rows: list[int] | None = None
    ) -> Tensor:
        """The block's output at the new positions.

        Args:
            x: (B, T, D), new positions.
            mask: (T, S) numbers to be added to the scores; None where every new position sees all.
            cache: of this layer; None computes from x alone.
            rows: attend from these new positions only (to all); the mask's T is then len(rows).

        Returns:
            (B, T, D), or (B, len(rows), D).
        """
        dim = x.shape[-1]
        projected = self._project_in(self._before_attention(x))
        query, keys_values = projected[..., :dim], projected[..., dim:]
        keys_values = keys_values if cache is None else cache.append(keys_values)
        if rows is not None:
            query, x = query[:, rows], x[:, rows]
        query = query.unflatten(-1, (self._heads, -1)).transpose(1, 2)
        keys, values = keys_values.unflatten(-1, (2, self._heads, -1)).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(query, keys, values, mask)
        x = self._project_out(mixed.transpose(1, 2).flatten(2), plus=x)
        return self._narrow(self._widen(self._before_mlp(x), gelu=True), plus=x)
