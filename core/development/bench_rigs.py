# SPDX-License-Identifier: GPL-3.0-or-later
"""The characters that benches and tests of bodies take: real rigs of the data pack, and some that Blender or this file builds.

`load(name, data_dir)` opens an empty scene with one of them. MakeHuman's rigs are built from MPFB's own files: joints from the
base mesh's cubes and vertices, weights from its weight files.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

from ..errors import UserError
from ..motion.adult_skeleton import ADULT_REST_M
from ..motion.joints import JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS

_Bone = tuple[str, np.ndarray, np.ndarray, float]  # (parent or "", head, tail, roll), metres in the scene
_IMPORT = """
import sys, bpy
bpy.ops.wm.read_homefile(use_empty=True)
bpy.ops.import_scene.gltf(filepath=sys.argv[1])
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[2])
"""
_ALL_VERTICES, _BODY_VERTICES = 19158, 13380  # of the base mesh; those not of the body are helpers and joint cubes


def names(data_dir: Path) -> list[str]:
    """The rigs that can be loaded here: those that need a file of the data pack are left out where it is missing."""
    return [name for name, (path, _) in _RIGS.items() if path is None or (Path(data_dir) / "rigs" / path).exists()]


def load(name: str, data_dir: Path, with_motion: bool = False) -> bpy.types.Object:
    """An empty scene with this rig in its rest pose, without actions; returns the armature. Raises UserError.

    with_motion: pose and actions as the file brings them.
    """
    if name not in names(data_dir):
        raise UserError(f'There is no rig "{name}".', f"Known here: {', '.join(names(data_dir))}.")
    path, build = _RIGS[name]
    bpy.ops.wm.read_homefile(use_empty=True)
    armature = build(Path(data_dir) / "rigs" / (path or ""))
    if armature.animation_data is not None and not with_motion:
        armature.animation_data.action = None
        for track in list(armature.animation_data.nla_tracks):
            armature.animation_data.nla_tracks.remove(track)
    assert armature.pose is not None  # of an armature
    for bone in armature.pose.bones if not with_motion else ():
        bone.matrix_basis.identity()
    bpy.context.view_layer.update()
    for other in bpy.context.view_layer.objects:
        other.select_set(other == armature)
    bpy.context.view_layer.objects.active = armature
    return armature


def _data(armature: bpy.types.Object) -> bpy.types.Armature:
    assert isinstance(armature.data, bpy.types.Armature)
    return armature.data


def _first_armature() -> bpy.types.Object:
    armatures = (thing for thing in bpy.context.scene.objects if thing.type == "ARMATURE")
    return max(armatures, key=lambda thing: len(_data(thing).bones))


def _demo(path: Path) -> bpy.types.Object:
    from ..blender import demo_character

    demo_character.add(bpy.context)
    return _first_armature()


def _blend(path: Path) -> bpy.types.Object:
    bpy.ops.wm.open_mainfile(filepath=str(path))
    return _first_armature()


def _fbx(path: Path) -> bpy.types.Object:
    bpy.ops.import_scene.fbx(filepath=str(path))
    return _first_armature()


def open_gltf(path: Path) -> bpy.types.Object:
    """Open what a glTF file holds, in place of what is open; its armature.

    Blender's module leaves the import to a process of its own: 4.2's can end in glTF's importer where much was loaded and thrown
    away before.
    """
    if bpy.app.binary_path:  # a whole Blender, whose Python knows no module
        bpy.ops.import_scene.gltf(filepath=str(path))
        return _first_armature()
    with tempfile.TemporaryDirectory(prefix="audio2rig-gltf-", ignore_cleanup_errors=True) as folder:
        blend = Path(folder) / "imported.blend"
        done = subprocess.run([sys.executable, "-c", _IMPORT, str(path), str(blend)], capture_output=True, text=True)
        if not blend.is_file():
            raise UserError(f"{path.name} could not be imported.", (done.stderr or done.stdout).strip()[-500:])
        return _blend(blend)


def _armature(name: str, bones: dict[str, _Bone]) -> bpy.types.Object:
    armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for bone_name, (_, head, tail, roll) in bones.items():
        bone = _data(armature).edit_bones.new(bone_name)
        bone.head, bone.tail = Vector(head.tolist()), Vector(tail.tolist())
        bone.roll = roll
    for bone_name, (parent, *_) in bones.items():
        if parent:
            _data(armature).edit_bones[bone_name].parent = _data(armature).edit_bones[parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.context.view_layer.update()
    return armature


# ------------------------------------------------------------------------------------------------------------- MakeHuman


def _base_mesh(folder: Path) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    """Vertices of a neutral adult, metres in Blender's axes, standing on z = 0, and the body's faces."""
    vertices, faces = [], []
    for line in (folder / "3dobjs" / "base.obj").read_text(encoding="utf-8").splitlines():
        if line.startswith("v "):
            vertices.append([float(value) for value in line.split()[1:4]])
        elif line.startswith("f "):
            face = tuple(int(part.split("/")[0]) - 1 for part in line.split()[1:])
            if max(face) < _BODY_VERTICES:
                faces.append(face)
    places = np.array(vertices)
    targets = folder / "targets" / "macrodetails"
    mixes = {
        "universal-male-young-averagemuscle-averageweight": 1.0,
        **{f"{kind}-male-young": 1 / 3 for kind in ("african", "asian", "caucasian")},
    }
    for target, weight in mixes.items():
        if (targets / f"{target}.target.gz").is_file():
            offsets = makehuman_offsets(folder, target)
            places[: len(offsets)] += 10.0 * weight * offsets
    places = places[:, [0, 2, 1]] * [0.1, -0.1, 0.1]
    return places - [0.0, 0.0, places[:_BODY_VERTICES, 2].min()], faces


def makehuman_offsets(folder: Path, target: str) -> np.ndarray:
    """float64 (19158, 3): how far one of MakeHuman's macro targets moves the vertices of its mesh; metres, Y up, facing +Z."""
    offsets = np.zeros((_ALL_VERTICES, 3))
    with gzip.open(folder / "targets" / "macrodetails" / f"{target}.target.gz", "rt", encoding="utf-8") as file:
        for line in file:
            parts = line.split()
            if len(parts) == 4 and not line.startswith("#"):
                offsets[int(parts[0])] = [0.1 * float(value) for value in parts[1:]]
    return offsets


