# SPDX-License-Identifier: GPL-3.0-or-later
"""What PyTorch computes on: the device, and how many threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

ONE = 1  # thread, for matrices that are small and many: a second one mostly waits, and for long while the machine does something else

# AUTO leaves sounds that are shorter to the processor. An estimate, not a measurement: thousands of small steps a second of motion wait
# for Python on either device, and beginning with a card takes some seconds, in which a processor makes a minute or two.
CUDA_FROM_S = 120.0


def alone() -> int:
    """Threads for a network beside which little else runs."""
    return torch.get_num_threads()


def side_by_side() -> int:
    """Threads for each of two networks that run at the same time, lips and the drawn face: all of PyTorch's for both would be
    twice the cores, and they would wait for each other."""
    return max(torch.get_num_threads() // 2, ONE)


def choose_device(wish: str, sound_s: float = 0.0) -> tuple[str, str]:
    """AUTO, CUDA, MPS or CPU → PyTorch's device name and a note for the person ("" where the wish was met).

    AUTO takes a CUDA device for long sounds, else the CPU: models this small run faster there than it takes to reach Apple's GPU.
    sound_s: how long the sound is.
    """
    if (wish == "CUDA" or wish == "AUTO" and sound_s >= CUDA_FROM_S) and torch.cuda.is_available():
        return "cuda", ""
    if wish == "MPS" and torch.backends.mps.is_available():
        return "mps", ""
    if wish in ("CUDA", "MPS"):
        return "cpu", f"{wish} was asked for but PyTorch finds none here; the CPU was used."
    return "cpu", ""


class _Threads:
    """PyTorch's number of threads while generations run. The number belongs to the whole process, so those that overlap
    share it: the last one to begin decides, and the last one to end gives back what was there before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted: list[int] = []  # of those that run, in the order in which they began
        self._before = 0

    def begin(self, count: int) -> None:
        with self._lock:
            if not self._wanted:
                self._before = torch.get_num_threads()
            self._wanted.append(count)
            torch.set_num_threads(count)

    def end(self, count: int) -> None:
        with self._lock:
            self._wanted.remove(count)
            torch.set_num_threads(self._wanted[-1] if self._wanted else self._before)


_threads = _Threads()


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let PyTorch use so many threads meanwhile, also in other threads; 0 leaves it as it is."""
    if count <= 0:
        yield
        return
    _threads.begin(count)
    try:
        yield
    finally:
        _threads.end(count)
