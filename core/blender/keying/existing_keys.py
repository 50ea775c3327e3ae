# SPDX-License-Identifier: GPL-3.0-or-later
"""What a character's channels have already, and what of it stays when they are generated anew: prompts, and everything outside
the range."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import bpy
import numpy as np

from ...rigs.description import RigDescription
from .. import characters, compat
from . import fcurves
from .channels import Channel, location_channel, rotation_channel, shape_channel
from .fcurves import Keys

_BORDER_SHARE = 1.0 / 3.0  # of a range: a key of the old curve this near to its end becomes its border
_SAME = 1e-3  # frames


@dataclass(frozen=True)
class Fixed:
    """What a channel has already.

    frames float64 (P,), values float32 (P, size), keyed bool (P, size): the prompts, ascending, and which components were set
    by hand; the others are as the curves have them. keys: all keys there are, per component. old float32 (F, size): how the
    channel plays now at each frame of the range that is generated anew, or None.
    """

    frames: np.ndarray
    values: np.ndarray
    keyed: np.ndarray
    keys: tuple[Keys, ...] = ()
    old: np.ndarray | None = None

    def chosen(self, which: np.ndarray) -> Fixed:
        """With these prompts alone."""
        return replace(self, frames=self.frames[which], values=self.values[which], keyed=self.keyed[which])


@dataclass(frozen=True)
class Border:
    """Where the old curve of one component ends and goes on: first, last frame, None where nothing is on that side.

    first_key, last_key: the index of the old key that lies there, -1 if the old curve has to be cut between two keys.
    """

    first: float | None
    last: float | None
    first_key: int = -1
    last_key: int = -1


# ---------------------------------------------------------------------------------------------- reading, on the main thread


def read_existing(
    root: bpy.types.Object,
    scene: bpy.types.Scene,
    description: RigDescription,
    region: tuple[float, float] | None,
    use_prompts: bool,
) -> dict[Channel, Fixed]:
    """What each channel of the character has already. Main thread. region: first and last frame if only these are made anew."""
    existing: dict[Channel, Fixed] = {}
    for mesh in description.meshes:
        keys = characters.shape_keys(scene.objects[mesh.name])
        curves = _curves_by_path(keys)
        for key in mesh.keys:
            channel = shape_channel(mesh.name, key.name)
            if channel.path in curves or region is not None:
                now = np.array([keys.key_blocks[key.name].value], np.float32)
                existing[channel] = _fixed(channel, curves.get(channel.path, {}), region, use_prompts, now)
    if description.armature:
        curves = _curves_by_path(root)
        for bone in description.bones.values():
            posed = root.pose.bones.get(bone.name) if root.pose is not None else None
            rotation, location = (
                rotation_channel(root.name, bone.name, bone.rotation_mode),
                location_channel(root.name, bone.name),
            )
            for channel in (rotation, location):
                if channel.path in curves or region is not None and posed is not None:
                    name = "location" if channel is location else characters.rotation_property(bone.rotation_mode)
                    now = np.array(getattr(posed, name), np.float32) if posed is not None else _resting(channel)
                    existing[channel] = _fixed(channel, curves.get(channel.path, {}), region, use_prompts, now)
    return existing


def _resting(channel: Channel) -> np.ndarray:
    resting = np.zeros(channel.size, np.float32)
    resting[0] = float(channel.path.endswith("rotation_quaternion"))
    return resting


def _curves_by_path(owner: bpy.types.ID) -> dict[str, dict[int, bpy.types.FCurve]]:
    curves = compat.active_curves(owner)
    found: dict[str, dict[int, bpy.types.FCurve]] = {}
    for curve in curves.fcurves if curves is not None else ():
        found.setdefault(curve.data_path, {})[curve.array_index] = curve
    return found


def _fixed(
    channel: Channel,
    curves: dict[int, bpy.types.FCurve],
    region: tuple[float, float] | None,
    use_prompts: bool,
    now: np.ndarray,
) -> Fixed:
    keys = {index: fcurves.read_keys(curve) for index, curve in curves.items()}
    resting = now if not curves else _resting(channel)

    def at(frames: Iterable[float]) -> np.ndarray:
        return np.array(
            [
                [curves[index].evaluate(frame) if index in curves else resting[index] for index in range(channel.size)]
                for frame in frames
            ],
            np.float32,
        ).reshape(-1, channel.size)

    by_hand = {index: part.frames[part.by_hand] for index, part in keys.items()} if use_prompts else {}
    frames = np.unique(np.concatenate([np.empty(0), *by_hand.values()])).astype(np.float64)
    keyed = (
        np.stack([np.isin(frames, by_hand.get(index, ())) for index in range(channel.size)], 1)
        if len(frames)
        else np.zeros((0, channel.size), bool)
    )
    old = None
    if region is not None:
        span = np.arange(np.floor(region[0]), np.ceil(region[1]) + 1.0)
        old = at(span) if curves else np.tile(now, (len(span), 1))
    empty = Keys.simple(np.empty(0), np.empty(0))
    return Fixed(frames, at(frames), keyed, tuple(keys.get(index, empty) for index in range(channel.size)), old)


# ------------------------------------------------------------------------------------------------------ borders of a range


def plays_beyond(existing: Iterable[Fixed], region: tuple[float, float]) -> tuple[bool, bool]:
    """Whether the character is animated before and after a range."""
    keys = [keys for fixed in existing for keys in fixed.keys if len(keys)]
    return (
        any(one.frames[0] < region[0] - _SAME for one in keys),
        any(one.frames[-1] > region[1] + _SAME for one in keys),
    )


def border(keys: Keys, region: tuple[float, float], beyond: tuple[bool, bool]) -> Border:
    """Where the old curve of a component ends and goes on. If possible at keys that it has, so that nothing outside the range
    changes, not even a handle.

    beyond: the character is animated before and after the range. There a curve without keys stands still, and has to go on so.
    """
    first, last = region
    reach = _BORDER_SHARE * (last - first)
    if len(keys) == 0:  # an unkeyed channel stands still outside: it starts and ends as it is
        return Border(first, last)
    found_first = found_last = None
    first_key = last_key = -1
    if keys.frames[0] < first - _SAME:
        index = int(np.searchsorted(keys.frames, first - _SAME))
        near = index < len(keys) and keys.frames[index] <= first + reach and _whole(keys.frames[index])
        first_key, found_first = (index, float(keys.frames[index])) if near else (-1, first)
    elif beyond[0]:
        found_first = first
    if keys.frames[-1] > last + _SAME:
        index = int(np.searchsorted(keys.frames, last + _SAME, side="right")) - 1
        near = index >= 0 and keys.frames[index] >= last - reach and _whole(keys.frames[index]) and index != first_key
        last_key, found_last = (index, float(keys.frames[index])) if near else (-1, last)
    elif beyond[1]:
        found_last = last
    return Border(found_first, found_last, first_key, last_key)


def _whole(frame: float) -> bool:
    return abs(frame - round(float(frame))) < _SAME


def cut(keys: Keys, frame: float) -> tuple[int, np.ndarray, np.ndarray, np.ndarray, np.ndarray] | None:
    """Cut a Bézier segment at a frame without changing its shape (de Casteljau).

    Returns the index of the key before, its new right handle (2,), the left and right handles (2,) of a key at the cut, and the
    new left handle of the key after; None where the segment is not a Bézier curve, or flat, and its keys may stay as they are.
    """
    before = int(np.searchsorted(keys.frames, frame - _SAME)) - 1
    if (
        before < 0
        or before + 1 >= len(keys)
        or keys.interpolation[before] != fcurves.enum_value("interpolation", "BEZIER")
    ):
        return None
    points = np.array(
        [
            [keys.frames[before], keys.values[before]],
            keys.right[before],
            keys.left[before + 1],
            [keys.frames[before + 1], keys.values[before + 1]],
        ],
        np.float64,
    )
    if np.ptp(points[:, 1]) < 1e-9:
        return None
    span = points[3, 0] - points[0, 0]
    lengths = max(points[1, 0] - points[0, 0], 0.0), max(points[3, 0] - points[2, 0], 0.0)
    if sum(lengths) > span:  # as Blender does: handles that overlap are shortened
        for handle, end in ((1, 0), (2, 3)):
            points[handle] = points[end] + (points[handle] - points[end]) * span / sum(lengths)
    low, high = 0.0, 1.0
    for _ in range(60):
        share = 0.5 * (low + high)
        one, two, three = (points[index] + (points[index + 1] - points[index]) * share for index in range(3))
        left, right = one + (two - one) * share, two + (three - two) * share
        here = left + (right - left) * share
        low, high = (share, high) if here[0] < frame else (low, share)
    return before, one, left, right, three


def free_handle(keys: Keys, index: int, side: str, place: np.ndarray) -> Keys:
    """The keys with one handle of one key put to a place (2,) and made free."""
    places, types = getattr(keys, side).copy(), getattr(keys, f"{side}_type").copy()
    places[index], types[index] = place, fcurves.enum_value(f"handle_{side}_type", "FREE")
    return replace(keys, **{side: places, f"{side}_type": types})


def settled(keys: Keys, index: int, side: str) -> Keys:
    """The keys with a handle that Blender would place anew, for the keys beside it are others, kept where it is."""
    automatic = {fcurves.enum_value(f"handle_{side}_type", name) for name in ("AUTO", "AUTO_CLAMPED")}
    return (
        free_handle(keys, index, side, getattr(keys, side)[index])
        if getattr(keys, f"{side}_type")[index] in automatic
        else keys
    )
