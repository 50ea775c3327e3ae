# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes: every generation is kept as an Action named after its sound, and one of them plays."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import bpy

from ..errors import UserError
from . import characters, compat, rest_values
from .characters import shape_keys
from .keying import fcurves
from .keying.lines import Line
from .remembered import append

logger = logging.getLogger(__name__)
TAG = "audio2rig_take"  # custom property of the Actions that belong to a take
ORIGINAL_NAME = "Before Audio2Rig"


@dataclass(frozen=True)
class Track:
    """What is to be written on one data-block. on_shape_keys: the object's shape keys, not the object itself."""

    target: bpy.types.Object
    on_shape_keys: bool
    keys: tuple[fcurves.CurveKeys, ...]

    @property
    def owner(self) -> bpy.types.ID:
        return owner_of(self.target, self.on_shape_keys)


def _root(settings: bpy.types.PropertyGroup) -> bpy.types.Object:
    """The character whose memory `settings` is."""
    return settings.owner or settings.id_data


def _target(root: bpy.types.Object, track: bpy.types.PropertyGroup) -> bpy.types.Object | None:
    """The object of a remembered track. The character does not point to itself: Blender counts that as a use, and would keep
    a deleted character for ever."""
    return root if track.on_root else track.target


def owner_of(target: bpy.types.Object | None, on_shape_keys: bool) -> bpy.types.ID | None:
    """The data-block whose animation data a track means; None if it is gone."""
    if target is None:
        return None
    return shape_keys(target) if on_shape_keys else target


def add(
    settings: bpy.types.PropertyGroup,
    name: str,
    tracks: Iterable[Track],
    drop_generated: bool,
    as_nla: bool,
    frame_start: float,
) -> tuple[Any, int]:
    """Write a new take and play it. settings: the character's memory. Returns the take and the number of keys written.

    What else animates the same data-blocks now is copied into the new Action (but for generated curves, if
    `drop_generated`), so that a walk goes on while the face speaks. The Actions that were active stay as they are.
    as_nla: put only the new curves on an NLA track above what is there, from frame_start on.
    """
    tracks = list(tracks)
    _remember_original(settings, tracks)
    append(settings.takes, uid=uuid.uuid4().hex)
    written = _write(settings.takes[-1], _root(settings), name, tracks, drop_generated, as_nla, frame_start)
    _make_current(settings, len(settings.takes) - 1)
    return settings.takes[-1], written


def _write(
    take: bpy.types.PropertyGroup,
    root: bpy.types.Object,
    name: str,
    tracks: list[Track],
    drop_generated: bool,
    as_nla: bool,
    frame_start: float,
) -> int:
    """Make the take's Actions. Returns the number of keys."""
    shared = bpy.data.actions.new(name) if compat.has_slots() else None
    take.name = shared.name if shared is not None else _free_name(name)
    written = 0
    for track in tracks:
        owner = track.owner
        action = shared
        if action is None:
            action = bpy.data.actions.new(f"{take.name} {owner.name}" if len(tracks) > 1 else take.name)
        action[TAG] = take.uid
        action.use_fake_user = True  # a take that does not play must survive saving
        slot = compat.new_slot(action, owner)
        curves = compat.ensure_curves(action, slot)
        current = compat.active_curves(owner)
        if current is not None and not as_nla:
            skip = {(keys.path, keys.index) for keys in track.keys}
            if drop_generated:
                skip |= {
                    (curve.data_path, curve.array_index) for curve in current.fcurves if fcurves.is_generated(curve)
                }
            fcurves.copy_curves(current, curves, skip)
        written += fcurves.write_curves(curves, track.keys)
        _remember(take, root, track.target, track.on_shape_keys, action, slot.identifier if slot is not None else "")
        if as_nla:
            _add_nla_strip(owner, action, slot, take.name, frame_start)
    return written


def _free_name(name: str) -> str:
    """Before 4.4 a take may be several Actions, so its own name has to be made unique here."""
    if bpy.data.actions.get(name) is None and not any(
        action.name.startswith(f"{name} ") for action in bpy.data.actions
    ):
        return name
    number = 1
    while any(action.name.startswith(f"{name}.{number:03}") for action in bpy.data.actions):
        number += 1
    return f"{name}.{number:03}"


def _remember(
    take: bpy.types.PropertyGroup,
    root: bpy.types.Object,
    target: bpy.types.Object,
    on_shape_keys: bool,
    action: bpy.types.Action | None,
    slot: str,
) -> None:
    append(
        take.tracks,
        on_root=target == root,
        target=None if target == root else target,
        on_shape_keys=on_shape_keys,
        action=action,
        slot=slot,
    )


