# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes leave Blender as FBX and glTF, shapes and bones alike: exported as docs/export.md says, read back into an empty file."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.blender.building import KEYS, add_face, add_person, drive, generate, person, put_stand_in, write_wav

LAST = 25
FRAMES = range(1, LAST, 3)
SHAPES = ("jawOpen", "eyeBlinkLeft")
BONES = ("mixamorig:Head", "mixamorig:LeftArm")

# What docs/export.md ticks, and what the exporters do by themselves.
FBX = {
    "one clip": {
        "bake_anim_use_all_actions": False,
        "bake_anim_use_nla_strips": False,
        "bake_anim_simplify_factor": 0.0,
        "add_leaf_bones": False,
        "mesh_smooth_type": "FACE",
    },
    "as it is": {},
}
GLTF = {
    "one clip": {"export_animation_mode": "ACTIVE_ACTIONS", "export_optimize_animation_size": False},
    "as it is": {},
}


@pytest.fixture
def rig(scene, monkeypatch, extension, tmp_path):
    """A character with two takes, of which the second plays."""
    put_stand_in(monkeypatch)
    scene.render.fps, scene.frame_start, scene.frame_end = 24, 1, LAST
    rig = add_person("Ada")
    for name, keys in (("Ada Head", KEYS), ("Ada Teeth", KEYS[:2])):
        mesh = add_face(name, keys=keys, parent=rig)
        mesh.vertex_groups.new(name="mixamorig:Head").add([0, 1, 2], 1.0, "REPLACE")
    generate(rig, str(write_wav(tmp_path / "older.wav", 0.7)), seed=2)
    generate(rig, str(write_wav(tmp_path / "line.wav", 1.0)))
    return rig


def seen(shift: int = 0) -> dict[str, np.ndarray]:
    """What Blender shows over time: shape values by mesh, and bones as they turn from their first frame on."""
    rig = next(part for part in bpy.data.objects if part.type == "ARMATURE")
    keyed = (part for part in bpy.data.objects if part.type == "MESH" and part.data.shape_keys)
    meshes = {part.name.removesuffix(".001"): part for part in keyed}  # glTF's importer puts an empty above each
    found: dict[str, list] = {}
    for frame in FRAMES:
        bpy.context.scene.frame_set(frame + shift)
        for name, mesh in meshes.items():
            for key in set(SHAPES) & set(mesh.data.shape_keys.key_blocks.keys()):
                found.setdefault(f"{name} {key}", []).append(mesh.data.shape_keys.key_blocks[key].value)
        for bone in BONES:
            turn = (rig.matrix_world @ rig.pose.bones[bone].matrix).to_quaternion()
            found.setdefault(bone, []).append(tuple(turn))
    return {name: np.array(values) for name, values in found.items()}


def turns_deg(quaternions: np.ndarray) -> np.ndarray:
    """How far each differs from the first."""
    return np.degrees(2 * np.arccos(np.clip(np.abs(quaternions @ quaternions[0]), 0, 1)))


def play_imported(name: str) -> None:
    """Choose the clip of the take that is meant, where several came: of each data-block the newest that has its name."""
    rig = next(part for part in bpy.data.objects if part.type == "ARMATURE")
    keys = [part.data.shape_keys for part in bpy.data.objects if part.type == "MESH" and part.data.shape_keys]
    for owner in (rig, *keys):
        data = owner.animation_data
        if data is None:
            continue
        for track in data.nla_tracks:
            track.mute = name not in track.name
            if not track.mute:
                data.action = None
        if data.action is not None and name not in data.action.name and "older" in data.action.name:
            data.action = bpy.data.actions[data.action.name.replace("older", name)]
            if hasattr(data, "action_slot") and data.action_slot is None:
                data.action_slot = data.action_suitable_slots[0]


