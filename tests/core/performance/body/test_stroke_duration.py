# SPDX-License-Identifier: GPL-3.0-or-later
"""How long hands take for their ways: longer ones longer, the lively less; and strokes that keep to it."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.joints import JOINT_NAMES
from core.performance.body.stroke_duration import ARM, takes_s, way_within_m, ways_m
from core.performance.body.stroke_motion import interpolate_strokes
from core.prompts.model import PosePrompts

RATE_HZ = 60.0


def test_longer_ways_take_longer_though_not_in_proportion():
    ways = np.array([0.05, 0.1, 0.2, 0.4, 0.8])
    takes = takes_s(ways)
    assert (np.diff(takes) > 0.0).all() and (np.diff(takes / ways) < 0.0).all()
    assert 0.3 < takes[1] < 0.8 and takes[-1] < 1.2
    assert takes_s(ways, 1.0)[2] < takes[2] < takes_s(ways, -1.0)[2]
    assert way_within_m(float(takes[2])) == pytest.approx(0.2, rel=1e-6)


def test_the_way_is_that_of_the_wrist_about_the_shoulder():
    rest = np.tile([1.0, 0.0, 0.0, 0.0], (1, 3, 1))
    raised = rest.copy()
    raised[0, 1] = rot.from_axis_angle(np.array([0.0, 0.0, 1.0]))
    for side in ("left", "right"):
        assert ways_m(rest, raised, side)[0] == pytest.approx(0.51, rel=0.05)  # a radian of a straight arm


@pytest.mark.parametrize("angle", [0.2, 0.5, 1.1])
def test_a_stroke_sets_out_as_long_before_its_moment_as_its_way_takes(angle):
    rest = np.tile([1.0, 0.0, 0.0, 0.0], (len(JOINT_NAMES), 1))
    pose = rot.from_axis_angle(np.array([0.0, 0.0, angle]))
    joints = {f"left_{part}": (np.array([1.0, 3.0, 3.2, 5.0]), np.tile(rest[0], (4, 1))) for part in ARM}
    joints["left_shoulder"][1][1:3] = pose
    clip = Clip.still(360, RATE_HZ, frozenset(joints))
    moved = interpolate_strokes(clip, PosePrompts(joints), rest)
    turned = rot.angle_between_deg(moved["left_shoulder"], clip["left_shoulder"])
    begins_s = np.flatnonzero(turned > 0.05 * turned.max())[0] / RATE_HZ
    assert 3.0 - begins_s == pytest.approx(0.8 * float(takes_s(np.array(0.51 * angle))), rel=0.2)
    assert abs(turned[round(3.1 * RATE_HZ)] - np.degrees(angle)) < 1.0
