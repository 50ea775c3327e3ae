# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at other frames of the scene, and leaving it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from .. import characters, compat


def moves(owner: bpy.types.Object | None, by_bone: bool = False) -> bool:
    """Whether an object may be elsewhere at another frame. by_bone: it is a bone of it that counts."""
    while owner is not None:
        data = owner.animation_data
        animated = data is not None and (data.action is not None or len(data.nla_tracks) or len(data.drivers))
        if animated and (by_bone or owner.type != "ARMATURE" or _animates_object(owner)):
            return True
        if len(owner.constraints) or owner.rigid_body is not None or by_bone:
            return True
        by_bone, owner = owner.parent_type == "BONE", owner.parent
    return False


def _animates_object(owner: bpy.types.Object) -> bool:
    """Whether an armature's animation moves the object itself, not only its bones."""
    data = owner.animation_data
    curves = compat.active_curves(owner)
    active = [curve.data_path for curve in curves.fcurves] if curves is not None else []
    drivers = [curve.data_path for curve in data.drivers] if data is not None else []
    in_nla = data is not None and any(not track.mute for track in data.nla_tracks)
    return in_nla or any(not path.startswith(("pose.", "[")) for path in (*active, *drivers))


@contextmanager
def put_back(scene: bpy.types.Scene, root: bpy.types.Object) -> Iterator[None]:
    """The scene's frame, and the character's pose as it was, keyed or not."""
    frame, subframe = scene.frame_current, scene.frame_subframe
    bones = root.pose.bones if root.pose is not None else ()
    poses = {bone.name: bone.matrix_basis.copy() for bone in bones}
    values = {
        (mesh.name, block.name): block.value
        for mesh in characters.face_meshes(root, scene)
        if (keys := characters.shape_keys(mesh)) is not None
        for block in keys.key_blocks
    }
    try:
        yield
    finally:
        scene.frame_set(frame, subframe=subframe)
        for bone in bones:
            if bone.matrix_basis != poses[bone.name]:
                bone.matrix_basis = poses[bone.name]
        for (mesh, name), value in values.items():
            keys = characters.shape_keys(scene.objects[mesh])
            if keys is not None and keys.key_blocks[name].value != value:
                keys.key_blocks[name].value = value
