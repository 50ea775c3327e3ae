# SPDX-License-Identifier: GPL-3.0-or-later
"""The armature object, its relaxed pose, and skin weights."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix, Quaternion, Vector

from . import skeleton

_ARM = (skeleton.LEFT_ELBOW - skeleton.LEFT_SHOULDER) / np.linalg.norm(skeleton.LEFT_ELBOW - skeleton.LEFT_SHOULDER)
_HINGE = np.cross(_ARM, [0.0, -1.0, 0.0])  # the elbow bends forward
# By eye. Standing at ease: (bone without its side, axis in the figure's space for the left side, degrees)
AT_EASE = (
    ("Arm", (0.0, 1.0, 0.0), 32.0),
    ("Arm", (1.0, 0.0, 0.0), -4.0),
    ("ForeArm", (1.0, 0.0, 0.0), -16.0),
    ("Hand", (0.0, 1.0, 0.0), 4.0),
    ("Shoulder", (0.0, 1.0, 0.0), 3.0),
)
# The upper arm turns about itself, so that the elbow's bend, which goes forward, leads up.
RAISED_HAND = (
    ("Arm", tuple(_ARM), -82.0),
    ("Arm", (0.0, 1.0, 0.0), 4.0),
    ("Arm", (0.0, 0.0, 1.0), -32.0),
    ("ForeArm", tuple(_HINGE), 118.0),
    ("Hand", (0.0, 1.0, 0.0), -8.0),
)
_BONE_M, _SMALL_M = 0.008, 0.001  # half the width of a bone as it is drawn; by eye
_SMALL = ("Thumb", "Index", "Middle", "Ring", "Pinky", "Eye", "_End")
CURL = {"Thumb": 8.0, "Index": 9.0, "Middle": 12.0, "Ring": 15.0, "Pinky": 18.0}  # degrees a joint


def build(context: bpy.types.Context, collection: bpy.types.Collection) -> bpy.types.Object:
    """A new armature object with all bones, linked and active, in object mode."""
    data = bpy.data.armatures.new("Demo Character")
    data.display_type = "BBONE"
    armature = bpy.data.objects.new("Demo Character", data)
    armature.show_in_front = False
    collection.objects.link(armature)
    view_layer = context.view_layer
    view_layer.update()
    active = view_layer.objects.active
    if active is not None and active.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    for selected in list(context.selected_objects):
        selected.select_set(False)
    view_layer.objects.active = armature
    armature.select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    for name, (parent, head, tail) in skeleton.bones().items():
        bone = data.edit_bones.new(name)
        bone.head, bone.tail = Vector(head.tolist()), Vector(tail.tolist())
        above = data.edit_bones[parent] if parent else None
        bone.parent = above
        bone.use_connect = above is not None and (bone.head - above.tail).length < 1e-5 and "Head" not in name
        bone.use_deform = not (name.endswith("_End") or name.endswith("4"))
        bone.align_roll(Vector((0.0, -1.0, 0.0)) if abs(bone.vector.normalized().y) < 0.8 else Vector((0.0, 0.0, 1.0)))
    bpy.ops.object.mode_set(mode="OBJECT")
    view_layer.update()
    stand_at_ease(armature)
    _thin_bones(armature)
    return armature


def _thin_bones(armature: bpy.types.Object) -> None:
    """Draw bones as boxes of a few millimetres, fingers, eyes and ends thinner: a stick's joints have one size on the screen, and would
    hide hands and eyes in Pose Mode. Shapes of one's own would be objects that nobody wants in the file."""
    for bone in _pose(armature).bones:
        is_small = any(word in bone.name for word in _SMALL)
        bone.bone.bbone_x = bone.bone.bbone_z = _SMALL_M if is_small else _BONE_M


def _pose(armature: bpy.types.Object) -> bpy.types.Pose:
    pose = armature.pose
    assert pose is not None, "an armature's object has a pose"
    return pose


def turn(
    armature: bpy.types.Object, side: int, name: str, axis: Vector | tuple[float, float, float], degrees: float
) -> None:
    """Turn a limb's bone from where it is about an axis of the figure's rest pose.

    side: 1 left, -1 right; axis and angle are meant for the left and mirrored for the right.
    """
    bone = _pose(armature).bones[f"mixamorig:{'Left' if side > 0 else 'Right'}{name}"]
    rest = bone.bone.matrix_local.to_quaternion()
    world = Quaternion(Vector((axis[0], axis[1] * side, axis[2] * side)), np.radians(degrees))
    bone.rotation_mode = "QUATERNION"
    bone.rotation_quaternion = (rest.inverted() @ world @ rest) @ bone.rotation_quaternion


def stand_at_ease(armature: bpy.types.Object) -> None:
    """Arms lowered from the A-pose, elbows and fingers a little bent. Only the pose: the rest stays as it was."""
    for side in (1, -1):
        for name, axis, degrees in AT_EASE:
            turn(armature, side, name, axis, degrees)
        rotation, _ = skeleton.hand_frame()
        for finger, degrees in CURL.items():
            axis = rotation[:, 1] if finger != "Thumb" else rotation @ np.array([0.5, 0.85, 0.0])
            for number in (1, 2, 3):
                bend = -degrees * (0.7 if number == 1 else 1.0)  # towards the palm
                turn(armature, side, f"Hand{finger}{number}", Vector(axis.tolist()), bend)


def raise_hand(armature: bpy.types.Object, side: int = -1) -> list[str]:
    """Pose one arm with its hand up and the palm to the front, as one says: wait.

    Returns:
        names of the bones that it poses.
    """
    word = "Left" if side > 0 else "Right"
    names = [f"mixamorig:{word}{name}" for name in ("Arm", "ForeArm", "Hand")]
    pose = _pose(armature)
    for name in names:
        pose.bones[name].rotation_quaternion = (1.0, 0.0, 0.0, 0.0)
    for name, axis, degrees in RAISED_HAND:
        turn(armature, side, name, axis, degrees)
    return names


def bind(mesh_object: bpy.types.Object, armature: bpy.types.Object, weights: dict[str, np.ndarray]) -> None:
    """Vertex groups from {bone: weight (N,) of every vertex}, in steps of 1/200, and the armature modifier."""
    for name, values in weights.items():
        group = mesh_object.vertex_groups.new(name=name)
        steps = np.round(values * 200.0).astype(int)
        for step in np.unique(steps[steps > 0]):
            group.add(np.flatnonzero(steps == step).tolist(), step / 200.0, "REPLACE")
    mesh_object.parent = armature
    mesh_object.matrix_parent_inverse = Matrix.Identity(4)
    modifier = mesh_object.modifiers.new("Armature", "ARMATURE")
    assert isinstance(modifier, bpy.types.ArmatureModifier), "asked for by its type"
    modifier.object = armature
