# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies in BVH files come out as they went in, whatever names, axes and rates; what is none is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
from core.capture.bvh import read_bvh
from core.errors import UserError
from core.evaluation.material.bvh_files import SUIT_NAMES, write_bvh
from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.joints import BODY_JOINTS, FINGER_JOINTS, JOINT_INDEX

FRAMES = 60


def moving(frames: int = FRAMES, rate_hz: float = 30.0) -> Clip:
    """Someone who turns, bends and raises an arm."""
    clip = Clip.still(frames, rate_hz)
    share = np.linspace(0.0, 1.0, frames)
    for joint, axis in (
        ("left_shoulder", (0.0, 0.0, -1.2)),
        ("right_elbow", (0.0, 1.3, 0.0)),
        ("spine2", (0.3, 0.2, 0.0)),
    ):
        clip.rotations[:, JOINT_INDEX[joint]] = rot.from_axis_angle(share[:, None] * np.array(axis))
    return clip


def body_in(path: Path, rate_hz: float) -> Clip:
    """The body in a file of which nothing has to be said."""
    clip, notes = read_bvh(path, rate_hz)
    assert not notes
    return clip


def written(path: Path, clip: Clip, names: dict[str, str] | None = None, fingers: bool = True) -> Path:
    write_bvh(path, clip, names, fingers)
    return path


def apart_deg(first: Clip, second: Clip, joints: tuple[str, ...] = BODY_JOINTS) -> float:
    at = [JOINT_INDEX[name] for name in joints]
    return float(rot.angle_between_deg(first.rotations[:, at], second.rotations[:, at]).max())


def unreal(joint: str) -> str:
    side, _, part = joint.rpartition("_") if "_" in joint else ("", "", joint)
    parts = {"hip": "thigh", "knee": "calf", "ankle": "foot", "foot": "ball", "collar": "clavicle"}
    parts |= {"shoulder": "upperarm", "elbow": "lowerarm", "wrist": "hand", "neck": "neck_01"}
    parts |= {f"spine{number}": f"spine_0{number}" for number in (1, 2, 3)}
    name = parts.get(part, f"{part[:-1]}_0{part[-1]}" if part[-1] in "123" else part)
    return name + {"left": "_l", "right": "_r", "": ""}[side]


def plain(joint: str) -> str:
    """As SMPL's joints are called, where a foot is the toes and a shoulder an upper arm."""
    return joint


NAMES = {
    "suit": dict(SUIT_NAMES),
    "mixamo": {joint: f"mixamorig:{name}" for joint, name in SUIT_NAMES.items()},
    "unreal": {joint: unreal(joint) for joint in SUIT_NAMES},
    "smpl": {joint: plain(joint) for joint in SUIT_NAMES},
    "letters": {joint: name.replace("Left", "L_").replace("Right", "R_") for joint, name in SUIT_NAMES.items()},
}


@pytest.mark.parametrize("names", list(NAMES))
def test_a_body_comes_out_as_it_went_in(tmp_path: Path, names: str) -> None:
    clip = moving()
    found = body_in(written(tmp_path / "a.bvh", clip, NAMES[names]), 30.0)
    assert len(found) == FRAMES and apart_deg(found, clip) < 0.1
    assert found.driven >= set(BODY_JOINTS)
    assert names in ("letters",) or found.driven >= set(FINGER_JOINTS)


def test_without_fingers_none_are_driven(tmp_path: Path) -> None:
    found = body_in(written(tmp_path / "a.bvh", moving(), fingers=False), 30.0)
    assert not found.driven & set(FINGER_JOINTS) and apart_deg(found, moving()) < 0.1


def test_another_rate_is_resampled(tmp_path: Path) -> None:
    found = body_in(written(tmp_path / "a.bvh", moving(240, 120.0)), 30.0)
    assert len(found) == 60 and apart_deg(found, moving(60)) < 1.5


def test_z_up_and_a_root_above_the_hips(tmp_path: Path) -> None:
    """Z up, looking along -Y, and the hips hang on a root that turns: as Blender writes it."""
    path = written(tmp_path / "a.bvh", moving())
    lines = path.read_text().split("\n")
    turned = []
    for line in lines[: lines.index("MOTION")]:
        if line.strip().startswith("OFFSET"):
            x, y, z = (float(word) for word in line.split()[1:])
            line = f"OFFSET {x} {-z} {y}"
        turned.append(line.replace("Zrotation Xrotation Yrotation", "Yrotation Xrotation Zrotation"))
    turned = [line.replace("ROOT Hips", "JOINT Hips") for line in turned[1:]]
    head = ["HIERARCHY", "ROOT Armature", "{", "OFFSET 0 0 0", "CHANNELS 3 Xrotation Yrotation Zrotation", *turned, "}"]
    motion = lines[lines.index("MOTION") :]
    frames = []
    for line in motion[3:]:
        if not line:
            continue
        numbers = [float(word) for word in line.split()]
        x, y, z, *angles = numbers
        first = np.array(angles).reshape(-1, 3) * [-1.0, 1.0, 1.0]
        frames.append(" ".join(f"{value:.4f}" for value in (0.0, 0.0, 0.0, x, -z, y, *first.ravel())))
    path.write_text("\n".join([*head, *motion[:3], *frames]))
    assert apart_deg(body_in(path, 30.0), moving()) < 0.1


