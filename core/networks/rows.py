# SPDX-License-Identifier: GPL-3.0-or-later
"""Convolutions over one short sequence as products of matrices, for inference.

With one thread PyTorch takes a slow way through small convolutions, sample by sample. As a product of all rows beside their neighbours
with the weights they take a third of that; results differ by rounding alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from .residual import Residual

Rows = Callable[[Tensor], Tensor]


@torch.no_grad()
def on_rows(module: nn.Module) -> Rows:
    """What the module does to (1, channels, T), for rows (T, channels), with its present weights.

    Args:
        module: convolutions of one dimension, what goes number by number, and `nn.Sequential` and `Residual` of them. Convolutions keep the
            length, or are strided with a kernel twice the stride; so are transposed ones.

    Raises:
        ValueError: a convolution is of another kind.
    """
    if isinstance(module, Residual):
        return partial(_added, on_rows(module.model))
    if isinstance(module, nn.Sequential):
        return partial(_one_after_another, tuple(on_rows(one) for one in module))
    if isinstance(module, nn.ConvTranspose1d):
        return _transposed(module)
    if isinstance(module, nn.Conv1d):
        return _strided(module) if module.stride[0] > 1 else _same(module)
    return module


def _added(inner: Rows, x: Tensor) -> Tensor:
    return x + inner(x)


def _one_after_another(steps: tuple[Rows, ...], x: Tensor) -> Tensor:
    for step in steps:
        x = step(x)
    return x


def _same(layer: nn.Conv1d) -> Rows:
    (taps,), (dilation,) = layer.kernel_size, layer.dilation
    reach = dilation * (taps - 1) // 2
    if layer.padding != (reach,) or layer.groups != 1 or layer.padding_mode != "zeros":
        raise ValueError(f"{layer} does not keep the length")
    weight = layer.weight.transpose(1, 2).flatten(1).contiguous()
    return partial(_beside_neighbours, weight, _bias(layer), dilation, reach)


def _beside_neighbours(weight: Tensor, bias: Tensor | None, dilation: int, reach: int, x: Tensor) -> Tensor:
    """x (T, channels) → (T, outputs); weight (outputs, taps · channels)."""
    if reach == 0:
        return functional.linear(x, weight, bias)
    length, padded = len(x), functional.pad(x, (0, 0, reach, reach))
    beside = [padded[start : start + length] for start in range(0, 2 * reach + 1, dilation)]
    return functional.linear(torch.cat(beside, dim=1), weight, bias)


def _strided(layer: nn.Conv1d) -> Rows:
    (stride,) = layer.stride
    _check_strided(layer)
    return partial(_by_tokens, layer.weight.transpose(1, 2).flatten(1).contiguous(), _bias(layer), stride)


def _by_tokens(weight: Tensor, bias: Tensor | None, stride: int, x: Tensor) -> Tensor:
    """x (T, channels) → (T / stride, outputs)."""
    padded = functional.pad(x, (0, 0, stride // 2, stride - stride // 2))
    tokens = padded.view(-1, stride * x.shape[1])
    return functional.linear(torch.cat((tokens[:-1], tokens[1:]), dim=1), weight, bias)


def _transposed(layer: nn.ConvTranspose1d) -> Rows:
    (stride,) = layer.stride
    _check_strided(layer)
    inputs, outputs, _ = layer.weight.shape
    # each row makes `stride` of them, of itself and its neighbours on both sides
    weight, half = layer.weight.new_zeros(stride, outputs, 3, inputs), stride // 2
    taps = layer.weight.permute(2, 1, 0)
    weight[:, :, 1] = taps[half : half + stride]
    weight[: stride - half, :, 0] = taps[half + stride :]
    weight[stride - half :, :, 2] = taps[:half]
    bias = _bias(layer)
    bias = None if bias is None else bias.repeat(stride)
    return partial(_refined, weight.flatten(2).flatten(0, 1), bias, stride)


def _refined(weight: Tensor, bias: Tensor | None, stride: int, x: Tensor) -> Tensor:
    """x (T, channels) → (T · stride, outputs)."""
    return _beside_neighbours(weight, bias, 1, 1, x).view(len(x) * stride, -1)


def _check_strided(layer: nn.Conv1d | nn.ConvTranspose1d) -> None:
    (stride,), padding = layer.stride, layer.padding
    plain = layer.groups == 1 and layer.dilation == (1,) and layer.padding_mode == "zeros"
    if stride % 2 or layer.kernel_size != (2 * stride,) or padding != (stride // 2,) or not plain:
        raise ValueError(f"{layer} does not make whole tokens")


def _bias(layer: nn.Conv1d | nn.ConvTranspose1d) -> Tensor | None:
    return None if layer.bias is None else layer.bias.detach()
