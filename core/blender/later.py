# SPDX-License-Identifier: GPL-3.0-or-later
"""What a panel finds out of date while drawing, and may not change there: it is done on the main thread once drawing is over."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator

import bpy

from ..private_paths import log_failure
from . import compat

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
        except Exception:  # noqa: BLE001 -- nobody clicked, so nobody is to be disturbed
            log_failure(logger, "%s failed", key)
        redraw()

    bpy.app.timers.register(run, first_interval=wait_s)


def soon_on(
    what: str,
    scene: bpy.types.Scene,
    root: bpy.types.Object,
    do: Callable[[bpy.types.Scene, bpy.types.Object], None],
    wait_s: float,
) -> None:
    """Like `soon`, on a character, which is looked up again then; nothing if it or its scene is gone. what: that is to be renewed."""
    scene_id, root_id = compat.session_id(scene), compat.session_id(root)

    def find_and_do() -> None:
        found = compat.by_session_id(bpy.data.scenes, scene_id)
        there = compat.by_session_id(found.objects, root_id) if found is not None else None
        if found is not None and there is not None:
            do(found, there)

    soon(f"{what} of {root_id}", find_and_do, wait_s)


def redraw() -> None:
    """Draw the tab anew wherever it is shown."""
    for area in shown_areas(TAB_SPACES):
        for region in area.regions:
            if region.type == "UI":
                region.tag_redraw()


def shown_areas(kinds: Collection[str]) -> Iterator[bpy.types.Area]:
    """The editors of these kinds, in every window."""
    manager = bpy.context.window_manager
    for window in manager.windows if manager is not None else ():
        yield from (area for area in window.screen.areas if area.type in kinds)
