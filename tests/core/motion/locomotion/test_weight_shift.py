# SPDX-License-Identifier: GPL-3.0-or-later
"""Weight shifts and quiet sway: feet planted, head upright, pauses preferred, the same from the same seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.motion.clip import Clip
from core.motion.joints import JOINT_INDEX
from core.motion.kinematics.forward import forward
from core.motion.locomotion.weight_shift import ShiftManner, add_postural_sway, plan_shifts, shift_curve
from core.motion.skeleton import average_adult

SKELETON = average_adult()
RATE = 30.0
POINTS = [JOINT_INDEX[name] for name in ("left_ankle", "right_ankle", "left_foot", "right_foot")]


def standing(seconds: float = 60.0) -> Clip:
    frames = int(seconds * RATE)
    return replace(Clip.still(frames, RATE), contacts=np.ones((frames, 4), np.float32))


def body(clip: Clip) -> tuple[np.ndarray, np.ndarray]:
    return forward(clip.rotations, clip.root_translation_m, SKELETON.offsets_m.numpy(), SKELETON.parents)


def test_feet_stay_and_the_pelvis_shifts():
    clip = standing()
    moved = add_postural_sway(clip, SKELETON, seed=3)
    places, turned = body(moved)
    rest = body(clip)[0]
    stands = moved.contacts[:, :, None] > 0.5
    assert np.abs((places - rest)[:, POINTS] * stands).max() < 2e-3
    aside = places[:, 0, 0]
    assert 0.03 < np.ptp(aside) < 0.12
    assert np.abs(places[:, 0, 1] - rest[:, 0, 1]).max() < 0.03
    # the head stays upright and nearly where it was turned
    up = turned[:, JOINT_INDEX["head"]]
    assert np.degrees(2 * np.arccos(np.clip(np.abs(up[:, 0]), 0, 1))).max() < 1.5
    speed = np.abs(np.diff(aside)).max() * RATE
    assert speed < 0.15
    assert np.linalg.norm(np.diff(places[:, [0, 4, 5]], 2, axis=0), axis=-1).max() * RATE**2 < 1.5


def test_off_is_only_quiet_sway():
    quiet = add_postural_sway(standing(), SKELETON, seed=3, shifts=False)
    moved = np.ptp(body(quiet)[0][:, 0], axis=0)
    assert 0.004 < moved[0] < 0.025 and 0.008 < moved[2] < 0.05


def test_same_seed_same_motion_and_a_longer_clip_begins_alike():
    first, again, other = (add_postural_sway(standing(), SKELETON, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.rotations, again.rotations)
    assert np.abs(first.root_translation_m - other.root_translation_m).max() > 0.02
    longer = add_postural_sway(standing(80.0), SKELETON, seed=1)
    assert np.abs(longer.root_translation_m[:1500] - first.root_translation_m[:1500]).max() < 5e-3


def test_shifts_prefer_pauses():
    pauses = [(start, start + 0.8) for start in np.arange(4.0, 300.0, 6.0)]
    shifts = plan_shifts(300.0, 0, pauses)
    assert 15 < len(shifts) < 50
    middles = [(shift.start_s + shift.end_s) / 2 for shift in shifts]
    inside = [any(start - 0.3 <= middle <= end + 0.3 for start, end in pauses) for middle in middles]
    assert np.mean(inside) > 0.8
    curve = shift_curve(shifts, np.arange(0, 300, 1 / RATE))
    assert np.abs(curve).max() < 1.2 and np.abs(np.diff(curve, 2)).max() * RATE**2 < 15.0


def test_who_shifts_oftener_has_more_shifts():
    calm, usual, lively = (len(plan_shifts(600.0, 4, manner=ShiftManner(often=often))) for often in (0.6, 1.0, 1.6))
    assert 1.2 * calm < usual < lively / 1.2


def test_a_step_is_left_alone():
    clip = standing()
    contacts = clip.contacts.copy()
    contacts[600:660, [0, 2]] = 0.0
    moved = add_postural_sway(replace(clip, contacts=contacts), SKELETON, seed=3)
    assert np.abs(moved.root_translation_m[600:660, [0, 2]]).max() < 1e-4


def test_nothing_to_do():
    assert len(add_postural_sway(Clip.still(0, RATE), SKELETON)) == 0
    assert np.isfinite(add_postural_sway(standing(1 / RATE), SKELETON).rotations).all()
    clip = standing(2.0)
    assert add_postural_sway(clip, SKELETON, strength=0.0) is clip


def test_some_shifts_unload_the_other_foot_whose_ball_stays():
    moved = add_postural_sway(standing(), SKELETON, seed=3, manner=ShiftManner(far=(1.0, 1.1)))
    places, _ = body(moved)
    rest, _ = body(standing())
    heels = 100.0 * (places[:, POINTS[:2], 1] - rest[:, POINTS[:2], 1])
    assert 1.0 < heels.max() < 5.0
    free = moved.contacts[:, :2] < 0.5
    assert (heels[~free] < 0.2).all() and not free.all(axis=1).any()
    assert np.abs(places[:, POINTS[2:]] - rest[:, POINTS[2:]]).max() < 1e-3 and (moved.contacts[:, 2:] > 0.5).all()
    at = int(heels.max(axis=1).argmax())
    standing_foot = places[at, POINTS[1 - int(heels[at].argmax())], 0]
    assert abs(places[at, 0, 0] - standing_foot) < 0.35 * abs(rest[0, POINTS[0], 0] - rest[0, POINTS[1], 0])
