# SPDX-License-Identifier: GPL-3.0-or-later
"""What is computed from a network's weights before it runs, kept until the weights change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from torch import nn

Network = TypeVar("Network", bound=nn.Module)
Prepared = TypeVar("Prepared")


class PreparedWeights(Generic[Network, Prepared]):
    """`prepare(network)` for each network, made anew when a weight was changed, moved or replaced since."""

    def __init__(self, prepare: Callable[[Network], Prepared]):
        self._prepare = prepare
        self._kept: WeakKeyDictionary[Network, tuple[tuple, Prepared]] = WeakKeyDictionary()

    def of(self, network: Network) -> Prepared:
        """What was prepared for the network's present weights."""
        state = tuple(
            (tensor.data_ptr(), 0 if tensor.is_inference() else tensor._version)
            for tensor in (*network.parameters(), *network.buffers())
        )
        kept = self._kept.get(network)
        if kept is None or kept[0] != state:
            kept = state, self._prepare(network)
            self._kept[network] = kept
        return kept[1]
