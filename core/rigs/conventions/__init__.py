# SPDX-License-Identifier: GPL-3.0-or-later
"""Naming conventions of characters as data: which shape keys and bones they have and what these do.

`shape_conventions()` and `bone_conventions()` load the tables on first use. A table says what a shape looks like at full
value, in canonical names (`core.motion.face_track.FACE_NAMES`). Names are facts about other programs; each module says where
they come from. The mixes of visemes are this project's own unless a module says otherwise.
"""

from __future__ import annotations

from functools import lru_cache

from .table import BoneConvention, ShapeConvention


@lru_cache(maxsize=1)
def shape_conventions() -> dict[str, ShapeConvention]:
    """All shape-key conventions by identifier, the most exact ones first (a tie in matching goes to the first)."""
    from . import arkit, loose, metahuman, mmd, reallusion, rocketbox, tongue, visemes, vrm

    tables = [
        *arkit.TABLES,
        *reallusion.TABLES,
        *metahuman.TABLES,
        *rocketbox.TABLES,
        *visemes.TABLES,
        *vrm.TABLES,
        *mmd.TABLES,
        *tongue.TABLES,
        *loose.TABLES,
    ]
    return {table.identifier: table for table in tables}


@lru_cache(maxsize=1)
def bone_conventions() -> dict[str, BoneConvention]:
    """All bone conventions by identifier, controls before the deform bones of the same rig."""
    from . import bones

    return {table.identifier: table for table in bones.TABLES}


__all__ = ["BoneConvention", "ShapeConvention", "bone_conventions", "shape_conventions"]
