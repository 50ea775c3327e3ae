# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion that is there already, as benches put it on a rig before they press the button."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import clone


def add_clip(armature: Any, curves: Iterable[Any], nla_start: int | None = None) -> None:
    """An Action with these curves (`CurveKeys` of the enabled extension's) that plays: as the active one, or on a track of the NLA from
    a frame on."""
    import bpy

    compat = clone.part("core.blender.compat")
    action = bpy.data.actions.new("Clip")
    slot = compat.new_slot(action, armature)
    clone.part("core.blender.keying.fcurves").write_curves(compat.ensure_curves(action, slot), curves)
    if nla_start is None:
        compat.assign(armature, action, slot)
        return
    track = armature.animation_data_create().nla_tracks.new()
    track.name = "Clip"
    compat.set_strip_slot(track.strips.new("Clip", nla_start, action), slot)
