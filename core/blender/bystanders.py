# SPDX-License-Identifier: GPL-3.0-or-later
"""Who and what stands beside the character that is generated, and was perhaps meant as well."""

from __future__ import annotations

import bpy

from ..wording import first_few
from . import characters


def notes(context: bpy.types.Context, root: bpy.types.Object) -> list[str]:
    """A sentence about other characters that are selected, or about faces that hang on nothing."""
    others = [part for part in characters.selected_roots(context) if part != root]
    if not others:
        return _unbound(context, root)
    return [
        f"{characters.names_of(others)} {'is' if len(others) == 1 else 'are'} selected, too, and nothing was generated there: one "
        f"character speaks at a time ({root.name}). Select another one and generate again, or use Generate Dialogue."
    ]


def _unbound(context: bpy.types.Context, root: bpy.types.Object) -> list[str]:
    """A sentence about meshes with shape keys that no armature moves, where an armature has no face."""
    if root.type != "ARMATURE" or characters.face_meshes(root, context.scene):
        return []
    loose = [
        part.name
        for part in context.scene.objects
        if characters.shape_keys(part) is not None and characters.armature_of(part) is None
    ]
    if not loose:
        return []
    return [
        f'No mesh with shape keys hangs on "{root.name}", and {first_few(loose)} on no armature. If that is its face, '
        "parent it to the armature (Ctrl P), or to its head bone, and generate again."
    ]
