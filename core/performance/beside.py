# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on a thread of its own while the caller goes on: a second core would have nothing to do else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import torch

from .device import ONE, threads

Result = TypeVar("Result")


class Beside:
    """One thread, which does one thing after the other."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool

    def begin(self, work: Callable[[], Result]) -> Callable[[], Result]:
        """Do it in turn. Gives what to call for the outcome, which waits, and raises what the work raised."""
        return self._pool.submit(work).result


@contextmanager
def beside() -> Iterator[Beside]:
    """A thread that ends with its last work, and where PyTorch computes on that thread alone, whatever the caller does."""
    with threads(ONE), ThreadPoolExecutor(1, "audio2rig beside") as pool:
        pool.submit(torch.get_num_threads).result()  # a thread takes the number of the moment in which it first asks
        yield Beside(pool)
