# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies: limbs point where the motion says, whatever the rest pose, the roll of the bones and what bones are missing."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.adult_skeleton import adult_position
from core.motion.clip import Clip
from core.motion.face_track import FACE_NAMES, FaceTrack
from core.motion.joints import BODY_JOINTS, JOINT_INDEX, JOINT_PARENTS
from core.motion.rotations import from_axis_angle, multiply, rotate, shortest_arc
from core.performance.performance import Performance
from core.rigs.character import Character
from core.rigs.conventions import bone_conventions
from core.rigs.retargeting.retarget import retarget
from core.rigs.spaces import unit_vector
from tests.core.rigs.retargeting.test_face_bones import TURNS
from tests.core.rigs.rig_building import moved, rig

PARENTS = {
    "spine1": "pelvis",
    "spine2": "spine1",
    "spine3": "spine2",
    "neck": "spine3",
    "head": "neck",
    "collar": "spine3",
    "shoulder": "collar",
    "elbow": "shoulder",
    "wrist": "elbow",
    "middle1": "wrist",
    "hip": "pelvis",
    "knee": "hip",
    "ankle": "knee",
    "foot": "ankle",
}
LIMBS = ("shoulder", "elbow", "hip", "knee")
NEXT = {"shoulder": "elbow", "elbow": "wrist", "hip": "knee", "knee": "ankle"}


def figure(droop: float) -> dict:
    """Places of a body whose arms hang by `droop` radians below the horizontal, forearms a little forward."""
    arm = np.array([np.cos(droop), -np.sin(droop), 0.0])
    forearm = np.array([np.cos(droop), -np.sin(droop), 0.3])
    shoulder = np.array([0.18, 1.42, 0.0])
    elbow = shoulder + 0.28 * arm
    wrist = elbow + 0.25 * forearm / np.linalg.norm(forearm)
    knuckle = wrist + 0.08 * forearm / np.linalg.norm(forearm)
    points = {
        "pelvis": (0, 0.95, 0),
        "spine1": (0, 1.05, 0),
        "spine2": (0, 1.18, 0),
        "spine3": (0, 1.3, 0),
        "neck": (0, 1.5, 0),
        "head": (0, 1.6, 0.01),
        "left_collar": (0.03, 1.42, 0),
        "left_shoulder": shoulder,
        "left_elbow": elbow,
        "left_wrist": wrist,
        "left_middle1": knuckle,
        "left_hip": (0.1, 0.9, 0),
        "left_knee": (0.14, 0.5, 0.02),
        "left_ankle": (0.16, 0.08, 0),
        "left_foot": (0.17, 0.02, 0.12),
    }
    ends = {
        "left_collar": shoulder,
        "left_shoulder": elbow,
        "left_elbow": wrist,
        "left_wrist": knuckle,
        "left_hip": (0.14, 0.5, 0.02),
        "left_knee": (0.16, 0.08, 0),
        "left_ankle": (0.17, 0.02, 0.12),
        "left_foot": (0.17, 0.0, 0.2),
        "left_middle1": knuckle + 0.03 * arm,
    }
    return {
        joint: (np.asarray(point, float), np.asarray(ends.get(joint, np.add(point, (0, 0.1, 0))), float))
        for joint, point in points.items()
    }


def mixamo_names(without: tuple[str, ...] = ()) -> dict[str, str]:
    return {
        joint: bone for bone, joint in bone_conventions()["mixamo"].bones.items() if joint.split("_")[-1] not in without
    }


def moves(seed: int, frames: int = 3, size: float = 0.6) -> Clip:
    rng = np.random.default_rng(seed)
    clip = Clip.still(frames, 60.0, frozenset(BODY_JOINTS))
    clip.rotations[:, :22] = from_axis_angle(rng.normal(0, size, (frames, 22, 3)))
    clip.rotations[:, 0] = [1, 0, 0, 0]
    return clip


def in_space(clip: Clip, joint: str) -> np.ndarray:
    chain = [JOINT_INDEX[joint]]
    while JOINT_PARENTS[chain[0]] >= 0:
        chain.insert(0, JOINT_PARENTS[chain[0]])
    total = np.tile([1.0, 0, 0, 0], (len(clip), 1))
    for index in chain:
        total = multiply(total, clip.rotations[:, index].astype(float))
    return total


@pytest.mark.slow
@pytest.mark.parametrize("without", [(), ("spine3",), ("collar", "neck"), ("spine2", "spine3", "neck")])
@pytest.mark.parametrize(("droop", "turn"), [(0.0, 1), (0.8, 0), (1.3, 3)])
def test_limbs_point_where_the_motion_says(droop, turn, without):
    places = figure(droop)
    names = mixamo_names(without)
    description = rig(names, TURNS[turn], seed=int(10 * droop), places=places, parents=PARENTS)
    clip = moves(1)
    face = FaceTrack(np.zeros((len(clip), len(FACE_NAMES)), np.float32))
    # random poses put hands into the body; that they are pushed out is tested with the capsules
    controls = retarget(Performance("x", 0.1, face, clip), Character.of(description), adjusted=False)
    for side, sign in (("left", 1), ("right", -1)):
        for limb in LIMBS:
            joint = f"{side}_{limb}"
            rest = unit_vector(
                adult_position(f"{side}_{NEXT[limb]}") - adult_position(joint)
            )  # of the skeleton on which the motion is
            wanted = rotate(in_space(clip, joint), rest)
            start, end = (places[f"left_{name}"][0] * [sign, 1, 1] for name in (limb, NEXT[limb]))
            for frame in range(len(clip)):
                way = moved(description, controls, names[joint], frame, end) - moved(
                    description, controls, names[joint], frame, start
                )
                angle = np.degrees(np.arccos(np.clip(way / np.linalg.norm(way) @ wanted[frame], -1, 1)))
                assert angle < 0.5, (joint, frame)
    nose = np.array([0.0, 1.65, 0.12])
    crown = np.array([0.0, 1.75, 0.12])
    for frame in range(len(clip)):
        way = moved(description, controls, names["head"], frame, nose) - moved(
            description, controls, names["head"], frame, crown
        )
        np.testing.assert_allclose(way, rotate(in_space(clip, "head"), nose - crown)[frame], atol=1e-5)


def test_only_driven_joints_get_curves():
    description = rig(mixamo_names(), places=figure(0.8), parents=PARENTS)
    clip = Clip.still(3, 60.0, frozenset(("neck", "head")))
    face = FaceTrack(np.zeros((3, len(FACE_NAMES)), np.float32))
    controls = retarget(Performance("x", 0.1, face, clip), Character.of(description))
    assert set(controls.rotations) == {"mixamorig:Neck", "mixamorig:Head"}
    without_head = retarget(Performance("x", 0.1, face, moves(0, 3)), Character.of(description), frozenset(("LIPS",)))
    assert without_head.rotations == {}


def test_arcs():
    rng = np.random.default_rng(0)
    for _ in range(20):
        start, end = rng.normal(size=(2, 3))
        turned = rotate(shortest_arc(start, end), start / np.linalg.norm(start))
        np.testing.assert_allclose(turned, end / np.linalg.norm(end), atol=1e-9)
    np.testing.assert_allclose(
        rotate(shortest_arc(np.array([0, 1.0, 0]), np.array([0, -1.0, 0])), np.array([0, 1.0, 0])),
        [0, -1, 0],
        atol=1e-9,
    )
