# SPDX-License-Identifier: GPL-3.0-or-later
"""What `generate.write` needs of the file: the character again, and the data-blocks of the curves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

import bpy

from ..errors import UserError
from ..rigs.animation import RigSwitch
from . import characters, compat
from .keying import rig_switches
from .keying.plan import Plan
from .takes import adding, take_memory


def find(scene_id: int, root_id: int, root_name: str) -> tuple[bpy.types.Scene, bpy.types.Object]:
    """The scene and the character by their session ids, which renaming does not change. Raises UserError if one is gone."""
    scene = compat.by_session_id(bpy.data.scenes, scene_id)
    if scene is None:
        raise UserError("The scene was deleted while the sound was worked on.", "Nothing was written.")
    root = compat.by_session_id(scene.objects, root_id)
    if root is None:
        raise UserError(f'"{root_name}" is not in the scene any more.', "Nothing was written.")
    return scene, root


def tracks(
    scene: bpy.types.Scene,
    root: bpy.types.Object,
    plan: Plan,
    objects: Mapping[str, int],
    switches: Iterable[RigSwitch],
    as_nla: bool,
    of_clips: Set[tuple[str, bool, str]] = frozenset(),
) -> tuple[list[adding.Track], list[str]]:
    """The plan's curves with the objects that they are for, and sentences for the report. Raises UserError if one is gone.

    objects: what an object of the plan was called → its session id. of_clips: (object, on its shape keys, data path) of clips that are
    replaced.
    """
    there = {compat.session_id(part): part for part in scene.objects}
    found: list[adding.Track] = []
    notes: list[str] = []
    overridden: list[str] = []
    for track in plan.tracks:
        target = there.get(objects[track.target])
        if target is not None and track.on_shape_keys and compat.can_override_data(target):
            members = [part for part in scene.objects if part.type == "MESH" and characters.root_of(part) == root]
            compat.override_data(target, members)
            overridden.append(target.name)
        if target is None or take_memory.owner_of(target, track.on_shape_keys) is None:
            raise UserError(f'"{track.target}" changed while the sound was worked on.', "Generate again.")
        keys = track.keys
        if target == root and not track.on_shape_keys:
            added, unset = rig_switches.curves_for(root, switches, *plan.frame_range, as_nla)
            keys, notes = (*keys, *added), [*notes, *unset]
        mine = (track.target, track.on_shape_keys)
        clips = frozenset(path for name, on_keys, path in of_clips if (name, on_keys) == mine)
        found.append(adding.Track(target, track.on_shape_keys, keys, clips))
    if len(overridden) == 1:
        notes.append(
            f'The mesh of "{overridden[0]}" is linked; it became a library override, so that its keys can be set.'
        )
    elif overridden:
        named = ", ".join(f'"{name}"' for name in overridden)
        notes.append(f"The meshes of {named} are linked; they became library overrides, so that their keys can be set.")
    return found, notes
