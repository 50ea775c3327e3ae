# SPDX-License-Identifier: GPL-3.0-or-later
"""What the NLA of a data-block plays, frame by frame, without going to these frames: its strips, mixed as Blender mixes them.

Strips of Actions are read, with their repeats, scale, direction, blending and influence; meta strips, transitions, strips with modifiers
or with a time of their own are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ...motion.rotations import multiply, normalised
from .. import compat
from ..compat import Animated
from ..keying.fcurves import by_property, is_muted, places, usable
from ..takes.take_memory import TAG

_END = 1e-3  # of a frame
_SAME = 1e-6


@dataclass(frozen=True)
class _Strip:
    """strip: as Blender has it. curves: {data path: {component: curve}}."""

    strip: Any
    curves: Mapping[str, Mapping[int, bpy.types.FCurve]]

    @property
    def _length(self) -> float:
        return float(self.strip.action_frame_end - self.strip.action_frame_start) or 1.0

    def at(self, frame: float) -> float:
        """The frame of its Action that it plays at a frame in it."""
        strip, scale = self.strip, abs(float(self.strip.scale)) or 1.0
        begins, ends = float(strip.action_frame_start), float(strip.action_frame_end)
        played = (frame - float(strip.frame_start)) / scale
        is_last = abs(frame - float(strip.frame_end)) < _END and abs(strip.repeat - round(strip.repeat)) < 1e-6
        inside = self._length if is_last else float(np.fmod(played, self._length))
        return ends - inside if strip.use_reverse else begins + inside

    def key_frames(self, path: str) -> np.ndarray:
        """float64 (N,): the frames at which its keys of a property are played."""
        strip, scale = self.strip, abs(float(self.strip.scale)) or 1.0
        begins, ends = float(strip.action_frame_start), float(strip.action_frame_end)
        own = np.unique(
            np.concatenate([np.empty(0), *(places(curve)[:, 0] for curve in self.curves.get(path, {}).values())])
        )
        own = own[np.isfinite(own) & (own > begins - _END) & (own < ends + _END)]
        once = np.sort(ends - own) if strip.use_reverse else own - begins
        repeats = np.arange(np.ceil(max(float(strip.repeat), 1.0)))[:, None] * self._length
        frames = float(strip.frame_start) + (once[None] + repeats).ravel() * scale
        return frames[frames < float(strip.frame_end) + _END]

    def influence(self, frame: float) -> float:
        strip = self.strip
        if strip.use_animated_influence:
            return animated_influence(strip, frame)
        if strip.blend_in and frame <= strip.frame_start + strip.blend_in:
            return float(abs(frame - strip.frame_start) / strip.blend_in)
        if strip.blend_out and frame >= strip.frame_end - strip.blend_out:
            return float(abs(strip.frame_end - frame) / strip.blend_out)
        return 1.0


def heard_tracks(data: Any) -> list[Any]:
    """The NLA tracks of animation data that are heard: those that play alone, else those that are not muted."""
    return [track for track in data.nla_tracks if track.is_solo] or [
        track for track in data.nla_tracks if not track.mute
    ]


def animated_influence(strip: Any, frame: float) -> float:
    """The influence of a strip that has a curve for it."""
    curve = next((one for one in strip.fcurves if one.data_path.endswith("influence")), None)
    value = strip.influence if curve is None or curve.mute else curve.evaluate(frame)
    return float(np.clip(value, 0.0, 1.0))


@dataclass(frozen=True)
class NlaMotion:
    """The tracks of a data-block that are heard, from below; of each its strips in time. unread: names of strips that cannot be read."""

    tracks: tuple[tuple[_Strip, ...], ...]
    unread: tuple[str, ...]

    @classmethod
    def of(cls, owner: Animated) -> NlaMotion | None:
        """None if nothing is heard. Takes do not count. Main thread."""
        data: Any = owner.animation_data
        if data is None or not data.use_nla or data.use_tweak_mode:
            return None
        tracks = heard_tracks(data)
        strips = [[strip for strip in track.strips if not strip.mute and not _is_take(strip)] for track in tracks]
        unread = tuple(strip.name for some in strips for strip in some if not _can_be_read(strip))
        read = (tuple(_read(strip) for strip in some if _can_be_read(strip)) for some in strips)
        found = tuple(some for some in read if some)
        return cls(found, unread) if found or unread else None

    @property
    def paths(self) -> frozenset[str]:
        """The data paths that it moves."""
        return frozenset(path for track in self.tracks for strip in track for path in strip.curves)

    def key_frames(self, path: str) -> np.ndarray:
        """float64 (N,): the whole frames at which, or nearest to which, its strips have keys of a property, ascending."""
        found = [strip.key_frames(path) for track in self.tracks for strip in track]
        return np.unique(np.rint(np.concatenate([np.empty(0), *found])))

    def over(self, frames: np.ndarray) -> PlayedNla:
        """What it plays at frames (F,)."""
        return PlayedNla(len(frames), tuple(stretch for track in self.tracks for stretch in _stretches(track, frames)))


@dataclass(frozen=True)
class _Stretch:
    """The frames that one strip says: rows int64 (N,) of them, times float64 (N,) of its Action, influence (N,), above 0."""

    strip: _Strip
    rows: np.ndarray
    times: np.ndarray
    influence: np.ndarray


@dataclass(frozen=True)
class PlayedNla:
    """The NLA over so many frames. stretches: from the lowest track up."""

    count: int
    stretches: tuple[_Stretch, ...]

    def values(self, path: str, first: int, rest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A property: float32 (F, size) values, and bool (F,), whether any strip says one. Main thread.

        first: array index of its first component. rest: (size,) its values where nothing moves it.
        """
        rest = rest.astype(np.float64)
        values, heard = np.tile(rest, (self.count, 1)), np.zeros(self.count, bool)
        for stretch in self.stretches:
            own = stretch.strip.curves.get(path, {})
            parts = [index for index in range(len(rest)) if first + index in own]
            if not parts:
                continue
            played = np.tile(rest, (len(stretch.rows), 1))
            for part in parts:
                curve = own[first + part]
                played[:, part] = [curve.evaluate(time) for time in stretch.times.tolist()]
            played = usable(played, rest)
            way = stretch.strip.strip.blend_type
            mixed = _mixed(way, path, values[stretch.rows], played, rest, stretch.influence[:, None])
            if way == "COMBINE" and path.endswith("rotation_quaternion"):
                parts = list(range(len(rest)))
            values[stretch.rows[:, None], parts] = mixed[:, parts]
            heard[stretch.rows] = True
        return values.astype(np.float32), heard


