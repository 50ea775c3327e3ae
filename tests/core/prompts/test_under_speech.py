# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions stay as offsets under the speech, exact at their key, within their limits."""

import numpy as np
import pytest

from core.motion import rotations as rot
from core.prompts.blending import blend_rotations_through, blend_through
from core.prompts.expressions import easing_of_face_bone, easing_of_shape
from core.prompts.fixed_window import FixedWindow
from core.prompts.pacing import Pace, Paces
from core.prompts.under_speech import UnderSpeech

TIMES_S = np.arange(0.0, 10.0, 1 / 24)
SMILE, EXPRESSION = Pace(1.0, 0.33), UnderSpeech()
SPEECH = (0.12 + 0.1 * np.sin(9.0 * TIMES_S))[:, None]


def through(at_s, wanted, pace=SMILE, speech=SPEECH, easing=EXPRESSION):
    at_s, wanted = np.array(at_s, float), np.array(wanted, float).reshape(-1, 1)
    return blend_through(TIMES_S, speech, at_s, wanted, easing, paces=Paces.of([pace] * len(at_s)))[:, 0]


def between(first_s, last_s):
    return (TIMES_S > first_s - 1e-6) & (TIMES_S < last_s + 1e-6)


def test_a_smile_stays_under_the_speech_and_goes():
    curve = through([4.0], [0.8])
    assert curve[96] == pytest.approx(0.8, abs=1e-6)
    held = curve[between(4.0, 5.0)]
    assert np.abs(held - 0.8).max() < 0.08 and np.ptp(held) > 0.01  # and speech still moves it
    assert np.array_equal(curve[between(5.4, 9.9)], SPEECH[between(5.4, 9.9), 0])
    assert np.array_equal(curve[between(0.0, 3.6)], SPEECH[between(0.0, 3.6), 0])


@pytest.mark.parametrize("wanted", [0.0, 0.4, 1.0])
def test_no_limit_is_passed(wanted):
    loud = (0.5 + 0.5 * np.sin(9.0 * TIMES_S))[:, None]
    curve = through([4.0, 5.1], [wanted, 1.0 - wanted], speech=loud)
    assert curve.min() >= -1e-9 and curve.max() <= 1.0 + 1e-9
    assert np.interp(4.0, TIMES_S, curve) == pytest.approx(wanted, abs=1e-6)


def test_the_next_prompt_takes_over_without_a_dip():
    curve = through([4.0, 4.9, 7.0], [0.8, 0.5, 0.0])
    for time_s, wanted in ((4.0, 0.8), (7.0, 0.0)):
        assert np.interp(time_s, TIMES_S, curve) == pytest.approx(wanted, abs=1e-6)
    assert curve[between(4.0, 5.9)].min() > 0.4
    assert curve[between(7.0, 8.0)].max() < 1e-6  # no smile is a prompt, too


def test_two_equal_keys_stand_still():
    curve = through([3.0, 6.0], [0.7, 0.7])
    assert np.abs(curve[between(3.0, 6.0)] - 0.7).max() < 1e-6
    assert np.array_equal(curve[between(6.4, 9.9)], SPEECH[between(6.4, 9.9), 0])


def test_prompts_beside_a_hold_stay_exact():
    at_s, wanted = np.array([3.0, 4.0, 4.125, 7.0]), [0.7, 0.7, 0.1, 0.3]
    curve = through(at_s, wanted)
    assert np.allclose(np.interp(at_s, TIMES_S, curve), wanted, atol=1e-6)


def test_values_beyond_the_limits_are_kept():
    curve = through([4.0], [1.4])
    assert curve[96] == pytest.approx(1.4) and curve.max() <= 1.4 + 1e-6


def test_a_brow_bone_turns_by_an_offset():
    own = rot.from_axis_angle(np.array([0.1, 0.0, 0.0]) * np.sin(6.0 * TIMES_S)[:, None])
    wanted = rot.from_axis_angle(np.array([[0.5, 0.0, 0.1]]))
    made = blend_rotations_through(
        TIMES_S, own, np.array([4.0]), wanted, UnderSpeech(limits=None), paces=Paces.of([Pace(1.0, 0.3)])
    )
    assert rot.angle_between_deg(made[96], wanted[0]) < 1e-4
    carried = rot.angle_between_deg(made, own)[between(4.0, 5.0)]
    assert np.ptp(carried) < 0.1  # the same turn on top of all that the bone does
    assert np.allclose(made[between(5.4, 9.0)], rot.continuous(own)[between(5.4, 9.0)])


def test_what_lies_under_the_speech():
    for name in ("mouthSmileLeft", "browInnerUp", "eyeSquintRight", "noseSneerLeft"):
        assert isinstance(easing_of_shape(name), UnderSpeech)
    for name in ("jawOpen", "mouthClose", "mouthPucker", "eyeBlinkLeft", "tongueOut", ""):
        assert type(easing_of_shape(name)) is FixedWindow and not easing_of_shape(name).holds
    assert easing_of_shape("eyeLookUpLeft").holds and easing_of_face_bone("left_eye_smplhf").holds
    assert isinstance(easing_of_face_bone("right_brow_inner"), UnderSpeech)
    assert not isinstance(easing_of_face_bone("jaw"), UnderSpeech)
