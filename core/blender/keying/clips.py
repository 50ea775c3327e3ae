# SPDX-License-Identifier: GPL-3.0-or-later
"""Clips among what moves a character: motion capture, imported actions, loops, bakes, NLA tracks. Their keys are no prompts.

Pure arithmetic on what `reading.motion_sources` read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ..reading.motion_sources import CurveFacts, MotionSource

# By eye, on imported characters (exporters sample every frame) and on blocking by hand (a pose every eight frames or more).
_DENSE_GAP_S = 0.2  # keys of a moving curve lie nearer together than this, at the median
_FEWEST_KEYS = 6
_HOLE_S = 2.0  # without a key: nothing plays there
_MEMBERS = ("pose.bones[", "key_blocks[")
_MOST = 0.5  # share of the driven bones or shapes that a clip keys, and of the moving ones that are dense
_COVERS = 0.8  # of the sound: a clip that plays there is kept, see the design
# of bones, by motion capture
_OFTEN_LEFT_OUT = frozenset(("Left fingers", "Right fingers", "Lips", "Expression", "Eyes"))


@dataclass(frozen=True, eq=False)
class ExistingClip:
    """Motion that is no set of prompts. Each is equal to itself alone: tracks may be called alike and move the same bones.

    source: where it plays. paths: data paths that belong to it; moved: those of them that it moves or holds in a pose. spans, held:
    see `MotionSource`. loops: it goes on for ever. ours: Bake Down wrote it.
    """

    source: MotionSource
    paths: frozenset[str]
    moved: frozenset[str]
    spans: tuple[tuple[float, float], ...]
    held: tuple[tuple[float, float], ...] = ()
    loops: bool = False
    ours: bool = False

    @property
    def first(self) -> float:
        return min(first for first, _ in self.spans)

    @property
    def last(self) -> float:
        return max(last for _, last in self.spans)

    @property
    def members(self) -> int:
        """How many bones or shapes it animates, those that are not driven included."""
        curves = self.source.curves
        if self.ours:
            mine = self.source.baked.keys() & curves.keys()
        else:
            mine = {
                path for path, facts in curves.items() if path not in self.source.baked and facts.loops == self.loops
            }
        return max(len({_owner_of(path) for path in mine if path.startswith(_MEMBERS)}), 1)

    def covers(self, first: float, last: float) -> float:
        """The share of frames first to last in which it plays."""
        if self.loops:
            return 1.0
        frames = np.linspace(first, last, 257)
        inside = np.zeros(len(frames), bool)
        for start, end in (*self.spans, *self.held):
            inside |= (frames >= start - 0.5) & (frames <= end + 0.5)
        return float(inside.mean())

    def is_kept_by_itself(self, first: float, last: float) -> bool:
        """Whether it is kept if nobody says otherwise, for a sound from frame first to last."""
        return not self.ours and self.covers(first, last) >= _COVERS


def find_clips(
    sources: Iterable[MotionSource],
    driven: Mapping[tuple[str, bool, str], str],
    frames_per_second: float,
    beside: Mapping[tuple[str, bool, str], str] | None = None,
) -> tuple[ExistingClip, ...]:
    """The clips among all that moves a character.

    driven: (object, on its shape keys, data path) of what generating would write → the part of the character that it belongs to.
    beside: likewise what moves the same parts but is not counted on, see `driven_paths.Driven`.
    """
    found: list[ExistingClip] = []
    for source in sources:
        mine = (source.target, source.on_shape_keys)
        own = {path: group for (target, on_keys, path), group in driven.items() if (target, on_keys) == mine}
        also = {path: group for (target, on_keys, path), group in (beside or {}).items() if (target, on_keys) == mine}
        if own and source.in_nla:
            found += _in_nla(source, {**also, **own})
        elif own:
            found += _in_action(source, own, also, frames_per_second)
    return tuple(found)


def _in_nla(source: MotionSource, own: Mapping[str, str]) -> list[ExistingClip]:
    paths = frozenset(path for path in source.curves if path in own)
    moved = _moved(source, paths)
    return [ExistingClip(source, paths, moved, source.spans, source.held)] if moved else []


def _in_action(
    source: MotionSource, own: Mapping[str, str], also: Mapping[str, str], frames_per_second: float
) -> list[ExistingClip]:
    """What of an active Action is our own bake, what goes on by itself, and what is as dense as a clip."""
    curves = {path: facts for path, facts in source.curves.items() if path in own or path in also}
    baked = frozenset(path for path in curves if path in source.baked)
    rest = {path: facts for path, facts in curves.items() if path not in baked}
    endless = frozenset(path for path, facts in rest.items() if facts.loops)
    sampled = frozenset(path for path, facts in rest.items() if facts.sampled and not facts.loops)
    dense = (
        _dense({path: facts for path, facts in rest.items() if not facts.loops}, own, also, frames_per_second) | sampled
    )
    found: list[ExistingClip] = []
    for paths, loops, ours in ((endless, True, False), (dense, False, False), (baked, False, True)):
        if paths:
            found.append(
                ExistingClip(
                    source,
                    paths,
                    _moved(source, paths),
                    _spans(source, paths, frames_per_second),
                    loops=loops,
                    ours=ours,
                )
            )
    return found


def _moved(source: MotionSource, paths: Iterable[str]) -> frozenset[str]:
    return frozenset(path for path in paths if source.curves[path].moves or source.curves[path].posed)


def _spans(source: MotionSource, paths: Iterable[str], frames_per_second: float) -> tuple[tuple[float, float], ...]:
    """Where it has keys, first and last frames: what was generated into a clip parts it."""
    frames = np.unique(np.concatenate([np.empty(0), *(source.curves[path].frames for path in paths)]))
    if not len(frames):
        return ((-np.inf, np.inf),)  # a formula
    ends = np.flatnonzero(np.diff(frames) > _HOLE_S * frames_per_second)
    return tuple(
        (float(frames[first]), float(frames[last]))
        for first, last in zip([0, *(ends + 1).tolist()], [*ends.tolist(), len(frames) - 1])
    )


def _dense(
    curves: dict[str, CurveFacts], own: Mapping[str, str], also: Mapping[str, str], frames_per_second: float
) -> frozenset[str]:
    """The paths of a clip: keys near to each other on most of what moves, and keys on most of what is driven. also: paths that move
    these parts, too: an arm whose IK hand is keyed is keyed."""
    gap = max(_DENSE_GAP_S * frames_per_second, 1.5)
    turns = {path for path in own if not path.endswith(".location")}
    if any(path.startswith("pose.") for path in turns):
        turns = {path for path in turns if own[path] not in _OFTEN_LEFT_OUT} or turns
    steered = {
        also[path] for path in also.keys() & curves.keys() if curves[path].moves and _is_dense(curves[path], gap)
    }
    keyed = {path for path in turns if path in curves or own[path] in steered}
    there = (turns | also.keys()) & curves.keys()
    moving = {path for path in there if curves[path].moves} or turns & curves.keys()
    dense = {path for path in moving if _is_dense(curves[path], gap)}
    if not dense or len(dense) < _MOST * len(moving) or len(keyed) < _MOST * len(turns):
        return frozenset()
    bones = {_owner_of(path) for path, facts in curves.items() if facts.moves and _is_dense(facts, gap)}
    first = min(curves[path].frames[0] for path in dense)
    last = max(curves[path].frames[-1] for path in dense)

    def belongs(path: str, facts: CurveFacts) -> bool:
        if facts.moves:
            return _owner_of(path) in bones or len(facts.frames) >= _FEWEST_KEYS
        return (
            facts.frames[0] <= first + 1.0 or facts.frames[-1] >= last - 1.0
        )  # still in it; elsewhere a person's one pose

    return frozenset(path for path, facts in curves.items() if len(facts.frames) and belongs(path, facts))


def _is_dense(facts: CurveFacts, gap: float) -> bool:
    return len(facts.frames) >= _FEWEST_KEYS and float(np.median(np.diff(facts.frames))) <= gap


def _owner_of(path: str) -> str:
    """The bone or the shape of a data path."""
    return path.rpartition(".")[0]
