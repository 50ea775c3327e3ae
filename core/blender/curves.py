# SPDX-License-Identifier: GPL-3.0-or-later
"""From a character's controls to the keys of its curves: prompts and simplification.

`read_existing` looks at the file; everything else is arithmetic that any thread may do.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import bpy
import numpy as np
from mathutils import Euler, Quaternion

from ..errors import UserError
from ..motion.simplify import LOCATION_TOLERANCE_M, simplify_many, simplify_rotations
from ..performance import prompts
from ..progress import Progress
from ..rigs.controls import Controls
from ..rigs.description import RigDescription
from . import actions, characters, compat
from .actions import CurveKeys, Keys

SHAPE_GROUP = "Shape Keys"


@dataclass(frozen=True)
class Timing:
    """When things happen, in the scene's frames.

    frames_per_second: the scene's. frame_start: where second 0 of the sound lies. region: (first, last) frame if only these
    are generated anew. before: (first, last) frame of the take that plays now: if it is of the same time, it is replaced.
    """

    frames_per_second: float
    frame_start: float
    region: tuple[float, float] | None = None
    before: tuple[float, float] | None = None

    def frame(self, time_s: np.ndarray | float) -> np.ndarray | float:
        return self.frame_start + time_s * self.frames_per_second

    def time_s(self, frame: np.ndarray | float) -> np.ndarray | float:
        return (frame - self.frame_start) / self.frames_per_second

    def grid(self, duration_s: float) -> np.ndarray:
        """float64 (F,): the whole frames that a sound of this length covers, reaching over its ends if they lie between."""
        return np.arange(np.floor(self.frame_start), np.ceil(self.frame(duration_s) - 1e-6) + 1.0)


    def replaced(self, first: float, last: float) -> tuple[float, float]:
        """The frames whose keys go when frames first to last are written: other lines, earlier or later, stay."""
        if self.region is None and self.before is not None and self.before[0] <= last and self.before[1] >= first:
            return min(first, self.before[0]), max(last, self.before[1])
        return first, last


@dataclass(frozen=True)
class Channel:
    """One property that may be keyed: a shape key's value, a bone's rotation or location.

    target: object name. on_shape_keys: the property belongs to the object's shape keys. path: data path. size: components.
    """

    target: str
    on_shape_keys: bool
    path: str
    size: int


@dataclass(frozen=True)
class Fixed:
    """What a channel has already.

    frames float64 (P,), values float32 (P, size), types int32 (P,): the prompts, ascending. edges float32 (2, size): the
    values at the ends of the region that is generated anew, or None. keys: all keys there are, per component.
    """

    frames: np.ndarray
    values: np.ndarray
    types: np.ndarray
    edges: np.ndarray | None = None
    keys: tuple[Keys, ...] = ()


@dataclass(frozen=True)
class PlannedTrack:
    """What to write on one data-block, by name."""

    target: str
    on_shape_keys: bool
    keys: tuple[CurveKeys, ...]


@dataclass(frozen=True)
class Plan:
    """tracks: what to write. shapes, bones, prompts: counts for the report. frame_range: first and last generated frame."""

    tracks: tuple[PlannedTrack, ...]
    shapes: int
    bones: int
    prompts: int
    frame_range: tuple[float, float]


def shape_channel(mesh: str, key: str) -> Channel:
    return Channel(mesh, True, characters.shape_path(key), 1)


def rotation_channel(armature: str, bone: str, rotation_mode: str) -> Channel:
    name = characters.rotation_property(rotation_mode)
    return Channel(armature, False, characters.bone_path(bone, name), 3 if name == "rotation_euler" else 4)


def location_channel(armature: str, bone: str) -> Channel:
    return Channel(armature, False, characters.bone_path(bone, "location"), 3)


# -------------------------------------------------------------------------------------------- what the file has already


def read_existing(root: bpy.types.Object, scene: bpy.types.Scene, description: RigDescription,
                  region: tuple[float, float] | None, use_prompts: bool) -> dict[Channel, Fixed]:
    """What each channel of the character has already. Main thread."""
    existing: dict[Channel, Fixed] = {}
    for mesh in description.meshes:
        curves = _curves_by_path(characters.shape_keys(scene.objects[mesh.name]))
        for key in mesh.keys:
            channel = shape_channel(mesh.name, key.name)
            if channel.path in curves:
                existing[channel] = _fixed(channel, curves[channel.path], region, use_prompts)
    if description.armature:
        curves = _curves_by_path(root)
        for bone in description.bones.values():
            for channel in (rotation_channel(root.name, bone.name, bone.rotation_mode), location_channel(root.name, bone.name)):
                if channel.path in curves:
                    existing[channel] = _fixed(channel, curves[channel.path], region, use_prompts)
    return existing


def _curves_by_path(owner: bpy.types.ID) -> dict[str, dict[int, bpy.types.FCurve]]:
    curves = compat.active_curves(owner)
    found: dict[str, dict[int, bpy.types.FCurve]] = {}
    for curve in curves.fcurves if curves is not None else ():
        found.setdefault(curve.data_path, {})[curve.array_index] = curve
    return found


def _fixed(channel: Channel, curves: dict[int, bpy.types.FCurve], region: tuple[float, float] | None,
           use_prompts: bool) -> Fixed:
    keys = {index: actions.read_keys(curve) for index, curve in curves.items()}
    resting = np.zeros(channel.size, np.float32)
    if channel.path.endswith("rotation_quaternion"):
        resting[0] = 1.0

    def at(frames: Iterable[float]) -> np.ndarray:
        return np.array([[curves[index].evaluate(frame) if index in curves else resting[index]
                          for index in range(channel.size)] for frame in frames], np.float32).reshape(-1, channel.size)

    types: dict[float, int] = {}
    if use_prompts:
        for part in keys.values():
            types.update({float(frame): int(kind) for frame, kind in zip(part.frames[part.by_hand], part.types[part.by_hand])})
    frames = np.array(sorted(types), np.float64)
    prompt_types = np.array([types[frame] for frame in frames], np.int32)
    empty = Keys.simple(np.empty(0), np.empty(0))
    return Fixed(frames, at(frames), prompt_types, at(region) if region is not None else None,
                 tuple(keys.get(index, empty) for index in range(channel.size)))


# ------------------------------------------------------------------------------------------------------------- planning


@dataclass
class _Series:
    """Curves that are simplified together: their samples on the grid float32 (F, C), each with its channel and group."""

    channel: Channel
    group: str
    values: np.ndarray
    pinned: np.ndarray  # bool (F,)


def make_plan(controls: Controls, description: RigDescription, timing: Timing, existing: dict[Channel, Fixed],
              shape_tolerance: float, rotation_tolerance_deg: float, progress: Progress) -> Plan:
    """The keys of every curve that the controls move. Raises Cancelled, and UserError if the region has none of it.

    controls: at the scene's rate, one frame for each of the scene's, the first at a whole one.
    """
    planner = _Planner(controls, timing, existing)
    shapes, angles, locations, turns, turns_by_axis = [], [], [], [], []
    for mesh, keys in controls.shapes.items():
        progress.report(0.1, "Setting keys")
        for key, values in keys.items():
            shapes.append(planner.bent(shape_channel(mesh, key), SHAPE_GROUP, values[:, None]))
    progress.report(0.3)
    for bone, quaternions in controls.rotations.items():
        mode = description.bones[bone].rotation_mode
        series = planner.bent_rotation(rotation_channel(description.armature, bone, mode), bone, quaternions, mode)
        (turns if mode == "QUATERNION" else turns_by_axis if mode == "AXIS_ANGLE" else angles).append(series)
    progress.report(0.5)
    for bone, metres in controls.locations.items():
        locations.append(planner.bent(location_channel(description.armature, bone), bone, metres))
    progress.report(0.6)
    written = [
        *planner.simplified(shapes, shape_tolerance),
        *planner.simplified(angles, float(np.radians(rotation_tolerance_deg))),
        *planner.simplified(locations, LOCATION_TOLERANCE_M),
        *planner.simplified_rotations(turns, rotation_tolerance_deg, by_axis=False),
        *planner.simplified_rotations(turns_by_axis, rotation_tolerance_deg, by_axis=True),
    ]
    progress.report(0.9)
    tracks: dict[tuple[str, bool], list[CurveKeys]] = {}
    for channel, curve in written:
        tracks.setdefault((channel.target, channel.on_shape_keys), []).append(curve)
    return Plan(
        tuple(PlannedTrack(target, on_keys, tuple(keys)) for (target, on_keys), keys in tracks.items()),
        shapes=len({key for keys in controls.shapes.values() for key in keys}),
        bones=len(controls.rotations.keys() | controls.locations.keys()), prompts=planner.prompts_kept,
        frame_range=(float(planner.grid[0]), float(planner.grid[-1])))


class _Planner:
    """Bends the controls to what must be kept, and simplifies them."""

    def __init__(self, controls: Controls, timing: Timing, existing: dict[Channel, Fixed]):
        series = [values for shapes in controls.shapes.values() for values in shapes.values()]
        count = len((series or [*controls.rotations.values()] or [*controls.locations.values()])[0])
        self.timing = timing
        self.existing = dict(existing)
        self.prompts_kept = 0
        frames = np.rint(timing.frame(controls.start_s)) + np.arange(count)
        first, last = timing.region or (frames[0], frames[-1])
        self.rows = np.flatnonzero((frames >= first) & (frames <= last))
        if len(self.rows) == 0:
            raise UserError("The sound is not heard between the given frames.", "Choose frames inside the sound.")
        self.grid = frames[self.rows]
        self.replaced = timing.replaced(float(self.grid[0]), float(self.grid[-1]))
        self.times_s = timing.time_s(self.grid)

    def bent(self, channel: Channel, group: str, values: np.ndarray) -> _Series:
        """values (T, C) of components that mean something each on its own."""
        sampled = np.asarray(values, np.float32)[self.rows]
        frames, wanted, pinned = self._pins(channel)
        if len(frames):
            sampled = prompts.honour(self.times_s, sampled, self.timing.time_s(frames), wanted)
        return _Series(channel, group, sampled, pinned)

    def bent_rotation(self, channel: Channel, group: str, quaternions: np.ndarray, mode: str) -> _Series:
        """quaternions (T, 4). The series is in the bone's own mode, but for axis and angle, which are made at the end."""
        sampled = np.asarray(quaternions, np.float32)[self.rows]
        frames, wanted, pinned = self._pins(channel)
        if len(frames):
            sampled = prompts.honour_rotations(self.times_s, sampled, self.timing.time_s(frames), to_quaternions(wanted, mode))
            if mode == "QUATERNION":
                sampled = self._match_signs(channel, sampled, frames, wanted)
        if mode not in {"QUATERNION", "AXIS_ANGLE"}:
            sampled = from_quaternions(sampled, mode, wanted[0] if len(wanted) else None)
        return _Series(channel, group, sampled, pinned)

    def _match_signs(self, channel: Channel, sampled: np.ndarray, frames: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """q and -q are the same rotation, but not to Blender, which interpolates the components: bring the generated
        rotation to the side of the first prompt, and the other prompts to the side of the generated rotation."""
        rows = np.clip(np.rint(frames - self.grid[0]).astype(np.int64), 0, len(self.grid) - 1)
        if (sampled[rows[0]] * wanted[0]).sum() < 0:
            sampled = -sampled
        fixed = self.existing[channel]
        if len(fixed.frames):
            rows = np.clip(np.rint(fixed.frames - self.grid[0]).astype(np.int64), 0, len(self.grid) - 1)
            side = np.where((sampled[rows] * fixed.values).sum(1, keepdims=True) < 0, -1.0, 1.0)
            self.existing[channel] = replace(fixed, values=(fixed.values * side).astype(np.float32))
        return sampled

    def _pins(self, channel: Channel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Frames (P,) and values (P, C) that the channel is bent to, and which frames of the grid must be keys, bool (F,)."""
        fixed = self.existing.get(channel)
        pinned = np.zeros(len(self.grid), bool)
        if fixed is None:
            return np.empty(0), np.empty((0, channel.size), np.float32), pinned
        self.prompts_kept += int(np.count_nonzero(self._inside(fixed.frames)))
        frames, values = fixed.frames, fixed.values
        if fixed.edges is not None and self.timing.region is not None:
            frames, first = np.unique(np.concatenate([frames, self.timing.region]), return_index=True)
            values = np.concatenate([values, fixed.edges])[first]
        on_grid = np.rint(frames[(frames > self.grid[0] - 0.5) & (frames < self.grid[-1] + 0.5)] - self.grid[0])
        pinned[on_grid.astype(np.int64)] = True
        return frames, values, pinned

    def simplified(self, series: list[_Series], tolerance: float) -> Iterator[tuple[Channel, CurveKeys]]:
        if not series:
            return
        values = np.concatenate([one.values for one in series], 1)
        pinned = np.concatenate([np.repeat(one.pinned[:, None], one.channel.size, 1) for one in series], 1)
        curves = iter(simplify_many(self.grid, values, tolerance, pinned if pinned.any() else None))
        for one in series:
            for part in range(one.channel.size):
                keys = next(curves)
                left, right = keys.handles()
                yield one.channel, self._finished(one, part, Keys.simple(keys.times, keys.values, left=left, right=right))

    def simplified_rotations(self, series: list[_Series], tolerance_deg: float,
                             by_axis: bool) -> Iterator[tuple[Channel, CurveKeys]]:
        """The components of a rotation share their keys: none of them means anything on its own."""
        if not series:
            return
        values = np.stack([one.values for one in series], 1)
        pinned = np.stack([one.pinned for one in series], 1)
        for one, keys in zip(series, simplify_rotations(self.grid, values, tolerance_deg, pinned if pinned.any() else None)):
            rows = np.searchsorted(self.grid, keys.times)
            native = from_quaternions(one.values[rows], "AXIS_ANGLE") if by_axis else None
            for part in range(4):
                if native is not None:
                    written = Keys.simple(keys.times, native[:, part], linear=True)
                else:
                    left, right = keys.handles(part)
                    written = Keys.simple(keys.times, keys.values[:, part], left=left, right=right)
                yield one.channel, self._finished(one, part, written)

    def _inside(self, frames: np.ndarray) -> np.ndarray:
        """Which of these frames are written anew."""
        return (frames >= self.replaced[0] - 1e-3) & (frames <= self.replaced[1] + 1e-3)

    def _finished(self, series: _Series, part: int, generated: Keys) -> CurveKeys:
        """The curve with the keys that are kept in their places."""
        channel = series.channel
        fixed = self.existing.get(channel)
        if fixed is None:
            return CurveKeys(channel.path, part, series.group, generated)
        outside = fixed.keys[part][~self._inside(fixed.keys[part].frames)]
        fixed = _only(fixed, self._inside(fixed.frames))
        values, types = generated.values.copy(), generated.types.copy()
        at = np.searchsorted(generated.frames, fixed.frames - 1e-3)
        found = (at < len(generated)) & (np.abs(generated.frames[np.minimum(at, len(generated) - 1)] - fixed.frames) < 1e-3)
        # A prompt on a whole frame takes the place of the generated key there, whose handles already flow through it.
        shift = np.zeros((len(generated), 1), np.float32)
        shift[at[found], 0] = fixed.values[found, part] - values[at[found]]
        values[at[found]], types[at[found]] = fixed.values[found, part], fixed.types[found]
        both = np.concatenate([np.zeros_like(shift), shift], 1)
        generated = replace(generated, values=values, types=types, left=generated.left + both, right=generated.right + both)
        apart = fixed.frames[~found]
        if len(apart):
            clear = np.abs(generated.frames[:, None] - apart).min(1) > 0.5
            generated = generated[clear | generated.by_hand]
        by_hand = Keys.simple(apart, fixed.values[~found, part], fixed.types[~found])
        return CurveKeys(channel.path, part, series.group, Keys.merged([generated, outside, by_hand]))


def _only(fixed: Fixed, chosen: np.ndarray) -> Fixed:
    """With the chosen prompts alone."""
    return replace(fixed, frames=fixed.frames[chosen], values=fixed.values[chosen], types=fixed.types[chosen])


def to_quaternions(values: np.ndarray, mode: str) -> np.ndarray:
    """Rotations in a bone's own mode (P, 3 or 4) as quaternions wxyz float64 (P, 4)."""
    if mode == "QUATERNION":
        return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)
    if mode == "AXIS_ANGLE":
        return np.array([Quaternion(row[1:], row[0]) if np.any(row[1:]) else Quaternion() for row in values]).reshape(-1, 4)
    return np.array([Euler(row, mode).to_quaternion() for row in values]).reshape(-1, 4)


def from_quaternions(quaternions: np.ndarray, mode: str, near: np.ndarray | None = None) -> np.ndarray:
    """Quaternions wxyz (T, 4) in a bone's own mode: float32 (T, 3 or 4), without jumps from one to the next.

    near: Euler angles of the turn around the circle to begin in.
    """
    if mode == "QUATERNION":
        return np.asarray(quaternions, np.float32)
    if mode == "AXIS_ANGLE":
        vector = quaternions[:, 1:]
        length = np.linalg.norm(vector, axis=1)
        angle = 2.0 * np.arctan2(length, quaternions[:, 0])
        axis = np.where(length[:, None] > 1e-7, vector / np.maximum(length, 1e-7)[:, None], [0.0, 1.0, 0.0])
        flips = np.concatenate([[1.0], np.cumprod(np.where((axis[1:] * axis[:-1]).sum(1) < 0, -1.0, 1.0))])
        return np.concatenate([(angle * flips)[:, None], axis * flips[:, None]], 1).astype(np.float32)
    result = np.empty((len(quaternions), 3), np.float32)
    before = Euler(near, mode) if near is not None else Euler((0.0, 0.0, 0.0), mode)
    for row, quaternion in enumerate(quaternions):
        before = Quaternion(quaternion).to_euler(mode, before)
        result[row] = before
    return result
