# SPDX-License-Identifier: GPL-3.0-or-later
"""What is computed from a network's weights before it runs, kept until the weights change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)
Prepared = TypeVar("Prepared")


class PreparedWeights(Generic[Network, Prepared]):
    """`prepare(network)` for each network, made anew when a weight was changed, moved or replaced since."""

    def __init__(self, prepare: Callable[[Network], Prepared]):
        self._prepare = prepare
        self._kept: WeakKeyDictionary[Network, tuple[tuple, Prepared]] = WeakKeyDictionary()

    def of(self, network: Network) -> Prepared:
        """What was prepared for the network's present weights."""
        state = weights_state(network)
        kept = self._kept.get(network)
        if kept is None or kept[0] != state:
            kept = state, self._prepare(network)
            self._kept[network] = kept
        return kept[1]


def weights_state(network: nn.Module) -> tuple:
    """What differs as soon as a weight was changed, moved or replaced."""
    return tuple((tensor.data_ptr(), 0 if tensor.is_inference() else tensor._version) for tensor in _tensors(network))


def _tensors(module: nn.Module) -> Iterator[Tensor]:
    """All parameters and buffers, those that modules share as often as they do: a tenth of the time of PyTorch's own, which names each."""
    for tensor in (*module._parameters.values(), *module._buffers.values()):
        if tensor is not None:
            yield tensor
    for inner in module._modules.values():
        if inner is not None:
            yield from _tensors(inner)
