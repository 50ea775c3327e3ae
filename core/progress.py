# SPDX-License-Identifier: GPL-3.0-or-later
"""How long work tells where it is and learns that it should stop."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .errors import Cancelled


class Progress:
    """Progress of one job, shared between the working thread and the one that shows it.

    Work calls `report` often (at least every 0.2 s); `report` raises `Cancelled` once `cancel` was called.
    `part` gives a sub-range, so that a stage need not know where it stands in the whole.
    """

    def __init__(self, listener: Callable[[float, str], None] | None = None):
        self.fraction = 0.0
        self.message = ""
        self._listener = listener
        self._cancel = threading.Event()

    @property
    def cancelled(self) -> bool:
        return self._cancel.is_set()

    def cancel(self) -> None:
        self._cancel.set()

    def report(self, fraction: float, message: str = "") -> None:
        """Set the fraction done (0..1) and, if given, what is being done. Raises Cancelled."""
        if self.cancelled:
            raise Cancelled
        self.fraction = min(max(float(fraction), 0.0), 1.0)
        self.message = message or self.message
        if self._listener is not None:
            self._listener(self.fraction, self.message)

    def part(self, start: float, end: float) -> Progress:
        """A view that maps its own 0..1 onto start..end of this one, with the same cancel flag."""
        view = Progress(lambda fraction, message: self.report(start + (end - start) * fraction, message))
        view._cancel = self._cancel
        return view

    def unseen(self) -> Progress:
        """A view with the same cancel flag that shows nothing, for work beside that which is shown."""
        view = Progress()
        view._cancel = self._cancel
        return view