def there_and_back(path: Path, options: dict) -> dict[str, np.ndarray]:
    kind = "fbx" if path.suffix == ".fbx" else "gltf"
    assert getattr(bpy.ops.export_scene, kind)(filepath=str(path), **options) == {"FINISHED"}
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.context.scene.render.fps = 24
    assert getattr(bpy.ops.import_scene, kind)(filepath=str(path)) == {"FINISHED"}
    bpy.context.scene.render.fps = 24
    play_imported("line")
    return min((seen(shift) for shift in (0, -1, 1)), key=lambda found: found_error(found))


_before: dict[str, np.ndarray] = {}


def found_error(found: dict[str, np.ndarray]) -> float:
    return max(
        float(np.abs(values - found.get(name, np.full_like(values, 9.0))).max())
        for name, values in _before.items()
        if name not in BONES
    )


@pytest.mark.parametrize(
    "suffix, options",
    [
        *(pytest.param(".fbx", one, id=f"FBX, {name}") for name, one in FBX.items()),
        *(pytest.param(".glb", one, id=f"glTF, {name}") for name, one in GLTF.items()),
    ],
)
def test_shapes_and_bones_survive(rig, tmp_path, suffix, options):
    _before.clear()
    _before.update(seen())
    assert all(np.ptp(_before[f"Ada Head {key}"]) > 0.2 for key in SHAPES), "there is something to see"
    after = there_and_back(tmp_path / f"ada{suffix}", options)
    for name, values in _before.items():
        if name in BONES:
            assert np.abs(turns_deg(after[name]) - turns_deg(values)).max() < 0.5, name
        else:
            assert np.abs(after[name] - values).max() < 0.02, name


@pytest.mark.parametrize("suffix, options", [(".fbx", FBX["one clip"]), (".glb", GLTF["one clip"])])
@pytest.mark.parametrize("kind", ["property", "bone"])
def test_shapes_that_follow_sliders_survive(scene, monkeypatch, extension, tmp_path, suffix, options, kind):
    put_stand_in(monkeypatch)
    scene.render.fps, scene.frame_start, scene.frame_end = 24, 1, LAST
    rig = add_person("Ada", bones={**person(), "Knob": ((1, 0, 1), (1, 0, 1.1), "")})
    face = add_face("Ada Head", parent=rig)
    face.vertex_groups.new(name="mixamorig:Head").add([0, 1, 2], 1.0, "REPLACE")
    rig["open"] = 0.0
    knob = {"type": "TRANSFORMS", "bone_target": "mixamorig:Knob", "transform_type": "LOC_X"}
    knob["transform_space"] = "LOCAL_SPACE"
    drive(face, "jawOpen", id=rig, **({"data_path": '["open"]'} if kind == "property" else knob))
    generate(rig, str(write_wav(tmp_path / "line.wav", 1.0)))
    _before.clear()
    _before.update(seen())
    assert np.ptp(_before["Ada Head jawOpen"]) > 0.2
    after = there_and_back(tmp_path / f"ada{suffix}", options)
    assert np.abs(after["Ada Head jawOpen"] - _before["Ada Head jawOpen"]).max() < 0.02


def test_a_clip_begins_with_the_shot(rig):
    first = min(track.action.frame_range[0] for track in rig.audio2rig.takes[-1].tracks)
    assert first == bpy.context.scene.frame_start


def test_every_setting_of_the_documentation_is_tested():
    text = (Path(__file__).resolve().parents[2] / "docs" / "export.md").read_text("utf-8")
    labels = {
        "bake_anim_use_all_actions": "All Actions",
        "bake_anim_use_nla_strips": "NLA Strips",
        "bake_anim_simplify_factor": "Simplify",
        "add_leaf_bones": "Add Leaf Bones",
        "export_animation_mode": "Animation Mode",
        "export_optimize_animation_size": "Optimize Animation Size",
        "mesh_smooth_type": "Smoothing",
    }
    used = {name for options in (*FBX.values(), *GLTF.values()) for name in options}
    assert used <= labels.keys() and not [name for name in used if labels[name] not in text]
