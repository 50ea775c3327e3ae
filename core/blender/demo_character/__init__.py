# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo character: a stylized figure with a speaking face, made by code alone.

`add(context)` builds it at the 3D cursor, or beside what stands there: head with 52 ARKit shapes, teeth, tongue
(three more shapes), eyes, brows, lashes, hair, body and hands on a humanoid armature with Mixamo's names. Metres;
it faces -Y, its left is +X.

- measures: proportions, skeleton
- implicit forms and their meshes: surfaces, meshing, face_form
- geometry, NumPy only: head (lip_loops, lid_loops), teeth, tongue, eyes, brows, hair, body, hands
- shapes as displacement fields: shapes (face_points, jaw_shapes, lip_shapes, soft_shapes, eye_shapes)
- Blender: assembly (face_objects, body_objects, mesh_objects), armature, placement, materials, stage

Clothes and hands are meshed by our own surface nets, not by scikit-image's marching cubes nor kept in a .blend file:
NumPy is enough, so the package needs no further wheel, no binary asset and nobody else's licence.
"""

from __future__ import annotations

from .assembly import add

__all__ = ["add"]
