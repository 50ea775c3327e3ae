# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces of real rigs: what is found on them, and that jaws open, lips meet, lids shut and eyes look where they should.

Measured on the posed bones and on the moved mesh, in the scene: up is +Z, the character faces -Y, its left is +X.
"""

from __future__ import annotations

import bpy
import numpy as np
import pytest

FRAMES = {
    "rest": {},
    "open": {"jawOpen": 0.8},
    "shut": {"jawOpen": 0.6, "mouthClose": 0.6},
    "pucker": {"mouthPucker": 1.0},
    "smile": {"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0},
    "blink": {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
    "left": {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0},
    "up": {"eyeLookUpLeft": 1.0, "eyeLookUpRight": 1.0},
    "brows": {"browInnerUp": 1.0, "browOuterUpLeft": 1.0, "browOuterUpRight": 1.0},
    "turn": {},
}
NAMES = tuple(FRAMES)


@pytest.fixture
def posed(scene, part):
    """posed(armature): retargets FRAMES to a character; the result shows a frame by its name on pose and shapes."""

    def prepare(armature: bpy.types.Object, with_shapes: bool = True):
        face, clip, joints = part("core.motion.face_track"), part("core.motion.clip"), part("core.motion.joints")
        description = part("core.blender.reading.rig_reading").describe(armature, bpy.context.scene)
        if not with_shapes:
            description = part("core.rigs.description").RigDescription(
                description.name, (), description.bones, description.world, description.armature
            )
        values = np.zeros((len(FRAMES), len(face.FACE_NAMES)), np.float32)
        for row, mix in enumerate(FRAMES.values()):
            for name, weight in mix.items():
                values[row, face.FACE_INDEX[name]] = weight
        body = clip.Clip.still(len(FRAMES), 60.0, frozenset(("neck", "head")))
        for joint in ("neck", "head"):  # to the left, 0.2 radians each
            body.rotations[NAMES.index("turn"), joints.JOINT_INDEX[joint]] = np.cos(0.1), 0.0, np.sin(0.1), 0.0
        performance = part("core.performance.performance").Performance("test", 0.1, face.FaceTrack(values), body)
        character = part("core.rigs.character").Character.of(description)
        controls = part("core.rigs.retargeting.retarget").retarget(performance, character)

        def show(name: str) -> None:
            frame = NAMES.index(name)
            for bone, rotations in controls.rotations.items():
                armature.pose.bones[bone].rotation_mode = "QUATERNION"
                armature.pose.bones[bone].rotation_quaternion = rotations[frame]
            for bone, locations in controls.locations.items():
                armature.pose.bones[bone].location = locations[frame]
            for mesh, keys in controls.shapes.items():
                for key, curve in keys.items():
                    bpy.data.objects[mesh].data.shape_keys.key_blocks[key].value = float(curve[frame])
            bpy.context.view_layer.update()

        return character.mapping, controls, show

    return prepare


def head_of(armature, bone) -> np.ndarray:
    return np.array(armature.matrix_world @ armature.pose.bones[bone].head)


def turned(armature, bone) -> np.ndarray:
    """How a bone is turned from its rest pose, as a rotation vector in the scene, radians."""
    world = armature.matrix_world.to_3x3().normalized()
    pose, rest = (
        matrix.to_3x3().normalized()
        for matrix in (armature.pose.bones[bone].matrix, armature.data.bones[bone].matrix_local)
    )
    rotation = (world @ pose @ rest.inverted() @ world.inverted()).to_quaternion()
    return np.array(rotation.to_axis_angle()[0]) * rotation.to_axis_angle()[1]


def test_generated_rigify_human(rigify_rig, posed):
    rig = rigify_rig
    mapping, controls, show = posed(rig)
    assert mapping.summary() == "Rigify 22 of 22" and mapping.controls == "rigify"
    show("rest")
    rest = {
        bone: head_of(rig, bone)
        for bone in (
            "lip.T",
            "lip.B",
            "lips.L",
            "lips.R",
            "DEF-lid.T.L.002",
            "DEF-lid.B.L.002",
            "DEF-brow.T.L.002",
            "DEF-jaw",
        )
    }

    def moved(name: str, bone: str) -> np.ndarray:
        show(name)
        return head_of(rig, bone) - rest[bone]

    assert moved("open", "lip.B")[2] - moved("open", "lip.T")[2] < -0.025  # the rig's head is over-sized: 1.6 ×
    assert abs(moved("shut", "lip.B")[2] - moved("shut", "lip.T")[2]) < 0.002
    assert moved("shut", "DEF-jaw")[2] < -0.001  # while the jaw behind them is down
    assert moved("pucker", "lips.L")[0] < -0.005 and moved("pucker", "lips.R")[0] > 0.005
    assert moved("pucker", "lip.T")[1] < -0.008
    assert moved("smile", "lips.L")[0] > 0.005 and moved("smile", "lips.L")[2] > 0.005
    gap = (rest["DEF-lid.T.L.002"] - rest["DEF-lid.B.L.002"])[2]
    show("blink")
    assert (head_of(rig, "DEF-lid.T.L.002") - head_of(rig, "DEF-lid.B.L.002"))[2] < 0.1 * gap
    assert moved("brows", "DEF-brow.T.L.002")[2] > 0.008
    show("left")
    for eye in ("ORG-eye.L", "ORG-eye.R"):
        assert turned(rig, eye)[2] > 0.45
    show("up")
    assert turned(rig, "ORG-eye.L")[0] == pytest.approx(-0.472, abs=0.02)
    show("turn")
    np.testing.assert_allclose(turned(rig, "DEF-spine.006"), [0, 0, 0.4], atol=0.005)
    np.testing.assert_allclose(turned(rig, "DEF-spine.004"), [0, 0, 0.2], atol=0.005)


def import_fbx(path) -> None:
    bpy.ops.import_scene.fbx(filepath=str(path))


def imported(path, read) -> bpy.types.Object:
    if not path.is_file():
        pytest.skip(f"{path.name} is not in the data pack")
    read(path)
    rig = next(part for part in bpy.data.objects if part.type == "ARMATURE")
    rig.animation_data_clear()  # some files come with actions
    for bone in rig.pose.bones:
        bone.matrix_basis.identity()
    return rig


def mesh_points(mesh: bpy.types.Object) -> np.ndarray:
    """The evaluated vertices of a mesh in the scene, (V, 3)."""
    evaluated = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
    points = np.empty(3 * len(evaluated.data.vertices), np.float32)
    evaluated.data.vertices.foreach_get("co", points)
    world = np.array(mesh.matrix_world)
    return points.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]


def test_rocketbox_by_its_shapes_and_by_its_bones(scene, posed, data_dir):
    rig = imported(data_dir / "rigs" / "rocketbox_facial" / "Female_Adult_01_facial.fbx", import_fbx)
    mapping, controls, _ = posed(rig)
    assert mapping.summary().startswith("ARKit 52 of 52") and "Microsoft Rocketbox 21 of 22" in mapping.summary()
    assert set(controls.rotations) == {"Bip01 Neck", "Bip01 Head"} and not controls.locations

    mapping, controls, show = posed(rig, with_shapes=False)
    assert not controls.shapes and {"Bip01 MJaw", "Bip01 LEye"} <= set(controls.rotations)
    mesh = next(part for part in bpy.data.objects if part.type == "MESH")
    show("rest")
    rest = mesh_points(mesh)
    lip, lid = head_of(rig, "Bip01 MBottomLip"), head_of(rig, "Bip01 LEyeBlinkTop")

    def moved(name: str, near: np.ndarray) -> np.ndarray:
        """The mean move of the eight vertices nearest to a point."""
        show(name)
        return (mesh_points(mesh) - rest)[np.linalg.norm(rest - near, axis=1).argsort()[:8]].mean(0)

    assert moved("open", lip)[2] < -0.015
    assert abs(moved("shut", lip)[2]) < 0.006
    show("blink")
    assert (mesh_points(mesh) - rest)[np.linalg.norm(rest - lid, axis=1) < 0.03][:, 2].min() < -0.006
    show("left")
    assert turned(rig, "Bip01 LEye")[2] == pytest.approx(0.656, abs=0.01)
    show("turn")
    np.testing.assert_allclose(turned(rig, "Bip01 Head"), [0, 0, 0.4], atol=0.005)


def test_makehuman_arkit_on_mixamo_bones(scene, posed, data_dir):
    path = data_dir / "rigs" / "mpfb_arkit_mixamo.blend"
    if not path.is_file():
        pytest.skip(f"{path.name} is not in the data pack")
    bpy.ops.wm.open_mainfile(filepath=str(path))
    rig = bpy.data.objects["Armature"]
    mapping, controls, show = posed(rig)
    assert mapping.summary() == "ARKit 52 of 52 · Mixamo 22 of 22" and mapping.missing == ()
    assert {mesh: len(keys) for mesh, keys in controls.shapes.items()} == {"Human": 52, "HumanEyesTeethTongue": 14}
    assert not any(name.startswith("viseme") for name in controls.shapes["Human"])
    show("turn")
    np.testing.assert_allclose(turned(rig, "mixamorig:Head"), [0, 0, 0.4], atol=0.005)


@pytest.mark.parametrize(
    "name, head",
    [pytest.param("kaykit/Mage.glb", "head", marks=pytest.mark.slow), ("mesh2motion/human-female.glb", "head")],
)
def test_figures_without_a_face_nod(scene, part, posed, data_dir, name, head):
    rig = imported(data_dir / "rigs" / name, part("core.development.bench_rigs").open_gltf)
    mapping, controls, show = posed(rig)
    assert any("neither mouth shapes nor a jaw bone" in note for note in mapping.notes)
    show("turn")
    np.testing.assert_allclose(turned(rig, head), [0, 0, 0.4], atol=0.005)
