# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps while talking: feet stand or swing, never slide or cross; nothing jerks; the body comes back; the seed
decides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.motion.clip import Clip
from core.motion.joints import JOINT_INDEX
from core.motion.kinematics.forward import forward
from core.motion.locomotion.step_plan import RADIUS_M, TURN_RAD, StepOptions, plan_steps
from core.motion.locomotion.stepping import walk_about
from core.motion.locomotion.weight_shift import add_postural_sway
from core.motion.rotations import from_axis_angle, rotate
from core.motion.skeleton import average_adult
from core.motion.spans import spans

SKELETON = average_adult()
RATE = 30.0
POINTS = [JOINT_INDEX[name] for name in ("left_ankle", "right_ankle", "left_foot", "right_foot")]


def standing(seconds: float = 90.0, rate_hz: float = RATE) -> Clip:
    """Standing, one arm waving."""
    frames = int(seconds * rate_hz)
    clip = replace(Clip.still(frames, rate_hz), contacts=np.ones((frames, 4), np.float32))
    wave = np.sin(np.arange(frames) / rate_hz)
    clip.rotations[:, JOINT_INDEX["left_elbow"]] = from_axis_angle(np.stack([0 * wave, 0.3 * wave, 0 * wave], -1))
    return clip


def body(clip: Clip) -> tuple[np.ndarray, np.ndarray]:
    return forward(clip.rotations, clip.root_translation_m, SKELETON.offsets_m.numpy(), SKELETON.parents)


def acceleration(places: np.ndarray, rate_hz: float = RATE) -> float:
    return float(np.linalg.norm(np.diff(places, 2, axis=0), axis=-1).max()) * rate_hz**2


def slide(clip: Clip) -> float:
    places, _ = body(clip)
    worst = 0.0
    for column, joint in enumerate(POINTS):
        for start, end in spans(clip.contacts[:, column] > 0.5):
            worst = max(worst, float(np.linalg.norm(places[start:end, joint] - places[start, joint], axis=-1).max()))
    return worst


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("travel", (True, False))
def test_feet_stand_or_swing_and_nothing_jerks(seed: int, travel: bool):
    clip = standing()
    moved = walk_about(clip, SKELETON, seed, StepOptions(travel=travel))
    places, turned = body(moved)
    assert slide(moved) < 1e-3
    steps = plan_steps((len(clip) - 1) / RATE, seed, StepOptions(travel=travel))
    assert steps
    for step in steps:
        inside = slice(int(step.lift_s * RATE) + 1, int(step.land_s * RATE) + 1)
        assert not moved.contacts[inside, [2 + step.foot]].any() and not moved.contacts[inside, [step.foot]].any()
        assert moved.contacts[inside, 3 - step.foot].all()  # the other one stands
        assert 0.04 < places[inside, POINTS[step.foot], 1].max() - 0.08 < 0.13
        assert places[inside, POINTS[2 + step.foot], 1].max() - 0.02 > 0.035
    # none in the floor; never crossed, seen from the pelvis
    assert places[:, POINTS[:2], 1].min() > 0.079 and places[:, POINTS[2:], 1].min() > 0.0195
    left = rotate(turned[:, 0], np.array([1.0, 0.0, 0.0]))
    for a, b in ((0, 1), (2, 3)):
        assert ((places[:, POINTS[a]] - places[:, POINTS[b]]) * left).sum(-1).min() > 0.06
    assert acceleration(places[:, [0, JOINT_INDEX["head"]]]) < 7.0
    assert acceleration(places[:, POINTS]) < 14.0
    assert acceleration(places[:, [JOINT_INDEX["left_knee"], JOINT_INDEX["right_knee"]]]) < 20.0
    # the pelvis leans over the foot that stands
    for step in steps:
        frame = int(0.5 * (step.lift_s + step.land_s) * RATE)
        stand, swing = (places[frame, POINTS[2 + foot]] for foot in (1 - step.foot, step.foot))
        assert (
            np.linalg.norm((places[frame, 0] - stand)[[0, 2]])
            < np.linalg.norm((places[frame, 0] - swing)[[0, 2]]) + 0.1
        )


