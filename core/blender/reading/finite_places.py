# SPDX-License-Identifier: GPL-3.0-or-later
"""Places that are no numbers, as broken imports and constraints leave them: nothing can be measured there, so they are refused by name."""

from __future__ import annotations

import bpy
import numpy as np

from ...errors import UserError
from ...wording import first_few
from ..characters import face_meshes


def require_finite(root: bpy.types.Object, scene: bpy.types.Scene) -> None:
    """Raises UserError if the character, a mesh of its face or a bone at rest stands nowhere: NaN or infinite."""
    nowhere = [f'"{part.name}"' for part in (root, *face_meshes(root, scene)) if not _is_finite(part.matrix_world)]
    if nowhere:
        raise UserError(
            f"The place, rotation or scale of {first_few(nowhere)} is not finite (NaN or infinite), so nothing can be measured.",
            "Set it anew in the sidebar's Item tab, or look at its constraints, drivers and parent.",
        )
    if isinstance(root.data, bpy.types.Armature):
        bones = [f'"{bone.name}"' for bone in root.data.bones if not _is_finite(bone.matrix_local)]
        if bones:
            raise UserError(
                f"At rest {first_few(bones)} of {root.name} {'has' if len(bones) == 1 else 'have'} no finite place (NaN or infinite).",
                "Place the bones anew in Edit Mode, or import the character again.",
            )


def _is_finite(matrix: object) -> bool:
    return bool(np.isfinite(np.array(matrix, np.float64)).all())
