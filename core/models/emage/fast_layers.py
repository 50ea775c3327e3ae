# SPDX-License-Identifier: GPL-3.0-or-later
"""PyTorch's transformer layers for one sequence, with the same kernels and so the same bits, and a quarter of the calls.

The layers are small: what PyTorch's own do around the products (checks, copies, transposed views) takes as long as those. For inference,
with ReLU, sequence first without a batch (T, E); post-norm (`encoded`, `decoded`), or norm first (`encoded_by_norms`, `decoded_by_norms`).
"""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn import functional


def encoded(layer: Any, x: Tensor) -> Tensor:
    """`nn.TransformerEncoderLayer`, x (T, E)."""
    return _fed_forward(layer, _normed(layer.norm1, x + _self_attention(layer.self_attn, x)), layer.norm2)


def decoded(layer: Any, x: Tensor, memory: Tensor) -> Tensor:
    """`nn.TransformerDecoderLayer`, x (T, E), memory (S, E)."""
    x = _normed(layer.norm1, x + _self_attention(layer.self_attn, x))
    x = _normed(
        layer.norm2, x + _attended(layer.multihead_attn, _queries(layer.multihead_attn, x), *keys_values(layer, memory))
    )
    return _fed_forward(layer, x, layer.norm3)


def encoded_by_norms(layer: Any, x: Tensor) -> Tensor:
    """`nn.TransformerEncoderLayer` that normalises first, x (T, E)."""
    x = x + _self_attention(layer.self_attn, _normed(layer.norm1, x))
    return x + _forward(layer, _normed(layer.norm2, x))


def decoded_by_norms(layer: Any, x: Tensor, memory: tuple[Tensor, Tensor]) -> Tensor:
    """`nn.TransformerDecoderLayer` that normalises first, x (T, E), the memory's `keys_values`."""
    x = x + _self_attention(layer.self_attn, _normed(layer.norm1, x))
    x = x + _attended(layer.multihead_attn, _queries(layer.multihead_attn, _normed(layer.norm2, x)), *memory)
    return x + _forward(layer, _normed(layer.norm3, x))


def keys_values(layer: Any, memory: Tensor) -> tuple[Tensor, Tensor]:
    """Keys and values (S, E) each of a memory (S, E), for a `nn.TransformerDecoderLayer`."""
    attention, width = layer.multihead_attn, memory.shape[1]
    keys, values = functional.linear(memory, attention.in_proj_weight[width:], attention.in_proj_bias[width:]).chunk(
        2, 1
    )
    return keys, values


def _self_attention(attention: Any, x: Tensor) -> Tensor:
    queries, keys, values = functional.linear(x, attention.in_proj_weight, attention.in_proj_bias).chunk(3, 1)
    return _attended(attention, queries, keys, values)


def _queries(attention: Any, x: Tensor) -> Tensor:
    width = x.shape[1]
    return functional.linear(x, attention.in_proj_weight[:width], attention.in_proj_bias[:width])


def _attended(attention: Any, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    first, second, third = (
        one.view(len(one), attention.num_heads, -1).transpose(0, 1)[None] for one in (queries, keys, values)
    )
    mixed = functional.scaled_dot_product_attention(first, second, third)[0].transpose(0, 1).reshape(queries.shape)
    return functional.linear(mixed, attention.out_proj.weight, attention.out_proj.bias)


def _fed_forward(layer: Any, x: Tensor, norm: Any) -> Tensor:
    return _normed(norm, x + _forward(layer, x))


def _forward(layer: Any, x: Tensor) -> Tensor:
    inner = functional.linear(x, layer.linear1.weight, layer.linear1.bias).relu_()
    return functional.linear(inner, layer.linear2.weight, layer.linear2.bias)


def _normed(norm: Any, x: Tensor) -> Tensor:
    return functional.layer_norm(x, norm.normalized_shape, norm.weight, norm.bias, norm.eps)
