# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a range that is generated anew begins and ends in the curves that are there: if possible at keys that they
have, so that nothing outside of it changes, not even a handle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from .existing_keys import ExistingChannel
from .fcurves import SAME_FRAME, Keys, enum_value

_NEAR_SHARE = 1.0 / 3.0  # of a range: a key of the old curve this near to its end becomes its boundary; by eye


@dataclass(frozen=True)
class RangeBoundary:
    """Where the old curve of one component ends and goes on: first, last frame, None where nothing is on that side.

    first_key, last_key: the index of the old key that lies there, -1 if the old curve has to be split between two keys.
    """

    first: float | None
    last: float | None
    first_key: int = -1
    last_key: int = -1


def plays_outside(existing: Iterable[ExistingChannel], region: tuple[float, float]) -> tuple[bool, bool]:
    """Whether the character is animated before and after a range."""
    keys = [keys for channel in existing for keys in channel.keys if len(keys)]
    return (
        any(one.frames[0] < region[0] - SAME_FRAME for one in keys),
        any(one.frames[-1] > region[1] + SAME_FRAME for one in keys),
    )


def range_boundary(keys: Keys, region: tuple[float, float], outside: tuple[bool, bool]) -> RangeBoundary:
    """Where the old curve of a component ends and goes on.

    outside: the character is animated before and after the range. There a curve without keys stands still, and has to
    go on so.
    """
    first, last = region
    reach = _NEAR_SHARE * (last - first)
    if len(keys) == 0:  # an unkeyed channel stands still outside: it starts and ends as it is
        return RangeBoundary(first, last)
    found_first = found_last = None
    first_key = last_key = -1
    if keys.frames[0] < first - SAME_FRAME:
        index = int(np.searchsorted(keys.frames, first - SAME_FRAME))
        near = index < len(keys) and keys.frames[index] <= first + reach and _is_whole(keys.frames[index])
        first_key, found_first = (index, float(keys.frames[index])) if near else (-1, first)
    elif outside[0]:
        found_first = first
    if keys.frames[-1] > last + SAME_FRAME:
        index = int(np.searchsorted(keys.frames, last + SAME_FRAME, side="right")) - 1
        near = index >= 0 and keys.frames[index] >= last - reach and _is_whole(keys.frames[index])
        near = near and index != first_key
        last_key, found_last = (index, float(keys.frames[index])) if near else (-1, last)
    elif outside[1]:
        found_last = last
    return RangeBoundary(found_first, found_last, first_key, last_key)


def _is_whole(frame: float) -> bool:
    return abs(frame - round(float(frame))) < SAME_FRAME


def inner_ends(boundaries: Iterable[RangeBoundary]) -> tuple[float | None, float | None]:
    """The frames up to which and from which all components are the old ones; None where nothing is on that side."""
    boundaries = tuple(boundaries)
    firsts = [one.first for one in boundaries if one.first is not None]
    lasts = [one.last for one in boundaries if one.last is not None]
    return max(firsts, default=None), min(lasts, default=None)


# ----------------------------------------------------------------------------------------------- old and generated keys


@dataclass(frozen=True)
class JoinedKeys:
    """generated: the keys between first and last frame. outside: the old ones that stay, those on a boundary
    included."""

    generated: Keys
    outside: Keys
    first: float
    last: float


def join_at(boundary: RangeBoundary, old: Keys, generated: Keys, span: tuple[float, float]) -> JoinedKeys:
    """The generated keys inside a boundary and the old ones outside and on it, with handles that lead from one to the
    other.

    span: first and last frame that were generated.
    """
    first = -np.inf if boundary.first is None else boundary.first
    last = np.inf if boundary.last is None else boundary.last
    generated = generated[(generated.frames >= first - SAME_FRAME) & (generated.frames <= last + SAME_FRAME)]
    low, high = (first if np.isfinite(first) else span[0]), (last if np.isfinite(last) else span[1])
    stays = (old.frames < low - SAME_FRAME) | (old.frames > high + SAME_FRAME)
    outer = old
    if boundary.first is not None and len(old):
        if boundary.first_key >= 0:
            outer = _led_out_of(outer, boundary.first_key, "right", generated.right[0])
            stays[boundary.first_key] = True
            generated = generated[1:]
        else:
            outer, generated = _split_at(old, outer, generated, boundary.first, "first")
    if boundary.last is not None and len(old):
        if boundary.last_key >= 0:
            outer = _led_out_of(outer, boundary.last_key, "left", generated.left[-1])
            stays[boundary.last_key] = True
            generated = generated[:-1]
        else:
            outer, generated = _split_at(old, outer, generated, boundary.last, "last")
    return JoinedKeys(generated, outer[stays], low, high)


