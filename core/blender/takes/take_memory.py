# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of takes with a character: which data-blocks each plays, which lines it speaks, what was before."""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from .. import characters
from ..characters import shape_keys
from ..compat import Animated
from ..keying.lines import Line
from ..remembered import Memory, RememberedTrack, Take, append, current_take

TAG = "audio2rig_take"  # custom property of the Actions that belong to a take
# of what a person has, before and after Bake Down wrote into it
ORIGINAL_NAME, BAKED_NAME = "Before Audio2Rig", "Own animation"


def root_of(settings: Memory) -> bpy.types.Object:
    """The character whose memory `settings` is."""
    return settings.owner or settings.id_data


def target_of(root: bpy.types.Object, track: RememberedTrack) -> bpy.types.Object | None:
    """The object of a remembered track. The character does not point to itself: Blender counts that as a use, and would keep
    a deleted character for ever."""
    return root if track.on_root else track.target


def owner_of(target: bpy.types.Object | None, on_shape_keys: bool) -> Animated | None:
    """The data-block whose animation data a track means; None if it is gone."""
    if target is None:
        return None
    return shape_keys(target) if on_shape_keys else target


def remember_track(
    take: Take,
    root: bpy.types.Object,
    target: bpy.types.Object,
    on_shape_keys: bool,
    action: bpy.types.Action | None,
    slot: str,
    extrapolation: str = "",
) -> None:
    """extrapolation: how the Action goes on over the NLA beside its keys, "" if that is left as it is."""
    append(
        take.tracks,
        on_root=target == root,
        target=None if target == root else target,
        on_shape_keys=on_shape_keys,
        action=action,
        slot=slot,
        extrapolation=extrapolation,
    )


def track_of_same(root: bpy.types.Object, take: Take, other: RememberedTrack) -> RememberedTrack | None:
    """The track of a take that is about the same data-block as another take's; None if there is none."""
    same = target_of(root, other), other.on_shape_keys
    return next((track for track in take.tracks if (target_of(root, track), track.on_shape_keys) == same), None)


def find_original(settings: Memory) -> Take:
    """What was before the first take; None if nothing was generated yet."""
    return next((take for take in settings.takes if take.is_original), None)


def own_action(owner: Animated) -> bpy.types.Action | None:
    """What animates a data-block, unless it is a take of another character that shares it."""
    data = owner.animation_data
    action = data.action if data is not None else None
    return None if action is not None and TAG in action else action


def current(root: bpy.types.Object) -> Take:
    """The take that the character plays (an Audio2RigTake), or None."""
    return current_take(characters.memory(root))


def lines_of(take: Take | None) -> tuple[Line, ...]:
    """The lines that a take speaks, the newest last; none where there is no take."""
    return tuple(Line(line.sound, line.strip, line.first, line.last) for line in take.lines) if take is not None else ()


def remember_lines(take: Take, lines: Iterable[Line]) -> None:
    """Let a take know which lines it speaks."""
    take.lines.clear()
    for line in lines:
        append(take.lines, sound=line.sound, strip=line.strip, first=line.first, last=line.last)
