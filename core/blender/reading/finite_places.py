# SPDX-License-Identifier: GPL-3.0-or-later
"""Places that are no numbers, as broken imports and constraints leave them, and scales of 0, by which characters are hidden: nothing can
be measured there, so they are refused by name."""

from __future__ import annotations

import bpy
import numpy as np

from ...errors import UserError
from ...wording import first_few
from ..characters import face_meshes

_LEAST_SCALE = 1e-9  # a kilometre in the file would be a thousandth of a millimetre in the scene


def require_finite(root: bpy.types.Object, scene: bpy.types.Scene) -> None:
    """Raises UserError if the character, a mesh of its face or a bone at rest stands nowhere: NaN or infinite."""
    nowhere = [f'"{part.name}"' for part in (root, *face_meshes(root, scene)) if not _is_finite(part.matrix_world)]
    if nowhere:
        raise UserError(
            f"The place, rotation or scale of {first_few(nowhere)} is not finite (NaN or infinite), so nothing can be measured.",
            "Set it anew in the sidebar's Item tab, or look at its constraints, drivers and parent.",
        )
    if isinstance(root.data, bpy.types.Armature):
        bones = [f'"{name}"' for name, rest in rest_matrices(root.data).items() if not _is_finite(rest)]
        if bones:
            raise UserError(
                f"At rest {first_few(bones)} of {root.name} {'has' if len(bones) == 1 else 'have'} no finite place (NaN or infinite).",
                "Place the bones anew in Edit Mode, or import the character again.",
            )


def require_size(root: bpy.types.Object) -> None:
    """Raises UserError if an armature is scaled to nothing in some direction: its figure would seem to lie on the floor."""
    if root.type != "ARMATURE":
        return
    if np.linalg.norm(np.array(root.matrix_world, np.float64)[:3, :3], axis=0).min() < _LEAST_SCALE:
        raise UserError(
            f'"{root.name}" is scaled to 0, so nothing on it can be measured.',
            "Go to a frame at which it has a size, or scale it (the sidebar's Item tab; its parent's scale counts, too).",
        )


def rest_matrices(armature: bpy.types.Armature) -> dict[str, np.ndarray]:
    """{bone: float64 (4, 4)}: every bone's rest frame in armature space, read in one go."""
    numbers = np.empty(16 * len(armature.bones), np.float32)
    armature.bones.foreach_get("matrix_local", numbers)
    frames = np.ascontiguousarray(numbers.reshape(-1, 4, 4).transpose(0, 2, 1), np.float64)  # Blender keeps columns
    return dict(zip((bone.name for bone in armature.bones), frames))


def _is_finite(matrix: object) -> bool:
    return bool(np.isfinite(np.array(matrix, np.float64)).all())
