# SPDX-License-Identifier: GPL-3.0-or-later
"""Arms nearer to the planned way: bounded, the network's detail kept, all else untouched."""

from dataclasses import replace

import numpy as np
import pytest

from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.joints import JOINT_INDEX
from core.performance.body.corrections import MOST_DEG, nearer_to_strokes

ELBOW, FINGER, SPINE = "left_elbow", "left_index1", "spine3"


def _bent(degrees: np.ndarray) -> Clip:
    clip = Clip.still(len(degrees), 30.0, frozenset({ELBOW, FINGER, SPINE}))
    rotations = clip.rotations.copy()
    for joint in (ELBOW, FINGER):
        rotations[:, JOINT_INDEX[joint]] = rot.from_axis_angle(np.radians(degrees)[:, None] * [0.0, 0.0, 1.0])
    return replace(clip, rotations=rotations.astype(np.float32))


def _angles_deg(clip: Clip, joint: str) -> np.ndarray:
    return np.degrees(rot.to_axis_angle(clip[joint].astype(np.float64)))[:, 2]


@pytest.mark.parametrize("far, turned", [(3.0, 3.0), (-3.0, -3.0), (90.0, MOST_DEG)])
def test_arms_come_nearer_by_a_bounded_turn(far, turned):
    own, led = _bent(np.zeros(90)), _bent(np.full(90, far))
    nearer, mean_deg = nearer_to_strokes(own, led)
    assert _angles_deg(nearer, ELBOW) == pytest.approx(turned, abs=0.1)
    assert mean_deg == pytest.approx(abs(turned), abs=0.1)
    assert _angles_deg(nearer, FINGER) == pytest.approx(far, abs=0.1), "fingers take the strokes' shapes"
    assert np.array_equal(nearer[SPINE], own[SPINE])


def test_the_networks_quick_detail_stays():
    quick = 2.0 * np.sin(2 * np.pi * 7.0 * np.arange(90) / 30.0)
    nearer, _ = nearer_to_strokes(_bent(quick), _bent(np.full(90, 10.0)))
    kept = _angles_deg(nearer, ELBOW)[20:70] - 10.0
    assert np.std(kept) > 0.5 * np.std(quick)


def test_without_strokes_nothing_is_turned():
    own = _bent(np.linspace(0.0, 40.0, 90))
    nearer, mean_deg = nearer_to_strokes(own, own)
    assert mean_deg == 0.0 and rot.angle_between_deg(nearer[ELBOW], own[ELBOW]).max() < 0.1
