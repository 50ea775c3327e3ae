# SPDX-License-Identifier: GPL-3.0-or-later
"""Small characters by code: good ones, and what a broken import or a careless rigger makes of them."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from .. import clone
from ..clips import add_clip
from .arena import Arena
from .file_state import curves

SHAPES = (
    *("jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "mouthSmileLeft", "mouthSmileRight"),
    *("browInnerUp", "eyeBlinkLeft", "eyeBlinkRight"),
)
NOT_FINITE = (float("nan"), float("inf"), float("-inf"))
_TRUNK = {
    "Hips": ((0, 0, 0.95), (0, 0, 1.05), ""),
    "Spine": ((0, 0, 1.05), (0, 0, 1.2), "Hips"),
    "Spine1": ((0, 0, 1.2), (0, 0, 1.42), "Spine"),
    "Neck": ((0, 0, 1.45), (0, 0, 1.52), "Spine1"),
    "Head": ((0, 0, 1.52), (0, 0, 1.72), "Neck"),
}
_LIMBS = {
    "Shoulder": ((0.03, 0, 1.4), (0.16, 0, 1.4), "Spine1"),
    "Arm": ((0.17, 0, 1.4), (0.43, 0.01, 1.39), "Shoulder"),
    "ForeArm": ((0.43, 0.01, 1.39), (0.68, 0, 1.38), "Arm"),
    "Hand": ((0.68, 0, 1.38), (0.76, 0, 1.38), "ForeArm"),
    "UpLeg": ((0.09, 0, 0.92), (0.1, -0.01, 0.5), "Hips"),
    "Leg": ((0.1, -0.01, 0.5), (0.1, 0.02, 0.09), "UpLeg"),
    "Foot": ((0.1, 0.02, 0.09), (0.1, -0.1, 0.02), "Leg"),
}
_ODD_NAMES = (
    *('say "ah"', "back\\slash", "brackets][", 'both"]\\', "Kopf mit Umlaut äöü", "頭", "🙂", " ", "a" * 63, "é" * 30),
    *("Head.L.001", "head_L_R", "%s", "{0}", "'", "jawOpen\n", "\t", "NaN", "-", "..", "mixamorig:Head:Head"),
)


def empty() -> None:
    """A new file."""
    bpy.ops.wm.read_homefile(use_empty=True)


def add_face(name: str, parent: Any = None, shapes: tuple[str, ...] = SHAPES) -> Any:
    """A triangle with shape keys that each lift a corner; selected."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 1.6), (0.1, 0, 1.6), (0, 0, 1.7)], [], [(0, 1, 2)])
    face: Any = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(face)
    face.shape_key_add(name="Basis")
    for number, shape in enumerate(shapes):
        block = face.shape_key_add(name=shape)
        block.data[number % 3].co.z += 0.02
    if parent is not None:
        face.parent = parent
        face.modifiers.new("Armature", "ARMATURE").object = parent
    select(face)
    return face


def add_person(name: str, with_limbs: bool = True, prefix: str = "mixamorig:") -> Any:
    """A standing figure of few bones, all turned by quaternions."""
    bones = dict(_TRUNK)
    for side, sign in (("Left", 1), ("Right", -1)) if with_limbs else ():
        for bone, (head, tail, parent) in _LIMBS.items():
            ends = ((sign * head[0], *head[1:]), (sign * tail[0], *tail[1:]))
            bones[side + bone] = (*ends, side + parent if parent in _LIMBS else parent)
    rig: Any = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.scene.collection.objects.link(rig)
    select(rig)
    bpy.ops.object.mode_set(mode="EDIT")
    for bone, (head, tail, parent) in bones.items():
        made = rig.data.edit_bones.new(prefix + bone)
        made.head, made.tail = head, tail
        made.parent = rig.data.edit_bones[prefix + parent] if parent else None
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in rig.pose.bones:
        bone.rotation_mode = "QUATERNION"
    return rig


def select(*objects: Any) -> None:
    """Alone, in the scene in which they are."""
    window: Any = bpy.context.window
    if objects and objects[0].name not in bpy.context.view_layer.objects and window is not None:
        window.scene = next(iter(objects[0].users_scene), window.scene)
    bpy.context.view_layer.update()
    for other in list(bpy.context.view_layer.objects):
        other.select_set(other in objects)
    bpy.context.view_layer.objects.active = objects[0] if objects else None


