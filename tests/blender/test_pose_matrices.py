# SPDX-License-Identifier: GPL-3.0-or-later
"""`core.rigs.retargeting.pose` places bones where Blender places them."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from .building import select


def build(rng: np.random.Generator) -> bpy.types.Object:
    """A tree of bones of any direction, roll, gap and inheritance."""
    armature = bpy.data.objects.new("Tree", bpy.data.armatures.new("Tree"))
    bpy.context.scene.collection.objects.link(armature)
    select(armature)
    bpy.ops.object.mode_set(mode="EDIT")
    made = []
    for number in range(24):
        bone = armature.data.edit_bones.new(f"bone{number}")
        parent = made[rng.integers(len(made))] if made and rng.random() < 0.9 else None
        bone.head = np.array(parent.tail if parent else (0, 0, 0)) + rng.normal(size=3) * 0.2
        bone.tail = np.array(bone.head) + rng.normal(size=3) * 0.3 + [0, 0, 0.1]
        bone.roll = rng.uniform(-3, 3)
        if parent:
            bone.parent = parent
            bone.use_connect = bool(rng.random() < 0.3)
        bone.use_inherit_rotation = bool(rng.random() < 0.75)
        bone.use_local_location = bool(rng.random() < 0.75)
        made.append(bone)
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature


@pytest.mark.parametrize("seed", range(3))
def test_bones_stand_where_blender_puts_them(extension, part, seed):
    rng = np.random.default_rng(seed)
    armature = build(rng)
    description = part("core.blender.reading.rig_reading").describe(armature, bpy.context.scene)
    rotations, locations = {}, {}
    for bone in armature.pose.bones:
        bone.rotation_mode = "QUATERNION"
        turn = rng.normal(size=4) + [1.0, 0.0, 0.0, 0.0]
        rotations[bone.name] = turn[None] / np.linalg.norm(turn)
        bone.rotation_quaternion = rotations[bone.name][0]
        if not bone.bone.use_connect:
            locations[bone.name] = rng.normal(size=(1, 3)) * 0.1
            bone.location = locations[bone.name][0]
    bpy.context.view_layer.update()
    pose = part("core.rigs.retargeting.pose").Pose(description, rotations, locations)
    for bone in armature.pose.bones:
        assert np.abs(pose.matrix(bone.name)[0] - np.array(bone.matrix)).max() < 2e-5, bone.name
