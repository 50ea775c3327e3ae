# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys that play on a character, each with whose it is: a take's or the animator's. All that reads prompts reads them here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import bpy
import numpy as np

from ...wording import first_few
from .. import characters, compat
from ..compat import Animated
from ..keying import fcurves
from ..keying.fcurves import SAME_FRAME, Keys, Origin
from ..keying.lines import Line
from .origins import NO_LIMITS, Compared, Limits, Retiming, common_retiming, origins
from .take_memory import TAG
from .written_keys import CurveName, WrittenKeys, recall

_VOTES = 16  # keys of a curve by which it is known again under another name
_ALIKE = 8  # curves that are told apart where a key lies
_ENOUGH = 0.5  # of these keys: as animators edit and rename between two generations; by eye


@dataclass(frozen=True)
class PlayingCurve:
    """A curve that plays. written: what the take remembers of it, None if nothing. name: as the take calls it. is_of_a_take: a take
    wrote it, maybe one of an earlier version, of which the types of its keys tell whose they are."""

    curve: bpy.types.FCurve
    keys: Keys
    written: WrittenKeys | None = None
    name: CurveName | None = None
    is_of_a_take: bool = False

    @property
    def may_be_a_clip(self) -> np.ndarray:
        """bool (K,): the animator's keys but for those that a take wrote and that were edited: those are prompts, however many."""
        return (self.keys.origins == Origin.BY_HAND) | (self.keys.origins == Origin.CLIP)

    @property
    def is_generated(self) -> bool:
        """Whether nothing of it is the animator's or a clip's."""
        return len(self.keys) > 0 and not (self.keys.by_hand | self.may_be_a_clip).any()


