# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated curves, blended with what the animator keeps: prompts are met exactly, a range that is generated anew flows
out of and into what is around it. How fast says the easing (`core.prompts.blending`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ...motion.resampling import rotations_at
from ...prompts import blending
from ...prompts.blending import Easing
from ...prompts.curve_spaces import ROTATIONS, VECTORS
from ...prompts.jerk_suppression import suppress_jerks
from ...prompts.pacing import SAME, Paces
from .blended_curve import BlendedCurve
from .bone_easing import MARGIN
from .channels import Channel
from .existing_keys import ExistingChannel
from .fcurves import SAME_FRAME
from .grid import Grid
from .rotation_modes import completed, from_quaternions, to_quaternions
from .rotation_writing import in_own_mode
from .strain import strain_of

_CALM_S = 0.7  # around a prompt in which no jerk stays, by eye

Ends = tuple[float | None, float | None]


@dataclass(frozen=True)
class Acting:
    """How a channel turns into its prompts. paces: how long they are held and eased, by their frames (P,)."""

    easing: Easing
    paces: Callable[[np.ndarray], Paces]


def blend_values(
    grid: Grid, channel: Channel, group: str, values: np.ndarray, existing: ExistingChannel | None, acting: Acting
) -> BlendedCurve:
    """Blend components that mean something each on its own: a shape, a place.

    Args:
        grid: the frames that are written.
        channel: what the values are of.
        group: the channel group that shows them.
        values: (F, size), as generated.
        existing: what the channel has already, or None.
        acting: how it turns into prompts.
    """
    values = np.asarray(values, np.float32)
    curve = BlendedCurve.of(grid, channel, group, values, existing)
    if existing is None:
        return curve
    easing, prompts = acting.easing, _usable(grid, existing, curve.ends)
    prompt_times_s, ends_s = grid.seconds(prompts.frames), _seconds(grid, curve.ends)
    free_s, paces = _free_s(ends_s), acting.paces(prompts.frames)

    def blend_range(values: np.ndarray) -> np.ndarray:
        if not curve.boundaries:
            return values
        return blending.blend_range(grid.times_s, values, grid.played(existing), ends_s, easing, prompt_times_s)

    def blend_through(values: np.ndarray) -> np.ndarray:
        values = values.copy()
        for part, keyed in enumerate(prompts.keyed.T):
            wanted = prompts.values[keyed, part][:, None]
            held = blending.held(VECTORS, prompt_times_s[keyed], wanted, paces.part(keyed), easing, free_s[1])
            values[:, [part]] = blending.blend_through(
                grid.times_s, values[:, [part]], held.times_s, wanted[held.rows], easing, free_s, held.paces
            )
        return values

    for step in easing.in_order(blend_range, blend_through):
        values = step(values)
    return replace(curve, values=curve.restored(grid, values.astype(np.float32)))


def blend_rotations(
    grid: Grid,
    channel: Channel,
    bone: str,
    quaternions: np.ndarray,
    mode: str,
    existing: ExistingChannel | None,
    acting: Acting,
) -> BlendedCurve:
    """Blend the rotation of a bone, which is its group too.

    Args:
        grid: the frames that are written.
        channel: the bone's rotation.
        bone: its name.
        quaternions: (F, 4) unit, wxyz, as generated.
        mode: how the bone writes its rotation.
        existing: what the channel has already, or None.
        acting: how it turns into prompts.
    """
    quaternions = np.asarray(quaternions, np.float32)
    if existing is None:
        return BlendedCurve.of(grid, channel, bone, from_quaternions(quaternions, mode), None)
    curve = BlendedCurve.of(grid, channel, bone, quaternions, existing)
    easing, ends_s = acting.easing, _seconds(grid, curve.ends)
    usable, free_s = _usable(grid, existing, curve.ends), _free_s(ends_s)
    prompts, paces = _held_rotations(grid, usable, quaternions, mode, acting, free_s[1])
    prompt_times_s = grid.seconds(prompts.frames)

    def blend_range(quaternions: np.ndarray) -> np.ndarray:
        if not curve.boundaries:
            return quaternions
        old = to_quaternions(grid.played(existing), mode)
        return blending.blend_rotations_in_range(grid.times_s, quaternions, old, ends_s, easing, prompt_times_s)

    def blend_through(quaternions: np.ndarray) -> np.ndarray:
        if len(prompts.frames) == 0:
            return quaternions
        if not prompts.keyed.all():
            quaternions = _calmed(grid, prompts.frames, quaternions, curve.ends, easing.limit)
        wanted = _wanted(grid, prompts, quaternions, mode)
        quaternions = blending.blend_rotations_through(
            grid.times_s, quaternions, prompt_times_s, wanted, easing, free_s, paces
        )
        fixed, near = _around_prompts(grid, prompts.frames, wanted, curve.ends)
        return suppress_jerks(quaternions, grid.rate_hz, fixed, near, easing.limit)

    for step in easing.in_order(blend_range, blend_through):
        quaternions = step(quaternions)
    strain = strain_of(bone, quaternions, grid.rate_hz, usable.frames, grid.first, easing.limit / MARGIN)
    return in_own_mode(replace(curve, strain=strain), grid, np.asarray(quaternions, np.float32), mode)


def _seconds(grid: Grid, ends: Ends) -> Ends:
    first, last = (None if frame is None else float(grid.timing.time_s(frame)) for frame in ends)
    return first, last


def _free_s(ends_s: Ends) -> tuple[float, float]:
    first, last = ends_s
    return -np.inf if first is None else first, np.inf if last is None else last


def _usable(grid: Grid, existing: ExistingChannel, ends: Ends) -> ExistingChannel:
    """With the prompts alone that move what is generated: in a range only those inside, for what is outside has its own
    already."""
    if grid.timing.region is None:
        return existing
    first, last = ends
    frames = existing.frames
    after = frames > (grid.first - 0.5 if first is None else first + SAME_FRAME)
    return existing.with_prompts(after & (frames < (grid.last + 0.5 if last is None else last - SAME_FRAME)))


# ------------------------------------------------------------------------------------------------------------ rotations


def _held_rotations(
    grid: Grid, prompts: ExistingChannel, quaternions: np.ndarray, mode: str, acting: Acting, until_s: float
) -> tuple[ExistingChannel, Paces]:
    """The prompts with the ends of their holds, and their paces."""
    times_s, paces = grid.seconds(prompts.frames), acting.paces(prompts.frames)
    wanted = _wanted(grid, prompts, quaternions, mode)
    held = blending.held(ROTATIONS, times_s, wanted, paces, acting.easing, until_s)
    later = (held.times_s - times_s[held.rows]) * grid.rate_hz
    longer = replace(prompts.with_prompts(held.rows), frames=prompts.frames[held.rows] + later)
    filled, rows = _with_held_frames(grid, longer)
    return filled, held.paces.part(rows)


def _with_held_frames(grid: Grid, prompts: ExistingChannel) -> tuple[ExistingChannel, np.ndarray]:
    """Prompts on some components only hold them at every frame between two that ask for the same; and which of the
    given ones each is, int64 (N,)."""
    keyed, frames = prompts.keyed, prompts.frames
    partial = ~keyed.all(1)
    held: list[np.ndarray] = []
    rows: list[int] = []
    for row in np.flatnonzero(partial[:-1] & partial[1:]):
        mine = keyed[row]
        apart = np.abs(prompts.values[row, mine].astype(np.float64) - prompts.values[row + 1, mine])
        if np.array_equal(mine, keyed[row + 1]) and apart.max() < SAME:
            between = grid.frames[
                (grid.frames > frames[row] + SAME_FRAME) & (grid.frames < frames[row + 1] - SAME_FRAME)
            ]
            held.append(between)
            rows += [int(row)] * len(between)
    if not rows:
        return prompts, np.arange(len(frames))
    every = np.concatenate([frames, *held])
    order = np.argsort(every, kind="stable")
    chosen = np.concatenate([np.arange(len(frames)), rows]).astype(np.int64)[order]
    return replace(prompts.with_prompts(chosen), frames=every[order]), chosen


def _wanted(grid: Grid, prompts: ExistingChannel, quaternions: np.ndarray, mode: str) -> np.ndarray:
    """The rotations that prompts ask for, quaternions float64 (P, 4). Of one on some components only, the others are as
    generated."""
    values = prompts.values.astype(np.float64)
    if not prompts.keyed.all():
        times_s = grid.times_s
        generated = rotations_at(
            quaternions.astype(np.float64), grid.rate_hz, float(times_s[0]), grid.seconds(prompts.frames)
        )
        values = completed(values, prompts.keyed, generated, mode, _goes_on(prompts))
    return to_quaternions(values, mode)


def _goes_on(prompts: ExistingChannel) -> np.ndarray:
    """bool (P,): the prompts on the same components as those a frame before them, as they are while an axis is held."""
    beside = np.diff(prompts.frames, prepend=-np.inf) < 1.0 + SAME_FRAME
    beside[1:] &= (prompts.keyed[1:] == prompts.keyed[:-1]).all(1)
    return beside


def _calmed(grid: Grid, frames: np.ndarray, quaternions: np.ndarray, ends: Ends, limit: float) -> np.ndarray:
    """What is generated, (F, 4), without its jerks around prompts at frames (P,): prompts on some axes hold the others as they are."""
    nowhere = np.zeros((len(frames), 4))
    _, near = _around_prompts(grid, frames, nowhere, ends)
    outside, _ = _around_prompts(grid, frames[:0], nowhere[:0], ends)
    return suppress_jerks(quaternions, grid.rate_hz, outside, near, limit)


def _around_prompts(grid: Grid, frames: np.ndarray, wanted: np.ndarray, ends: Ends) -> tuple[np.ndarray, np.ndarray]:
    """bool (F,), (F,): the frames of prompts, holds and what is outside of a range, which stay; and those around
    prompts, where the motion's own jerks go that a prompt nearby brought about, such as a hand that it drives into the
    hip and that is kept out."""
    fixed, near = np.zeros(len(grid), bool), np.zeros(len(grid), bool)
    places, reach = frames - grid.first, _CALM_S * grid.rate_hz
    on_grid = np.concatenate([np.floor(places + SAME_FRAME), np.ceil(places - SAME_FRAME)])
    fixed[np.clip(on_grid, 0, len(grid) - 1).astype(np.int64)] = True
    for index, place in enumerate(places):
        near[max(int(place - reach), 0) : max(int(place + reach) + 2, 0)] = True
        if index and abs(wanted[index] @ wanted[index - 1]) > 1.0 - 1e-7:
            fixed[max(int(places[index - 1]), 0) : max(int(place) + 1, 0)] = True
    if grid.timing.region is not None:
        first, last = ends
        fixed |= grid.frames <= (-np.inf if first is None else first)
        fixed |= grid.frames >= (np.inf if last is None else last)
    return fixed, near
