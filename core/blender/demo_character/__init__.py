# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo character: a stylized figure with a speaking face, made by code alone.

`add(context)` builds it at the 3D cursor: head with 52 ARKit shapes, teeth, tongue (three more shapes), eyes, brows, lashes,
hair, body and hands on a humanoid armature with Mixamo's names. Subjects by file: proportions, skeleton (measures); surfaces
(implicit forms); head, mouth, eyes, brows, hair, body, hands (geometry, NumPy only); shapes (deformation fields); materials,
armature, stage and assembly (Blender).
"""

from __future__ import annotations

from .assembly import add

__all__ = ["add"]
