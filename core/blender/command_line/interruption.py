# SPDX-License-Identifier: GPL-3.0-or-later
"""Ctrl C, and being ended from outside: at once, also while Blender saves or renders, and with nothing half left behind.

Python hears of a signal only when Blender's own code comes back to it, which for a film may take hours. So a thread waits for what the
system writes when one arrives, takes away what is unfinished and ends the process.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from ... import output_files

BY_KEYBOARD = 128 + 2
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_SAID = b"Interrupted: what was not finished is as it was.\n"


@contextmanager
def ends_cleanly() -> Iterator[None]:
    """In the block a signal to end takes away what is being written, and ends the process with the usual exit code."""
    if threading.current_thread() is not threading.main_thread():  # only that one may say what signals do
        yield
        return
    told, tells = socket.socketpair()
    tells.setblocking(False)
    before = {number: signal.signal(number, _is_heard) for number in _SIGNALS}
    woken = signal.set_wakeup_fd(tells.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_wait, args=(told,), name="audio2rig: signals", daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(woken)
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        tells.close()


def _is_heard(_number: int, _frame: FrameType | None) -> None:
    """The thread does what is to be done."""


def _wait(told: socket.socket) -> None:
    with told:
        while heard := told.recv(1):  # nothing: the block has ended
            if heard[0] in _SIGNALS:
                end(heard[0])


def end(number: int) -> None:
    """End the process as a signal would."""
    output_files.remove_unfinished()
    with suppress(OSError):
        os.write(2, _SAID)
    output_files.remove_unfinished()  # Blender renames what it has written
    os._exit(128 + number)
