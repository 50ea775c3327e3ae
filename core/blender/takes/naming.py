# SPDX-License-Identifier: GPL-3.0-or-later
"""What a take is called: its row, its Actions and its NLA strips bear one name. All that refers to a take goes by pointers and marks, so
that any of them may be renamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import bpy

from .. import compat
from ..remembered import Take
from .take_memory import TAG

_MOST_BYTES = 40  # of a name before 4.4: Actions have 63, and say what they animate behind it


def free_name(name: str, own: Iterable[bpy.types.Action] = ()) -> str:
    """A name that no Action has but `own` ones. Before 4.4 a take may be several Actions, each called by it and by what it animates."""
    others = [action.name for action in bpy.data.actions if action not in set(own)]

    def is_taken(name: str) -> bool:
        return name in others or (not compat.has_slots() and any(other.startswith(f"{name} ") for other in others))

    if not is_taken(name):
        return name
    number = 1
    while is_taken(f"{name}.{number:03}"):
        number += 1
    return f"{name}.{number:03}"


def apply(take: Take) -> None:
    """Give a take's Actions and strips the name that its row has got; the row says what became of it, if another take is called so, or
    if it is too long for Blender. An empty name is none: the row gets back what there was."""
    if take.is_original:
        return
    actions = [track.action for track in take.tracks if track.action is not None and track.action.get(TAG) == take.uid]
    actions = list(dict.fromkeys(actions))
    if not actions or take.name == take.called:
        return
    wanted = take.name.strip()
    if not wanted:
        take.name = take.called or actions[0].name
        return
    if not compat.has_slots():
        wanted = wanted.encode()[:_MOST_BYTES].decode(errors="ignore").rstrip()
    name = free_name(wanted, actions)
    if compat.has_slots():
        actions[0].name = name
        name = actions[0].name  # Blender cuts long ones
    else:
        for action in actions:
            action.name = name + action.name.removeprefix(take.called)
    for strip, nla_track in _strips(set(actions)):
        strip.name = nla_track.name = name
    before, take.called = take.called, name
    head = f"Take {before} on "
    if take.report.startswith(head):
        take.report = f"Take {name} on {take.report.removeprefix(head)}"
    if take.name != name:
        take.name = name


def _strips(actions: set[bpy.types.Action]) -> Iterator[tuple[bpy.types.NlaStrip, bpy.types.NlaTrack]]:
    """The NLA strips that play these Actions, each with its track."""
    for owner in (*bpy.data.objects, *bpy.data.shape_keys):
        for nla_track in compat.nla_tracks(owner):
            for strip in nla_track.strips:
                if strip.action in actions:
                    yield strip, nla_track