def add_character(arena: Arena, name: str = "Rig") -> Any:
    """A good character: a face alone, a head on a neck, or a whole person; its root."""
    kind = arena.pick(("face", "head", "person", "person"))
    arena.say(f"a {kind}")
    if kind == "face":
        return add_face(name)
    rig = add_person(name, with_limbs=kind == "person")
    add_face(f"{name} Head", rig)
    select(rig)
    return rig


def fresh(arena: Arena) -> Any:
    """An empty file with a good character that the panel shows, some frames of keys by hand on it, and a scene's usual rates."""
    empty()
    scene: Any = bpy.context.scene
    scene.render.fps = arena.pick((24, 25, 30, 60))
    root = add_character(arena)
    scene.audio2rig.character = root
    if arena.chance(0.5):
        set_keys(arena, root)
    return root


def set_keys(arena: Arena, root: Any, count: int = 3) -> None:
    """Keys by hand on a shape or a bone."""
    for _ in range(count):
        frame = arena.random.randint(1, 40)
        faces = shaped(root)
        if faces and (root.pose is None or arena.chance(0.5)):
            key = arena.pick(faces[0].data.shape_keys.key_blocks[1:])
            key.value = arena.random.random()
            key.keyframe_insert("value", frame=frame)
        elif root.pose is not None:
            bone = arena.pick(root.pose.bones)
            bone.rotation_quaternion = (0.9, *(arena.random.uniform(-0.3, 0.3) for _ in range(3)))
            bone.keyframe_insert("rotation_quaternion", frame=frame)


def spoil(arena: Arena, root: Any) -> int:
    """Do one or several bad things to a character. Returns how many numbers of keys are not finite by that."""
    broken = 0
    for do in arena.random.sample(_HARM, arena.random.randint(1, 3)):
        arena.say(do.__name__.strip("_"))
        broken += do(arena, root) or 0
    bpy.context.view_layer.update()
    return broken


# ------------------------------------------------------------------------------------------------------------- bad things


def shaped(root: Any) -> list[Any]:
    return [part for part in (root, *root.children) if getattr(part.data, "shape_keys", None) is not None]


def _odd_names(arena: Arena, root: Any) -> None:
    for one in (root, *root.children, *(root.pose.bones if root.pose is not None else ())):
        if arena.chance(0.4):
            one.name = arena.pick(_ODD_NAMES)
    for part in shaped(root):
        for key in part.data.shape_keys.key_blocks[1:]:
            if arena.chance(0.3):
                key.name = arena.pick(_ODD_NAMES)


def _places_not_finite(arena: Arena, root: Any) -> None:
    for part in shaped(root):
        if not len(part.data.vertices):
            continue  # Blender itself ends when a shape of an emptied mesh is written to (5.3)
        block = arena.pick(part.data.shape_keys.key_blocks)
        block.data[arena.random.randrange(len(block.data))].co[arena.random.randrange(3)] = arena.pick(NOT_FINITE)


def _matrix_not_finite(arena: Arena, root: Any) -> None:
    where = arena.pick((root, *root.children))
    if arena.chance(0.5):
        where.location[arena.random.randrange(3)] = arena.pick(NOT_FINITE)
    else:
        where.matrix_parent_inverse = Matrix.Diagonal((1.0, arena.pick(NOT_FINITE), 1.0, 1.0))


def _pose_not_finite(arena: Arena, root: Any) -> None:
    if root.pose is not None:
        bone = arena.pick(root.pose.bones)
        name = arena.pick(("location", "rotation_quaternion", "scale"))
        getattr(bone, name)[0] = arena.pick(NOT_FINITE)


def _scales(arena: Arena, root: Any) -> None:
    root.scale = arena.pick(((0, 0, 0), (1, 1, 0), (-1, 1, 1), (1e-12,) * 3, (1e12,) * 3, (100, 100, 100)))


def _keys_not_finite(arena: Arena, root: Any) -> int:
    set_keys(arena, root)
    return sum(break_keys(arena, action) for action in bpy.data.actions)


def break_keys(arena: Arena, action: Any) -> int:
    """Let some keys of an Action, None for none, be not finite. Returns how many numbers may be so."""
    count = 0
    if action is not None:
        for curve in curves(action):
            if arena.chance(0.4) and len(curve.keyframe_points):
                point = curve.keyframe_points[0]
                point.co = (point.co[0], arena.pick(NOT_FINITE)) if arena.chance(0.7) else (arena.pick(NOT_FINITE), 0)
                count += 6  # the key, with its handles, may be kept as it is
    return count


