# SPDX-License-Identifier: GPL-3.0-or-later
"""A blended rotation in the bone's own mode, with the prompts rewritten where they have to be: the other side of a
quaternion, a full turn of an angle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .blended_curve import BlendedCurve
from .existing_keys import ExistingChannel
from .fcurves import SAME_FRAME
from .grid import Grid
from .rotation_modes import WrittenRotations, completed, from_quaternions


def in_own_mode(curve: BlendedCurve, grid: Grid, quaternions: np.ndarray, mode: str) -> BlendedCurve:
    """The curve with the values of quaternions, float32 (F, 4), in a mode, and what the prompts have to be rewritten
    by."""
    existing = curve.existing
    if existing is None:
        return replace(curve, values=from_quaternions(quaternions, mode))
    rows = grid.rows(existing.frames)
    on_grid = np.abs(existing.frames - grid.frames[rows]) < SAME_FRAME
    if mode == "QUATERNION":
        return _as_quaternions(curve, grid, quaternions, existing, on_grid)
    if mode == "AXIS_ANGLE":
        given = np.flatnonzero(on_grid & existing.keyed.all(1))
        written = WrittenRotations(rows[given], existing.values[given], np.zeros(len(given), bool))
        native = curve.restored(grid, from_quaternions(quaternions, mode, written))
        factors = np.where((native[rows, 1:] * existing.values[:, 1:]).sum(1) < 0, -1.0, 1.0)
        return replace(curve, values=native, factors=factors)
    return _as_euler_angles(curve, grid, quaternions, existing, mode)


def _as_quaternions(
    curve: BlendedCurve, grid: Grid, quaternions: np.ndarray, existing: ExistingChannel, on_grid: np.ndarray
) -> BlendedCurve:
    """On the side of the first prompt; in a range on the old curve's, which the keys on its boundaries are on."""
    rows = grid.rows(existing.frames)
    given = np.flatnonzero(on_grid & existing.keyed.all(1))
    anchor = given[:1] if len(given) else np.arange(len(existing.frames))[:1]
    if curve.boundaries:
        row = 0 if curve.boundaries[0].first is not None else len(grid) - 1
        flips = (quaternions[row] * grid.played(existing)[row]).sum() < 0
    else:
        flips = len(anchor) and (quaternions[rows[anchor[0]]] * existing.values[anchor[0]]).sum() < 0
    quaternions = -quaternions if flips else quaternions
    factors = np.where((quaternions[rows] * existing.values).sum(1) < 0, -1.0, 1.0)
    return replace(curve, values=curve.restored(grid, quaternions), factors=factors)


def _as_euler_angles(
    curve: BlendedCurve, grid: Grid, quaternions: np.ndarray, existing: ExistingChannel, order: str
) -> BlendedCurve:
    """Through the angles of prompts as they are written, as far as that can be; the prompts are shifted by full turns
    else."""
    near = grid.rows(existing.frames)
    on_grid = np.abs(existing.frames - grid.frames[near]) < SAME_FRAME
    written = _written_angles(grid, quaternions, existing, on_grid, order)
    rows, values, exact = written.rows, written.values, written.exact
    if curve.boundaries:
        first, last = curve.boundaries[0].first, curve.boundaries[0].last
        ends = [row for row, end in ((0, first), (len(grid) - 1, last)) if end is not None]
        rows = np.concatenate([ends, rows]).astype(np.int64)
        values = np.concatenate([grid.played(existing)[ends], values])
        exact = np.concatenate([np.zeros(len(ends), bool), exact])
    elif exact.any():  # the others can be written otherwise: from the first of these on
        rest = rows >= rows[exact].min()
        rows, values, exact = rows[rest], values[rest], exact[rest]
    rows, chosen = np.unique(rows, return_index=True)
    written = WrittenRotations(rows, values[chosen], exact[chosen])
    native = curve.restored(grid, from_quaternions(quaternions, order, written))
    shifts = native[near] - existing.values
    turns = 2.0 * np.pi * np.round(shifts / (2.0 * np.pi))
    shifts = np.where(~on_grid[:, None] | (np.abs(shifts - turns) < 1e-4), turns, shifts)
    return replace(curve, values=native, shifts=shifts)


def _written_angles(
    grid: Grid, quaternions: np.ndarray, existing: ExistingChannel, on_grid: np.ndarray, order: str
) -> WrittenRotations:
    """The angles that prompts give; one that is set alone means itself."""
    near = grid.rows(existing.frames)
    given = np.flatnonzero(on_grid & existing.keyed.all(1))
    rows, values, exact = near[given], existing.values[given], np.zeros(len(given), bool)
    part = np.flatnonzero(on_grid & existing.keyed.any(1) & ~existing.keyed.all(1))
    if len(part):
        generated = np.asarray(quaternions[near[part]], np.float64)
        free = completed(existing.values[part], existing.keyed[part], generated, order)
        rows, values = np.concatenate([rows, near[part]]), np.concatenate([values, free])
        exact = np.concatenate([exact, np.ones(len(part), bool)])
    return WrittenRotations(rows, values, exact)