def _stretches(track: tuple[_Strip, ...], frames: np.ndarray) -> Iterator[_Stretch]:
    playing: dict[int, list[tuple[int, float, float]]] = {}
    for row, frame in enumerate(frames.tolist()):
        found = _playing(track, frame)
        if found is not None and (influence := track[found[0]].influence(found[1])) > 0.0:
            playing.setdefault(found[0], []).append((row, track[found[0]].at(found[1]), influence))
    for place, rows in playing.items():
        table = np.array(rows, np.float64)
        yield _Stretch(track[place], table[:, 0].astype(np.int64), table[:, 1], table[:, 2])


def _is_take(strip: Any) -> bool:
    return strip.type == "CLIP" and strip.action is not None and TAG in strip.action


def _can_be_read(strip: Any) -> bool:
    return (
        strip.type == "CLIP"
        and strip.action is not None
        and not strip.use_animated_time
        and all(modifier.mute for modifier in strip.modifiers)
    )


def _read(strip: Any) -> _Strip:
    curves = compat.find_curves(strip.action, compat.strip_slot(strip))
    seen = (curve for curve in curves.fcurves if not is_muted(curve)) if curves is not None else ()
    return _Strip(strip, by_property(seen))


def _playing(track: tuple[_Strip, ...], frame: float) -> tuple[int, float] | None:
    """Which strip of a track plays at a frame, and at which frame of its own: beyond its ends it may hold one."""
    before = -1
    for place, one in enumerate(track):
        if frame < one.strip.frame_start - _SAME:
            break
        if frame <= one.strip.frame_end + _SAME:
            return place, frame
        before = place
    if before < 0:
        return (0, float(track[0].strip.frame_start)) if track[0].strip.extrapolation == "HOLD" else None
    return None if track[before].strip.extrapolation == "NOTHING" else (before, float(track[before].strip.frame_end))


def _mixed(
    way: str, path: str, below: np.ndarray, played: np.ndarray, rest: np.ndarray, influence: np.ndarray
) -> np.ndarray:
    """What a strip makes of the values below it. All (N, size), but rest (size,) and influence (N, 1)."""
    if way == "ADD":
        return below + played * influence
    if way == "SUBTRACT":
        return below - played * influence
    if way == "MULTIPLY":
        return influence * below * played + (1.0 - influence) * below
    if way == "COMBINE":
        if path.endswith("rotation_quaternion"):
            return multiply(normalised(below), _power(normalised(played), influence))
        return below + (played - rest) * influence
    return below * (1.0 - influence) + played * influence


def _power(quaternions: np.ndarray, share: np.ndarray) -> np.ndarray:
    """The same turns, but for a share (N, 1) of their angles, the way round that they are written."""
    half = np.arccos(np.clip(quaternions[:, :1], -1.0, 1.0))
    sine = np.sin(half)
    turned = np.concatenate(
        [np.cos(half * share), quaternions[:, 1:] * np.sin(half * share) / np.maximum(sine, 1e-9)], 1
    )
    return np.where(sine < 1e-9, quaternions, turned)