def _makehuman(name: str) -> Callable[[Path], bpy.types.Object]:
    def build(folder: Path) -> bpy.types.Object:
        places, faces = _base_mesh(folder)
        cubes = json.loads((folder / "mesh_metadata" / "basemesh_vertex_groups.json").read_text(encoding="utf-8"))
        rig = json.loads((folder / "rigs" / name).read_text(encoding="utf-8"))
        rig = rig["bones"] if isinstance(rig.get("bones"), dict) else rig

        def point(end: dict) -> np.ndarray:
            if end["strategy"] == "CUBE":
                return np.concatenate([places[first : last + 1] for first, last in cubes[end["cube_name"]]]).mean(0)
            if end["strategy"] == "VERTEX":
                return places[end["vertex_index"]]
            if end["strategy"] == "XYZ":
                return np.array([places[vertex][axis] for axis, vertex in enumerate(end["vertex_indices"])])
            return places[end["vertex_indices"]].mean(0)

        armature = _armature(
            "MakeHuman",
            {
                bone: (entry["parent"], point(entry["head"]), point(entry["tail"]), entry["roll"])
                for bone, entry in rig.items()
            },
        )
        weights = (
            folder
            / "rigs"
            / {"standard/rig.default.json": "standard/weights.default.makehuman.mhw"}.get(
                name, name.replace("rig.", "weights.")
            )
        )
        if weights.is_file():
            _skin(armature, places[:_BODY_VERTICES], faces, json.loads(weights.read_text(encoding="utf-8"))["weights"])
        return armature

    return build


def _skin(
    armature: bpy.types.Object, places: np.ndarray, faces: list[tuple[int, ...]], weights: dict[str, list]
) -> None:
    mesh = bpy.data.meshes.new("Body")
    mesh.from_pydata(places.tolist(), [], faces)
    body = bpy.data.objects.new("Body", mesh)
    bpy.context.scene.collection.objects.link(body)
    body.parent = armature
    modifier = body.modifiers.new("Armature", "ARMATURE")
    assert isinstance(modifier, bpy.types.ArmatureModifier)
    modifier.object = armature
    for bone, entries in weights.items():
        if bone not in _data(armature).bones:
            continue
        group = body.vertex_groups.new(name=bone)
        for vertex, weight in entries:
            if vertex < len(places):
                group.add([int(vertex)], float(weight), "REPLACE")


# ----------------------------------------------------------------------------------------------------- built in this file


def _rigify(path: Path) -> bpy.types.Object:
    """The human that Rigify generates from its stock metarig."""
    bpy.ops.preferences.addon_enable(module="rigify")
    import rigify

    if not hasattr(rigify.RigifyParameters, "make_custom_pivot"):
        rigify.register_rig_parameters()  # what Blender does on start, not on enabling
    before = set(bpy.data.objects.keys())
    bpy.ops.object.armature_human_metarig_add()  # pyright: ignore[reportAttributeAccessIssue] -- Rigify adds it
    (metarig,) = set(bpy.data.objects.keys()) - before
    bpy.ops.pose.rigify_generate()  # pyright: ignore[reportAttributeAccessIssue] -- Rigify adds it
    armatures = [thing for thing in bpy.data.objects if thing.type == "ARMATURE"]
    armature = next(thing for thing in armatures if "jaw_master" in _data(thing).bones)
    bpy.data.objects.remove(bpy.data.objects[metarig])
    return armature


