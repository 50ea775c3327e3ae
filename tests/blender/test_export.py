# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes leave Blender as FBX and glTF, shapes and bones alike: exported as docs/export.md says, read back into an empty file."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.blender.building import KEYS, add_face, add_person, drive, generate, person, put_stand_in, write_wav
from tests.blender.exchanging import BONES, LAST, RATE_HZ, SHAPES, seen, seen_elsewhere

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
    scene.render.fps, scene.frame_start, scene.frame_end = RATE_HZ, 1, LAST
    rig = add_person("Ada")
    for name, keys in (("Ada Head", KEYS), ("Ada Teeth", KEYS[:2])):
        mesh = add_face(name, keys=keys, parent=rig)
        mesh.vertex_groups.new(name="mixamorig:Head").add([0, 1, 2], 1.0, "REPLACE")
    generate(rig, str(write_wav(tmp_path / "older.wav", 0.7)), seed=2)
    generate(rig, str(write_wav(tmp_path / "line.wav", 1.0)))
    return rig


def turns_deg(quaternions: np.ndarray) -> np.ndarray:
    """How far each differs from the first."""
    return np.degrees(2 * np.arccos(np.clip(np.abs(quaternions @ quaternions[0]), 0, 1)))


def there_and_back(path: Path, options: dict) -> dict[str, np.ndarray]:
    kind = "fbx" if path.suffix == ".fbx" else "gltf"
    assert getattr(bpy.ops.export_scene, kind)(filepath=str(path), **options) == {"FINISHED"}
    return min(seen_elsewhere(path, "line"), key=found_error)


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
    scene.render.fps, scene.frame_start, scene.frame_end = RATE_HZ, 1, LAST
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
