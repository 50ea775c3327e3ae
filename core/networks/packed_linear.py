# SPDX-License-Identifier: GPL-3.0-or-later
"""Linear layers that stay quick with a few rows, as when tokens come one after another on a CPU.

With few rows the time is that of reading the weights. The usual kernels read a plain matrix at a third of what the
memory gives; oneDNN's, with the weights in an order of their own, come near to it. PyTorch has them under names that
are not of its public interface, so they are tried once (`packing_works`) and the usual product stands in where they
fail.
"""

from __future__ import annotations

import functools

import torch
from torch import Tensor, nn


class PackedLinear:
    """Linear layers of one input side by side: (…, in) → (…, sum of their outs). For inference; holds a copy of the
    weights."""

    def __init__(self, first: nn.Linear, *others: nn.Linear):
        """Weights that are not float32 on the CPU, and all where PyTorch cannot pack, go the usual way.

        Args:
            first: a layer.
            others: layers of the same input; all with bias where there are any.
        """
        layers = (first, *others)
        weight = torch.cat([layer.weight for layer in layers]) if others else first.weight
        self._weight = weight.detach()
        self._bias = torch.cat([layer.bias for layer in layers]).detach() if others else first.bias
        self._packed = _Packed(self._weight, self._bias) if _may_pack(self._weight) and packing_works() else None

    def __call__(self, x: Tensor, gelu: bool = False, plus: Tensor | None = None) -> Tensor:
        """The product of x (…, in), then its GELU, or `plus` (…, out) added to it."""
        if self._packed is not None:
            return self._packed(x, gelu, plus)
        product = nn.functional.linear(x, self._weight, self._bias)
        product = nn.functional.gelu(product) if gelu else product
        return product if plus is None else product + plus


class _Packed:
    """One product from oneDNN's copy of the weights; GELU or sum are done while the numbers are at hand."""

    def __init__(self, weight: Tensor, bias: Tensor | None):
        self._weight = torch.ops.mkldnn._reorder_linear_weight(weight)
        self._bias = bias

    def __call__(self, x: Tensor, gelu: bool, plus: Tensor | None) -> Tensor:
        if plus is not None:
            return torch.ops.mkldnn._linear_pointwise.binary(x, plus, self._weight, self._bias, "add")
        return torch.ops.mkldnn._linear_pointwise(x, self._weight, self._bias, "gelu" if gelu else "none", [], "none")


def _may_pack(weight: Tensor) -> bool:
    return weight.device.type == "cpu" and weight.dtype == torch.float32


@functools.cache
def packing_works() -> bool:
    """Whether this PyTorch can pack weights and then gives the products that it gives without."""
    if not torch.backends.mkldnn.is_available():
        return False
    layer, x = nn.Linear(48, 32), torch.linspace(-1.0, 1.0, 3 * 48).view(1, 3, 48)
    with torch.no_grad():
        expected = layer(x)
        try:
            packed = _Packed(layer.weight, layer.bias)
            pairs = (
                (packed(x, False, None), expected),
                (packed(x, True, None), nn.functional.gelu(expected)),
                (packed(x, False, expected), 2.0 * expected),
            )
        except (AttributeError, NotImplementedError, RuntimeError, TypeError):
            return False
    return all(torch.allclose(made, plain, atol=1e-4) for made, plain in pairs)