def _smplx(path: Path) -> bpy.types.Object:
    """An adult with SMPL-X's names, 1.5 times as large, all bones pointing up, under a root bone."""
    bones = {"root": ("", np.zeros(3), np.array([0.0, 0.0, 0.1]), 0.0)}
    for index, joint in enumerate(JOINT_NAMES):
        x, y, z = ADULT_REST_M[index] * 1.5
        head = np.array([x, -z, y])
        parent = JOINT_NAMES[JOINT_PARENTS[index]] if JOINT_PARENTS[index] >= 0 else "root"
        bones[joint] = (parent, head, head + [0.0, 0.0, 0.05], 0.0)
    return _armature("SMPLX", bones)


def _four_fingers(path: Path) -> bpy.types.Object:
    """A short figure with plain names: one spine bone, no neck and clavicles, three two-boned fingers that rest curled."""

    def place(joint: str) -> np.ndarray:
        x, y, z = ADULT_REST_M[JOINT_INDEX[joint]] * 0.6
        return np.array([x, -z, y])

    bones = {
        "hips": ("", place("pelvis"), place("spine2"), 0.3),
        "chest": ("hips", place("spine2"), place("neck"), 0.0),
        "head": ("chest", place("neck"), place("head") + [0, 0, 0.15], 0.0),
    }
    for side, mark in (("left", "L"), ("right", "R")):
        out = 1.0 if side == "left" else -1.0
        shoulder = place(f"{side}_shoulder")
        elbow = shoulder + [0.06 * out, 0.0, -0.15]
        wrist = elbow + [0.03 * out, -0.05, -0.14]
        along = (wrist - elbow) / np.linalg.norm(wrist - elbow)
        bones |= {
            f"arm_upper.{mark}": ("chest", shoulder, elbow, 1.0),
            f"arm_lower.{mark}": (f"arm_upper.{mark}", elbow, wrist, -1.0),
            f"hand.{mark}": (f"arm_lower.{mark}", wrist, wrist + 0.03 * along, 0.5),
        }
        bones |= _curled_fingers(mark, wrist, along, out)
        hip, ankle = place(f"{side}_hip"), place(f"{side}_ankle")
        knee = 0.5 * (hip + ankle) + [0, -0.01, 0]
        bones |= {
            f"leg_upper.{mark}": ("hips", hip, knee, 0.0),
            f"leg_lower.{mark}": (f"leg_upper.{mark}", knee, ankle, 0.7),
            f"foot.{mark}": (f"leg_lower.{mark}", ankle, place(f"{side}_foot"), 0.0),
        }
    return _armature("Four fingers", bones)


def _curled_fingers(mark: str, wrist: np.ndarray, along: np.ndarray, out: float) -> dict[str, _Bone]:
    """Three fingers and a thumb of two bones each, on a hand that points along a unit vector. out: 1 left, -1 right."""
    inwards = np.array([-out, 0.0, 0.0])
    inwards = inwards - along * (along @ inwards)
    inwards /= np.linalg.norm(inwards)
    forward = np.cross(along, inwards) * out
    bones: dict[str, _Bone] = {}
    for number, (finger, aside) in enumerate((("index", 0.02), ("middle", 0.0), ("pinky", -0.02))):
        root = wrist + 0.05 * along + aside * forward
        middle = root + 0.02 * (0.85 * along + 0.5 * inwards)
        tip = middle + 0.02 * (0.3 * along + 0.95 * inwards)
        bones[f"{finger}.01.{mark}"] = (f"hand.{mark}", root, middle, 0.4 * number)
        bones[f"{finger}.02.{mark}"] = (f"{finger}.01.{mark}", middle, tip, 0.0)
    root = wrist + 0.015 * along + 0.02 * forward
    middle = root + 0.02 * (0.7 * along + 0.7 * forward)
    tip = root + 0.02 * (1.6 * along + 0.9 * forward + 0.2 * inwards)
    bones[f"thumb.01.{mark}"] = (f"hand.{mark}", root, middle, 0.0)
    bones[f"thumb.02.{mark}"] = (f"thumb.01.{mark}", middle, tip, 0.0)
    return bones


_MPFB = "mpfb"
_RIGS: dict[str, tuple[str | None, Callable[[Path], bpy.types.Object]]] = {
    "demo": (None, _demo),
    "arkit_mixamo": ("mpfb_arkit_mixamo.blend", _blend),
    "makehuman_default": (_MPFB, _makehuman("standard/rig.default.json")),
    "makehuman_mixamo": (_MPFB, _makehuman("standard/rig.mixamo.json")),
    "makehuman_game_engine": (_MPFB, _makehuman("standard/rig.game_engine.json")),
    "makehuman_rigify": (_MPFB, _makehuman("rigify/rig.human.json")),
    "rocketbox_female": ("rocketbox_facial/Female_Adult_01_facial.fbx", _fbx),
    "rocketbox_male": ("rocketbox_facial/Male_Adult_08_facial.fbx", _fbx),
    "kaykit_mage": ("kaykit/Mage.glb", open_gltf),
    "mesh2motion": ("mesh2motion/human-female.glb", open_gltf),
    "rigify_human": (None, _rigify),
    "smplx": (None, _smplx),
    "four_fingers": (None, _four_fingers),
}