def test_it_travels_about_the_start():
    ends = []
    for seed in range(6):
        steps = plan_steps(600.0, seed)
        spots = np.array([step.end for step in steps if step.last])
        assert np.ptp(spots[:, :2], axis=0).max() > 0.3
        assert np.linalg.norm(spots[:, :2], axis=-1).max() <= RADIUS_M + 1e-9
        assert np.abs(spots[:, 2]).max() <= TURN_RAD + 1e-9
        assert np.abs(np.diff(spots[:, 2], prepend=0.0)).max() <= TURN_RAD + 1e-9
        assert np.linalg.norm(spots[:, :2], axis=-1).min() < 0.2
        ends.append(spots[:, :2].mean(0))
    assert np.linalg.norm(np.mean(ends, 0)) < 0.12
    ways = [np.subtract(step.end, step.start) for step in steps]
    assert np.ptp([way[0] for way in ways]) > 0.2 and np.ptp([way[1] for way in ways]) > 0.2  # all directions


def test_without_travel_it_stays_on_the_spot():
    moved = walk_about(standing(300.0), SKELETON, 5, StepOptions(travel=False))
    places, _ = body(moved)
    assert np.linalg.norm(places[:, POINTS][:, :, [0, 2]] - places[0, POINTS][:, [0, 2]], axis=-1).max() < 0.09
    assert np.abs(moved.root_translation_m[:, [0, 2]]).max() < 0.12


def test_same_seed_same_steps_and_a_longer_clip_begins_alike():
    first, again, other = (plan_steps(120.0, seed) for seed in (1, 1, 2))
    assert first == again and first != other
    assert plan_steps(400.0, 1)[: len(first)] == first
    once, twice = (walk_about(standing(40.0), SKELETON, 1) for _ in range(2))
    assert np.array_equal(once.rotations, twice.rotations) and np.array_equal(
        once.root_translation_m, twice.root_translation_m
    )


@pytest.mark.slow
def test_lively_people_step_more_often_and_pauses_are_preferred():
    counts = [
        sum(step.first for step in plan_steps(900.0, 3, StepOptions(style=style)))
        for style in ("CALM", "NATURAL", "LIVELY")
    ]
    assert 10 < counts[0] < counts[1] < counts[2] < 150
    pauses = [(start, start + 0.6) for start in np.arange(4.0, 600.0, 5.0)]
    begins = [step.lift_s for step in plan_steps(600.0, 0, StepOptions(pauses_s=pauses)) if step.first]
    assert np.mean([any(start - 0.2 <= begin <= end + 0.2 for start, end in pauses) for begin in begins]) > 0.8


def test_blocked_times_and_own_steps_are_left_alone():
    blocked = [(10.0, 30.0), (50.0, 55.0)]
    for step in plan_steps(90.0, 2, StepOptions(style="LIVELY", blocked_s=blocked)):
        assert all(step.land_s <= start or step.lift_s >= end for start, end in blocked)
    assert plan_steps(90.0, 2, StepOptions(blocked_s=[(-np.inf, np.inf)])) == ()
    clip = standing()
    contacts = clip.contacts.copy()
    contacts[300:1800, [0, 2]] = 0.0
    moved = walk_about(replace(clip, contacts=contacts), SKELETON, 2, StepOptions(style="LIVELY"))
    assert np.ptp(moved.root_translation_m[300:1800], axis=0).max() < 5e-3
    assert np.array_equal(moved.contacts[300:1800], contacts[300:1800])


def test_gestures_go_along_and_sway_can_follow():
    clip = standing()
    moved = walk_about(clip, SKELETON, 0)
    assert np.array_equal(moved["left_elbow"], clip["left_elbow"])
    swayed = add_postural_sway(moved, SKELETON, 0)
    assert slide(swayed) < 2e-3
    places, _ = body(swayed)
    assert acceleration(places[:, [0, JOINT_INDEX["head"]]]) < 9.0


def test_other_rates_and_nothing_to_do():
    moved = walk_about(standing(40.0, 60.0), SKELETON, 1)
    assert slide(moved) < 1e-3 and np.ptp(moved.root_translation_m[:, 0]) > 0.05
    for clip in (Clip.still(0, RATE), Clip.still(1, RATE), standing(2.0)):
        assert walk_about(clip, SKELETON, 1) is clip
    clip = standing(30.0)
    assert walk_about(clip, SKELETON, 1, StepOptions(strength=0.0)) is clip
