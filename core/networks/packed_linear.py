# SPDX-License-Identifier: GPL-3.0-or-later
"""Linear layers that stay quick with a few rows, as when tokens come one after another on a CPU.

With few rows the time is that of reading the weights. The usual kernels read a plain matrix at a third of what the memory
gives; oneDNN's, with the weights in an order of their own, come near to it, and are quicker with many rows too.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class PackedProduct:
    """Linear layers of one input side by side, from a packed copy of their weights: (…, in) → (…, sum of their outs).

    gelu: GELU of it. plus: added to it. Either is done while the numbers are at hand.
    """

    def __init__(self, *layers: nn.Linear):
        weight = layers[0].weight if len(layers) == 1 else torch.cat([layer.weight for layer in layers])
        self._weight = torch.ops.mkldnn._reorder_linear_weight(weight)
        self._bias = layers[0].bias if len(layers) == 1 else torch.cat([layer.bias for layer in layers])

    def __call__(self, x: Tensor, gelu: bool = False, plus: Tensor | None = None) -> Tensor:
        if plus is not None:
            return torch.ops.mkldnn._linear_pointwise.binary(x, plus, self._weight, self._bias, "add")
        return torch.ops.mkldnn._linear_pointwise(x, self._weight, self._bias, "gelu" if gelu else "none", [], "none")


@functools.cache
def packing_works() -> bool:
    """Whether this PyTorch can pack weights. The operators are not of its public interface, so they are tried, not assumed."""
    if not torch.backends.mkldnn.is_available():
        return False
    layer, x = nn.Linear(48, 32), torch.linspace(-1.0, 1.0, 3 * 48).view(1, 3, 48)
    with torch.no_grad():
        expected = layer(x)
        try:
            product = PackedProduct(layer)
            pairs = (
                (product(x), expected),
                (product(x, gelu=True), nn.functional.gelu(expected)),
                (product(x, plus=expected), 2.0 * expected),
            )
        except (AttributeError, NotImplementedError, RuntimeError, TypeError):
            return False
    return all(torch.allclose(made, plain, atol=1e-4) for made, plain in pairs)


class Packable(nn.Module):
    """A module whose linear layers `packed` can pack into one product."""

    product: PackedProduct | None = None

    def linears(self) -> tuple[nn.Linear, ...]:
        """Layers of the same input, with bias where there are several."""
        raise NotImplementedError


class PackedLinear(nn.Linear, Packable):
    """nn.Linear, then GELU, or plus another tensor; within `packed` and without gradients from the packed weights."""

    def linears(self) -> tuple[nn.Linear, ...]:
        return (self,)

    def forward(self, x: Tensor, gelu: bool = False, plus: Tensor | None = None) -> Tensor:
        if self.product is not None and not torch.is_grad_enabled():
            return self.product(x, gelu, plus)
        x = super().forward(x)
        x = nn.functional.gelu(x) if gelu else x
        return x if plus is None else plus + x


@contextmanager
def packed(module: nn.Module) -> Iterator[None]:
    """Until the end of the `with`, every Packable in `module` holds its weights a second time, packed; they must not change
    meanwhile. Packing takes about as long as two products with 84 rows; what an outer `with` packed is used as it is. Weights
    that are not float32 on the CPU, and all where PyTorch cannot pack, go the usual way: products differ by rounding only."""
    found = [
        part
        for part in module.modules()
        if isinstance(part, Packable)
        and part.product is None
        and all(layer.weight.device.type == "cpu" and layer.weight.dtype == torch.float32 for layer in part.linears())
    ]
    found = found if packing_works() else []
    try:
        with torch.no_grad():
            for part in found:
                part.product = PackedProduct(*part.linears())
        yield
    finally:
        for part in found:
            part.product = None
