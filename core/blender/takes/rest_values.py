# SPDX-License-Identifier: GPL-3.0-or-later
"""What a character looked like where nothing animated it: restored when a take is taken off.

Blender leaves every property where the last frame put it when an Action is taken off. A pose that was set by hand and never
keyed, or a switch of the rig, would be lost that way.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ... import json_text
from .. import compat
from ..compat import Animated
from ..property_paths import read, write


def animated_paths(owner: Animated) -> set[str]:
    """The data paths that the owner's Action animates now."""
    curves = compat.active_curves(owner)
    return {curve.data_path for curve in curves.fcurves} if curves is not None else set()


def stored_values(stored: str) -> dict[str, Any]:
    """What `store` made: {data path: value or list of values}; what is damaged of it is left out."""
    found = json_text.kept(stored, "What the character looked like before its takes")
    return {path: value for path, value in found.items() if _is_value(value)}


def _is_value(value: Any) -> bool:
    parts = value if isinstance(value, list) else [value]
    return isinstance(value, str) or bool(parts) and all(map(json_text.is_number, parts))


def store(owner: Animated, stored: str, paths: Iterable[str]) -> str:
    """What is stored, with the values of those paths that nothing animates now and that were not known yet, as JSON."""
    known = stored_values(stored)
    animated = animated_paths(owner)
    for path in dict.fromkeys(paths):
        if path not in known and path not in animated and (value := read(owner, path)) is not None:
            known[path] = value
    return json.dumps(known, ensure_ascii=False, separators=(",", ":"))


def update(owner: Animated, stored: str) -> str:
    """The same, with what a person may have changed since on paths that nothing animates now."""
    known = stored_values(stored)
    animated = animated_paths(owner)
    changed = {path: value for path in known if path not in animated and (value := read(owner, path)) is not None}
    return json.dumps(known | changed, ensure_ascii=False, separators=(",", ":"))


def restore(owner: Animated, stored: str) -> None:
    """Set what is stored wherever nothing animates it now."""
    animated = animated_paths(owner)
    for path, value in stored_values(stored).items():
        if path not in animated:
            write(owner, path, value)
