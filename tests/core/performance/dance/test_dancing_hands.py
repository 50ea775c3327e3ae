# SPDX-License-Identifier: GPL-3.0-or-later
"""Fingers of a dance: as recorded hands have them, never still for long, wider open to loud music."""

from __future__ import annotations

import numpy as np
import pytest

from core.models.emage.recorded_hands import RECORDED_HANDS
from core.motion import rotations as rot
from core.motion.joints import FINGER_JOINTS
from core.performance import loaded_models
from core.performance.dance.dancing_hands import dancing_fingers
from core.performance.dance.liveliness import with_hands

RATE_HZ, SECONDS = 60.0, 24
TIMES = np.arange(int(SECONDS * RATE_HZ)) / RATE_HZ
DOWNBEATS = np.arange(0.5, SECONDS, 2.0)
_CURLS = [at for at, joint in enumerate(FINGER_JOINTS) if "thumb" not in joint]
_FIRST_FINGER = 25


@pytest.fixture(scope="module")
def model():
    return loaded_models.body_model()


def bent_deg(fingers: np.ndarray) -> np.ndarray:
    """(T,): how far fingers are bent, joint by joint on average."""
    return np.degrees(np.linalg.norm(rot.to_axis_angle(fingers[:, _CURLS]), axis=-1)).mean(1)


def test_fingers_stay_among_recorded_hands_and_change_with_the_bars(model):
    fingers = dancing_fingers(model, DOWNBEATS, TIMES, np.full(len(TIMES), 0.5), 3)
    moving = np.tile([1.0, 0.0, 0.0, 0.0], (len(TIMES), 55, 1))
    swing = 1.2 * np.sin(2.0 * np.pi * TIMES)
    moving[:, 18:20] = rot.from_axis_angle(np.outer(swing, (0.0, 1.0, 0.3)))[:, None]
    posture = moving[0].copy()
    made = with_hands(moving, posture, fingers, RATE_HZ, np.ones(len(TIMES)), 3)[:, _FIRST_FINGER:]
    recorded = np.degrees(np.linalg.norm(rot.to_axis_angle(RECORDED_HANDS.of(model)[1]), axis=-1))
    bends = np.degrees(np.linalg.norm(rot.to_axis_angle(made), axis=-1))
    assert (bends.max(0) < recorded.max(0) + 12.0).all()
    speed = rot.angle_between_deg(made[1:].reshape(-1, 4), made[:-1].reshape(-1, 4)) * RATE_HZ
    assert speed.max() < 900.0
    middles = made[[int((beat + 1.0) * RATE_HZ) for beat in DOWNBEATS[:-1]]]
    apart = rot.angle_between_deg(middles[1:].reshape(-1, 4), middles[:-1].reshape(-1, 4)).reshape(-1, 30).mean(1)
    assert (apart > 1.0).mean() > 0.7


def test_loud_music_opens_hands_and_who_does_not_dance_has_the_hands_of_his_posture(model):
    soft, loud = (
        np.mean(
            [
                bent_deg(dancing_fingers(model, DOWNBEATS, TIMES, np.full(len(TIMES), much), seed)).mean()
                for seed in range(3)
            ]
        )
        for much in (0.0, 1.0)
    )
    assert loud < soft - 3.0
    fingers = dancing_fingers(model, np.zeros(0), TIMES, np.zeros(len(TIMES)), 1)
    still = np.tile([1.0, 0.0, 0.0, 0.0], (len(TIMES), 55, 1))
    made = with_hands(still, still[0], fingers, RATE_HZ, np.zeros(len(TIMES)), 1)
    assert bent_deg(made[:, _FIRST_FINGER:]).max() < 5.0
