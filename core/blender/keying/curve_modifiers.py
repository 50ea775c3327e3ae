# SPDX-License-Identifier: GPL-3.0-or-later
"""Modifiers of curves, on other curves: whole, or only outside of what is written anew."""

from __future__ import annotations

from typing import Any

import bpy

_FIRST_FRAME, _LAST_FRAME = -1048574.0, 1048574.0  # of Blender


def go_on_outside(source: bpy.types.FCurve, target: bpy.types.FCurve, outside: tuple[float, float]) -> None:
    """Copy modifiers so that they act as before up to the first frame and from the last one on, and not between. Repeats are written
    out as keys, so they go on behind those."""
    for modifier in source.modifiers:
        if modifier.type == "CYCLES":
            copy_modifier(modifier, target)
            continue
        is_restricted = modifier.use_restricted_range
        first = modifier.frame_start if is_restricted else _FIRST_FRAME
        last = modifier.frame_end if is_restricted else _LAST_FRAME
        for start, end in ((first, min(last, outside[0])), (max(first, outside[1]), last)):
            if start >= end:
                continue
            copy = copy_modifier(modifier, target)
            copy.use_restricted_range = True
            copy.frame_start, copy.frame_end = start, end
            if end < last:
                copy.blend_out = 1.0
            if start > first:
                copy.blend_in = 1.0


def copy_modifier(source: bpy.types.FModifier, target: bpy.types.FCurve) -> Any:
    copy: Any = target.modifiers.new(source.type)
    for prop in source.bl_rna.properties:
        if prop.identifier == "rna_type" or prop.is_readonly:
            continue
        value = getattr(source, prop.identifier)
        setattr(copy, prop.identifier, value[:] if getattr(prop, "is_array", False) else value)
    if isinstance(source, bpy.types.FModifierEnvelope) and isinstance(copy, bpy.types.FModifierEnvelope):
        for point in source.control_points:
            added = copy.control_points.add(point.frame)
            added.min, added.max = point.min, point.max
    return copy
