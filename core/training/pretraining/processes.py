# SPDX-License-Identifier: GPL-3.0-or-later
"""Several processes that train one model, as torchrun starts them: each has batches of its own, gradients are averaged."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn


@dataclass(frozen=True)
class Processes:
    """rank: of this one. count: of all; 1 without torchrun."""

    rank: int = 0
    count: int = 1

    @property
    def leads(self) -> bool:
        """Whether this one writes."""
        return self.rank == 0

    def average(self, parameters: Iterable[nn.Parameter]) -> None:
        """Gradients become their mean over all processes; a parameter without one counts as 0."""
        if self.count == 1:
            return
        learned = [one for one in parameters if one.requires_grad]
        for one in learned:
            if one.grad is None:
                one.grad = torch.zeros_like(one)
        grads = [one.grad for one in learned if one.grad is not None]
        flat = torch.cat([grad.flatten() for grad in grads])
        distributed.all_reduce(flat)
        flat /= self.count
        for grad, part in zip(grads, flat.split([grad.numel() for grad in grads]), strict=True):
            grad.copy_(part.view_as(grad))

    def same(self, tensors: Iterable[Tensor]) -> None:
        """Weights and buffers become those of the first process."""
        if self.count > 1:
            for tensor in tensors:
                distributed.broadcast(tensor.data, 0)

    def finish(self) -> None:
        """Wait for all, and leave."""
        if self.count > 1:
            distributed.barrier()
            distributed.destroy_process_group()


def begin(device: str) -> Processes:
    """What torchrun says of this process; joins the others if there are any."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        return Processes()
    distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    return Processes(distributed.get_rank(), count)


def own_device(wanted: str) -> torch.device:
    """The device of this process: with "cuda" and several processes, each its own."""
    if wanted == "cuda" and "LOCAL_RANK" in os.environ:
        return torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    return torch.device(wanted)
