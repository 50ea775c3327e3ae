# SPDX-License-Identifier: GPL-3.0-or-later
"""How lively a figure is: on motions of which it is known."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluation.metrics.liveliness import liveliness_of, liveliness_row
from core.evaluation.metrics.movement import Movement
from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.easing import minimum_jerk
from core.motion.joints import JOINT_INDEX

RATE_HZ = 30.0
TIMES_S = np.arange(300) / RATE_HZ


def standing() -> Clip:
    """Arms hang."""
    clip = Clip.still(len(TIMES_S), RATE_HZ)
    for side, sign in (("left", -1.0), ("right", 1.0)):
        clip.rotations[:, JOINT_INDEX[f"{side}_shoulder"]] = rot.from_axis_angle(np.array([0.0, 0.0, sign * 1.35]))
    return clip


def raised(clip: Clip, side: str, at_s: float, takes_s: float, size: float) -> Clip:
    """The forearm comes up within takes_s, stays 0.6 s, and goes down."""
    sign = -1.0 if side == "left" else 1.0
    up = minimum_jerk((TIMES_S - at_s) / takes_s) - minimum_jerk((TIMES_S - at_s - takes_s - 0.6) / 0.9)
    joint = JOINT_INDEX[f"{side}_elbow"]
    turn = rot.from_axis_angle(np.outer(up * size, [0.0, sign, 0.0]))
    clip.rotations[:, joint] = rot.multiply(turn, clip.rotations[:, joint].astype(np.float64))
    return clip


def test_speeds_are_those_of_the_joints():
    clip = standing()
    yaw = np.radians(20.0) * np.sin(2.0 * np.pi * 0.5 * TIMES_S)
    clip.rotations[:, JOINT_INDEX["spine1"]] = rot.from_axis_angle(np.outer(yaw, [0.0, 1.0, 0.0]))
    found = liveliness_of(Movement.of(clip))
    head, chest, pelvis, _ = found.over_all
    assert head == pytest.approx(4 * 20.0 * 0.5, rel=0.05)  # mean speed of a sine: four amplitudes a period
    assert chest == pytest.approx(head)
    assert pelvis == 0.0


def test_longer_strokes_that_take_longer_correlate():
    clip = standing()
    for at_s, takes_s in ((0.5, 0.25), (2.8, 0.4), (5.2, 0.6), (7.6, 0.5)):
        raised(clip, "right", at_s, takes_s, 3.0 * takes_s)
    row = liveliness_row([liveliness_of(Movement.of(clip))], ["one"])
    assert row["duration_to_length"] > 0.9


def test_the_second_hand_comes_later():
    clip = raised(raised(standing(), "right", 2.0, 0.5, 1.5), "left", 2.1, 0.5, 1.5)
    row = liveliness_row([liveliness_of(Movement.of(clip))], ["one"])
    assert row["onsets_apart_ms"] == pytest.approx(100.0, abs=25.0)


def test_a_still_body_is_still_and_a_breathing_chest_does_not_help():
    clip = raised(standing(), "right", 6.0, 0.5, 1.5)
    breath = 0.008 * np.sin(2.0 * np.pi * TIMES_S / 4.0)
    clip.rotations[:, JOINT_INDEX["spine3"]] = rot.from_axis_angle(np.outer(breath, [1.0, 0.0, 0.0]))
    assert liveliness_of(Movement.of(clip)).longest_still_s == pytest.approx(6.0, abs=0.3)


def test_arms_aside_are_seen_and_arms_ahead_are_none():
    aside = Clip.still(len(TIMES_S), RATE_HZ)  # at rest arms point sideways
    ahead = standing()
    for side, sign in (("left", -1.0), ("right", 1.0)):
        turn = rot.from_axis_angle(np.array([0.0, sign * np.pi / 2, 0.0]))
        ahead.rotations[:, JOINT_INDEX[f"{side}_shoulder"]] = turn
    assert liveliness_of(Movement.of(aside)).aside == 1.0
    assert liveliness_of(Movement.of(ahead)).aside == 0.0
    assert liveliness_of(Movement.of(standing())).aside == 0.0


def test_ratios_are_over_the_recordings():
    row = liveliness_row([liveliness_of(Movement.of(raised(standing(), "left", 2.0, 0.5, 1.5)))], ["one"])
    again = liveliness_row([liveliness_of(Movement.of(raised(standing(), "left", 2.0, 0.5, 1.5)))], ["one"], row)
    assert again["wrists_over_all_ratio"] == pytest.approx(1.0)
