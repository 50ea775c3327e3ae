# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts the figure together in Blender."""

from __future__ import annotations

import bpy

from . import armature as rig
from . import body_objects, face_objects, stage
from .placement import free_place


def add(context: bpy.types.Context, with_stage: bool = False) -> bpy.types.Object:
    """Build the demo character at the 3D cursor, or beside what is there, facing -Y, and make it the active object.

    Everything lies in a new collection "Demo Character". Pushes no undo step of its own: call it from an operator.

    Args:
        with_stage: add cameras, lights and a backdrop, too.

    Returns:
        the armature object.
    """
    place = free_place(context)
    collection = bpy.data.collections.new("Demo Character")
    context.scene.collection.children.link(collection)
    armature = rig.build(context, collection)
    face_objects.build(collection, armature)
    body_objects.build(collection, armature)
    armature.location = place
    if with_stage:
        stage.add(context, armature.location.copy())
    context.view_layer.update()
    return armature
