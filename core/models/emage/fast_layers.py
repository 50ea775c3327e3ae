# SPDX-License-Identifier: GPL-3.0-or-later
"""PyTorch's transformer layers for one sequence, with the same kernels and so the same bits, and a quarter of the calls.

The layers are small: what PyTorch's own do around the products (checks, copies, transposed views) takes as long as those. For inference,
post-norm with ReLU, sequence first without a batch (T, E).
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
    x = _normed(layer.norm2, x + _cross_attention(layer.multihead_attn, x, memory))
    return _fed_forward(layer, x, layer.norm3)


def _self_attention(attention: Any, x: Tensor) -> Tensor:
    queries, keys, values = functional.linear(x, attention.in_proj_weight, attention.in_proj_bias).chunk(3, 1)
    return _attended(attention, queries, keys, values)


def _cross_attention(attention: Any, x: Tensor, memory: Tensor) -> Tensor:
    weight, bias, width = attention.in_proj_weight, attention.in_proj_bias, x.shape[1]
    queries = functional.linear(x, weight[:width], bias[:width])
    keys, values = functional.linear(memory, weight[width:], bias[width:]).chunk(2, 1)
    return _attended(attention, queries, keys, values)


def _attended(attention: Any, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    first, second, third = (
        one.view(len(one), attention.num_heads, -1).transpose(0, 1)[None] for one in (queries, keys, values)
    )
    mixed = functional.scaled_dot_product_attention(first, second, third)[0].transpose(0, 1).reshape(queries.shape)
    return functional.linear(mixed, attention.out_proj.weight, attention.out_proj.bias)


def _fed_forward(layer: Any, x: Tensor, norm: Any) -> Tensor:
    inner = functional.linear(x, layer.linear1.weight, layer.linear1.bias).relu_()
    return _normed(norm, x + functional.linear(inner, layer.linear2.weight, layer.linear2.bias))


def _normed(norm: Any, x: Tensor) -> Tensor:
    return functional.layer_norm(x, norm.normalized_shape, norm.weight, norm.bias, norm.eps)