def _remember_original(settings: bpy.types.PropertyGroup, tracks: list[Track]) -> None:
    """Keep what each data-block played before Audio2Rig first touched it, as the take to go back to."""
    if find_original(settings) is None:
        append(settings.takes, name=ORIGINAL_NAME, is_original=True)
    original, root = find_original(settings), _root(settings)
    known = {(_target(root, track), track.on_shape_keys) for track in original.tracks}
    for track in tracks:
        if (track.target, track.on_shape_keys) not in known:
            action = _own_action(track.owner)
            if action is not None:
                action.use_fake_user = True  # nothing else may use it once the take plays
            slot = compat.active_slot_identifier(track.owner)
            _remember(original, root, track.target, track.on_shape_keys, action, slot)
    places = {(_target(root, kept), kept.on_shape_keys): place for place, kept in enumerate(original.tracks)}
    for track in tracks:
        if not _heard_in_nla(track.owner):
            kept = original.tracks[places[track.target, track.on_shape_keys]]
            kept.resting = rest_values.store(track.owner, kept.resting, (keys.path for keys in track.keys))


def _own_action(owner: bpy.types.ID) -> bpy.types.Action | None:
    """What animates a data-block, unless it is a take of another character that shares it."""
    data = owner.animation_data
    action = data.action if data is not None else None
    return None if action is not None and TAG in action else action


def find_original(settings: bpy.types.PropertyGroup) -> bpy.types.PropertyGroup | None:
    return next((take for take in settings.takes if take.is_original), None)


def _add_nla_strip(owner: bpy.types.ID, action: bpy.types.Action, slot: object, name: str, frame_start: float) -> None:
    data = owner.animation_data_create() if owner.animation_data is None else owner.animation_data
    track = data.nla_tracks.new()
    track.name = name
    strip = track.strips.new(name, round(frame_start), action)
    compat.set_strip_slot(strip, slot)
    # The strip plays its Action's keys at their own frames, also between whole ones.
    first, last = action.frame_range
    strip.action_frame_start, strip.action_frame_end = first, last
    strip.frame_start, strip.frame_end = first, last
    strip.extrapolation = "NOTHING"


# -------------------------------------------------------------------------------------------------------------- the lines


def lines_of(take: bpy.types.PropertyGroup | None) -> tuple[Line, ...]:
    """The lines that a take speaks, the newest last; none where there is no take."""
    return tuple(Line(line.sound, line.strip, line.first, line.last) for line in take.lines) if take is not None else ()


def remember_lines(take: bpy.types.PropertyGroup, lines: Iterable[Line]) -> None:
    """Let a take know which lines it speaks."""
    take.lines.clear()
    for line in lines:
        append(take.lines, sound=line.sound, strip=line.strip, first=line.first, last=line.last)


# --------------------------------------------------------------------------------------------------- switch and compare


def current(root: bpy.types.Object) -> Any:
    """The take that the character plays (an Audio2RigTake), or None."""
    settings = characters.memory(root)
    return settings.takes[settings.take_index] if 0 <= settings.take_index < len(settings.takes) else None


def play_selected(settings: bpy.types.PropertyGroup) -> None:
    """Let the character play the take that its list has selected."""
    if 0 <= settings.take_index < len(settings.takes):
        _play(settings, settings.takes[settings.take_index])


def activate(root: bpy.types.Object, index: int) -> bpy.types.PropertyGroup:
    """Switch to a take by its place in the list. Raises UserError if there is none."""
    settings = characters.memory(root)
    if not 0 <= index < len(settings.takes):
        raise UserError(f'"{root.name}" has no take {index}.', "Choose one from the list.")
    _make_current(settings, index)
    return settings.takes[index]


def compare(root: bpy.types.Object) -> bpy.types.PropertyGroup:
    """Flip to the take that was active before this one. Raises UserError if there is none."""
    settings = characters.memory(root)
    if not 0 <= settings.previous_take < len(settings.takes):
        raise UserError(
            "There is no other take to compare with.", "Generate another one, for instance with another seed."
        )
    return activate(root, settings.previous_take)


def _make_current(settings: bpy.types.PropertyGroup, index: int) -> None:
    if settings.take_index != index:
        settings.previous_take = settings.take_index
    settings.take_index = index  # plays it, through the property's update
    _play(settings, settings.takes[index])


def _play(settings: bpy.types.PropertyGroup, take: bpy.types.PropertyGroup) -> None:
    original = find_original(settings)
    root = _root(settings)
    own = {(_target(root, track), track.on_shape_keys): track for track in take.tracks}
    for before in (original or take).tracks:
        target, on_shape_keys = _target(root, before), before.on_shape_keys
        owner = owner_of(target, on_shape_keys)
        if owner is None:  # deleted by the person since
            continue
        if not _heard_in_nla(owner) and _is_as_left(settings, before, owner):
            before.resting = rest_values.update(owner, before.resting)
        track, action, slot = own.get((target, on_shape_keys)), before.action, before.slot
        in_nla = _mute_nla(owner, take.uid)
        if track is not None and not in_nla:
            action, slot = track.action, track.slot
        compat.assign(owner, action, compat.find_slot(action, slot) if action is not None else None)
        rest_values.restore(owner, before.resting)
    settings.played = take.uid


