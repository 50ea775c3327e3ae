# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of shapes: within their sliders' ranges, with Auto Clamped handles at extremes, four for a blink."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...motion.key_shaping import ShapeKeys
from ...motion.shape_simplification import simplify_shapes
from ...rigs.animation import Controls
from ...rigs.description import RigDescription
from .blended_curve import BlendedCurve
from .channels import Channel, shape_channel
from .fcurves import CurveKeys, Keys, enum_value
from .grid import Grid
from .merged_keys import with_kept_keys


@dataclass(frozen=True)
class ShapeRules:
    """ranges: of each slider, lowest and highest value. blinks: int (n, 4), rows of what is written at which a lid is open, shut from
    and to, open again."""

    ranges: dict[Channel, tuple[float, float]]
    blinks: dict[Channel, np.ndarray]

    @classmethod
    def of(cls, controls: Controls, rows: np.ndarray, description: RigDescription) -> ShapeRules:
        """rows: of the controls, those that are written."""
        ranges = {
            shape_channel(mesh.name, key.name): (key.minimum, key.maximum)
            for mesh in description.meshes
            for key in mesh.keys
        }
        first, count = int(rows[0]), len(rows)
        blinks: dict[Channel, np.ndarray] = {}
        for mesh, keys in controls.blinks.items():
            for key, found in keys.items():
                moved = found - first
                blinks[shape_channel(mesh, key)] = moved[(moved[:, 0] >= 0) & (moved[:, 3] < count)]
        return cls(ranges, blinks)


def simplified_shapes(
    curves: Sequence[BlendedCurve], grid: Grid, rules: ShapeRules, tolerance: float
) -> Iterator[tuple[Channel, CurveKeys]]:
    """The keys of shapes, those that are kept in their places."""
    if not curves:
        return
    values = np.concatenate([_within(curve, rules) for curve in curves], 1)
    pinned = np.concatenate([curve.pinned for curve in curves], 1)
    limits = np.stack([_limits(curve, rules, values[:, at]) for at, curve in enumerate(curves)], 1)
    blinks = {at: _free_blinks(curve, rules) for at, curve in enumerate(curves) if curve.channel in rules.blinks}
    found = simplify_shapes(grid.frames, values, tolerance, limits, pinned if pinned.any() else None, blinks)
    made: dict[tuple[int, bytes], Keys] = {}  # curves that are alike share their keys
    for at, (curve, shape) in enumerate(zip(curves, found)):
        beside = curve.pinned[np.rint(shape.keys.times - grid.first).astype(np.int64), 0]
        one = id(shape), beside.tobytes()
        if one not in made:
            made[one] = _keys(shape, beside)
        generated = made[one]
        yield curve.channel, with_kept_keys(replace(curve, values=values[:, [at]]), 0, generated, grid)


def _within(curve: BlendedCurve, rules: ShapeRules) -> np.ndarray:
    """The values (F, 1) inside of the slider's range, which is all that Blender shows; what the animator set stays as it is."""
    low, high = rules.ranges.get(curve.channel, (-np.inf, np.inf))
    return np.where(curve.pinned, curve.values, np.clip(curve.values, low, high)).astype(np.float32)


def _limits(curve: BlendedCurve, rules: ShapeRules, values: np.ndarray) -> np.ndarray:
    """float64 (2,): what no handle may leave: 0 to 1 and the slider's range, but for where samples (F,) leave it."""
    low, high = rules.ranges.get(curve.channel, (0.0, 1.0))
    return np.array([min(max(low, 0.0), values.min()), max(min(high, 1.0), values.max())], np.float64)


def _free_blinks(curve: BlendedCurve, rules: ShapeRules) -> np.ndarray:
    """The blinks of a curve that no prompt and no end of a range changes."""
    blinks = rules.blinks[curve.channel]
    free = [not curve.pinned[max(begin - 1, 0) : end + 2].any() for begin, _, _, end in blinks]
    return blinks[np.array(free, bool)]


def _keys(shape: ShapeKeys, pinned: np.ndarray) -> Keys:
    """Generated keys. pinned: bool (K,), those beside prompts, whose handles Blender is not to place anew."""
    left, right = shape.keys.handles()
    keys = Keys.simple(shape.keys.times, shape.keys.values, left=left, right=right)
    types = {
        f"{side}_type": np.where(
            shape.clamped & ~pinned,
            enum_value(f"handle_{side}_type", "AUTO_CLAMPED"),
            enum_value(f"handle_{side}_type", "FREE"),
        ).astype(np.int32)
        for side in ("left", "right")
    }
    return replace(keys, **types)
