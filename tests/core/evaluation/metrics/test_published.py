# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics, on cases whose values are known."""

import numpy as np
import pytest

from core.evaluation.metrics import dance, face, frechet, gesture

RANDOM = np.random.default_rng(7)


def test_frechet_distance_of_known_normal_distributions():
    base = RANDOM.normal(size=(4000, 3))
    base = (base - base.mean(0)) @ np.linalg.inv(
        np.linalg.cholesky(np.cov(base, rowvar=False))
    ).T  # covariance 1, mean 0
    other = 2.0 * base + np.array([3.0, 0.0, 0.0])
    expected = 9.0 + 3 * (1 + 4 - 2 * 2)
    for distance in (frechet.frechet_gesture, frechet.frechet_corrected):
        assert distance(base, other) == pytest.approx(expected, rel=1e-4)
    assert frechet.frechet_dance(base, other).real == pytest.approx(expected, rel=1e-6)
    assert frechet.frechet_corrected(base, base) == pytest.approx(0.0, abs=1e-9)


def test_corrected_frechet_distance_is_real_and_exact_where_covariances_are_singular():
    flat = RANDOM.normal(size=(50, 6))
    flat[:, 3:] = flat[:, :3]
    assert frechet.frechet_corrected(flat, flat + 1.0) == pytest.approx(6.0, abs=1e-6)
    few = RANDOM.normal(size=(4, 9))
    assert frechet.frechet_corrected(few, RANDOM.normal(size=(5, 9))) > 0.0


def test_lvd_divides_by_all_frames_unless_corrected():
    target = np.zeros((5, 2))
    predicted = np.arange(5.0)[:, None] * np.ones((5, 2))
    assert face.lvd(predicted, target) == pytest.approx(4 * 2 / 10)
    assert face.lvd_corrected(predicted, target) == pytest.approx(1.0)
    assert face.lvd_corrected(predicted, target, rate_hz=30.0) == pytest.approx(30.0)
    assert face.mse(predicted, target) == pytest.approx(np.mean(np.arange(5.0) ** 2))


def test_lip_vertex_error_is_the_worst_lip_vertex_averaged_over_frames():
    target = np.zeros((2, 6, 3))
    predicted = target.copy()
    predicted[0, 1] = (3.0, 4.0, 0.0)
    predicted[1, 2] = (0.0, 0.0, 1.0)
    predicted[:, 5] = 100.0  # not a lip
    lips = np.array([True, True, True, False, False, False])
    assert face.lip_vertex_error(predicted, target, lips) == pytest.approx(3.0)
    assert face.lip_vertex_error(predicted, target, np.array([0, 1, 2]), squared=True) == pytest.approx(13.0)


def test_upper_face_dynamics_deviation_is_positive_for_a_stiff_face():
    target = np.zeros((50, 3, 3))
    target[:, 0, 0] = 1.0 + np.sin(np.arange(50))
    still = np.zeros_like(target)
    neutral = np.zeros((3, 3))
    assert face.upper_face_dynamics_deviation(still, target, neutral, np.array([0, 1])) > 0.1
    assert face.upper_face_dynamics_deviation(target, target, neutral, np.array([0, 1])) == 0.0


def _stopping_motion(frames: int, stops: list[int]) -> np.ndarray:
    """One joint at 1 m/s that slows down to 0.2 m/s around each stop."""
    time = np.arange(frames)
    speed = 1.0 - 0.8 * sum(np.exp(-(((time - stop - 0.7) / 2.0) ** 2)) for stop in stops)  # no two frames equally slow
    return np.cumsum(speed[:, None] / 30.0 * np.array([1.0, 0.0, 0.0]), axis=0)


def test_beats_are_where_a_joint_stops_and_score_one_on_the_onsets():
    stops = [30, 60, 95]
    poses = _stopping_motion(130, stops)
    beats = gesture.motion_beats(poses, np.ones(1))
    assert np.abs(beats[0] - stops).max() <= 1
    onsets = beats[0] / 30.0
    assert gesture.beat_consistency(onsets, beats, joints=(0,)) == pytest.approx(1.0)
    late = gesture.beat_consistency(onsets + 0.3, beats, joints=(0,))
    assert late == pytest.approx(np.exp(-0.5), rel=1e-6)


