# SPDX-License-Identifier: GPL-3.0-or-later
"""Which take plays: switching, comparing, and taking one away."""

from __future__ import annotations

import bpy

from ...errors import UserError
from .. import characters, compat
from ..compat import Animated
from ..remembered import Memory, RememberedTrack, Take
from . import other_lines, rest_values
from .take_memory import TAG, find_original, own_action, owner_of, root_of, target_of, track_of_same

_EXTRAPOLATIONS = ("NOTHING", "HOLD", "HOLD_FORWARD")


def play_selected(settings: Memory) -> None:
    """Let the character play the take that its list has selected."""
    if 0 <= settings.take_index < len(settings.takes):
        _play(settings, settings.takes[settings.take_index])


def activate(root: bpy.types.Object, index: int) -> Take:
    """Switch to a take by its place in the list. Raises UserError if there is none."""
    settings = characters.memory(root)
    if not 0 <= index < len(settings.takes):
        raise UserError(f'"{root.name}" has no take {index}.', "Choose one from the list.")
    make_current(settings, index)
    return settings.takes[index]


def compare(root: bpy.types.Object) -> Take:
    """Flip to the take that was active before this one. Raises UserError if there is none."""
    settings = characters.memory(root)
    if not 0 <= settings.previous_take < len(settings.takes):
        raise UserError(
            "There is no other take to compare with.", "Generate another one, for instance with another seed."
        )
    return activate(root, settings.previous_take)


def make_current(settings: Memory, index: int) -> None:
    if settings.take_index != index:
        settings.previous_take = settings.take_index
    settings.take_index = index  # plays it, through the property's update
    _play(settings, settings.takes[index])


def _play(settings: Memory, take: Take) -> None:
    original = find_original(settings)
    root = root_of(settings)
    own = {(target_of(root, track), track.on_shape_keys): track for track in take.tracks}
    others = [other for other in settings.takes if not other.is_original and other.uid != take.uid]
    comes_back = original is not None and settings.played == original.uid and not take.is_original
    again = other_lines.heard_before(settings, take) if comes_back else []
    for before in (original or take).tracks:
        target, on_shape_keys = target_of(root, before), before.on_shape_keys
        owner = owner_of(target, on_shape_keys)
        if owner is None:  # deleted by the person since
            continue
        if not plays_in_nla(owner) and _is_as_left(settings, before, owner):
            before.resting = rest_values.update(owner, before.resting)
        track, action, slot = own.get((target, on_shape_keys)), before.action, before.slot
        in_nla = other_lines.let_be_heard(owner, take, others, again)
        if track is not None and not in_nla:
            action, slot = track.action, track.slot
        _keep_own_action(owner, action)
        compat.assign(owner, action, compat.find_slot(action, slot) if action is not None else None)
        beside = before.extrapolation if track is None or in_nla else track.extrapolation
        if beside in _EXTRAPOLATIONS and owner.animation_data is not None:  # a damaged file may say anything
            setattr(owner.animation_data, "action_extrapolation", beside)  # noqa: B010 -- a word that the stub wants literally
        rest_values.restore(owner, before.resting)
    settings.played = take.uid


def _keep_own_action(owner: Animated, instead: bpy.types.Action | None) -> None:
    """Let an Action that the person made after the first take survive saving: nothing may use it once another one plays."""
    action = own_action(owner)
    if action is not None and action != instead and action.library is None:
        action.use_fake_user = True


def _is_as_left(settings: Memory, before: RememberedTrack, owner: Animated) -> bool:
    """Whether the owner's Action is still the one that was last made to play, so that what it leaves alone is as a person left it."""
    take = next((take for take in settings.takes if take.uid == settings.played), None)
    track = track_of_same(root_of(settings), take, before) if take is not None else None
    played = before if track is None else track
    return owner.animation_data is None or owner.animation_data.action == played.action


def has_nla_below(owner: Animated) -> bool:
    """Whether a person's own NLA tracks are heard below the Action. A take then plays with its sound alone, so that they go on before
    and after it."""
    data = owner.animation_data
    if data is None or not data.use_nla:
        return False
    own = [
        track for track in data.nla_tracks if not any(strip.action and TAG in strip.action for strip in track.strips)
    ]
    return any(not track.mute and any(not strip.mute for strip in track.strips) for track in own)


def plays_in_nla(owner: Animated) -> bool:
    """Whether a take plays on one of the owner's NLA tracks."""
    return any(
        strip.action is not None and TAG in strip.action
        for nla_track in compat.nla_tracks(owner)
        if not nla_track.mute
        for strip in nla_track.strips
    )


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


def _that_may_go(take: Take) -> str:
    """Name of a take. Raises UserError if it is none."""
    if take.is_original:
        raise UserError(f'"{take.name}" is what the character played before, not a take.', "Select another one.")
    return take.name


def _actions_of(settings: Memory, index: int) -> set[bpy.types.Action]:
    """A take's Actions, taken off the NLA."""
    take, root = settings.takes[index], root_of(settings)
    for track in take.tracks:
        owner = owner_of(target_of(root, track), track.on_shape_keys)
        if owner is not None and owner.animation_data is not None:
            _remove_nla(owner, take.uid)
    return {track.action for track in take.tracks if track.action is not None and track.action.get(TAG) == take.uid}


def _another(settings: Memory) -> int:
    """The newest take that does not play and is not what was before; -1 if there is none."""
    places = [
        place for place, take in enumerate(settings.takes) if not take.is_original and place != settings.take_index
    ]
    return places[-1] if places else -1


def _remove_nla(owner: Animated, uid: str) -> None:
    for nla_track in compat.nla_tracks(owner):
        if any(strip.action is not None and strip.action.get(TAG) == uid for strip in nla_track.strips):
            owner.animation_data.nla_tracks.remove(nla_track)  # pyright: ignore[reportOptionalMemberAccess]