def changed(path: Path, old: str, new: str) -> Path:
    content = written(path, moving()).read_text()
    assert old in content
    path.write_text(content.replace(old, new))
    return path


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("Left", "Bone", "not found are left"),
        ("OFFSET", "OFFSETS", "cannot be read"),
        ("JOINT Spine\n", "JOINT Spine\n\n\n", ""),
        ("Frame Time: 0.0333333", "Frame Time: 0", "no usual frame time"),
        ("Frame Time: 0.0333333", "Frame Time: soon", "no usual frame time"),
        ("CHANNELS 3", "CHANNELS 900000000", "cannot be read"),
        ("CHANNELS 3", "CHANNELS -3", "cannot be read"),
        ("Zrotation", "Wrotation", "cannot be read: channel wrotation"),
        ("HIERARCHY", "<html>", "no BVH file"),
        ("MOTION", "", "no BVH file"),
        ("\n0.0000 ", "\nnan ", "numbers that no body has"),
        ("\n0.0000 ", "\n1e30 ", "numbers that no body has"),
        ("\n0.0000 ", "\nspam ", "no number"),
    ],
)
def test_what_is_no_body_is_said(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = changed(tmp_path / "a.bvh", old, new)
    if not said:
        body_in(path, 30.0)
        return
    with pytest.raises(UserError, match=said) as raised:
        body_in(path, 30.0)
    assert "a.bvh" in str(raised.value)


def test_a_skeleton_without_shape_and_one_frame(tmp_path: Path) -> None:
    path = written(tmp_path / "a.bvh", moving())
    lines = ["OFFSET 0 0 0" if line.strip().startswith("OFFSET") else line for line in path.read_text().split("\n")]
    path.write_text("\n".join(lines))
    with pytest.raises(UserError, match="no shape of a body"):
        body_in(path, 30.0)
    with pytest.raises(UserError, match="1 frame"):
        body_in(written(tmp_path / "one.bvh", moving(1)), 30.0)
    (tmp_path / "deep.bvh").write_text("HIERARCHY\n" + "ROOT a {\n" * 5000 + "MOTION")
    with pytest.raises(UserError, match="too many joints"):
        body_in(tmp_path / "deep.bvh", 30.0)
    with pytest.raises(UserError, match="no BVH file at"):
        body_in(tmp_path / "none.bvh", 30.0)


def test_hips_that_have_a_place_of_their_own_below_a_root(tmp_path: Path) -> None:
    """As MotionBuilder writes it: a reference that stays, and hips with six channels."""
    clip = moving()
    clip.root_translation_m[:, 0] = np.linspace(0.0, 0.3, FRAMES)
    path = written(tmp_path / "a.bvh", clip)
    plain_way = body_in(path, 30.0).root_translation_m
    head, _, motion = path.read_text().partition("MOTION\n")
    below = head.replace("HIERARCHY\nROOT Hips", "JOINT Hips")
    above = "HIERARCHY\nROOT Reference\n{\nOFFSET 0 0 0\nCHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation\n"
    frames = [f"10 0 0 0 0 0 {line}" if at > 1 and line else line for at, line in enumerate(motion.split("\n"))]
    path.write_text(above + below + "}\nMOTION\n" + "\n".join(frames))
    found = body_in(path, 30.0)
    assert np.ptp(found.root_translation_m[:, 0]) == pytest.approx(0.3, abs=0.01)
    assert np.allclose(found.root_translation_m, plain_way, atol=2e-3) and apart_deg(found, clip) < 0.1


def test_names_with_spaces_and_another_encoding(tmp_path: Path) -> None:
    path = written(tmp_path / "a.bvh", moving())
    text = path.read_text()
    for side in ("Left", "Right"):
        text = text.replace(f" {side}", f" Bip01 {side} ")
    path.write_bytes(text.replace("\n", "\r\n").encode("utf-16"))
    assert apart_deg(body_in(path, 30.0), moving()) < 0.1


@pytest.mark.parametrize("rate_hz", [24.0, 60.0, 100.0, 120.0])
def test_rates_are_thinned_or_filled_up(tmp_path: Path, rate_hz: float) -> None:
    found = body_in(written(tmp_path / "a.bvh", moving(int(2 * rate_hz), rate_hz)), 30.0)
    assert len(found) in (58, 59, 60) and found.rate_hz == 30.0
    at_1_s = moving(2, 30.0)
    share = rate_hz / (2 * rate_hz - 1)
    for joint in ("left_shoulder", "right_elbow", "spine2"):
        whole = at_1_s[joint][-1].astype(np.float64)
        half = rot.slerp(rot.IDENTITY.astype(np.float64), whole, np.array(share))
        assert rot.angle_between_deg(found[joint][30].astype(np.float64), half) < 0.2
