# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes: every generation is kept as an Action named after its sound, and one of them plays."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from .. import compat
from ..compat import Animated
from ..keying import fcurves
from ..keying.curve_copying import copy_curves
from ..remembered import Memory, RememberedTrack, Take, append
from . import other_lines, rest_values
from .naming import free_name
from .playing import has_nla_below, make_current, plays_in_nla
from .playing_keys import PlayingKeys, playing_keys
from .take_memory import ORIGINAL_NAME, TAG, find_original, own_action, owner_of, remember_track, root_of, target_of
from .written_keys import PROPERTY, CurveName, WrittenKeys, remember


@dataclass(frozen=True)
class Track:
    """What is to be written on one data-block. on_shape_keys: the object's shape keys, not the object itself. of_clips: data paths of
    clips that are replaced; what of them is not written anew is copied, and no prompt."""

    target: bpy.types.Object
    on_shape_keys: bool
    keys: tuple[fcurves.CurveKeys, ...]
    of_clips: frozenset[str] = frozenset()

    @property
    def owner(self) -> Animated:
        owner = owner_of(self.target, self.on_shape_keys)
        assert owner is not None  # `writing.tracks` has looked
        return owner


def add(
    settings: Memory, name: str, tracks: Iterable[Track], drop_generated: bool, as_nla: bool, frame_start: float
) -> tuple[Take, int]:
    """Write a new take and play it. settings: the character's memory. Returns the take and the number of keys written.

    What else animates the same data-blocks now is copied into the new Action (but for generated curves, if
    `drop_generated`), so that a walk goes on while the face speaks. The Actions that were active stay as they are.
    as_nla: put only the new curves on an NLA track above what is there, from frame_start on.
    """
    tracks = list(tracks)
    _remember_original(settings, tracks)
    append(settings.takes, uid=uuid.uuid4().hex)
    take = settings.takes[-1]
    take.first, take.last = _frames(tracks)
    written = _write(take, root_of(settings), name, tracks, drop_generated, as_nla, frame_start)
    others = [other for other in settings.takes if other.uid != take.uid]
    for track, kept in zip(tracks, take.tracks):
        if other_lines.go_on_below(track.owner, take, others):
            _leave_others_beside(track.owner, kept)
    make_current(settings, len(settings.takes) - 1)
    return settings.takes[-1], written


def _frames(tracks: Iterable[Track]) -> tuple[float, float]:
    """The first and the last frame that is written, (0, 0) for nothing."""
    frames = [keys.keys.frames for track in tracks for keys in track.keys if len(keys.keys.frames)]
    return (float(min(some[0] for some in frames)), float(max(some[-1] for some in frames))) if frames else (0.0, 0.0)


def _leave_others_beside(owner: Animated, kept: RememberedTrack) -> None:
    """Let a take play in its own frames alone, so that takes of other lines on the NLA go on before and after it."""
    kept.extrapolation = "NOTHING"
    for nla_track in compat.nla_tracks(owner):
        for strip in nla_track.strips:
            if strip.action == kept.action:
                strip.extrapolation = "NOTHING"


def _write(
    take: Take,
    root: bpy.types.Object,
    name: str,
    tracks: list[Track],
    drop_generated: bool,
    as_nla: bool,
    frame_start: float,
) -> int:
    """Make the take's Actions. Returns the number of keys."""
    shared = bpy.data.actions.new(name) if compat.has_slots() else None
    take.called = take.name = shared.name if shared is not None else free_name(name)
    written = 0
    playing = PlayingKeys() if as_nla else playing_keys(track.owner for track in tracks if _plays_a_take(track.owner))
    memories: dict[bpy.types.Action, dict[CurveName, WrittenKeys]] = {}
    for track in tracks:
        owner = track.owner
        action = shared
        if action is None:
            action = bpy.data.actions.new(f"{take.name} {owner.name}" if len(tracks) > 1 else take.name)
        action[TAG] = take.uid
        action.use_fake_user = True  # a take that does not play must survive saving
        slot = compat.new_slot(action, owner)
        curves = compat.ensure_curves(action, slot)
        handle = slot.handle if slot is not None else 0
        memory = memories.setdefault(action, {})
        memory |= {(handle, keys.path, keys.index): WrittenKeys.of(keys.keys) for keys in track.keys}
        current = compat.active_curves(owner)
        if current is not None and not as_nla:
            skip = {(keys.path, keys.index) for keys in track.keys}
            if drop_generated:
                skip |= {name for name, one in playing.curves_of(owner) if one.is_generated}
            copy_curves(current, curves, skip)
            _copy_pose_markers(owner, action)
            memory |= _left_of_clips(track.of_clips, curves, handle)
            memory |= _copied(playing, owner, skip, curves, handle)
        written += fcurves.write_curves(curves, track.keys, None if as_nla else current)
        beside = "NOTHING" if current is None and not as_nla and has_nla_below(owner) else _extrapolation(owner)
        identifier = slot.identifier if slot is not None else ""
        remember_track(take, root, track.target, track.on_shape_keys, action, identifier, beside)
        if as_nla:
            _add_nla_strip(owner, action, slot, take.name, frame_start)
    for action, memory in memories.items():
        remember(action, memory)
    return written