@dataclass(frozen=True)
class PlayingKeys:
    """curves: {data-block: {data path: {component: curve}}}. retiming: how the take was moved in time as a whole. broken: data
    paths of curves with keys that are not finite, which are left out."""

    curves: dict[Animated, dict[str, dict[int, PlayingCurve]]] = field(default_factory=dict)
    retiming: Retiming = Retiming()
    broken: tuple[str, ...] = ()

    def of(self, owner: Animated) -> dict[str, dict[int, PlayingCurve]]:
        return self.curves.get(owner, {})

    def curves_of(self, owner: Animated) -> Iterator[tuple[tuple[str, int], PlayingCurve]]:
        """((data path, component), curve) of all."""
        for path, parts in self.of(owner).items():
            for index, one in parts.items():
                yield (path, index), one

    def with_prompts_of(self, takes: PlayingKeys) -> PlayingKeys:
        """With what the animator set in these takes, which play above: of such a property nothing else counts."""
        found = {owner: dict(paths) for owner, paths in self.curves.items()}
        for owner, paths in takes.curves.items():
            for path, parts in paths.items():
                if any(one.keys.by_hand.any() for one in parts.values()):
                    mine = {index: replace(one, keys=one.keys[one.keys.by_hand]) for index, one in parts.items()}
                    found.setdefault(owner, {})[path] = mine
        return replace(self, curves=found)

    def with_clips_by_hand(self) -> PlayingKeys:
        """With what is left of clips that takes replaced as the animator's keys: they are to be prompts now."""

        def by_hand(one: PlayingCurve) -> PlayingCurve:
            whose = one.keys.origins
            if not (whose == Origin.CLIP).any():
                return one
            return replace(one, keys=one.keys.with_origins(np.where(whose == Origin.CLIP, Origin.BY_HAND, whose)))

        return replace(
            self,
            curves={
                owner: {path: {index: by_hand(one) for index, one in parts.items()} for path, parts in paths.items()}
                for owner, paths in self.curves.items()
            },
        )

    def lines(self, lines: Iterable[Line]) -> tuple[Line, ...]:
        """Lines of the take where its keys are now."""
        factor, shift = self.retiming.factor, self.retiming.shift
        return tuple(replace(one, first=factor * one.first + shift, last=factor * one.last + shift) for one in lines)

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence for the report if the take was moved."""
        said = self._broken_notes
        if self.retiming.is_none:
            return said
        how = f"moved by {self.retiming.shift:g} frames" if self.retiming.factor == 1.0 else "stretched in time"
        return (*said, f"All keys of the take were {how}. They count as generated all the same.")

    @property
    def _broken_notes(self) -> tuple[str, ...]:
        if not self.broken:
            return ()
        return (
            f"Keys whose frame or value is NaN or infinite, and all but one of several at one frame, are left out "
            f"({first_few(self.broken)}). Delete them in the Graph Editor.",
        )


def character_owners(root: bpy.types.Object, scene: bpy.types.Scene) -> list[Animated]:
    """The data-blocks that a take of the character may animate: its objects, what they follow, and their shape keys."""
    objects = characters.animated_objects(root, scene)
    return list(dict.fromkeys([*filter(None, map(characters.shape_keys, objects)), *objects]))


def playing_keys(owners: Iterable[Animated], in_nla: bool = False) -> PlayingKeys:
    """What plays on these data-blocks now. Main thread. in_nla: with what the animator set in takes on the NLA, too."""
    owners = list(owners)
    playing = _compared(
        (owner, owner.animation_data.action, curves, compat.slot_handle(owner))  # pyright: ignore[reportOptionalMemberAccess]
        for owner in owners
        if (curves := compat.active_curves(owner)) is not None
    )
    return playing.with_prompts_of(_compared(_nla_takes(owners))) if in_nla else playing


def _nla_takes(owners: Iterable[Animated]) -> Iterator[tuple[Animated, Any, Any, int]]:
    """(data-block, Action, its curves, handle of the slot) of the take that is heard on the NLA, if its keys play at their own
    frames."""
    for owner in owners:
        strips = [strip for track in compat.nla_tracks(owner) if not track.mute for strip in track.strips]
        for strip in reversed(strips):
            if strip.action is None or strip.mute or TAG not in strip.action:
                continue
            slot = compat.strip_slot(strip)
            curves = compat.find_curves(strip.action, slot)
            is_moved = abs(strip.frame_start - strip.action_frame_start) > SAME_FRAME or abs(strip.scale - 1.0) > 1e-6
            if curves is not None and not is_moved:
                yield owner, strip.action, curves, slot.handle if slot is not None else 0
            break


def _compared(what: Iterable[tuple[Animated, Any, Any, int]]) -> PlayingKeys:
    """Of (data-block, Action, its curves, handle of the slot)."""
    memories: dict[Any, dict[CurveName, WrittenKeys] | None] = {}
    read: dict[Animated, dict[str, dict[int, PlayingCurve]]] = {}
    by_type: set[Animated] = set()
    for owner, action, curves, handle in what:
        if action not in memories:
            memories[action] = recall(action)
        if memories[action] is None and TAG in action:
            by_type.add(owner)
        read[owner] = _read(curves, memories[action] or {}, handle)
    each = (one.curve for paths in read.values() for parts in paths.values() for one in parts.values())
    broken = [curve.data_path for curve in each if fcurves.has_broken_keys(curve)]
    limits = {owner: slider_limits(owner) for owner in read}
    retiming = common_retiming(
        Compared(one.keys, one.written, limits[owner].get(path, NO_LIMITS))
        for owner, paths in read.items()
        for path, parts in paths.items()
        for one in parts.values()
    )
    generated = compat.generated_key_type()
    found = {
        owner: {
            path: _by_type(parts)
            if owner in by_type
            else _with_origins(parts, limits[owner].get(path, NO_LIMITS), retiming, generated)
            for path, parts in paths.items()
        }
        for owner, paths in read.items()
    }
    return PlayingKeys(found, retiming, tuple(dict.fromkeys(broken)))


def _with_origins(
    parts: dict[int, PlayingCurve], limits: Limits, retiming: Retiming, generated: int
) -> dict[int, PlayingCurve]:
    if all(one.written is None for one in parts.values()):  # no take's: all of it is the animator's
        whose = {index: np.full(len(one.keys), Origin.BY_HAND, np.int8) for index, one in parts.items()}
        return {index: replace(one, keys=one.keys.with_origins(whose[index])) for index, one in parts.items()}
    compared = {index: Compared(one.keys, one.written, limits) for index, one in parts.items()}
    whose = origins(compared, retiming, generated)
    return {
        index: PlayingCurve(
            one.curve, one.keys.with_origins(whose[index]), one.written, one.name, one.written is not None
        )
        for index, one in parts.items()
    }


def _by_type(parts: dict[int, PlayingCurve]) -> dict[int, PlayingCurve]:
    """Of a take of an earlier version: a curve with generated keys is the take's."""
    return {index: replace(one, is_of_a_take=not one.keys.by_hand.all()) for index, one in parts.items()}


