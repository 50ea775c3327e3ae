# SPDX-License-Identifier: GPL-3.0-or-later
"""Naming conventions of characters as data, one file a rig or tool: shape keys, bones and controls, and what these do.

A table says what a shape looks like at full value, in canonical names (`core.motion.face_track.FACE_NAMES`), or which
joint a bone is. Names are facts about other programs; each module says where they come from. Here they are only listed.
"""

from __future__ import annotations

from functools import lru_cache

from .control_table import ControlTable
from .table import BoneConvention, ShapeConvention


@lru_cache(maxsize=1)
def shape_conventions() -> dict[str, ShapeConvention]:
    """All shape-key conventions by identifier, the most exact ones first (a tie in matching goes to the first)."""
    from . import (
        action_units,
        arkit,
        daz,
        face_tracking,
        handmade_visemes,
        loose,
        mb_lab,
        metahuman,
        microsoft,
        mmd,
        oculus,
        preston_blair,
        ready_player_me,
        reallusion,
        rhubarb,
        rocketbox,
        tongue,
        vrchat,
        vrm,
        vroid,
    )

    tables = (
        *arkit.SHAPES,
        *reallusion.SHAPES,
        *metahuman.SHAPES,
        *rocketbox.SHAPES,
        *oculus.SHAPES,
        *vrchat.SHAPES,
        *ready_player_me.SHAPES,
        *microsoft.SHAPES,
        *reallusion.DIRECT_VISEMES,
        *rhubarb.SHAPES,
        *preston_blair.SHAPES,
        *daz.SHAPES,
        *vroid.SHAPES,
        *vrm.SHAPES,
        *mmd.SHAPES,
        *face_tracking.SHAPES,
        *action_units.SHAPES,
        *mb_lab.SHAPES,
        *handmade_visemes.SHAPES,
        *tongue.SHAPES,
        *loose.SHAPES,
    )
    return {table.identifier: table for table in tables}


@lru_cache(maxsize=1)
def bone_conventions() -> dict[str, BoneConvention]:
    """All bone conventions by identifier, controls before the deform bones of the same rig (a tie goes to the
    first)."""
    from . import (
        auto_rig_pro,
        biped,
        makehuman,
        metahuman,
        mixamo,
        mmd,
        ready_player_me,
        reallusion,
        rigify,
        rocketbox,
        smplx,
        unreal,
        vrm,
        vroid,
    )

    tables = (
        *rigify.BONES,
        *auto_rig_pro.BONES,
        *smplx.BONES,
        *mixamo.BONES,
        *ready_player_me.BONES,
        *vroid.BONES,
        *mmd.BONES,
        *rocketbox.BONES,
        *biped.BONES,
        *reallusion.BONES,
        *metahuman.BONES,
        *unreal.BONES,
        *makehuman.BONES,
        *auto_rig_pro.DEFORM_BONES,
        *rigify.DEFORM_BONES,
        *vrm.BONES,
    )
    return {table.identifier: table for table in tables}


@lru_cache(maxsize=1)
def control_tables() -> dict[str, ControlTable]:
    """All tables of controls by identifier (see `BoneConvention.face_controls`)."""
    from . import auto_rig_pro, rigify, rocketbox

    return {table.identifier: table for table in (rigify.CONTROLS, auto_rig_pro.CONTROLS, rocketbox.CONTROLS)}
