# SPDX-License-Identifier: GPL-3.0-or-later
"""One first click of the bench `first_click` in a process of its own: a rig, a sound, the button; prints one line of JSON.

Words: RIG DATA HOW SOUND; HOW is `as it comes`, `clip in its Action` or `clip in the NLA`.
BLENDER_USER_RESOURCES must name a folder of its own.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import clone
from .answering import end_with
from .clips import add_clip

AS_IT_COMES, IN_ACTION, IN_NLA = WAYS = ("as it comes", "clip in its Action", "clip in the NLA")
FACE_ALONE = "ict_face"
_FIRST, _LAST = 1, 240  # frames of the clip
_SWING_RAD = 0.3  # of every bone of the clip
_STILL = 0.01  # of a shape's value or radians: less has not moved
_KEPT_DEG = 1.0


def run(rig: str, data: Path, how: str, sound: str) -> dict:
    import bpy

    clone.enable()
    rigs = clone.part("core.development.bench_rigs")
    root = _face_alone(data) if rig == FACE_ALONE else rigs.load(rig, data, with_motion=how == AS_IT_COMES)
    scene = bpy.context.scene
    scene.render.fps = 24
    reading, mappings = clone.part("core.blender.reading.rig_reading"), clone.part("core.rigs.detection.mapping")
    mapping = mappings.map_character(reading.describe(root, scene))
    bones = _moved_bones(root, mapping) if root.type == "ARMATURE" else []
    if how != AS_IT_COMES:
        add_clip(root, _swinging(root, bones), _FIRST if how == IN_NLA else None)
    before = _turns(root, bones)
    began_s = time.perf_counter()
    try:
        report = clone.part("core.blender.generate").generate(bpy.context, {"audio_path": sound}, character=root)
    except clone.part("core.errors").UserError as error:
        return {"found": mapping.summary(), "said": [str(error)], "refused": True}
    clicked_s = time.perf_counter() - began_s
    after = _turns(root, bones)
    moving = [bone for bone in before if _spread(before[bone]) > _STILL]
    lines = report.text.splitlines()
    return {
        "found": mapping.summary(),
        "shapes": report.shapes,
        "bones": report.bones,
        "keys": report.keys,
        "prompts": report.prompts,
        "had": len(moving),
        "kept": sum(_apart_deg(before[bone], after[bone]) < _KEPT_DEG for bone in moving),
        "turning": sum(_spread(after[bone]) > _STILL for bone in after),
        "mouth": round(_mouth(root, scene, mapping), 2),
        "seconds": round(clicked_s, 1),
        "said": lines[3:],
    }


def _face_alone(data: Path) -> Any:
    """ICT FaceKit's head: a mesh with 55 shape keys and no armature."""
    import bpy
    import numpy as np

    bpy.ops.wm.read_homefile(use_empty=True)
    stored = np.load(data / "rigs" / "ictfacekit_light" / "ict_facekit_neutral_55.npz", allow_pickle=False)
    neutral = stored["neutral"].astype(np.float64)
    mesh = bpy.data.meshes.new("ICT Face")
    faces = [[int(corner) for corner in face if corner >= 0] for face in stored["faces"]]
    mesh.from_pydata(neutral.tolist(), [], faces)
    face = bpy.data.objects.new("ICT Face", mesh)
    bpy.context.scene.collection.objects.link(face)
    face.shape_key_add(name="Basis")
    for name, delta in zip(stored["names"], stored["deltas"]):
        block = face.shape_key_add(name=str(name))
        block.data.foreach_set("co", (neutral + delta).astype(np.float32).ravel())
    bpy.context.view_layer.objects.active = face
    face.select_set(True)
    return face


def _moved_bones(root: Any, mapping: Any) -> list[str]:
    """The bones that the character's joints are, without those of its face."""
    joints = clone.part("core.motion.joints")
    wanted = [joint for joint in joints.JOINT_NAMES if joint not in joints.FACE_JOINTS]
    found = dict.fromkeys(mapping.bones[joint] for joint in wanted if joint in mapping.bones)
    return [bone for bone in found if bone in root.pose.bones]


def _swinging(root: Any, bones: list[str]) -> Iterator[Any]:
    """Every bone swings about its own axes, a key on every frame, as motion capture is."""
    import numpy as np

    fcurves, characters = clone.part("core.blender.keying.fcurves"), clone.part("core.blender.characters")
    frames = np.arange(_FIRST, _LAST + 1, dtype=np.float64)
    ordinary = np.zeros(len(frames), np.int32)
    for number, name in enumerate(bones):
        mode = root.pose.bones[name].rotation_mode
        angle = _SWING_RAD * np.sin(frames * (0.1 + 0.002 * number) + number)
        if mode in ("QUATERNION", "AXIS_ANGLE"):
            quaternion = mode == "QUATERNION"
            values = [np.cos(angle / 2), np.sin(angle / 2)] if quaternion else [angle, np.ones_like(angle)]
            values += [np.zeros_like(angle)] * 2
        else:
            values = [angle, np.zeros_like(angle), np.zeros_like(angle)]
        path = characters.bone_path(name, characters.rotation_property(mode))
        for index, one in enumerate(values):
            yield fcurves.CurveKeys(path, index, name, fcurves.Keys.simple(frames, one, ordinary, linear=True))


def _turns(root: Any, bones: list[str]) -> dict[str, list]:
    """How the bones turn over two seconds, in their own axes as Blender shows them."""
    import bpy

    seen: dict[str, list] = {bone: [] for bone in bones}
    for frame in range(6, 55, 4) if bones else ():
        bpy.context.scene.frame_set(frame)
        for bone in bones:
            posed = root.pose.bones[bone]
            own = posed.parent.matrix.inverted() @ posed.matrix if posed.parent is not None else posed.matrix
            seen[bone].append(own.to_quaternion())
    return seen


def _spread(turns: list) -> float:
    return max((turns[0].rotation_difference(turn).angle for turn in turns), default=0.0)


def _apart_deg(first: list, second: list) -> float:
    import math

    return math.degrees(
        max(min(a.rotation_difference(b).angle, a.rotation_difference(-b).angle) for a, b in zip(first, second))
    )


def _mouth(root: Any, scene: Any, mapping: Any) -> float:
    """How far the mouth opens over the sound: the largest range of a shape that opens it, or else the jaw bone's in radians."""
    characters = clone.part("core.blender.characters")
    shapes = [
        (mesh, key)
        for mesh, keys in mapping.shapes.items()
        for key, mix in keys.items()
        if mix.get("jawOpen", 0.0) > 0.2
    ]
    jaw = mapping.bones.get("jaw", "")
    seen: dict[Any, list[float]] = {}
    for frame in range(1, 72, 2):
        scene.frame_set(frame)
        for mesh, key in shapes:
            keys = characters.shape_keys(scene.objects[mesh])
            seen.setdefault((mesh, key), []).append(keys.key_blocks[key].value)
        if not shapes and jaw:
            seen.setdefault(jaw, []).append(root.pose.bones[jaw].matrix_basis.to_quaternion().angle)
    return max((max(values) - min(values) for values in seen.values()), default=0.0)


if __name__ == "__main__":
    name, folder, way, audio = sys.argv[1:5]
    end_with(run(name, Path(folder), way, audio))
