# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole curves from one Action or channelbag to another: keys or sample points, modifiers and settings."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from .. import compat
from .curve_modifiers import copy_modifier
from .fcurves import COPIED_FLOATS, enum_value, places

_COPIED_INTEGERS = ("interpolation", "type", "easing", "handle_left_type", "handle_right_type")
_CURVE_SETTINGS = ("extrapolation", "color_mode", "color", "mute", "lock", "hide", "auto_smoothing")


def copy_curves(source: Any, target: Any, skip: set[tuple[str, int]]) -> int:
    """Copy curves with keys, modifiers and settings from one Action or channelbag to another, but for those in
    `skip`."""
    copied = 0
    for curve in source.fcurves:
        if (curve.data_path, curve.array_index) in skip:
            continue
        _copy_curve(
            curve,
            compat.new_curve(
                target, curve.data_path, curve.array_index, curve.group.name if curve.group is not None else ""
            ),
        )
        copied += 1
    return copied


def _copy_curve(source: bpy.types.FCurve, target: bpy.types.FCurve) -> None:
    if len(source.sampled_points):
        _copy_samples(source, target)
    else:
        _copy_keys(source, target)
    for modifier in source.modifiers:
        copy_modifier(modifier, target)
    for name in _CURVE_SETTINGS:
        setattr(target, name, getattr(source, name))
    target.update()


def _copy_samples(source: bpy.types.FCurve, target: bpy.types.FCurve) -> None:
    """Baked sample points, one a frame: they can be made from keys only, and not be set together."""
    samples = places(source)
    points = target.keyframe_points
    points.add(len(samples))
    points.foreach_set("co", samples.ravel())
    points.foreach_set("interpolation", np.full(len(points), enum_value("interpolation", "LINEAR"), np.int32))
    target.convert_to_samples(round(float(samples[0, 0])), round(float(samples[-1, 0])) + 1)


def _copy_keys(source: bpy.types.FCurve, target: bpy.types.FCurve) -> None:
    count = len(source.keyframe_points)
    here = np.empty(2 * count, np.float32)
    source.keyframe_points.foreach_get("co", here)
    here = here.reshape(-1, 2)
    stays = np.isfinite(here).all(1)  # what is not finite is not handed on
    target.keyframe_points.add(int(np.count_nonzero(stays)))
    pairs = np.empty(2 * count, np.float32)
    integers = np.empty(count, np.int32)
    floats = np.empty(count, np.float32)
    # Handles last: setting a position or a handle's type would move them.
    for name, buffer in (
        ("co", pairs),
        *((name, integers) for name in _COPIED_INTEGERS),
        *((name, floats) for name in COPIED_FLOATS),
        ("handle_left", pairs),
        ("handle_right", pairs),
    ):
        source.keyframe_points.foreach_get(name, buffer)
        values: np.ndarray = (
            buffer if buffer is not pairs else np.where(np.isfinite(pairs.reshape(-1, 2)), pairs.reshape(-1, 2), here)
        )
        target.keyframe_points.foreach_set(name, np.ascontiguousarray(values[stays]).ravel())
