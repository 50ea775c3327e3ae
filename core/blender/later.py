# SPDX-License-Identifier: GPL-3.0-or-later
"""What a panel finds out of date while drawing, and may not change there: it is done on the main thread once drawing is over."""

from __future__ import annotations

import logging
from collections.abc import Callable

import bpy

logger = logging.getLogger(__name__)
TAB_SPACES = {"VIEW_3D", "DOPESHEET_EDITOR", "GRAPH_EDITOR"}  # the editors that have the tab
_waiting: set[str] = set()


def soon(key: str, do: Callable[[], None], wait_s: float = 0.01) -> None:
    """Call `do` in a moment, and redraw the tab; asking again meanwhile, by the same key, changes nothing."""
    if key in _waiting:
        return
    _waiting.add(key)

    def run() -> None:
        _waiting.discard(key)
        try:
            do()
        except Exception:  # nobody clicked, so nobody is to be disturbed
            logger.exception("%s failed", key)
        redraw()

    bpy.app.timers.register(run, first_interval=wait_s)


def redraw() -> None:
    """Draw the tab anew wherever it is shown."""
    manager = bpy.context.window_manager
    for window in manager.windows if manager is not None else ():
        for area in window.screen.areas:
            if area.type in TAB_SPACES:
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()
