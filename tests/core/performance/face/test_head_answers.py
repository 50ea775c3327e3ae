# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyes are there before a turned head, with a blink; the neck goes along; what was keyed does not answer."""

from dataclasses import replace

import numpy as np
import pytest

from core.audio.prosody import ProsodyCurves
from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.face_track import FACE_INDEX, FACE_NAMES
from core.motion.joints import JOINT_NAMES
from core.performance.face.head_answers import LEAD_S, answer_head
from core.prompts.blending import blend_clip_through, with_holds
from core.prompts.model import PosePrompts
from core.prompts.pacing import Pace, Paces

FRAMES, RATE_HZ = 420, 60.0
KEY_S = 3.0


def curves():
    silent = np.zeros(FRAMES)
    return ProsodyCurves(
        **{name: RATE_HZ if name == "rate_hz" else silent for name in ProsodyCurves.__dataclass_fields__}
    )


def turn(yaw_deg, **more):
    """(values, the clip before, the answered clip) of a head that turns by so much at KEY_S."""
    keyed = {"head": (0.0, yaw_deg, 0.0), **more}
    prompts = PosePrompts(
        {joint: (np.array([KEY_S]), rot.from_axis_angle(np.radians([degrees]))) for joint, degrees in keyed.items()}
    )
    prompts = with_holds(prompts, {joint: Paces.of([Pace(0.5, 0.33)]) for joint in keyed})
    body = Clip.still(FRAMES, RATE_HZ, frozenset(JOINT_NAMES))
    values = np.zeros((FRAMES, len(FACE_NAMES)), np.float32)
    answered = answer_head(values, body, blend_clip_through(body, prompts), prompts, curves(), True)
    return values, body, answered


def yaw_deg(quaternions):
    ahead = rot.rotate(quaternions.astype(float), np.array([[0.0, 0.0, 1.0]]))
    return np.degrees(np.arctan2(ahead[:, 0], ahead[:, 2]))


@pytest.mark.parametrize("degrees", [40.0, -40.0])
def test_eyes_lead_and_come_back(degrees):
    values, _, answered = turn(degrees)
    sign = np.sign(degrees)
    head, eye = sign * yaw_deg(answered["head"]), sign * yaw_deg(answered["left_eye_smplhf"])
    begins = {name: int(np.flatnonzero(curve > 2.0)[0]) for name, curve in (("head", head), ("eye", eye))}
    assert 0.05 < (begins["head"] - begins["eye"]) / RATE_HZ <= LEAD_S + 0.02
    assert eye.max() > 8.0 and eye[int((KEY_S + 0.4) * RATE_HZ)] < 7.0
    looks = "eyeLookOutLeft" if sign > 0 else "eyeLookInLeft"
    assert values[:, FACE_INDEX[looks]].max() > 0.2 and abs(eye[-1]) < 1e-3


def test_a_large_turn_comes_with_a_blink_and_a_small_one_without():
    lids = FACE_INDEX["eyeBlinkLeft"]
    assert turn(40.0)[0][:, lids].max() > 0.9
    assert turn(8.0)[0][:, lids].max() < 0.2


def test_the_neck_goes_along_unless_it_was_keyed():
    _, body, answered = turn(40.0)
    along = rot.angle_between_deg(answered["neck"], body["neck"])
    assert 5.0 < along[int(KEY_S * RATE_HZ)] < 12.0 and along[0] == 0.0
    _, body, answered = turn(40.0, neck=(0.0, 0.0, 0.0))
    assert rot.angle_between_deg(answered["neck"], body["neck"])[int(KEY_S * RATE_HZ)] < 1e-6


def test_nothing_answers_what_is_not_a_head():
    body = Clip.still(FRAMES, RATE_HZ, frozenset(JOINT_NAMES))
    prompts = PosePrompts({"left_elbow": (np.array([1.0]), np.array([[1.0, 0.0, 0.0, 0.0]]))})
    values = np.zeros((FRAMES, len(FACE_NAMES)), np.float32)
    assert answer_head(values, body, body, prompts, curves(), True) is body
    still = replace(body, driven=frozenset({"left_elbow"}))
    assert (
        answer_head(
            values, still, still, replace(prompts, joints={"head": prompts.joints["left_elbow"]}), curves(), True
        )
        is still
    )
