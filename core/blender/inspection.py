# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found on a character: said in the panel, corrected by hand, tried shape by shape."""
from __future__ import annotations

import json
import logging

import bpy

from . import characters, generate, rig_reading

logger = logging.getLogger(__name__)


def detect(context: bpy.types.Context) -> bpy.types.Object:
    """Find the character that is meant, remember what it has, and show it in the panel. Raises UserError."""
    settings = context.scene.audio2rig
    roots = characters.selected_roots(context)
    root = roots[0] if len(roots) == 1 else characters.find(context)  # a selected one, even if another was chosen by hand
    description = rig_reading.describe(root, context.scene)
    rig_reading.require_something(root, description)
    remember(root, context.scene)
    if settings.character != root:
        generate.follow_selection_to(context.scene, root)
    return root


def remember(root: bpy.types.Object, scene: bpy.types.Scene) -> None:
    """Store with the character what was found on it, so that the panel need not look again."""
    mapped = character_mapping(root, scene)
    settings = root.audio2rig
    settings.summary = mapped.summary()
    settings.missing = ", ".join(mapped.missing)


def character_mapping(root: bpy.types.Object, scene: bpy.types.Scene):
    """The CharacterMapping of a character, with its hand-made corrections."""
    from ..rigs import mapping  # tables of every convention: not needed for enabling

    override = json.loads(root.audio2rig.mapping) if root.audio2rig.mapping else None
    return mapping.map_character(rig_reading.describe(root, scene), override)
