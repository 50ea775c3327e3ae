# SPDX-License-Identifier: GPL-3.0-or-later
"""Bones in the order of their hierarchy, looked at once: Blender's own lists of children look at all bones for each that has some."""

from __future__ import annotations

from typing import Any

import bpy


def parents_first(bones: Any) -> list[tuple[bpy.types.Bone, str]]:
    """Each root of an armature's bones with all below it, those nearer to it first; every bone with its parent's name, "" for none."""
    above = {bone.name: parent.name if (parent := bone.parent) is not None else "" for bone in bones}
    depths = _depths(above)
    below: dict[str, list[bpy.types.Bone]] = {}
    for bone in bones:
        below.setdefault(depths[bone.name][0], []).append(bone)
    return [
        (bone, above[bone.name])
        for some in below.values()
        for bone in sorted(some, key=lambda one: depths[one.name][1])
    ]


def with_all_below(bones: Any, top: str) -> set[str]:
    """The names of a bone and of all that hang on it, at whatever depth."""
    found = {top}
    for bone, parent in parents_first(bones):
        if parent in found:
            found.add(bone.name)
    return found


def _depths(above: dict[str, str]) -> dict[str, tuple[str, int]]:
    """{bone: its root, how many bones lie between and at the root}."""
    found: dict[str, tuple[str, int]] = {}
    for name in above:
        way = [name]
        while way[-1] not in found and above[way[-1]]:
            way.append(above[way[-1]])
        root, depth = found.get(way[-1], (way[-1], 0))
        found |= {one: (root, depth + further) for further, one in enumerate(reversed(way))}
    return found
