# SPDX-License-Identifier: GPL-3.0-or-later
"""A character that was duplicated has takes of its own from the moment that one of the two is worked on.

Duplicating copies what is remembered, but that still points to the Actions of the first one (Blender copies only those that play, and
only if the preference Duplicate Data > Action says so). Deleting a take of the one would take it from the other.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy

from .. import characters, compat
from ..compat import Animated
from ..remembered import Memory, RememberedTrack, Take
from .take_memory import TAG, owner_of, target_of


class _Held:
    """Whether characters stay as shared as they are, as a failure is being undone."""

    back = False


@contextmanager
def held_back() -> Iterator[None]:
    """Within it nothing is made a character's own: selecting a take in the list would."""
    _Held.back = True
    try:
        yield
    finally:
        _Held.back = False


def make_own(root: bpy.types.Object) -> None:
    """Give a character Actions of its own for all takes that it shares with another one."""
    if _Held.back or not _is_own_memory(root):
        return
    for other in sharing(root):
        if _plays_copies(other):  # it is the duplicate, and Blender has copied already what it plays
            _separate(other)
    _separate(root)


def owners(root: bpy.types.Object) -> list[Animated]:
    """What the takes of a character animate."""
    tracks = (track for take in characters.memory(root).takes for track in take.tracks)
    found = (owner_of(target_of(root, track), track.on_shape_keys) for track in tracks)
    return list(dict.fromkeys(owner for owner in found if owner is not None))


def _is_own_memory(root: bpy.types.Object) -> bool:
    settings = characters.memory(root)
    if not compat.is_editable(root) or not settings.takes:
        return False
    return root.override_library is None or settings.owner == root


def _others(root: bpy.types.Object) -> Iterator[bpy.types.Object]:
    """All other characters of the file that have takes, but for deleted ones."""
    for other in bpy.data.objects:
        if other != root and characters.memory(other).takes and other.users_collection:  # which is slow: asked last
            yield other


def _actions(root: bpy.types.Object) -> set[bpy.types.Action]:
    """All Actions that a character remembers."""
    takes = characters.memory(root).takes
    return {track.action for take in takes for track in take.tracks if track.action is not None}


def _take_actions(root: bpy.types.Object) -> set[bpy.types.Action]:
    """Those of them that takes brought."""
    return {action for action in _actions(root) if TAG in action}


def sharing(root: bpy.types.Object) -> list[bpy.types.Object]:
    """Other characters that remember takes of this one, as duplicates do at first."""
    own = _take_actions(root)
    return [other for other in _others(root) if _is_own_memory(other) and own & _take_actions(other)]


def _playing(owner: Animated) -> bpy.types.Action | None:
    data = owner.animation_data
    return data.action if data is not None else None


def _copy_that_plays(
    root: bpy.types.Object, take: Take, track: RememberedTrack, remembered: set[bpy.types.Action]
) -> bpy.types.Action | None:
    """The copy of a track's Action that Blender made while duplicating and that nothing remembers; None if there is none."""
    settings, owner = characters.memory(root), owner_of(target_of(root, track), track.on_shape_keys)
    if owner is None or track.action is None:
        return None
    playing = _playing(owner)
    if (
        playing is not None
        and settings.played == take.uid
        and playing not in remembered
        and (TAG in playing) == (TAG in track.action)
    ):
        return playing
    for strip in _strips(owner):
        action: Any = strip.action
        if action not in remembered and action.get(TAG, "") == take.uid != "":
            return action
    return None


def _is_not_own(action: bpy.types.Action, elsewhere: set[bpy.types.Action]) -> bool:
    """Whether an Action is remembered by another character, or is a copy that Blender made for this one while duplicating: takes
    have a fake user, such copies have none. Of several copies for several data-blocks Blender lets all that is remembered be the last."""
    return action in elsewhere or not action.use_fake_user


def _plays_copies(root: bpy.types.Object) -> bool:
    """Whether it plays a copy that nothing remembers. (In 4.5 one of several copies takes the fake user along, so that alone says
    nothing.)"""
    remembered = _actions(root).union(*(_actions(other) for other in _others(root)))
    return any(
        _copy_that_plays(root, take, track, remembered) is not None
        for take in characters.memory(root).takes
        for track in take.tracks
    )


def _separate(root: bpy.types.Object) -> None:
    settings = characters.memory(root)
    others = list(_others(root))
    elsewhere = set[bpy.types.Action]().union(*(_actions(other) for other in others))
    _forget_foreign(root, others)
    twins = {take.uid for other in others for take in characters.memory(other).takes if not take.is_original}
    remembered = elsewhere | _actions(root)
    if not any(take.uid in twins for take in settings.takes) and not any(
        _is_not_own(action, elsewhere) for action in _take_actions(root)
    ):
        return
    copies: dict[bpy.types.Action, bpy.types.Action] = {}
    for take in settings.takes:
        if take.is_original and not bpy.context.preferences.edit.use_duplicate_action:
            continue  # the person wants own Actions to be shared by duplicates
        changed = [
            track
            for track in take.tracks
            if track.action
            and (_is_not_own(track.action, elsewhere) or _copy_that_plays(root, take, track, remembered) is not None)
        ]
        for track in changed:
            _give_own(root, take, track, copies, elsewhere)
        if not take.is_original and (changed or take.uid in twins):
            _mark(settings, take)


def _give_own(
    root: bpy.types.Object,
    take: Take,
    track: RememberedTrack,
    copies: dict[bpy.types.Action, bpy.types.Action],
    elsewhere: set[bpy.types.Action],
) -> None:
    """Let a track have the copy that Blender made, or else a new one, and let it play where the shared Action played."""
    shared: bpy.types.Action = track.action
    owner = owner_of(target_of(root, track), track.on_shape_keys)
    made = _copy_that_plays(root, take, track, elsewhere | _actions(root))
    if made is None:
        if shared in elsewhere and shared not in copies:
            new: Any = shared.copy()
            copies[shared] = new
        made = copies.get(shared, shared)
    made.use_fake_user = True
    track.action = made
    if owner is None:
        return
    slot = compat.find_slot(made, track.slot)
    if _playing(owner) == shared:
        compat.assign(owner, made, slot)
    for strip in _strips(owner):
        if strip.action == shared:
            strip.action = made
            compat.set_strip_slot(strip, slot)


def _mark(settings: Memory, take: Take) -> None:
    """Make a take another one than that which it was copied from."""
    was, take.uid = take.uid, uuid.uuid4().hex
    for track in take.tracks:
        if track.action is not None and TAG in track.action:
            track.action[TAG] = take.uid
    if settings.played == was:
        settings.played = take.uid


def _forget_foreign(root: bpy.types.Object, others: list[bpy.types.Object]) -> None:
    """Forget tracks of objects that another character remembers and that are not of this one: its armature was duplicated alone."""
    theirs = {track.target for other in others for take in characters.memory(other).takes for track in take.tracks}
    for take in characters.memory(root).takes:
        foreign = [
            place
            for place, track in enumerate(take.tracks)
            if track.target is not None and track.target in theirs and not _belongs(track.target, root)
        ]
        for place in reversed(foreign):
            take.tracks.remove(place)


def _belongs(part: bpy.types.Object, root: bpy.types.Object) -> bool:
    if root.type == "ARMATURE":
        return characters.character_armature(part) == root
    return characters.top_of(part) == characters.top_of(root)


def _strips(owner: Animated) -> list[bpy.types.NlaStrip]:
    """The NLA strips of a data-block that play an Action."""
    return [strip for track in compat.nla_tracks(owner) for strip in track.strips if strip.action is not None]