def _is_as_left(settings: bpy.types.PropertyGroup, before: bpy.types.PropertyGroup, owner: bpy.types.ID) -> bool:
    """Whether the owner's Action is still the one that was last made to play, so that what it leaves alone is as a person left it."""
    take = next((take for take in settings.takes if take.uid == settings.played), None)
    tracks = take.tracks if take is not None else ()
    track = next(
        (
            track
            for track in tracks
            if (track.on_root, track.target, track.on_shape_keys)
            == (before.on_root, before.target, before.on_shape_keys)
        ),
        before,
    )
    return owner.animation_data is None or owner.animation_data.action == track.action


def _heard_in_nla(owner: bpy.types.ID) -> bool:
    """Whether a take plays on one of the owner's NLA tracks."""
    return any(
        strip.action is not None and TAG in strip.action
        for nla_track in (owner.animation_data.nla_tracks if owner.animation_data is not None else ())
        if not nla_track.mute
        for strip in nla_track.strips
    )


def _mute_nla(owner: bpy.types.ID, uid: str) -> bool:
    """Of the NLA tracks that takes put there, let only those of this take be heard. Returns whether there are any."""
    found = False
    for nla_track in owner.animation_data.nla_tracks if owner.animation_data is not None else ():
        uids = {strip.action.get(TAG) for strip in nla_track.strips if strip.action is not None} - {None}
        if uids:
            nla_track.mute = uid not in uids
            found |= uid in uids
    return found


# ------------------------------------------------------------------------------------------------------ delete and bake


def delete(root: bpy.types.Object, index: int) -> str:
    """Delete a take and its Actions; if it played, the one before it plays. Returns its name. Raises UserError."""
    settings = characters.memory(root)
    if not 0 <= index < len(settings.takes):
        raise UserError("No take is selected.", "Select one in the list.")
    name = _that_may_go(settings.takes[index])
    if index == settings.take_index:
        _play(settings, settings.takes[index - 1])  # the original comes first, so there is one before
    doomed = _actions_of(settings, index)
    settings.takes.remove(index)
    if settings.previous_take == index:
        settings.previous_take = -1
    elif settings.previous_take > index:
        settings.previous_take -= 1
    if settings.take_index >= index:
        settings.take_index = max(settings.take_index - 1, 0)
    if settings.previous_take in (-1, settings.take_index):  # what it would flip to is gone, or plays
        settings.previous_take = _another(settings)
    for action in doomed:  # last, as nothing brings them back
        bpy.data.actions.remove(action)
    return name


def _that_may_go(take: bpy.types.PropertyGroup) -> str:
    """Name of a take. Raises UserError if it is none."""
    if take.is_original:
        raise UserError(f'"{take.name}" is what the character played before, not a take.', "Select another one.")
    return take.name


def _actions_of(settings: bpy.types.PropertyGroup, index: int) -> set[bpy.types.Action]:
    """A take's Actions, taken off the NLA."""
    take, root = settings.takes[index], _root(settings)
    for track in take.tracks:
        owner = owner_of(_target(root, track), track.on_shape_keys)
        if owner is not None and owner.animation_data is not None:
            _remove_nla(owner, take.uid)
    return {track.action for track in take.tracks if track.action is not None and track.action.get(TAG) == take.uid}


def _another(settings: bpy.types.PropertyGroup) -> int:
    """The newest take that does not play and is not what was before; -1 if there is none."""
    places = [
        place for place, take in enumerate(settings.takes) if not take.is_original and place != settings.take_index
    ]
    return places[-1] if places else -1


def _remove_nla(owner: bpy.types.ID, uid: str) -> None:
    for nla_track in list(owner.animation_data.nla_tracks):
        if any(strip.action is not None and strip.action.get(TAG) == uid for strip in nla_track.strips):
            owner.animation_data.nla_tracks.remove(nla_track)


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
        owner = owner_of(_target(root, track), track.on_shape_keys)
        source = compat.find_curves(track.action, compat.find_slot(track.action, track.slot)) if track.action else None
        if owner is None or source is None:
            continue
        kept = next(
            other
            for other in original.tracks
            if _target(root, other) == _target(root, track) and other.on_shape_keys == track.on_shape_keys
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
    _make_current(settings, list(settings.takes).index(original))
    return name, baked
