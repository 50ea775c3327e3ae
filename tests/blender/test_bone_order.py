# SPDX-License-Identifier: GPL-3.0-or-later
"""Bones are ordered as Blender's own lists of children have them, in a moment however many there are."""

from __future__ import annotations

import time
from typing import Any

import bpy
import numpy as np
import pytest

from .building import select


@pytest.fixture
def tree(extension) -> Any:
    """Three trees of bones, and 3,000 bones that hang on nothing."""
    rng = np.random.default_rng(4)
    armature: Any = bpy.data.objects.new("Trees", bpy.data.armatures.new("Trees"))
    bpy.context.scene.collection.objects.link(armature)
    select(armature)
    bpy.ops.object.mode_set(mode="EDIT")
    made: list = []
    for number in range(3060):
        bone = armature.data.edit_bones.new(f"bone{number}")
        bone.head, bone.tail = (0, 0, 0), (0, 0, 1)
        if 3 <= number < 60:
            bone.parent = made[rng.integers(number)]
        made.append(bone)
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature


def test_every_root_is_followed_by_all_below_it_as_blender_lists_them(tree, part):
    bones = tree.data.bones
    order = part("core.blender.reading.bone_order")
    began_s = time.perf_counter()
    found = order.parents_first(bones)
    assert time.perf_counter() - began_s < 2.0
    names = [bone.name for bone, _ in found]
    assert len(names) == len(set(names)) == 3060
    for root in ("bone0", "bone1", "bone2"):
        below = [bone.name for bone in bones[root].children_recursive]
        first = names.index(root) + 1
        assert names[first : first + len(below)] == below
        assert order.with_all_below(bones, root) == {root, *below}
    assert all(parent == (bone.parent.name if bone.parent else "") for bone, parent in found)
    assert order.with_all_below(bones, "bone2900") == {"bone2900"}
