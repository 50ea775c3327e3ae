# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated keys and those that are kept, in one curve: what is outside of what is written anew, and the prompts as the
animator set them (type, handles and interpolation; between them and the next generated keys lies no whole frame)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .blended_curve import BlendedCurve
from .fcurves import SAME_FRAME, CurveKeys, Keys, Origin
from .grid import Grid
from .range_boundaries import freeze_handle, join_at


def with_kept_keys(curve: BlendedCurve, part: int, generated: Keys, grid: Grid) -> CurveKeys:
    """The curve of one component: its generated keys, with the keys that are kept in their places."""
    path, index, existing = curve.channel.path, curve.channel.first + part, curve.existing
    if existing is None:
        return CurveKeys(path, index, curve.group, generated)
    old = existing.keys[part]
    if curve.boundaries:
        joined = join_at(curve.boundaries[part], old, generated, (grid.first, grid.last))
        generated, outside = joined.generated, joined.outside
        inside = (old.frames > joined.first + SAME_FRAME) & (old.frames < joined.last - SAME_FRAME)
    else:
        beside = (old.frames < grid.first - SAME_FRAME) | (old.frames > grid.last + SAME_FRAME)
        inside = grid.replaced.holds(old.frames) & ~(beside & (old.origins == Origin.CLIP))
        gone = inside | (old.origins == Origin.FOLLOWING)  # what follows, follows the prompts of today
        outside = _as_they_play(old, gone)[~gone]
    following = [] if existing.following is None else [existing.following]
    prompts = _prompts(curve, part, old, inside)
    around = _outside(curve, part, grid)
    if not (len(outside) or following or len(prompts)):
        return CurveKeys(path, index, curve.group, generated, around)
    extends = bool(curve.boundaries) and None not in (curve.boundaries[part].first, curve.boundaries[part].last)
    return CurveKeys(path, index, curve.group, Keys.merged([generated, outside, *following, prompts]), around, extends)


def _outside(curve: BlendedCurve, part: int, grid: Grid) -> tuple[float, float]:
    """Up to which frame, and from which on, modifiers of the old curve go on: not where anything is generated."""
    first, last = grid.first, grid.last
    if curve.boundaries:  # the keys on a boundary are old ones
        boundary = curve.boundaries[part]
        first = first if boundary.first is None else boundary.first + 1.0
        last = last if boundary.last is None else boundary.last - 1.0
    return first, last


def _as_they_play(keys: Keys, gone: np.ndarray) -> Keys:
    """Keys of which some go, bool (K,), with the handles that lead away from those as they are: Blender would place automatic ones
    anew beside other keys."""
    for index in np.flatnonzero(gone[1:] & ~gone[:-1]):
        keys = freeze_handle(keys, int(index), "left")
    for index in np.flatnonzero(gone[:-1] & ~gone[1:]):
        keys = freeze_handle(keys, int(index) + 1, "right")
    return keys


def _prompts(curve: BlendedCurve, part: int, old: Keys, inside: np.ndarray) -> Keys:
    """The prompts of a component that are inside, bool (K,) of its K old keys, rewritten as the curve needs them."""
    existing = curve.existing
    if existing is None or len(old) == 0:
        return old
    prompts = np.flatnonzero(existing.keyed[:, part])
    if not len(prompts):
        return old[prompts]
    keys = np.minimum(np.searchsorted(old.frames, existing.frames[prompts] - SAME_FRAME), len(old) - 1)
    own = np.abs(old.frames[keys] - existing.frames[prompts]) <= SAME_FRAME  # the others follow another mesh
    kept = inside[keys] & own & old.by_hand[keys]
    by_hand = old[keys[kept]]
    factor, shift = curve.rewritten(prompts[kept], part)
    return replace(
        by_hand,
        values=by_hand.values * factor + shift,
        left=_rewritten(by_hand.left, factor, shift),
        right=_rewritten(by_hand.right, factor, shift),
    )


def _rewritten(handles: np.ndarray, factor: np.ndarray, shift: np.ndarray) -> np.ndarray:
    return np.stack([handles[:, 0], handles[:, 1] * factor + shift], 1).astype(np.float32)
