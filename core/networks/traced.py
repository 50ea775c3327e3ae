# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks recorded once as a list of their kernels, and then run without Python: the same kernels, so the same bits.

A small network spends as long between its products, in Python, as in them. What is recorded runs outside of Python's lock besides, so
that other threads can work meanwhile. Recording takes half a second: it is done once, beside something else, and until then all goes
the usual way.
"""

from __future__ import annotations

import copy
import logging
import warnings
from collections.abc import Callable
from typing import Generic, TypeVar, cast
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from .prepared_weights import weights_state

log = logging.getLogger(__name__)
Network = TypeVar("Network", bound=nn.Module)
Program = Callable[..., tuple[Tensor, ...]]


class Traced(Generic[Network]):
    """Programs of networks, one each, for the weights and the kind of step that they were recorded with."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Network, tuple[tuple, object, Program | None]] = WeakKeyDictionary()

    def ready(self, network: Network, kind: object) -> Program | None:
        """The program of this kind for the network's present weights, if it was recorded."""
        kept = self._kept.get(network)
        if kept is None or kept[1] != kind or kept[0] != weights_state(network):
            return None
        return kept[2]

    def record(self, network: Network, kind: object, step: Callable[[Network], Program], example: tuple) -> None:
        """Record what a step does to tensors like these, unless that was done, or tried and not possible.

        Args:
            network: whose weights the program will hold.
            kind: whatever the step depends on besides: an equal one asks for the same program.
            step: from a network to the step, whose kernels do not depend on the tensors' values.
            example: tensors of the shapes that all others have, with any numbers: the results must be the same to the bit.
        """
        state, kept = weights_state(network), self._kept.get(network)
        if kept is None or kept[:2] != (state, kind):
            self._kept[network] = state, kind, recorded(step(_constant(network)), example)


def recorded(step: Program, example: tuple) -> Program | None:
    """The step as a program; None where this PyTorch cannot record it, or runs it to other results."""
    try:
        with torch.inference_mode(), warnings.catch_warnings():
            # sizes become constants, as is meant; recording is not PyTorch's newest way
            warnings.simplefilter("ignore")
            run = Recorded(cast(Program, torch.jit.trace(step, example, check_trace=False)))
            same = all(torch.equal(made, meant) for made, meant in zip(run(*example), step(*example), strict=True))
    except (AttributeError, ImportError, NotImplementedError, RuntimeError, TypeError, ValueError) as error:
        log.info("a network runs call by call: %s", type(error).__name__)
        return None
    return run if same else None


class Recorded:
    """A program that is run as it was recorded: fusing kernels takes ten seconds, and changes bits."""

    def __init__(self, program: Program) -> None:
        from torch.jit._fuser import optimized_execution  # not a promise of PyTorch's: without it nothing is recorded

        self._program, self._optimized = program, optimized_execution

    def __call__(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        with self._optimized(False):
            return self._program(*tensors)


def _constant(network: Network) -> Network:
    """The network with the same weights in the same memory, as numbers that nobody trains."""
    weights = {id(weight): nn.Parameter(weight.detach(), requires_grad=False) for weight in network.parameters()}
    return copy.deepcopy(network, weights | {id(buffer): buffer for buffer in network.buffers()})
