# SPDX-License-Identifier: GPL-3.0-or-later
"""A listener: mouth closed outside of its own lines, head and eyes on who speaks, lids and smile as they were."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.motion.clip import Clip
from core.motion.face_track import FACE_INDEX, FACE_NAMES, FACE_RATE_HZ, FaceTrack
from core.motion.joints import JOINT_INDEX
from core.motion.rotations import rotate
from core.performance.face.listening import Listening, Speaker, listen
from core.performance.performance import Performance

SECONDS = 8.0


def at_s(time_s: float) -> int:
    return round(time_s * FACE_RATE_HZ)


@pytest.fixture
def performance() -> Performance:
    frames = at_s(SECONDS)
    values = np.zeros((frames, len(FACE_NAMES)), np.float32)
    for name in ("jawOpen", "mouthFunnel", "mouthSmileLeft", "eyeBlinkLeft", "eyeBlinkRight"):
        values[:, FACE_INDEX[name]] = 0.5
    joints = frozenset({"neck", "head", "left_eye_smplhf", "right_eye_smplhf", "jaw"})
    return Performance("line", SECONDS, FaceTrack(values), Clip.still(frames, FACE_RATE_HZ, joints))


def looks_at(performance: Performance, time_s: float) -> np.ndarray:
    """(3,): where the head's nose points, Z forward, X to the left."""
    forward = np.array([0.0, 0.0, 1.0])
    for joint in ("head", "neck"):
        forward = rotate(performance.body.rotations[at_s(time_s), JOINT_INDEX[joint]].astype(np.float64), forward)
    return forward


def test_the_mouth_is_closed_while_others_speak(performance):
    heard = listen(performance, Listening(((1.0, 2.0), (6.0, 7.0))))
    values = heard.face.values
    for name in ("jawOpen", "mouthFunnel"):
        assert values[at_s(1.0) : at_s(2.0), FACE_INDEX[name]] == pytest.approx(0.5)
        assert values[at_s(2.8) : at_s(5.4), FACE_INDEX[name]].max() == 0.0
    for name in ("mouthSmileLeft", "eyeBlinkLeft", "eyeBlinkRight"):
        assert values[:, FACE_INDEX[name]] == pytest.approx(0.5)


@pytest.mark.parametrize("yaw", [-60.0, 40.0])
def test_the_head_turns_to_the_speaker_and_back(performance, yaw):
    heard = listen(performance, Listening(((5.0, 7.0),), (Speaker(1.0, 4.0, yaw, 5.0),)))
    assert np.sign(looks_at(heard, 3.0)[0]) == np.sign(yaw) and abs(looks_at(heard, 3.0)[0]) > 0.4
    assert looks_at(heard, 3.0)[1] < 0.0
    for time_s in (0.5, 6.5):
        assert looks_at(heard, time_s) == pytest.approx([0.0, 0.0, 1.0], abs=1e-3)
    left = heard.face.values[at_s(3.0), [FACE_INDEX["eyeLookOutLeft"], FACE_INDEX["eyeLookOutRight"]]]
    assert (left[0] > left[1]) == (yaw > 0)


def test_who_stands_behind_is_not_looked_at_all_round(performance):
    heard = listen(performance, Listening((), (Speaker(1.0, 6.0, 175.0),)))
    assert looks_at(heard, 3.0)[2] > 0.3


def test_turns_are_calm(performance):
    speakers = tuple(Speaker(start, start + 1.0, yaw) for start, yaw in ((1.0, 60.0), (2.0, -60.0), (3.1, 60.0)))
    heard = listen(performance, Listening((), speakers))
    faced = np.array([looks_at(heard, frame / FACE_RATE_HZ) for frame in range(at_s(SECONDS) - 1)])
    step = np.degrees(np.arccos(np.clip((faced[1:] * faced[:-1]).sum(1), -1, 1))) * FACE_RATE_HZ
    assert step.max() < 300.0


def test_nothing_happens_to_a_face_that_always_speaks(performance):
    heard = listen(performance, Listening(((-1.0, SECONDS + 1.0),)))
    assert np.array_equal(heard.face.values, performance.face.values)
    silent = replace(performance, body=Clip.still(0, FACE_RATE_HZ))
    assert len(listen(silent, Listening((), (Speaker(1.0, 2.0, 30.0),))).body) == 0
