# SPDX-License-Identifier: GPL-3.0-or-later
"""Preparing the next batch while the network works on this one."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")


def prefetched(make: Callable[[], T], ahead: int = 2) -> Iterator[T]:
    """Endless results of `make`, called by one thread in order (so seeds mean what they say). Errors are raised here."""
    ready: queue.Queue = queue.Queue(ahead)
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            try:
                item = (make(), None)
            except Exception as error:  # noqa: BLE001 - handed to the consumer, who raises it
                item = (None, error)
            while not stop.is_set():
                try:
                    ready.put(item, timeout=0.5)
                    break
                except queue.Full:
                    continue

    thread = threading.Thread(target=work, daemon=True, name="prefetch")
    thread.start()
    try:
        while True:
            value, error = ready.get()
            if error is not None:
                raise error
            yield value
    finally:
        stop.set()
        thread.join()  # a thread in PyTorch while the interpreter ends would abort it
