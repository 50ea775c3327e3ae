# SPDX-License-Identifier: GPL-3.0-or-later
"""What a character looked like where nothing animated it: given back when a take is taken off.

Blender leaves every property where the last frame put it when an Action is taken off. A pose that was set by hand and never
keyed, or a switch of the rig, would be lost that way.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import bpy

from . import compat


def animated_paths(owner: bpy.types.ID) -> set[str]:
    """The data paths that the owner's Action animates now."""
    curves = compat.active_curves(owner)
    return {curve.data_path for curve in curves.fcurves} if curves is not None else set()


def remembered(stored: str) -> dict[str, Any]:
    """What `noted` made: {data path: value or list of values}."""
    return json.loads(stored) if stored else {}


def noted(owner: bpy.types.ID, stored: str, paths: Iterable[str]) -> str:
    """What is remembered, with the values of those paths that nothing animates now and that were not known yet."""
    known = remembered(stored)
    animated = animated_paths(owner)
    for path in dict.fromkeys(paths):
        if path not in known and path not in animated and (value := _read(owner, path)) is not None:
            known[path] = value
    return json.dumps(known, ensure_ascii=False, separators=(",", ":"))


def renewed(owner: bpy.types.ID, stored: str) -> str:
    """The same, with what a person may have changed since on paths that nothing animates now."""
    known = remembered(stored)
    animated = animated_paths(owner)
    changed = {path: value for path in known if path not in animated and (value := _read(owner, path)) is not None}
    return json.dumps(known | changed, ensure_ascii=False, separators=(",", ":"))


def give_back(owner: bpy.types.ID, stored: str) -> None:
    """Set what is remembered wherever nothing animates it now."""
    animated = animated_paths(owner)
    for path, value in remembered(stored).items():
        if path not in animated:
            _write(owner, path, value)


def _read(owner: bpy.types.ID, path: str) -> Any:
    try:
        value = owner.path_resolve(path)
    except ValueError:  # renamed or deleted since
        return None
    return list(value) if hasattr(value, "__len__") else value


def _write(owner: bpy.types.ID, path: str, value: Any) -> None:
    holder, name = path.rsplit('["' if path.endswith('"]') else ".", 1)
    try:
        thing = owner.path_resolve(holder)
        if path.endswith('"]'):
            thing[bpy.utils.unescape_identifier(name.removesuffix('"]'))] = value
        else:
            setattr(thing, name, value)
    except (
        ValueError,
        KeyError,
        AttributeError,
        TypeError,
    ):  # renamed, deleted or retyped since: nothing to give back to
        return
