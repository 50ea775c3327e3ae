# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes on tracks of the NLA, put there by Audio2Rig or pushed down by a person: one of the same frames gives way to another, those
of other lines go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import bpy

from .. import compat
from ..compat import Animated
from ..remembered import Memory, Take
from .take_memory import TAG

_SAME = 0.5  # of the shorter one's frames, from which on two takes are of one line; by eye


def are_of_one_line(one: Take, other: Take) -> bool:
    """Whether two takes move the same frames, so that only one of them can be heard. Takes of earlier versions do not know theirs."""
    if not (one.last > one.first and other.last > other.first):
        return True
    shared = min(one.last, other.last) - max(one.first, other.first)
    return shared > _SAME * min(one.last - one.first, other.last - other.first)


def let_be_heard(owner: Animated, take: Take, others: Iterable[Take], again: Iterable[Take] = ()) -> bool:
    """Of the NLA tracks with takes, let this one's be heard and mute those of its line, all of them if it is what played before. The
    others are left as they are, but for those to hear again. Returns whether the take is there."""
    giving_way = {other.uid for other in others if take.is_original or are_of_one_line(take, other)}
    heard = {take.uid, *(other.uid for other in again)}
    found = False
    for nla_track, uids in _tracks(owner):
        if uids & heard:
            nla_track.mute = False
        elif uids & giving_way:
            nla_track.mute = True
        found |= take.uid in uids
    return found


def heard_before(settings: Memory, take: Take) -> list[Take]:
    """The takes of other lines that were there when this one was made, the newest of each line."""
    chosen = [take]
    older = [one for one in settings.takes if not one.is_original]
    places = [place for place, one in enumerate(older) if one.uid == take.uid]
    for one in reversed(older[: places[0]] if places else []):
        if not any(are_of_one_line(one, other) for other in chosen):
            chosen.append(one)
    return chosen[1:]


def go_on_below(owner: Animated, take: Take, others: Iterable[Take]) -> bool:
    """Whether takes of other lines are heard on the NLA."""
    data = owner.animation_data
    if data is None or not data.use_nla:
        return False
    elsewhere = {other.uid for other in others if not are_of_one_line(take, other)}
    return any(not nla_track.mute and uids & elsewhere for nla_track, uids in _tracks(owner))


def _tracks(owner: Animated) -> Iterator[tuple[bpy.types.NlaTrack, set[Any]]]:
    """NLA tracks with strips of takes, and the marks of those takes."""
    for nla_track in compat.nla_tracks(owner):
        uids = {strip.action.get(TAG) for strip in nla_track.strips if strip.action is not None} - {None}
        if uids:
            yield nla_track, uids
