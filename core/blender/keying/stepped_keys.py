# SPDX-License-Identifier: GPL-3.0-or-later
"""Stepped keys: every pose is held for a few frames, as in animation on twos or threes. Prompts stay exact, and what follows one holds it
up to the next pose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from ...motion.easing import smooth_step
from .blended_curve import BlendedCurve
from .channels import Channel
from .fcurves import SAME_FRAME, CurveKeys, Keys, enum_value
from .grid import Grid
from .merged_keys import with_kept_keys

_SAME = 1e-6  # a pose that differs by less needs no key of its own


def stepped(curves: Iterable[BlendedCurve], grid: Grid) -> Iterator[tuple[Channel, CurveKeys]]:
    """The keys of curves whose values hold from pose to pose already, but for what prompts made of them."""
    for curve in curves:
        rows, sources = _poses(curve, grid)
        for part in range(curve.channel.size):
            frames, values = grid.frames[rows], curve.values[sources, part]
            yield curve.channel, with_kept_keys(curve, part, _held(Keys.simple(frames, values)), grid)


def _poses(curve: BlendedCurve, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """The rows at which a pose begins, int (K,), and those whose values it holds."""
    source = {int(row): int(row) for row in np.flatnonzero(begins_pose(grid.frames, grid))}
    source.setdefault(0, 0)
    for boundary in curve.boundaries:
        ends = (round(frame - grid.first) for frame in (boundary.first, boundary.last) if frame is not None)
        source.update((row, row) for row in ends)
    needed = set()
    for frame in _prompted(curve):
        place = frame - grid.first
        after = int(np.floor(place + SAME_FRAME)) + 1
        if 0 <= place and after < len(grid):  # the prompt's own handles lead no further than to the next frame
            held = round(place) if abs(place - round(place)) < SAME_FRAME else after
            source.setdefault(after, held)
            needed.add(after)
    rows = np.array(sorted(source))
    sources = np.array([source[row] for row in rows.tolist()])
    poses = curve.values[sources]
    changes = np.append(True, (np.abs(np.diff(poses, axis=0)) > _SAME).any(1))
    keep = changes | np.isin(rows, [*needed, rows[-1] if curve.boundaries else 0])
    return rows[keep], sources[keep]


def _prompted(curve: BlendedCurve) -> np.ndarray:
    """float64 (P,), the frames of the prompts on a channel."""
    existing = curve.existing
    return existing.frames[existing.keyed.any(1)] if existing is not None else np.empty(0)


def begins_pose(frames: np.ndarray, grid: Grid) -> np.ndarray:
    """bool (N,): which whole frames (N,) begin a pose, counted from where the sound begins."""
    anchor = np.floor(grid.timing.frame_start)
    return np.abs((frames - anchor) % grid.timing.step_frames) < SAME_FRAME


def _held(keys: Keys) -> Keys:
    return replace(keys, interpolation=np.full(len(keys), enum_value("interpolation", "CONSTANT"), np.int32))


def hold_ends(written: Iterable[tuple[Channel, CurveKeys]], grid: Grid) -> Iterator[tuple[Channel, CurveKeys]]:
    """The curves with all that was generated now held, also where a face comes to rest behind its line."""
    ends = grid.timing.ends
    for channel, curve in written:
        keys = curve.keys
        near = (keys.frames > grid.first - ends.into - 0.5) & (keys.frames < grid.last + ends.out + 0.5)
        generated = near & ~keys.by_hand
        held = replace(
            keys, interpolation=np.where(generated, enum_value("interpolation", "CONSTANT"), keys.interpolation)
        )
        yield channel, replace(curve, keys=_down_to_rest(held, generated, grid))


def _down_to_rest(keys: Keys, generated: np.ndarray, grid: Grid) -> Keys:
    """The keys with steps between the last frame of the line and the key at rest behind it, if there is one."""
    last = np.flatnonzero(np.abs(keys.frames - grid.last) < 0.5)
    rest = int(last[-1]) + 1 if len(last) else len(keys)
    if rest >= len(keys) or not generated[rest] or not generated[rest - 1]:
        return keys
    edge, end = float(keys.frames[rest - 1]), float(keys.frames[rest])
    frames = np.arange(np.ceil(edge + 0.5), end)
    frames = frames[begins_pose(frames, grid)]
    share = smooth_step((frames - edge) / (end - edge))
    first, still = float(keys.values[rest - 1]), float(keys.values[rest])
    return Keys.merged([keys, _held(Keys.simple(frames, first + (still - first) * share))])
