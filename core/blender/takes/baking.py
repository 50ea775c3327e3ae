# SPDX-License-Identifier: GPL-3.0-or-later
"""Baking a take down: into the Actions that the character had before, as ordinary keys."""

from __future__ import annotations

import bpy

from ...errors import UserError
from .. import characters, compat
from ..keying import fcurves
from .playing import make_current
from .take_memory import find_original, owner_of, target_of


def own_actions(root: bpy.types.Object) -> list[bpy.types.Action]:
    """The person's own Actions, which the character had before: those that `bake_down` writes into."""
    original = find_original(characters.memory(root))
    return [track.action for track in original.tracks if track.action is not None] if original is not None else []


def bake_down(root: bpy.types.Object) -> tuple[str, int]:
    """Write the take that plays into the Actions that the character had before, as ordinary keys.

    Curves that the take generated replace those of the same path there; the rest stays. A data-block that had no Action
    gets one of its own. Returns (take's name, number of curves). Raises UserError if no take plays.
    """
    settings = characters.memory(root)
    if not 0 <= settings.take_index < len(settings.takes) or settings.takes[settings.take_index].is_original:
        raise UserError("No take is active.", "Select the take to bake down in the list.")
    original = find_original(settings)
    take = settings.takes[settings.take_index]
    baked = 0
    for track in take.tracks:
        owner = owner_of(target_of(root, track), track.on_shape_keys)
        source = compat.find_curves(track.action, compat.find_slot(track.action, track.slot)) if track.action else None
        if owner is None or source is None:
            continue
        kept = next(
            other
            for other in original.tracks
            if target_of(root, other) == target_of(root, track) and other.on_shape_keys == track.on_shape_keys
        )
        if kept.action is None:
            kept.action = bpy.data.actions.new(f"{owner.name} Action")
            kept.action.use_fake_user = True
        slot = compat.find_slot(kept.action, kept.slot) or compat.new_slot(kept.action, owner)
        kept.slot = slot.identifier if slot is not None else ""
        target = compat.ensure_curves(kept.action, slot)
        replaced = {(curve.data_path, curve.array_index) for curve in source.fcurves}
        for curve in [curve for curve in target.fcurves if (curve.data_path, curve.array_index) in replaced]:
            target.fcurves.remove(curve)
        baked += fcurves.copy_curves(source, target, set())
        fcurves.make_ordinary(target)
    name = take.name
    make_current(settings, list(settings.takes).index(original))
    return name, baked
