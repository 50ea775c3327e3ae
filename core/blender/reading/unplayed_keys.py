# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of a person's that Blender does not play: in an Action without a slot, or for a way of turning that the bone does not use. They
are no prompts, which the report says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bpy

from ...wording import first_few
from .. import characters, compat
from ..takes.adding import Track

_TURNS = (*characters.REST_ROTATIONS, "rotation_mode")


def without_slot(objects: Iterable[bpy.types.Object]) -> list[str]:
    """A sentence about Actions of which no slot is chosen. objects: that make up the character."""
    found: dict[str, str] = {}
    for target in objects:
        for owner in (target, characters.shape_keys(target)):
            data: Any = owner.animation_data if owner is not None else None
            if compat.has_slots() and data is not None and data.action is not None and data.action_slot is None:
                if data.action.layers:  # an empty one has nothing to lose
                    found.setdefault(data.action.name, target.name)
    if not found:
        return []
    named = first_few(f'"{action}" on "{name}"' for action, name in found.items())
    return [
        f"Nothing plays of the Action {named}, as no slot of it is chosen, so its keys are no prompts. Choose the slot beside the "
        "Action's name (Dope Sheet, Action Editor), and generate again."
    ]


def of_other_turns(tracks: Iterable[Track]) -> list[str]:
    """Sentences about bones that were written and have keys for another rotation mode, or of the mode itself."""
    other: dict[str, None] = {}
    keyed_mode: dict[str, None] = {}
    for track in tracks:
        pose = None if track.on_shape_keys else track.target.pose
        turns: dict[str, set[str]] = {}
        for path, _ in compat.curves_by_channel(track.owner) if pose is not None else ():
            name = path.rpartition(".")[2]
            if name in _TURNS:
                turns.setdefault(characters.bone_of_path(path), set()).add(name)
        written = {characters.bone_of_path(one.path) for one in track.keys if one.path.rpartition(".")[2] in _TURNS}
        for bone in written & turns.keys() if pose is not None else ():
            if "rotation_mode" in turns[bone]:
                keyed_mode[bone] = None
            elif len(turns[bone]) > 1:
                other[bone] = None
    said = []
    if other:
        said.append(
            f"{_some(other)}: keys for another rotation mode than the bone's do not play and are no prompts. Set the mode that they "
            "were made in (N panel, Item), and generate again."
        )
    if keyed_mode:
        said.append(
            f"{_some(keyed_mode)}: the rotation mode is keyed, and what was generated shows only while it is the one of now. Delete "
            "the keys of the mode, and generate again."
        )
    return said


def _some(bones: Iterable[str]) -> str:
    return first_few(f"“{bone}”" for bone in sorted(bones))