def _led_out_of(keys: Keys, index: int, inner: str, handle: np.ndarray) -> Keys:
    """The keys of which one stays on a boundary, and takes the generated handle on its inner side."""
    outer = "left" if inner == "right" else "right"
    keys = free_handle(free_handle(keys, index, outer, getattr(keys, outer)[index]), index, inner, handle)
    if inner == "left":
        return keys
    return replace(keys, interpolation=_with(keys.interpolation, index, enum_value("interpolation", "BEZIER")))


def _split_at(old: Keys, outer: Keys, generated: Keys, frame: float, end: str) -> tuple[Keys, Keys]:
    """The old keys outside and the generated ones inside, where the old curve is split at a frame between two keys."""
    row = 0 if end == "first" else -1
    found = split_bezier(old, frame)
    if found is not None and end == "first":
        outer = freeze_handle(free_handle(outer, found.before, "right", found.right_of_before), found.before, "left")
        return outer, free_handle(generated, row, "left", found.left)
    if found is not None:
        after = found.before + 1
        outer = freeze_handle(free_handle(outer, after, "left", found.left_of_after), after, "right")
        return outer, free_handle(generated, row, "right", found.right)
    if end == "last" and 0 < (after := int(np.searchsorted(old.frames, frame + SAME_FRAME))) < len(old):
        interpolation = _with(generated.interpolation, row, int(old.interpolation[after - 1]))
        generated = replace(generated, interpolation=interpolation)
    return outer, generated


def _with(values: np.ndarray, index: int, value: int) -> np.ndarray:
    changed = values.copy()
    changed[index] = value
    return changed


# -------------------------------------------------------------------------------------------------------------- handles


@dataclass(frozen=True)
class BezierSplit:
    """A Bézier segment in two. before: the index of the key before it. right_of_before, left, right, left_of_after:
    handles (frame, value): of that key, of a key at the split, and of the key after it."""

    before: int
    right_of_before: np.ndarray
    left: np.ndarray
    right: np.ndarray
    left_of_after: np.ndarray


def split_bezier(keys: Keys, frame: float) -> BezierSplit | None:
    """Split a Bézier segment at a frame without changing its shape (de Casteljau); None where it is no Bézier curve, or
    flat, and its keys may stay as they are."""
    before = int(np.searchsorted(keys.frames, frame - SAME_FRAME)) - 1
    if before < 0 or before + 1 >= len(keys) or keys.interpolation[before] != enum_value("interpolation", "BEZIER"):
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
    for handle, end in ((1, 0), (2, 3)):  # as Blender does: a handle that reaches beyond the other key is shortened
        length = abs(points[handle, 0] - points[end, 0])
        points[handle] = points[end] + (points[handle] - points[end]) * min(1.0, span / max(length, 1e-9))
    low, high, share = 0.0, 1.0, 0.5
    for _ in range(59):
        low, high = (share, high) if _de_casteljau(points, share)[2][0] < frame else (low, share)
        share = 0.5 * (low + high)
    one, left, _, right, three = _de_casteljau(points, share)
    return BezierSplit(before, one, left, right, three)


def _de_casteljau(points: np.ndarray, share: float) -> tuple[np.ndarray, ...]:
    """The points between the ends of a cubic (4, 2) and the handles of both its halves at a share of its parameter: two
    handles, the point, two handles."""
    one, two, three = (points[index] + (points[index + 1] - points[index]) * share for index in range(3))
    left, right = one + (two - one) * share, two + (three - two) * share
    return one, left, left + (right - left) * share, right, three


def free_handle(keys: Keys, index: int, side: str, place: np.ndarray) -> Keys:
    """The keys with one handle of one key put to a place (frame, value) and made free. side: left or right."""
    places, types = getattr(keys, side).copy(), getattr(keys, f"{side}_type").copy()
    places[index], types[index] = place, enum_value(f"handle_{side}_type", "FREE")
    return replace(keys, **{side: places, f"{side}_type": types})


def freeze_handle(keys: Keys, index: int, side: str) -> Keys:
    """The keys with a handle that Blender would place anew, for the keys beside it are others, kept where it is."""
    automatic = {enum_value(f"handle_{side}_type", name) for name in ("AUTO", "AUTO_CLAMPED")}
    is_automatic = getattr(keys, f"{side}_type")[index] in automatic
    return free_handle(keys, index, side, getattr(keys, side)[index]) if is_automatic else keys