def _values_not_finite(arena: Arena, root: Any) -> None:
    for part in shaped(root):
        key = arena.pick(part.data.shape_keys.key_blocks[1:])
        key.slider_min, key.slider_max = arena.pick(((0.0, 0.0), (-10.0, 10.0), (0.5, 0.5), (0.0, 0.001)))
        key.value = arena.random.uniform(-1, 1)


def _locks(arena: Arena, root: Any) -> None:
    for bone in root.pose.bones if root.pose is not None else ():
        bone.lock_rotation = [arena.chance(0.5) for _ in range(3)]
        bone.rotation_mode = arena.pick(("QUATERNION", "XYZ", "ZYX", "AXIS_ANGLE"))


def _constraints(arena: Arena, root: Any) -> None:
    for bone in root.pose.bones if root.pose is not None else ():
        if arena.chance(0.3):
            made = bone.constraints.new(arena.pick(("COPY_ROTATION", "LIMIT_ROTATION", "IK", "CHILD_OF", "TRANSFORM")))
            if hasattr(made, "target") and arena.chance(0.5):
                made.target = root
                made.subtarget = bone.name


def _drivers(arena: Arena, root: Any) -> None:
    for part in shaped(root):
        key = arena.pick(part.data.shape_keys.key_blocks[1:])
        curve: Any = key.driver_add("value")
        curve.driver.expression = arena.pick(("0.5", "nonsense(", "1/0", "frame/10", "var", "self.value"))


def _no_meshes(_arena: Arena, root: Any) -> None:
    for child in list(root.children):
        bpy.data.objects.remove(child)


def _empty_mesh(_arena: Arena, root: Any) -> None:
    for part in shaped(root):
        part.shape_key_clear()
        part.data.clear_geometry()
        part.shape_key_add(name="Basis")
        part.shape_key_add(name="jawOpen")


def _linked_twice(_arena: Arena, root: Any) -> None:
    twin = root.copy()
    bpy.context.scene.collection.objects.link(twin)
    for child in root.children:
        other = child.copy()
        other.parent = twin
        bpy.context.scene.collection.objects.link(other)


def _hidden(arena: Arena, root: Any) -> None:
    for part in (root, *root.children):
        part.hide_viewport, part.hide_select = arena.chance(0.5), arena.chance(0.5)


def _many(arena: Arena, root: Any) -> None:
    for part in shaped(root)[:1]:
        for number in range(arena.pick((100, 400))):
            part.shape_key_add(name=f"extra {number}")


def _muted(arena: Arena, root: Any) -> None:
    for part in shaped(root):
        part.data.shape_keys.use_relative = arena.chance(0.5)
        for key in part.data.shape_keys.key_blocks:
            key.mute = arena.chance(0.3)


def _in_nla(arena: Arena, root: Any) -> None:
    set_keys(arena, root)
    for owner in (root, *(part.data.shape_keys for part in shaped(root))):
        data = owner.animation_data
        if data is not None and data.action is not None:
            action = data.action
            data.action = None
            strip = data.nla_tracks.new().strips.new("strip", arena.random.randint(-50, 50), action)
            strip.repeat = arena.pick((1.0, 0.1, 50.0))
            strip.scale = arena.pick((1.0, 0.01, 20.0))


def _dense_clip(arena: Arena, root: Any) -> None:
    if root.pose is None:
        return
    fcurves, characters = clone.part("core.blender.keying.fcurves"), clone.part("core.blender.characters")
    frames = np.arange(-5, arena.random.randint(10, 80), dtype=np.float64)
    made = [
        fcurves.CurveKeys(
            characters.bone_path(bone.name, "rotation_quaternion"),
            index,
            bone.name,
            fcurves.Keys.simple(
                frames, np.cos(frames / 9) if index == 0 else 0.2 * np.sin(frames / 7), 0 * frames.astype(np.int32)
            ),
        )
        for bone in root.pose.bones
        for index in range(4)
    ]
    add_clip(root, iter(made))


_HARM = [
    *(
        _odd_names,
        _places_not_finite,
        _matrix_not_finite,
        _pose_not_finite,
        _scales,
        _keys_not_finite,
        _values_not_finite,
    ),
    *(
        _locks,
        _constraints,
        _drivers,
        _no_meshes,
        _empty_mesh,
        _linked_twice,
        _hidden,
        _many,
        _muted,
        _in_nla,
        _dense_clip,
    ),
]
