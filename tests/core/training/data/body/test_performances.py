# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings of other skeletons on the canonical one, and performances stitched from them."""

import numpy as np
import pytest
import torch

from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.gesture_plan import GestureUnit
from core.motion.joints import JOINT_INDEX, JOINT_NAMES
from core.motion.recorded.recording import Recording
from core.motion.recorded.to_canonical import mirrored, to_canonical
from core.motion.rotation_tensors import quaternion_to_matrix
from core.motion.skeleton import Skeleton, average_adult
from core.training.data.body.corpus import BodyClip
from core.training.data.body.performances import SPEAKERS, stitch
from core.training.data.body.stitching import warped

A_POSE = {
    "Hips": (0.0, 1.0, 0.0),
    "Spine": (0.0, 1.1, 0.0),
    "Spine1": (0.0, 1.25, 0.0),
    "Spine2": (0.0, 1.35, 0.0),
    "Neck": (0.0, 1.5, 0.0),
    "Head": (0.0, 1.6, 0.0),
    **{
        f"{side}{name}": (sign * x, y, z)
        for side, sign in (("Left", 1), ("Right", -1))
        for name, (x, y, z) in {
            "UpLeg": (0.1, 0.95, 0.0),
            "Leg": (0.12, 0.5, 0.0),
            "Foot": (0.13, 0.1, 0.0),
            "ToeBase": (0.14, 0.03, 0.12),
            "Shoulder": (0.05, 1.42, 0.0),
            "Arm": (0.2, 1.42, 0.0),
            "ForeArm": (0.4, 1.22, 0.0),
            "Hand": (0.58, 1.04, 0.0),
        }.items()
    },
}
PARENTS = {
    "Spine": "Hips",
    "Spine1": "Spine",
    "Spine2": "Spine1",
    "Neck": "Spine2",
    "Head": "Neck",
    **{
        f"{side}{name}": parent if parent in ("Hips", "Spine2") else f"{side}{parent}"
        for side in ("Left", "Right")
        for name, parent in {
            "UpLeg": "Hips",
            "Leg": "UpLeg",
            "Foot": "Leg",
            "ToeBase": "Foot",
            "Shoulder": "Spine2",
            "Arm": "Shoulder",
            "ForeArm": "Arm",
            "Hand": "ForeArm",
        }.items()
    },
}


def _recording(frames=12):
    names = tuple(A_POSE)
    parents = tuple(names.index(PARENTS[name]) if name in PARENTS else -1 for name in names)
    random = np.random.default_rng(0)
    rotations = rot.from_axis_angle(random.normal(0, 0.25, (frames, len(names), 3))).astype(np.float32)
    return Recording(
        "talker",
        Skeleton.from_rest_positions(names, parents, np.array(list(A_POSE.values()))),
        rotations,
        np.zeros((frames, 3), np.float32),
        30.0,
    )


def test_limbs_point_where_they_pointed_and_the_rest_is_a_t_pose():
    recording = _recording()
    clip, adult = to_canonical(recording), average_adult()
    ours = adult.forward(
        quaternion_to_matrix(torch.from_numpy(clip.rotations)), torch.from_numpy(clip.root_translation_m)
    )[0].numpy()
    theirs, names = recording.positions_m(), recording.skeleton.names
    for side, long in (("left", "Left"), ("right", "Right")):
        for (a, b), (c, d) in {
            ("shoulder", "elbow"): ("Arm", "ForeArm"),
            ("elbow", "wrist"): ("ForeArm", "Hand"),
            ("hip", "knee"): ("UpLeg", "Leg"),
            ("knee", "ankle"): ("Leg", "Foot"),
        }.items():
            mine = ours[:, JOINT_INDEX[f"{side}_{b}"]] - ours[:, JOINT_INDEX[f"{side}_{a}"]]
            true = theirs[:, names.index(long + d)] - theirs[:, names.index(long + c)]
            cosine = (mine * true).sum(-1) / np.linalg.norm(mine, axis=-1) / np.linalg.norm(true, axis=-1)
            assert np.degrees(np.arccos(np.clip(cosine, -1, 1))).max() < 1.0
    resting = Clip.still(1, 30.0).rotations[:, : len(names)]
    still = to_canonical(Recording("rest", recording.skeleton, resting, np.zeros((1, 3), np.float32), 30.0))
    arm = rot.rotate(still["left_shoulder"][0].astype(np.float64), np.array([1.0, 0.0, 0.0]))
    assert arm[1] == pytest.approx(-np.sqrt(0.5), abs=0.05)  # an A-pose is arms 45 degrees below the canonical T


def test_mirroring_twice_changes_nothing_and_once_mirrors_places():
    clip, adult = to_canonical(_recording()), average_adult()
    twice = mirrored(mirrored(clip))
    assert np.abs(twice.rotations - clip.rotations).max() < 1e-6

    def places(one):
        return adult.forward(
            quaternion_to_matrix(torch.from_numpy(one.rotations)), torch.from_numpy(one.root_translation_m)
        )[0].numpy()

    left, right = JOINT_INDEX["left_wrist"], JOINT_INDEX["right_wrist"]
    assert np.abs(places(mirrored(clip))[:, right] * [-1, 1, 1] - places(clip)[:, left]).max() < 1e-5


def _gesture():
    frames = 90
    clip = Clip.still(frames, 30.0, frozenset(JOINT_NAMES))
    lift = np.sin(np.linspace(0, np.pi, frames)) * 1.2
    clip.rotations[:, JOINT_INDEX["left_shoulder"]] = rot.from_axis_angle(np.stack([0 * lift, 0 * lift, lift], -1))
    unit = GestureUnit("point", "left", 1.0, 0.3, 1.2, 1.5, 1.8, 2.7)
    return BodyClip("wave", "test", "garza", "train", clip, True, unit, "")


def test_stitched_performances_gesture_where_their_units_say():
    performance = stitch([_gesture()], [], 40.0, np.random.default_rng(4), SPEAKERS.index("garza"))
    assert len(performance.clip) == len(performance.content) == len(performance.rhythm) >= 1200
    times = [(unit.start_s, unit.reach_s, unit.leave_s, unit.end_s) for unit in performance.units]
    assert len(times) > 5 and all(a < b <= c < d for a, b, c, d in times)
    angle = rot.angle_between_deg(performance.clip["left_shoulder"], performance.clip["left_shoulder"][:1])
    raised = performance.rhythm[:, 0]
    assert angle[raised > 0.99].mean() > 45 and angle[raised < 0.01].mean() < 15
    steps = rot.angle_between_deg(performance.clip.rotations[1:], performance.clip.rotations[:-1])
    assert steps.max() < 12  # degrees a frame: no seam pops


def test_warped_plays_the_same_motion_faster():
    clip = _gesture().clip
    fast = warped(clip, 1.5)
    assert len(fast) == pytest.approx(len(clip) / 1.5, abs=2)
    assert rot.angle_between_deg(fast["left_shoulder"][20], clip["left_shoulder"][30]) < 0.5
