# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar tab "Audio2Rig" of the 3D View. Drawing only reads: no files, no walk through the scene."""

from __future__ import annotations

import bpy

from . import lists, main, settings

CLASSES = (*lists.CLASSES, *main.CLASSES, *settings.CLASSES)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
