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
from core.settings import GenerateSettings

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


PHRASES = tuple((float(start), float(start) + 2.8) for start in np.arange(1.0, 115.0, 3.4))


@pytest.fixture(scope="module")
def two_minutes() -> Performance:
    frames = at_s(120.0)
    joints = frozenset({"neck", "head", "left_eye_smplhf", "right_eye_smplhf", "jaw"})
    values = np.zeros((frames, len(FACE_NAMES)), np.float32)
    return Performance("line", 120.0, FaceTrack(values), Clip.still(frames, FACE_RATE_HZ, joints))


def hearing(
    performance: Performance, settings: GenerateSettings | None = None, character: str = "Anna", yaw: float = 0.0
):
    """Who hears somebody talk for two minutes."""
    return listen(performance, Listening((), (Speaker(1.0, 116.0, yaw, 0.0, PHRASES),)), settings, character)


def dips_s(performance: Performance) -> np.ndarray:
    """When nods begin."""
    ahead = np.array([[0.0, 0.0, 1.0]])
    for joint in ("head", "neck"):
        ahead = rotate(performance.body.rotations[:, JOINT_INDEX[joint]].astype(np.float64), ahead)
    down = -ahead[:, 1]
    begins = np.flatnonzero((down[1:] > 0.01) & (down[:-1] <= 0.01)) / FACE_RATE_HZ
    return begins[np.diff(begins, prepend=-9.0) > 1.2]


def test_listeners_nod_where_phrases_end(two_minutes):
    found = [dips_s(hearing(two_minutes, GenerateSettings(seed=seed))) for seed in range(4)]
    rates = np.array([len(times) for times in found]) / 1.9
    assert 4.0 < rates.min() and rates.max() < 16.0  # a minute; speakers: 45
    ends = np.array([end for _, end in PHRASES])
    late = np.array(
        [(times[:, None] - ends)[np.arange(len(times)), np.abs(times[:, None] - ends).argmin(1)] for times in found[:1]]
    )
    assert (-0.2 < late).all() and (late < 0.7).all()


def test_listeners_smile_raise_brows_blink_and_tilt_their_heads(two_minutes):
    heard = hearing(two_minutes)
    values = heard.face.values
    for name in ("mouthSmileLeft", "browInnerUp"):
        assert 0.08 < values[:, FACE_INDEX[name]].max() < 0.45
        assert (values[:, FACE_INDEX[name]] > 0.05).mean() < 0.4
    assert values[:, FACE_INDEX["eyeBlinkLeft"]].max() > 0.95
    assert values[:, FACE_INDEX["jawOpen"]].max() == 0.0
    up = rotate(heard.body.rotations[:, JOINT_INDEX["head"]].astype(np.float64), np.array([0.0, 1.0, 0.0]))
    assert 0.01 < np.abs(up[:, 0]).max() < 0.12 and abs(up[-1, 0]) < 0.005


def test_another_listener_answers_elsewhere(two_minutes):
    anna, ben = (dips_s(hearing(two_minutes, character=name)) for name in ("Anna", "Ben"))
    together = (np.abs(anna[:, None] - ben).min(1) < 0.05).mean()
    assert together < 0.5 and np.array_equal(anna, dips_s(hearing(two_minutes)))


def test_what_is_switched_off_does_not_answer(two_minutes):
    settings = GenerateSettings(parts=frozenset({"LIPS"}))
    heard = hearing(two_minutes, settings)
    assert not heard.face.values[
        :, [FACE_INDEX[name] for name in ("mouthSmileLeft", "browInnerUp", "eyeBlinkLeft")]
    ].any()
    assert not len(dips_s(heard))


def test_eyes_turn_first_and_with_a_blink(two_minutes):
    heard = hearing(two_minutes, yaw=45.0)
    head, eye = (
        np.degrees(
            np.arctan2(
                *rotate(
                    heard.body.rotations[:180, JOINT_INDEX[name]].astype(np.float64), np.array([[0.0, 0.0, 1.0]])
                ).T[[0, 2]]
            )
        )
        for name in ("head", "left_eye_smplhf")
    )
    assert 3 <= np.flatnonzero(head > 2.0)[0] - np.flatnonzero(eye > 2.0)[0] <= 24
    assert eye.max() > eye[170] + 3.0
    assert heard.face.values[at_s(0.9) : at_s(1.8), FACE_INDEX["eyeBlinkLeft"]].max() > 0.95


def test_nobody_answers_in_its_own_line():
    listening = Listening(((4.0, 6.0),), (Speaker(1.0, 9.0),))
    assert listening.heard_s == ((1.0, 4.0), (6.0, 9.0))
    assert Listening((), (Speaker(1.0, 3.0), Speaker(2.0, 5.0))).heard_s == ((1.0, 3.0), (3.0, 5.0))
