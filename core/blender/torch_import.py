# SPDX-License-Identifier: GPL-3.0-or-later
"""PyTorch's first import, without what a person who waits for a click need not wait for."""

from __future__ import annotations

import importlib
import inspect
import sys
import threading
from typing import Any

# a click may come while it is imported ahead of one: both would put the other's way of telling frames back
_alone = threading.Lock()


def import_torch() -> None:
    """Import PyTorch, if nobody has. Raises ImportError, OSError.

    It notes for each of a hundred operators the line of its own source where it is registered, for which Python's `inspect` reads the
    text around that line and looks for its module among all: a sixth of the import. The line's number is all that is kept of it.
    """
    if "torch" in sys.modules:
        return
    with _alone:
        usual = inspect.getframeinfo

        def without_text(frame: Any, context: int = 1) -> Any:
            return usual(frame, 0)

        inspect.getframeinfo = without_text
        try:
            importlib.import_module("torch")
        finally:
            inspect.getframeinfo = usual
