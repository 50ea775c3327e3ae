# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar tab "Audio2Rig". Drawing only reads: no files, no walk through the scene.

One file a panel; each has its lists beside it and names what Blender must know in CLASSES. `drawing` is what they share.
"""

from __future__ import annotations

import bpy

from . import (
    adjust,
    character,
    controls,
    dance,
    dialogue,
    emotion,
    generate,
    kept_phrases,
    keypoints,
    mapping,
    output,
    parts,
    performer,
    pins,
    prompts,
    sound,
    takes,
)

_MODULES = (
    sound,
    character,
    generate,
    dance,
    takes,
    adjust,
    parts,
    controls,
    keypoints,
    emotion,
    performer,
    prompts,
    pins,
    kept_phrases,
    mapping,
    output,
    dialogue,
)  # in the order of the tab
CLASSES = tuple(cls for module in _MODULES for cls in module.CLASSES)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
