# SPDX-License-Identifier: GPL-3.0-or-later
"""PyTorch on one thread, for matrices that are small and many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """PyTorch on one thread meanwhile: waking a second one for each small matrix costs more than it brings, many times
    more while the machine does something else as well."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
