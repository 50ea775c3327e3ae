# SPDX-License-Identifier: GPL-3.0-or-later
"""Moving holds: quick movements that nothing asks for become a drift, others stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.easing import minimum_jerk
from core.motion.joints import JOINT_INDEX, JOINT_NAMES
from core.performance.body.moving_hold import STROKE_MPS, movements, with_moving_holds
from core.performance.body.stroke_alignment import wrist_speeds

RATE_HZ, BEGINS_S, TAKES_S = 30.0, 2.0, 0.5
HALTS_S = BEGINS_S + TAKES_S


def _swung(joint: str = "left_elbow", angle: float = 0.5) -> Clip:
    """Five seconds in which one joint turns once."""
    clip = Clip.still(150, RATE_HZ, frozenset(JOINT_NAMES))
    rotations = clip.rotations.copy()
    share = minimum_jerk((np.arange(150) / RATE_HZ - BEGINS_S) / TAKES_S)
    rotations[:, JOINT_INDEX[joint]] = rot.from_axis_angle(angle * share[:, None] * np.array([0.0, 1.0, 0.0]))
    return replace(clip, rotations=rotations)


def test_an_unmotivated_movement_becomes_a_slow_one_of_the_same_way():
    clip = _swung()
    slowed = with_moving_holds(clip, (), (0.5,))
    before, after = wrist_speeds(clip)[:, 0], wrist_speeds(slowed)[:, 0]
    assert after.max() < 0.75 * before.max() and after.max() > 0.05
    assert after.sum() == pytest.approx(before.sum(), rel=0.1)
    turned = rot.angle_between_deg(slowed.rotations[1:], slowed.rotations[:-1])
    assert np.abs(np.diff(turned[:, JOINT_INDEX["left_elbow"]])).max() < 1.0


@pytest.mark.parametrize("marks_s, stresses_s", [((HALTS_S + 0.1,), ()), ((), (HALTS_S - 0.05,))])
def test_a_planned_or_stressed_movement_stays(marks_s, stresses_s):
    clip = _swung()
    np.testing.assert_allclose(with_moving_holds(clip, marks_s, stresses_s).rotations, clip.rotations, atol=1e-6)


def test_only_the_arm_that_moved_is_slowed_and_far_moments_stay():
    clip = _swung("right_elbow")
    slowed = with_moving_holds(clip, (), ())
    apart = rot.angle_between_deg(clip.rotations, slowed.rotations)
    assert apart[:, JOINT_INDEX["right_elbow"]].max() > 2.0
    assert apart[:45].max() < 0.1 and apart[95:].max() < 0.1
    assert np.delete(apart, JOINT_INDEX["right_elbow"], axis=1).max() < 0.1


def test_slow_drift_is_no_movement():
    clip = _swung(angle=0.05)
    assert wrist_speeds(clip).max() < STROKE_MPS and not movements(wrist_speeds(clip)[:, 0], RATE_HZ)
    assert len(movements(wrist_speeds(_swung())[:, 0], RATE_HZ)) == 1


def test_a_clip_of_two_frames_comes_back():
    short = Clip.still(2, RATE_HZ, frozenset(JOINT_NAMES))
    assert with_moving_holds(short, (), ()) is short
