# SPDX-License-Identifier: GPL-3.0-or-later
"""What a character shares with others, so that what is written for it is seen on them, too: shape keys, or the character itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import bpy

from ...wording import first_few
from .. import characters
from ..takes.adding import Track


def notes(scene: bpy.types.Scene, root: bpy.types.Object, tracks: Iterable[Track]) -> list[str]:
    """Sentences for the report: which other characters show what was written on this one, and what to do."""
    return [*_shared_faces(root, tracks), *_other_scenes(scene, root)]


def _shared_faces(root: bpy.types.Object, tracks: Iterable[Track]) -> Iterator[str]:
    """Linked duplicates of a character have its very shape keys."""
    meshes = {track.target.data for track in tracks if track.on_shape_keys}
    others = [
        other
        for part in bpy.data.objects
        if part.data in meshes and part.users_scene and (other := characters.root_of(part)) not in (None, root)
    ]
    others = sorted({other for other in others if not _in_one_family(root, other)}, key=lambda other: other.name)
    if others:
        pair = "both show" if len(others) == 1 else "all show"
        yield (
            f'"{root.name}" shares its face with {_some(others)}, as linked duplicates do, so {pair} this take on the face. '
            "For a face of its own, select its meshes and use Object > Relations > Make Single User > Object & Data."
        )


def _in_one_family(root: bpy.types.Object, other: bpy.types.Object) -> bool:
    """Whether both are meshes of one character that has no armature."""
    if root.type == "ARMATURE" or root.parent is None:
        return False
    return characters.top_of(root) == characters.top_of(other)


def _other_scenes(scene: bpy.types.Scene, root: bpy.types.Object) -> Iterator[str]:
    """One object in two scenes moves in both."""
    others = sorted((other for other in root.users_scene if other != scene), key=lambda other: other.name)
    if not others:
        return
    own = scene.render.fps / scene.render.fps_base
    slower = [other for other in others if abs(other.render.fps / other.render.fps_base - own) > 1e-3]
    speed = f", at another speed ({_some(slower)} has another frame rate)" if slower else ""
    yield (
        f'"{root.name}" is also in {_some(others)}, so the take plays there, too{speed}. '
        "For another line there, give that scene a copy of its own (Object > Relations > Make Single User > Object & Data)."
    )


def _some(blocks: list[bpy.types.Object] | list[bpy.types.Scene]) -> str:
    """The names of the first few, in quotes."""
    return first_few(f'"{block.name}"' for block in blocks)