def _read(curves: Any, memory: Mapping[CurveName, WrittenKeys], handle: int) -> dict[str, dict[int, PlayingCurve]]:
    """The curves with what is remembered of each."""
    read = [(curve, fcurves.read_keys(curve)) for curve in curves.fcurves]
    found: dict[str, dict[int, PlayingCurve]] = {}
    unknown: list[tuple[bpy.types.FCurve, Keys]] = []
    claimed: set[CurveName] = set()
    anywhere = {} if any(name[0] == handle for name in memory) else {name[1:]: name for name in memory}
    for curve, keys in read:
        path, index = curve.data_path, curve.array_index
        name: CurveName | None = (handle, path, index)
        if name not in memory:  # the slot was copied, or written by a Blender that had none
            name = anywhere.get((path, index))
        if name is None:
            unknown.append((curve, keys))
            continue
        claimed.add(name)
        found.setdefault(path, {})[index] = PlayingCurve(curve, keys, memory[name], name)
    others = {name: keys for name, keys in memory.items() if name[0] in (handle, 0) and name not in claimed}
    for curve, keys, name in _known_again(unknown, others):
        written = memory[name] if name is not None else None
        found.setdefault(curve.data_path, {})[curve.array_index] = PlayingCurve(curve, keys, written, name)
    return found


def _known_again(
    unknown: list[tuple[bpy.types.FCurve, Keys]], others: Mapping[CurveName, WrittenKeys]
) -> Iterator[tuple[bpy.types.FCurve, Keys, CurveName | None]]:
    """Curves whose bone or shape was renamed since, by the keys that they have; a name is None where nothing is like it."""
    if not others:
        yield from ((curve, keys, None) for curve, keys in unknown)
        return
    at: dict[tuple[int, float, float], list[CurveName]] = {}
    for name, written in others.items() if unknown else ():
        for key in zip(written.frames.tolist(), written.values.tolist()):
            named = at.setdefault((name[2], *key), [])
            if len(named) < _ALIKE:
                named.append(name)
    taken: set[CurveName] = set()
    for curve, keys in unknown:
        rows = np.unique(np.linspace(0, max(len(keys) - 1, 0), _VOTES).astype(np.int64))[: len(keys)]
        votes = Counter(
            name
            for key in zip(keys.frames[rows].tolist(), keys.values[rows].tolist())
            for name in at.get((curve.array_index, *key), ())
            if name not in taken
        )
        best = votes.most_common(1)
        if best and best[0][1] >= _ENOUGH * len(rows):
            taken.add(best[0][0])
            yield curve, keys, best[0][0]
        else:
            yield curve, keys, None


def slider_limits(owner: Animated | None) -> dict[str, Limits]:
    """{data path: what Blender clamps it to}, of shape keys."""
    if not isinstance(owner, bpy.types.Key):
        return {}
    return {characters.shape_path(block.name): (block.slider_min, block.slider_max) for block in owner.key_blocks}
