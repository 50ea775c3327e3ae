# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on a thread of its own while the caller goes on: a second core would have nothing to do else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import torch

from ..errors import Cancelled
from .device import ONE, threads

log = logging.getLogger(__name__)
Result = TypeVar("Result")


class Beside:
    """One thread, which does one thing after the other."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._unasked: set[Future] = set()

    def begin(self, work: Callable[[], Result]) -> Callable[[], Result]:
        """Do it in turn. Gives what to call for the outcome, which waits, and raises what the work raised; if nobody calls it, that is
        logged."""
        future = self._pool.submit(work)
        self._unasked.add(future)

        def outcome() -> Result:
            self._unasked.discard(future)
            return future.result()

        return outcome

    def log_failures(self) -> None:
        """Say what was raised by work for whose outcome nobody asked. All of it must have ended."""
        for future in self._unasked:
            error = future.exception()
            if error is not None and not isinstance(error, Cancelled):
                log.error("work beside the caller's failed", exc_info=error)


@contextmanager
def beside() -> Iterator[Beside]:
    """A thread that ends with its last work, and where PyTorch computes on that thread alone, whatever the caller does."""
    with threads(ONE), ThreadPoolExecutor(1, "audio2rig beside") as pool:
        pool.submit(torch.get_num_threads).result()  # a thread takes the number of the moment in which it first asks
        other = Beside(pool)
        yield other
    other.log_failures()
