# SPDX-License-Identifier: GPL-3.0-or-later
"""Baking a take down: into the Actions that the character had before, as ordinary keys. What had none gets a slot of one Action for all,
where Blender has slots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy

from ...errors import UserError
from ...wording import count
from .. import characters, compat
from ..compat import Animated
from ..keying import fcurves
from ..keying.curve_copying import copy_curves
from ..reading import motion_sources
from ..remembered import Memory, RememberedTrack, Take
from .playing import make_current
from .take_memory import BAKED_NAME, find_original, owner_of, root_of, target_of, track_of_same
from .written_keys import CurveName, WrittenKeys, recall


@dataclass(frozen=True)
class Baked:
    """take: its name. curves: how many. actions: the names of those that were written into. copied: names of those that others use, too,
    so that copies were written into."""

    take: str
    curves: int
    actions: tuple[str, ...]
    copied: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it in words."""
        names = ", ".join(f'"{name}"' for name in self.actions)
        text = f"Baked into {names}: {count(self.curves, 'curve')} of {self.take}, as ordinary keys"
        if len(self.actions) > 1 and not compat.has_slots():
            text += ". In this Blender every object and face has an Action of its own"
        for name in self.copied:
            text += f'. "{name}" is used elsewhere, too, so this character got a copy of it'
        return text


def own_actions(root: bpy.types.Object) -> list[bpy.types.Action]:
    """The person's own Actions, which the character had before: those that `bake_down` writes into."""
    original = find_original(characters.memory(root))
    return [track.action for track in original.tracks if track.action is not None] if original is not None else []


def bake_down(root: bpy.types.Object) -> Baked:
    """Write the take that plays into the Actions that the character had before, as ordinary keys.

    Curves that the take generated replace those of the same path there; the rest stays. Raises UserError if no take plays.
    """
    settings = characters.memory(root)
    if not 0 <= settings.take_index < len(settings.takes) or settings.takes[settings.take_index].is_original:
        raise UserError("No take is active.", "Select the take to bake down in the list.")
    original = find_original(settings)
    take = settings.takes[settings.take_index]
    copied = _own_copies(settings, original)
    curves, written = 0, {}
    for track, owner, source in _playing(root, take):
        kept = track_of_same(root, original, track)
        assert kept is not None  # `adding` remembers what was before
        if kept.action is None:
            kept.action = _action_for(root, original, owner)
        slot = compat.find_slot(kept.action, kept.slot) or compat.new_slot(kept.action, owner)
        kept.slot = slot.identifier if slot is not None else ""
        target = compat.ensure_curves(kept.action, slot)
        replaced = {(curve.data_path, curve.array_index) for curve in source.fcurves}
        for curve in [curve for curve in target.fcurves if (curve.data_path, curve.array_index) in replaced]:
            target.fcurves.remove(curve)
        curves += copy_curves(source, target, set())
        fcurves.make_ordinary(target)
        motion_sources.mark_baked(kept.action, _memory_of(track, slot.handle if slot is not None else 0))
        written[kept.action.name] = None
    original.name = BAKED_NAME
    name = take.name
    make_current(settings, list(settings.takes).index(original))
    return Baked(name, curves, tuple(written), tuple(copied))


def _memory_of(track: RememberedTrack, handle: int) -> dict[CurveName, WrittenKeys]:
    """What the take remembers of a track, for a slot with another handle."""
    slot = compat.find_slot(track.action, track.slot)
    own = slot.handle if slot is not None else 0
    known = recall(track.action) or {}
    return {(handle, path, index): keys for (of, path, index), keys in known.items() if of == own}


def _playing(root: bpy.types.Object, take: Take) -> Iterator[tuple[RememberedTrack, Animated, Any]]:
    """What of a take can be baked: the track, the data-block that it animates, and its curves."""
    for track in take.tracks:
        owner = owner_of(target_of(root, track), track.on_shape_keys)
        source = compat.find_curves(track.action, compat.find_slot(track.action, track.slot)) if track.action else None
        if owner is not None and source is not None:
            yield track, owner, source


def _action_for(root: bpy.types.Object, original: Take, owner: Animated) -> bpy.types.Action:
    """An Action for a data-block that had none: with slots the one that the rest of the character has, or a new one for all of it."""
    if compat.has_slots():
        own = [track.action for track in original.tracks if track.action is not None]
        if own:
            return own[0]
    made = bpy.data.actions.new(f"{root.name if compat.has_slots() else owner.name} Action")
    made.use_fake_user = True
    return made


def _own_copies(settings: Memory, original: Take) -> list[str]:
    """Let the character have copies of Actions that others play, too, or that are linked. Returns the names of those."""
    root = root_of(settings)
    own = {owner_of(target_of(root, track), track.on_shape_keys) for track in original.tracks}
    elsewhere = _played_elsewhere(own)
    copies: dict[bpy.types.Action, bpy.types.Action] = {}
    for track in original.tracks:
        action = track.action
        if action is None or (action not in elsewhere and action.library is None):
            continue
        if action not in copies:
            copy = action.copy()
            assert copy is not None  # only the stub thinks so
            copies[action] = copy
            copy.use_fake_user = True
        track.action = copies[action]
    return [action.name for action in copies]


def _played_elsewhere(own: set[Animated | None]) -> set[bpy.types.Action]:
    """The Actions that animate data-blocks other than these, directly or on their NLA tracks."""
    found: set[bpy.types.Action] = set()
    for owner in (*bpy.data.objects, *bpy.data.shape_keys):
        data = owner.animation_data
        if data is None or owner in own or owner.library is not None:
            continue
        found |= {data.action} if data.action is not None else set()
        found |= {strip.action for nla_track in data.nla_tracks for strip in nla_track.strips if strip.action}
    return found
