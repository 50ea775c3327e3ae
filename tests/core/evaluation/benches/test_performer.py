# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench `performer`: a body beside itself is nowhere apart, another is; ways without strokes keep all else."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
from core.audio.clip import AudioClip
from core.evaluation.benches.performer import _apart_deg, _Truth, _without_strokes
from core.evaluation.material.performed_bodies import PerformedBody
from core.models.motion_features import load as load_features
from core.motion import rotations as rot
from core.motion.joints import JOINT_INDEX
from core.paths import GESTURE_FEATURES
from core.performance.performer.body_ways import UPPER, BodyWays, Factors, StrokePoses
from tests.core.performance.performer.making import habitual_body, voice


@pytest.mark.slow
def test_a_body_beside_itself_and_beside_another() -> None:
    features, sound = load_features(GESTURE_FEATURES), AudioClip(voice(20.0))
    truth = _Truth(PerformedBody(sound, habitual_body(20.0)), features)
    same = truth.row([habitual_body(20.0)])
    assert same["apart"] == pytest.approx(0.0, abs=1e-6) and same["rest_cm"] == pytest.approx(0.0, abs=1e-3)
    assert same["lean_deg"] == pytest.approx(0.0, abs=0.1) and same["left"] == 0.0
    assert truth.recorded(truth)["apart"] == same["apart"]
    other = habitual_body(20.0)
    bent = rot.from_axis_angle(np.radians([20.0, 0.0, 0.0]))
    other.rotations[:, JOINT_INDEX["pelvis"]] = bent
    other.rotations[:, JOINT_INDEX["spine2"]] = rot.IDENTITY
    apart = truth.row([other])
    assert 15.0 < apart["lean_deg"] < 25.0 and apart["chest_ratio"] < 0.5 and apart["apart"] > 0.1


def test_ways_without_strokes() -> None:
    strokes = StrokePoses(np.ones((3, len(UPPER), 4), np.float32), np.arange(3), np.arange(3), np.ones(3, np.float32))
    posture = np.tile(np.array([1.0, 0.0, 0.0, 0.0], np.float32), (55, 1))
    ways = BodyWays(1.0, posture, np.zeros(3, np.float32), frozenset(), Factors(often=0.5), 0.1, 0.2, strokes)
    without = _without_strokes(ways)
    assert len(without.strokes) == 0 and without.factors == ways.factors and without.posture is ways.posture
    assert _apart_deg(np.array([0.0, 1.0, 0.0]), np.array([0.0, 1.0, 1.0])) == pytest.approx(45.0)
