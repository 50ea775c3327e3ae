# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of curves that play more than their keys: repeats of a Cycles modifier written out, sample points as keys.

What is generated into such a curve leaves the rest of it as it plays.
"""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np

from .fcurves import Keys, Origin, enum_value, places

_SEAM = 0.03  # frames between the end of a repeat and the beginning of the next where they differ; Blender takes 0.01 for the same frame
_MOST_REPEATS = 4000


def all_keys(curve: bpy.types.FCurve, keys: Keys, span: tuple[float, float]) -> Keys:
    """The keys of a curve from frame to frame as it plays; a curve without repeats or samples has but its own.

    keys: of the curve. span: what is needed of an endless curve, first and last frame.
    """
    if len(curve.sampled_points):
        return _from_samples(curve)
    cycles = _cycles(curve)
    if cycles is None or len(keys) < 2:
        return keys
    length = float(keys.frames[-1] - keys.frames[0])
    before = _repeats(cycles.mode_before, cycles.cycles_before, float(keys.frames[0]) - span[0], length)
    after = _repeats(cycles.mode_after, cycles.cycles_after, span[1] - float(keys.frames[-1]), length)
    if not before and not after:
        return keys
    keys = _frozen(keys)
    rise = float(keys.values[-1] - keys.values[0])
    parts = [_repeat(keys, number, length, rise, cycles.mode_before) for number in range(-before, 0)]
    parts += [keys, *(_repeat(keys, number, length, rise, cycles.mode_after) for number in range(1, after + 1))]
    return _joined(parts, before)


def _cycles(curve: bpy.types.FCurve) -> bpy.types.FModifierCycles | None:
    for modifier in curve.modifiers:
        if isinstance(modifier, bpy.types.FModifierCycles) and not modifier.mute and not modifier.use_restricted_range:
            if modifier.mode_before != "NONE" or modifier.mode_after != "NONE":
                return modifier
    return None


def _from_samples(curve: bpy.types.FCurve) -> Keys:
    samples = places(curve)
    kinds = np.full(len(samples), enum_value("type", "KEYFRAME"), np.int32)
    keys = Keys.simple(samples[:, 0], samples[:, 1], kinds, linear=True)
    return keys.with_origins(np.full(len(keys), Origin.BY_HAND, np.int8))


def _repeats(mode: str, most: int, frames: float, length: float) -> int:
    """How many repeats cover so many frames, 0 where there are none."""
    if mode == "NONE" or frames <= 0.0 or length <= 0.0:
        return 0
    needed = min(int(np.ceil(frames / length)) + 1, _MOST_REPEATS)
    return min(needed, most) if most else needed


def _frozen(keys: Keys) -> Keys:
    """With handles that stay where they are beside other keys."""
    free = enum_value("handle_left_type", "FREE")
    kinds = np.full(len(keys), free, np.int32)
    return replace(keys, left_type=kinds, right_type=kinds)


def _repeat(keys: Keys, number: int, length: float, rise: float, mode: str) -> Keys:
    """The keys so many repeats later."""
    shift = np.float32(number * length)
    if mode == "MIRROR" and number % 2:
        return _mirrored(keys, float(keys.frames[0] + keys.frames[-1]), float(shift))
    up = np.float32(number * rise if mode == "REPEAT_OFFSET" else 0.0)
    moved = np.array([shift, up], np.float32)
    return replace(
        keys, frames=keys.frames + shift, values=keys.values + up, left=keys.left + moved, right=keys.right + moved
    )


def _mirrored(keys: Keys, ends: float, shift: float) -> Keys:
    """The keys backwards. ends: the sum of their first and last frame."""
    back = keys[::-1]
    sides = [
        np.stack([ends + shift - side[:, 0], side[:, 1]], 1).astype(np.float32) for side in (back.right, back.left)
    ]
    interpolation = np.append(back.interpolation[1:], back.interpolation[-1:])
    frames = (ends + shift - back.frames).astype(np.float32)
    return replace(back, frames=frames, left=sides[0], right=sides[1], interpolation=interpolation)


def _joined(parts: list[Keys], before: int) -> Keys:
    """Repeats one after the other. Where the end of one and the beginning of the next are one key, it has the handle of each; where
    they differ, what Blender shows at that frame stays there, and the other lies beside it."""
    joined = parts[0]
    for number, part in enumerate(parts[1:], 1):
        last, first = len(joined) - 1, 0
        if abs(float(joined.values[last] - part.values[first])) < 1e-6:
            right, kinds = joined.right.copy(), joined.interpolation.copy()
            right[last], kinds[last] = part.right[first], part.interpolation[first]
            joined = replace(joined, right=right, interpolation=kinds)
            part = part[1:]
        elif number <= before:  # before its own keys a curve shows the beginning of the later repeat
            frames = joined.frames.copy()
            frames[last] -= _SEAM
            joined = replace(joined, frames=frames)
        else:
            frames = part.frames.copy()
            frames[first] += _SEAM
            part = replace(part, frames=frames)
        joined = Keys.merged([joined, part])
    return joined