def _copy_pose_markers(owner: Animated, target: bpy.types.Action) -> None:
    """The markers that an animator set in the Action that plays ("contact", "passing") belong to its poses."""
    source = owner.animation_data.action if owner.animation_data is not None else None
    if source is None:
        return
    there = {(marker.name, marker.frame) for marker in target.pose_markers}
    for name, frame in [(marker.name, marker.frame) for marker in source.pose_markers]:
        if (name, frame) not in there:
            target.pose_markers.new(name).frame = frame


def _plays_a_take(owner: Animated) -> bool:
    """Whether a take wrote any of what plays: nothing has to be known of other keys."""
    action = owner.animation_data.action if owner.animation_data is not None else None
    return action is not None and (TAG in action or PROPERTY in action)


def _left_of_clips(of_clips: frozenset[str], copied: Any, handle: int) -> dict[CurveName, WrittenKeys]:
    """What is remembered of curves that were copied from a clip which is replaced."""
    found: dict[CurveName, WrittenKeys] = {}
    for curve in copied.fcurves if of_clips else ():
        if curve.data_path in of_clips and len(curve.keyframe_points):
            keys = fcurves.read_keys(curve)
            whose = np.full(len(keys), fcurves.Origin.CLIP, np.int8)
            found[handle, curve.data_path, curve.array_index] = WrittenKeys.of(keys.with_origins(whose))
    return found


def _copied(
    playing: PlayingKeys, owner: Animated, skip: set[tuple[str, int]], curves: Any, handle: int
) -> dict[CurveName, WrittenKeys]:
    """What is remembered of a take's curves that were copied from it. The animator's keys among them show as such."""
    found: dict[CurveName, WrittenKeys] = {}
    for name, one in playing.curves_of(owner):
        if name in skip or not one.is_of_a_take:
            continue
        found[handle, *name] = WrittenKeys.of(one.keys)
        shown = one.keys.shown_types
        if (shown != one.keys.types).any():
            curves.fcurves.find(name[0], index=name[1]).keyframe_points.foreach_set("type", shown)
    return found


def _extrapolation(owner: Animated) -> str:
    data = owner.animation_data
    return data.action_extrapolation if data is not None and data.nla_tracks else ""


def _remember_original(settings: Memory, tracks: list[Track]) -> None:
    """Keep what each data-block played before Audio2Rig first touched it, as the take to go back to."""
    if find_original(settings) is None:
        append(settings.takes, name=ORIGINAL_NAME, is_original=True)
    original, root = find_original(settings), root_of(settings)
    known = {(target_of(root, track), track.on_shape_keys) for track in original.tracks}
    for track in tracks:
        if (track.target, track.on_shape_keys) not in known:
            action = own_action(track.owner)
            if action is not None:
                action.use_fake_user = True  # nothing else may use it once the take plays
            slot = compat.active_slot_identifier(track.owner)
            beside = _extrapolation(track.owner)
            remember_track(original, root, track.target, track.on_shape_keys, action, slot, beside)
    places = {(target_of(root, kept), kept.on_shape_keys): place for place, kept in enumerate(original.tracks)}
    for track in tracks:
        if not plays_in_nla(track.owner):
            kept = original.tracks[places[track.target, track.on_shape_keys]]
            kept.resting = rest_values.store(track.owner, kept.resting, (keys.path for keys in track.keys))


def _add_nla_strip(owner: Animated, action: bpy.types.Action, slot: object, name: str, frame_start: float) -> None:
    data = owner.animation_data or owner.animation_data_create()
    assert data is not None  # it was just made
    track = data.nla_tracks.new()
    track.name = name
    strip = track.strips.new(name, round(frame_start), action)
    compat.set_strip_slot(strip, slot)
    # The strip plays its Action's keys at their own frames, also between whole ones.
    first, last = action.frame_range
    strip.action_frame_start, strip.action_frame_end = first, last
    strip.frame_start, strip.frame_end = first, last
    strip.extrapolation = "NOTHING"
