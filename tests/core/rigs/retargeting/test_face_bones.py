# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces by bones: turned about the character's axes whatever their roll; lips by controls; not what shapes do already."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.clip import Clip
from core.motion.face_track import FACE_INDEX, FACE_NAMES, FaceTrack
from core.motion.joints import JOINT_INDEX
from core.motion.rotations import multiply, rotate
from core.performance.performance import Performance
from core.rigs.character import Character
from core.rigs.description import Bone, FaceMesh, RigDescription, ShapeKey
from core.rigs.detection.mapping import map_character
from core.rigs.retargeting.retarget import retarget
from core.rigs.spaces import BLENDER_AXES, about
from tests.core.rigs.rig_building import PLACES, PLAIN, moved, rig


def performance(frames: list[dict[str, float]], body: Clip | None = None) -> Performance:
    values = np.zeros((len(frames), len(FACE_NAMES)), np.float32)
    for row, mix in enumerate(frames):
        for name, weight in mix.items():
            values[row, FACE_INDEX[name]] = weight
    return Performance("take", len(frames) / 60, FaceTrack(values), body or Clip.still(len(frames), 60.0))


TURNS = [
    np.eye(3),
    BLENDER_AXES,
    BLENDER_AXES @ np.array([[0.0, 0, 1], [0, 1, 0], [-1, 0, 0]]),
    np.array([[0.0, 0, -1], [-1, 0, 0], [0, 1, 0]]),
]


