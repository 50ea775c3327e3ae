# SPDX-License-Identifier: GPL-3.0-or-later
"""What the written curves play: arms for the choice of pictures, shapes for the picture of curves."""

from __future__ import annotations

import bpy
import numpy as np

from ...blender import compat
from ...blender.characters import shape_keys
from ...blender.reading import rig_reading
from ...rigs.detection.mapping import map_character

_SHAPE_PATH = ('key_blocks["', '"].value')


def arm_rotations(root: bpy.types.Object | None, scene: bpy.types.Scene, frames: np.ndarray) -> np.ndarray:
    """The rotation curves of the arms' bones at frames (T,), as Blender plays them: (T, curves); no columns without any."""
    played = compat.active_curves(root) if root is not None else None
    if root is None or played is None:
        return np.zeros((len(frames), 0))
    roles = map_character(rig_reading.describe(root, scene)).bones
    arms = {bone for role, bone in roles.items() if role.endswith(("_shoulder", "_elbow"))}
    turning = [
        curve for curve in played.fcurves if "rotation" in curve.data_path and curve.data_path.split('"')[1] in arms
    ]
    return np.array([[curve.evaluate(frame) for curve in turning] for frame in frames.tolist()])


def shape_curves(scene: bpy.types.Scene, frames: np.ndarray) -> dict[str, np.ndarray]:
    """{shape: values (T,)} at frames (T,), as Blender plays the keys, for the mesh with most keyed shapes."""
    best: dict[str, np.ndarray] = {}
    before, after = _SHAPE_PATH
    for thing in scene.objects:
        keys = shape_keys(thing)
        played = compat.active_curves(keys) if keys is not None else None
        found = {
            curve.data_path[len(before) : -len(after)]: np.array([curve.evaluate(frame) for frame in frames.tolist()])
            for curve in (played.fcurves if played is not None else ())
            if curve.data_path.startswith(before) and curve.data_path.endswith(after)
        }
        if len(found) > len(best):
            best = found
    return best
