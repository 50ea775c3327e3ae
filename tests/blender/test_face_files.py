# SPDX-License-Identifier: GPL-3.0-or-later
"""A captured face as a take, and a take's face as a file: what goes out comes in again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import bpy
import numpy as np
import pytest

from tests.blender.building import KEYS, add_armature, add_face, drive, select

Part = Callable[[str], ModuleType]
FRAMES, FIRST = 50, 11
LOOKS = tuple(f"eyeLook{way}{side}" for way in ("In", "Out", "Up", "Down") for side in ("Left", "Right"))


def add_talker() -> bpy.types.Object:
    """A face on an armature with neck and head. Returns the armature."""
    rig = add_armature()
    add_face(keys=(*KEYS, *LOOKS, "tongueOut", "tongueTipUp"), parent=rig)
    select(rig)
    return rig


def key_shapes(face: bpy.types.Object) -> np.ndarray:
    """An own animation of all shapes. Returns their values (frames, keys)."""
    keys = face.data.shape_keys
    blocks = keys.key_blocks[1:]
    time_s = np.arange(FRAMES) / 24.0
    values = 0.5 + 0.4 * np.sin(
        2 * np.pi * time_s[:, None] * np.linspace(0.5, 1.5, len(blocks)) + np.arange(len(blocks))
    )
    for frame, row in enumerate(values):
        for block, value in zip(blocks, row):
            block.value = value
            block.keyframe_insert("value", frame=FIRST + frame)
    return values


def write_json(path: Path, rate_hz: float = 24.0, frames: int = FRAMES, **more: object) -> Path:
    time_s = np.arange(frames) / rate_hz
    jaw = 0.5 + 0.4 * np.sin(2 * np.pi * time_s)
    content = {
        "format": "audio2rig-face",
        "rate_hz": rate_hz,
        "names": ["jawOpen", "eyeBlinkLeft", "eyeBlinkRight"],
        "values": np.stack([jaw, *[np.clip(np.sin(9 * time_s), 0, 1)] * 2], 1).tolist(),
        "head_deg": np.stack([20 * np.sin(3 * time_s), 5 * np.cos(2 * time_s), 3 * np.sin(time_s)], 1).tolist(),
    }
    path.write_text(json.dumps(content | more))
    return path


def take_curve(root: bpy.types.Object, key: str) -> list[float]:
    """Values of a shape in the take that plays, at every frame from its first one on."""
    face = next(child for child in root.children_recursive if child.type == "MESH")
    take = root.audio2rig.takes[root.audio2rig.take_index]
    values = []
    for frame in range(round(take.first), round(take.last) + 1):
        bpy.context.scene.frame_set(frame)
        values.append(face.data.shape_keys.key_blocks[key].value)
    return values


def read(path: Path, part: Part) -> tuple:
    return part("core.capture.recordings").read_recording(path)


@pytest.mark.parametrize(("suffix", "rate"), [(".csv", 24.0), (".json", 24.0), (".json", 60.0)])
def test_what_is_exported_and_imported_is_the_same(
    scene: bpy.types.Scene, part: Part, tmp_path: Path, suffix: str, rate: float
) -> None:
    scene.render.fps = 24
    rig = add_talker()
    face = bpy.data.objects["Face"]
    values = key_shapes(face)
    first, again = tmp_path / f"first{suffix}", tmp_path / f"again{suffix}"
    assert bpy.ops.audio2rig.export_face(filepath=str(first), rate=rate) == {"FINISHED"}
    written, _ = read(first, part)
    if rate == 24.0:
        places = [
            list(part("core.motion.face_track").FACE_NAMES).index(block.name)
            for block in face.data.shape_keys.key_blocks[1:]
        ]
        known = [place for place in places if place < 52 or suffix == ".json"]
        np.testing.assert_allclose(written.values[:, known], values[:, [places.index(one) for one in known]], atol=1e-3)
    assert not written.knows_head
    scene.render.fps = round(rate)
    assert bpy.ops.audio2rig.import_face(filepath=str(first), frame_start=101) == {"FINISHED"}
    take = rig.audio2rig.takes[rig.audio2rig.take_index]
    assert (take.name, take.first) == ("first", 101)
    assert bpy.ops.audio2rig.export_face(filepath=str(again)) == {"FINISHED"}
    once_more, _ = read(again, part)
    assert len(once_more) == len(written)
    np.testing.assert_allclose(once_more.values, written.values, atol=1e-3)


def test_the_head_comes_back_too(scene: bpy.types.Scene, part: Part, tmp_path: Path) -> None:
    scene.render.fps = 24
    add_talker()
    path = write_json(tmp_path / "nod.json")
    assert bpy.ops.audio2rig.import_face(filepath=str(path)) == {"FINISHED"}
    for suffix in (".csv", ".json"):
        out = tmp_path / f"out{suffix}"
        assert bpy.ops.audio2rig.export_face(filepath=str(out)) == {"FINISHED"}
        written, again = read(path, part)[0], read(out, part)[0]
        np.testing.assert_allclose(np.radians(again.head_deg), np.radians(written.head_deg), atol=1e-3)


def test_an_import_is_a_take_of_its_own_and_leaves_the_rest(scene: bpy.types.Scene, part: Part, tmp_path: Path) -> None:
    scene.render.fps = 24
    rig = add_talker()
    key_shapes(bpy.data.objects["Face"])
    own = bpy.data.objects["Face"].data.shape_keys.animation_data.action
    keys_before = {(curve.data_path, len(curve.keyframe_points)) for curve in curves_of(own, part)}
    assert bpy.ops.audio2rig.import_face(filepath=str(write_json(tmp_path / "talk.json"))) == {"FINISHED"}
    takes = rig.audio2rig.takes
    assert [take.name for take in takes] == ["Before Audio2Rig", "talk"]
    assert {(curve.data_path, len(curve.keyframe_points)) for curve in curves_of(own, part)} == keys_before
    jaw = take_curve(rig, "jawOpen")
    np.testing.assert_allclose(jaw, 0.5 + 0.4 * np.sin(2 * np.pi * np.arange(FRAMES) / 24), atol=1e-3)
    assert "s of recording in" in takes[1].report
    assert scene.frame_end == 250
    assert any("no eye look down left" in line for line in takes[1].report.splitlines())
    assert part("core.blender.takes.describing").in_a_row(takes[1]).startswith("imported")


def curves_of(action: bpy.types.Action, part: Part) -> list:
    compat = part("core.blender.compat")
    slot = action.slots[0] if compat.has_slots() else None
    return list(compat.find_curves(action, slot).fcurves)


def test_a_long_recording_is_seen_to_its_end(scene: bpy.types.Scene, tmp_path: Path) -> None:
    scene.render.fps = 24
    rig = add_talker()
    path = write_json(tmp_path / "long.json", frames=400)
    assert bpy.ops.audio2rig.import_face(filepath=str(path)) == {"FINISHED"}
    assert scene.frame_end == 400
    assert "with the recording" in rig.audio2rig.takes[-1].report


def test_a_blink_between_two_frames_is_not_lost(scene: bpy.types.Scene, tmp_path: Path) -> None:
    scene.render.fps = 24
    rig = add_talker()
    lids = np.zeros(240)
    lids[121:124] = 1.0  # 25 ms
    path = write_json(
        tmp_path / "blink.json",
        120.0,
        240,
        names=["eyeBlinkLeft", "eyeBlinkRight"],
        values=[[lid, lid] for lid in lids],
    )
    assert bpy.ops.audio2rig.import_face(filepath=str(path)) == {"FINISHED"}
    assert max(take_curve(rig, "eyeBlinkLeft")) > 0.99


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("Dear diary", "no recording of a face"),
        ('{"names": ["jawOpen"], "values": [[0], [1]]}', "rate_hz"),
        ('[{"people": []}, {"people": []}]', "no face in any frame"),
        ('{"names": ["mouthDimpleLeft"], "fps": 24, "values": [[0], [1]]}', "nothing that this recording moves"),
    ],
)
def test_what_cannot_be_imported_changes_nothing(
    scene: bpy.types.Scene, tmp_path: Path, content: str, said: str
) -> None:
    rig = add_talker()
    path = tmp_path / "bad.json"
    path.write_text(content)
    with pytest.raises(RuntimeError, match=said):
        bpy.ops.audio2rig.import_face(filepath=str(path))
    assert not rig.audio2rig.takes
    assert not bpy.data.actions


def test_an_export_replaces_nothing_unasked(scene: bpy.types.Scene, tmp_path: Path) -> None:
    add_talker()
    path = write_json(tmp_path / "talk.json")
    kept = path.read_text()
    bpy.ops.audio2rig.import_face(filepath=str(path))
    with pytest.raises(RuntimeError, match="would be lost"):
        bpy.ops.audio2rig.export_face(filepath=str(path), overwrite=True)
    assert path.read_text() == kept
    out = tmp_path / "out.csv"
    for mine, said in (("audio,save\n", "not a face"), ("Timecode,JawOpen\n", "exists already")):
        out.write_text(mine)
        with pytest.raises(RuntimeError, match=said):
            bpy.ops.audio2rig.export_face(filepath=str(out))
        assert out.read_text() == mine
    assert bpy.ops.audio2rig.export_face(filepath=str(out), overwrite=True) == {"FINISHED"}
    assert out.read_text().startswith("Timecode,BlendshapeCount,EyeBlinkLeft")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "talk.json"]


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("face.fbx", {}, "in which format"),
        ("none/face.csv", {}, "no folder"),
        ("face.csv", {"take": "Other"}, 'no take "Other"'),
        ("face.csv", {"rate": 0.5}, "cannot be written"),
        ("face.csv", {}, "moves no face"),
    ],
)
def test_what_cannot_be_exported_says_what_to_do(
    scene: bpy.types.Scene, part: Part, tmp_path: Path, name: str, options: dict, said: str
) -> None:
    add_talker()
    exporting, errors = part("core.blender.face_files.exporting"), part("core.errors")
    wanted = exporting.FaceExport(tmp_path / name, take=options.get("take", ""), rate_hz=options.get("rate", 0.0))
    with pytest.raises(errors.UserError, match=said) as caught:
        exporting.export_face(bpy.context, wanted)
    assert caught.value.hint
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("mode", ["XYZ", "QUATERNION"])
def test_shapes_that_follow_sliders_go_both_ways(scene: bpy.types.Scene, part: Part, tmp_path: Path, mode: str) -> None:
    scene.render.fps = 24
    rig = add_armature(bones=("hips", "spine", "chest", "neck", "head", "knob", "lids"))
    face = add_face(parent=rig)
    rig["lids"] = 0.0
    rig.pose.bones["knob"].rotation_mode = mode
    turn = {"type": "TRANSFORMS", "bone_target": "knob", "transform_type": "ROT_X", "transform_space": "LOCAL_SPACE"}
    drive(face, "jawOpen", "v / 0.7", id=rig, **turn)
    for side in ("Left", "Right"):
        drive(face, f"eyeBlink{side}", "v * 2", id=rig, data_path='["lids"]')
    select(rig)
    path, out = write_json(tmp_path / "talk.json"), tmp_path / "out.json"
    assert bpy.ops.audio2rig.import_face(filepath=str(path)) == {"FINISHED"}
    assert bpy.ops.audio2rig.export_face(filepath=str(out)) == {"FINISHED"}
    again, written = read(out, part)[0], read(path, part)[0]
    for name in ("jawOpen", "eyeBlinkLeft"):
        np.testing.assert_allclose(again.track[name], written.track[name], atol=3e-3)


def test_a_jaw_by_a_bone_is_written_as_the_shape_that_it_shows(
    scene: bpy.types.Scene, part: Part, tmp_path: Path
) -> None:
    scene.render.fps = 24
    rig = add_armature(bones=("hips", "spine", "chest", "neck", "head", "jaw"))
    select(rig)
    path = write_json(
        tmp_path / "talk.json", names=["jawOpen"], values=[[0.5 + 0.4 * np.sin(frame / 4)] for frame in range(FRAMES)]
    )
    assert bpy.ops.audio2rig.import_face(filepath=str(path)) == {"FINISHED"}
    out = tmp_path / "out.json"
    assert bpy.ops.audio2rig.export_face(filepath=str(out)) == {"FINISHED"}
    written, _ = read(out, part)
    jaw = written.track["jawOpen"]
    assert np.abs(jaw - [0.5 + 0.4 * np.sin(frame / 4) for frame in range(FRAMES)]).max() < 0.02


def test_the_command_line_exports_and_imports(
    scene: bpy.types.Scene, part: Part, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    add_talker()
    cli = part("core.blender.cli")
    path, out = write_json(tmp_path / "talk.json"), tmp_path / "out.csv"
    saved = tmp_path / "out.blend"
    assert cli.main(["import-face", "--input", str(path), "--name", "Anna", "--save", str(saved)]) == 0
    assert saved.is_file()
    assert cli.main(["export-face", "--take", "Anna", "--output", str(out), "--rate", "30"]) == 0
    assert "at 30 a second" in capsys.readouterr().out
    assert read(out, part)[0].rate_hz == pytest.approx(30.0)
    assert cli.main(["export-face", "--output", str(out)]) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert cli.main(["export-face", "--output", str(out), "--overwrite"]) == 0
    assert cli.main(["import-face", "--input", str(tmp_path / "none.csv")]) == 1
    assert cli.main(["export-face"]) == 2


def test_the_demo_character_speaks_both_ways(scene: bpy.types.Scene, part: Part, tmp_path: Path) -> None:
    scene.render.fps = 30
    root = part("core.blender.inspection").add_demo_character(bpy.context)
    names = list(part("core.motion.face_track").FACE_NAMES)
    time_s = np.arange(60) / 30.0
    waves = 0.4 + 0.35 * np.sin(2 * np.pi * time_s[:, None] * np.linspace(0.3, 2.0, 55) + np.arange(55))
    path = write_json(tmp_path / "all.json", 30.0, 60, names=names, values=waves.round(4).tolist())
    report = part("core.blender.face_files.importing").import_face(
        bpy.context, part("core.blender.face_files.importing").FaceFile(path)
    )
    assert report.shapes >= 52
    out = tmp_path / "out.json"
    assert bpy.ops.audio2rig.export_face(filepath=str(out)) == {"FINISHED"}
    written, notes = read(out, part)
    assert notes == ()
    np.testing.assert_allclose(written.values, waves, atol=1e-3)
    assert np.ptp(written.head_deg[:, 0]) > 30.0
    assert root.audio2rig.takes[-1].imported == str(path)