@pytest.mark.parametrize("axes", TURNS, ids=["Y up", "Z up", "Z up, facing X", "turned"])
@pytest.mark.parametrize("seed", range(3))
def test_any_rest_pose_turns_the_right_way(axes, seed):
    description = rig(PLAIN, axes, seed)
    controls = retarget(
        performance(
            [
                {"jawOpen": 1.0, "eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0},
                {"eyeLookUpLeft": 1.0, "eyeLookUpRight": 1.0, "eyeBlinkLeft": 1.0},
                {"jawLeft": 1.0},
            ]
        ),
        Character.of(description),
    )
    chin = np.array(PLACES["jaw"][1])
    opened = moved(description, controls, "jaw", 0, chin) - chin
    assert opened[1] < -0.02 and abs(opened[0]) < 1e-6  # down, not aside
    assert moved(description, controls, "jaw", 2, chin)[0] > 0.003  # to the character's left
    for name, sign in (("eye.L", 1), ("eye.R", -1)):
        pupil = np.array(PLACES["left_eye_smplhf"][1]) * [sign, 1, 1]
        assert (moved(description, controls, name, 0, pupil) - pupil)[0] > 0.01  # both to the left
        assert (moved(description, controls, name, 1, pupil) - pupil)[1] > 0.01  # both up
    rim = {edge: np.array(PLACES[f"left_lid_{edge}"][1]) for edge in ("upper", "lower")}
    shut = {edge: moved(description, controls, f"eyelid_{edge}.L", 1, point) for edge, point in rim.items()}
    assert abs(shut["upper"][1] - shut["lower"][1]) < 0.25 * (rim["upper"] - rim["lower"])[1]


@pytest.mark.parametrize("axes", TURNS)
def test_head_and_neck_turn_once_and_as_meant(axes):
    description = rig(PLAIN, axes)
    clip = Clip.still(2, 60.0, frozenset(("neck", "head")))
    clip.rotations[0, JOINT_INDEX["neck"]] = about((0, 1, 0), np.array([0.2]))[0]
    clip.rotations[0, JOINT_INDEX["head"]] = about((1, 0, 0), np.array([0.3]))[0]
    controls = retarget(performance([{}, {}], clip), Character.of(description))
    assert {"neck", "head"} <= set(controls.rotations)
    nose = np.array([0.0, 1.65, 0.12])
    joint = np.array(PLACES["head"][0])
    arm = multiply(about((0, 1, 0), np.array([0.2])), about((1, 0, 0), np.array([0.3])))
    neck = np.array(PLACES["neck"][0])
    expected = rotate(arm, nose - joint)[0] + rotate(about((0, 1, 0), np.array([0.2])), joint - neck)[0] + neck
    np.testing.assert_allclose(moved(description, controls, "head", 0, nose), expected, atol=1e-6)


def test_without_a_neck_bone_the_head_takes_its_turn():
    description = rig({joint: name for joint, name in PLAIN.items() if joint != "neck"})
    clip = Clip.still(1, 60.0, frozenset(("neck", "head")))
    clip.rotations[0, JOINT_INDEX["neck"]] = clip.rotations[0, JOINT_INDEX["head"]] = about((0, 1, 0), np.array([0.2]))[
        0
    ]
    controls = retarget(performance([{}], clip), Character.of(description))
    angle = 2 * np.arccos(abs(controls.rotations["head"][0, 0]))
    assert angle == pytest.approx(0.4, abs=1e-4)


def test_body_and_face_may_have_different_rates():
    description = rig(PLAIN)
    clip = Clip.still(31, 30.0, frozenset(("head",)))
    clip.rotations[:, JOINT_INDEX["head"]] = about((0, 1, 0), np.linspace(0, 0.5, 31))
    controls = retarget(performance([{}] * 61, clip), Character.of(description))
    angle = 2 * np.arctan2(np.linalg.norm(controls.rotations["head"][:, 1:], axis=1), controls.rotations["head"][:, 0])
    np.testing.assert_allclose(angle, np.linspace(0, 0.5, 61), atol=2e-3)


def test_jaw_only_mouths_close_when_the_lips_should_meet():
    description = rig(PLAIN)
    mapping = map_character(description)
    controls = retarget(
        performance([{"jawOpen": 0.4, "mouthClose": 0.4}, {"jawOpen": 0.4}]), Character.of(description, mapping)
    )
    angle = 2 * np.arccos(np.clip(np.abs(controls.rotations["jaw"][:, 0]), 0, 1))
    assert angle[0] < 0.01 and angle[1] > 0.08
    assert any("cannot round" in note for note in mapping.notes)


def arkit_mesh(*names: str) -> FaceMesh:
    return FaceMesh("Head", tuple(ShapeKey(name) for name in names))


def test_bones_do_not_repeat_what_shapes_do():
    keys = [
        "jawOpen",
        "mouthClose",
        "mouthPucker",
        "mouthFunnel",
        "eyeBlinkLeft",
        "eyeBlinkRight",
        *(f"eyeLook{way}{side}" for way in ("Up", "Down", "In", "Out") for side in ("Left", "Right")),
    ]
    description = rig(PLAIN, meshes=[arkit_mesh(*keys)])
    pose = performance([{"jawOpen": 0.5, "eyeBlinkLeft": 1.0, "eyeLookUpLeft": 1.0}])
    controls = retarget(pose, Character.of(description))
    assert not set(controls.rotations) & {"jaw", "eye.L", "eye.R", "eyelid_upper.L"} and not controls.locations
    both = retarget(pose, Character.of(description, map_character(description, {"jaw_with_shapes": True})))
    assert "jaw" in both.rotations and "jawOpen" in both.shapes["Head"]


def test_gaze_shapes_follow_eyes_that_only_turn_as_joints():
    description = rig(
        PLAIN,
        meshes=[
            arkit_mesh(
                "eyeLookOutLeft",
                "eyeLookInLeft",
                "eyeLookUpLeft",
                "eyeLookDownLeft",
                "eyeLookInRight",
                "eyeLookOutRight",
                "eyeLookUpRight",
                "eyeLookDownRight",
            )
        ],
    )
    clip = Clip.still(1, 60.0, frozenset(("left_eye_smplhf", "right_eye_smplhf")))
    for side in ("left", "right"):
        clip.rotations[0, JOINT_INDEX[f"{side}_eye_smplhf"]] = about((0, 1, 0), np.array([0.3]))[0]
    shapes = retarget(performance([{}], clip), Character.of(description)).shapes["Head"]
    assert shapes["eyeLookOutLeft"][0] == pytest.approx(0.3 / 0.656, abs=0.01)
    assert shapes["eyeLookInRight"][0] == pytest.approx(0.3 / 0.513, abs=0.01)
    assert shapes["eyeLookInLeft"][0] == 0.0 and shapes["eyeLookUpLeft"][0] == 0.0


RIGIFY = {
    "pelvis": "torso",
    "spine1": "spine_fk.001",
    "spine2": "spine_fk.002",
    "neck": "neck",
    "head": "head",
    "jaw": "jaw_master",
    "left_shoulder": "upper_arm_fk.L",
    "right_shoulder": "upper_arm_fk.R",
    "lip_upper": "lip.T",
    "lip_lower": "lip.B",
    "left_lip_corner": "lips.L",
    "right_lip_corner": "lips.R",
}


def rigify() -> RigDescription:
    description = rig(RIGIFY)
    signs = {name: Bone(name, "", np.eye(4), 0.1) for name in ("MCH-torso.parent", "ORG-spine")}
    return RigDescription("test", (), {**description.bones, **signs}, armature="rig")


def test_rigify_lips_open_close_and_round():
    description = rigify()
    mapping = map_character(description)
    assert mapping.controls == "rigify"
    controls = retarget(
        performance(
            [{"jawOpen": 0.6}, {"jawOpen": 0.6, "mouthClose": 0.6}, {"mouthPucker": 1.0}, {"mouthSmileLeft": 1.0}]
        ),
        Character.of(description, mapping),
    )
    upper, lower = (np.array(PLACES[role][0]) for role in ("lip_upper", "lip_lower"))
    corner = np.array(PLACES["left_lip_corner"][0])
    rest = (upper - lower)[1]

    def gap(frame):
        return (
            moved(description, controls, "lip.T", frame, upper) - moved(description, controls, "lip.B", frame, lower)
        )[1]

    assert gap(0) - rest > 0.012  # open by more than a centimetre
    # shut although the jaw is down; this rig lacks the generated one's mechanism that lets lip.T follow the jaw a little
    assert abs(gap(1) - rest) < 0.003
    assert "jaw_master" in controls.rotations
    assert moved(description, controls, "lips.L", 2, corner)[0] < corner[0] - 0.004  # corners inwards
    assert moved(description, controls, "lip.T", 2, upper)[2] > upper[2] + 0.005  # lips forward
    smile = moved(description, controls, "lips.L", 3, corner) - corner
    assert smile[0] > 0.003 and smile[1] > 0.003


def test_rigify_head_ignores_the_neck_and_gets_the_whole_turn():
    description = rigify()
    clip = Clip.still(1, 60.0, frozenset(("neck", "head")))
    clip.rotations[0, JOINT_INDEX["neck"]] = clip.rotations[0, JOINT_INDEX["head"]] = about((0, 1, 0), np.array([0.2]))[
        0
    ]
    controls = retarget(performance([{}], clip), Character.of(description))
    assert 2 * np.arccos(abs(controls.rotations["head"][0, 0])) == pytest.approx(0.4, abs=1e-4)
    assert 2 * np.arccos(abs(controls.rotations["neck"][0, 0])) == pytest.approx(0.2, abs=1e-4)


def test_sizes_are_measured_on_the_character():
    offsets = []
    for scale in (1.0, 100.0):
        description = rig(RIGIFY, scale=scale)
        signs = {name: Bone(name, "", np.eye(4), 0.1) for name in ("MCH-torso.parent", "ORG-spine")}
        description = RigDescription("test", (), {**description.bones, **signs}, armature="rig")
        controls = retarget(performance([{"mouthPucker": 1.0}]), Character.of(description))
        offsets.append(np.linalg.norm(controls.locations["lip.T"][0]))
    assert offsets[1] == pytest.approx(100 * offsets[0], rel=1e-3)


def test_blocked_bones_are_left_alone_and_named():
    description = rig(PLAIN, blocked="linked from another file")
    mapping = map_character(description)
    assert not {"jaw", "head"} & set(mapping.bones)
    assert any("bones of “rig” stay" in note and "linked from another file" in note for note in mapping.notes)
    assert retarget(performance([{"jawOpen": 1.0}]), Character.of(description, mapping)).rotations == {}