def test_published_beats_look_speeds_up_at_the_wrong_frame_after_a_cut():
    poses = _stopping_motion(200, [30, 100, 150])
    poses[:60] = poses[60]  # stands still before the cut: speed 0 there
    correct = gesture.motion_beats(poses, np.ones(1), start=60, published=False)[0] + 60
    assert any(abs(correct - 100) <= 1) and any(abs(correct - 150) <= 1)
    published = gesture.motion_beats(poses, np.ones(1), start=60)[0] + 60
    assert not any(abs(published - 100) <= 1)  # its index 40 is looked up before the cut, where nothing moves
    absent = gesture.beat_consistency(np.array([1.0]), [np.array([30]), np.array([], int)], joints=(0, 1))
    assert absent == pytest.approx(0.5)
    assert (
        gesture.beat_consistency(np.array([1.0]), [np.array([30]), np.array([], int)], (0, 1), published=False) == 1.0
    )


def test_l1_diversity_adds_up_over_clips():
    diversity = gesture.L1Diversity()
    diversity.add(np.array([[0.0, 0.0], [2.0, 4.0]]))
    assert diversity.value == pytest.approx(3.0)
    diversity.add(np.full((2, 2), 9.0))
    assert diversity.value == pytest.approx(1.5)


def test_srgr_counts_joints_within_the_threshold():
    target = np.zeros((2, 6))
    predicted = target.copy()
    predicted[0, 0] = 0.2
    assert gesture.srgr(predicted, target) == pytest.approx(0.75)
    assert gesture.srgr(predicted, target, weights=np.array([1.0, 0.0])) == pytest.approx(0.5)


def _uniform_dance(speed: float, frames: int = 60) -> np.ndarray:
    rest = RANDOM.normal(size=(24, 3))
    return rest + speed / 60.0 * np.arange(frames)[:, None, None] * np.array([1.0, 0.0, 0.0])


def test_kinetic_features_of_uniform_motion():
    features = dance.kinetic_features(_uniform_dance(1.5), published=False).reshape(24, 3)
    np.testing.assert_allclose(features, np.tile([2.25, 0.0, 0.0], (24, 1)), atol=1e-8)
    assert dance.kinetic_features(_uniform_dance(1.5)).reshape(24, 3)[:, 2].min() > 1.0  # the misplaced parenthesis


def test_geometric_features_are_shares_and_double_the_speed_as_published():
    slow = dance.from_first_root(_uniform_dance(0.4))  # 2.3 x 0.2568 m/s is the threshold of the root's speed
    assert dance.geometric_features(slow)[31] == 1.0
    assert dance.geometric_features(slow, dt=1.0 / 60.0)[31] == 0.0
    features = dance.geometric_features(dance.from_first_root(RANDOM.normal(size=(30, 24, 3))))
    assert features.shape == (32,) and features.min() >= 0.0 and features.max() <= 1.0


def test_diversity_and_normalisation():
    points = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 8.0]])
    assert dance.diversity(points) == pytest.approx((5 + 8 + 5) / 3)
    (reference,) = dance.normalised(RANDOM.normal(3.0, 5.0, size=(100, 4)))
    np.testing.assert_allclose(reference.std(0), 1.0, rtol=1e-8)
    np.testing.assert_allclose(reference.mean(0), 0.0, atol=1e-12)


def test_dance_on_the_beat_scores_one():
    time = np.arange(300)
    joints = np.cumsum((1.1 + np.cos(2 * np.pi * time / 30.0))[:, None, None] * np.ones((1, 24, 3)), axis=0)
    beats = dance.dance_beats(joints)
    assert np.abs(beats % 30 - 14).max() <= 2
    assert dance.beat_alignment(beats, beats) == 1.0
    assert dance.beat_alignment(beats + 3, beats) == pytest.approx(np.exp(-0.5))
    assert dance.beat_alignment(np.array([]), beats) == 0.0
