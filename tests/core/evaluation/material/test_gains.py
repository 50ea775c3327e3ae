# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of frozen features find what is in them, and keypoints → motion is measured beside copying."""

import numpy as np

from core.evaluation.material.beat_gain import beat_gain
from core.evaluation.material.keypoint_gain import keypoint_gain
from core.evaluation.material.mouth_gain import _some
from core.evaluation.material.small_reader import Labelled, heard_by, read
from core.evaluation.metrics.beats import f_measure
from core.models.pretraining import PretrainingConfig
from core.training.data.pretraining.views import _made
from core.training.pretraining.steps import begun
from tests.core.training.pretraining.made_recordings import cameras, made_store


def labelled(random: np.random.Generator, frames: int = 160) -> Labelled:
    """A curve that is the mean of two of six features; a stretch of it is not known."""
    features = random.normal(size=(frames, 6)).astype(np.float32)
    curve = features[:, :2].mean(1, keepdims=True)
    curve[20:40] = np.nan
    return Labelled(features, curve)


def test_a_reader_finds_what_features_say():
    random = np.random.default_rng(0)
    held = labelled(random)
    told = read([labelled(random) for _ in range(4)], [held.features], seed=0, steps=80)[0]
    known = np.isfinite(held.curves[:, 0])
    assert told.shape == held.curves.shape
    assert np.corrcoef(told[known, 0], held.curves[known, 0])[0, 1] > 0.8


def test_a_short_example_is_lengthened_by_what_is_not_known():
    random = np.random.default_rng(1)
    chances = read([labelled(random, 70)], [labelled(random, 90).features], seed=0, steps=2, chances=True)
    assert chances[0].shape == (90, 1) and (chances[0] > 0.0).all() and (chances[0] < 1.0).all()


def test_the_sound_itself_has_two_columns_a_frame():
    mel = np.zeros((101, 80), np.float32)
    assert heard_by(None, mel).shape == (50, 160)
    encoder = begun(PretrainingConfig.named("tiny"), made_store(), 0).eval().audio.phonetic
    assert heard_by(encoder, mel).shape == (50, 16)


def test_so_many_minutes_are_taken_in_another_order_for_each_seed():
    random = np.random.default_rng(2)
    pieces = [labelled(random, 600) for _ in range(10)]
    chosen = [_some(pieces, 1.0, seed) for seed in (0, 1)]
    assert [len(some) for some in chosen] == [5, 5] and chosen[0] != chosen[1]


def test_keypoints_to_motion_beside_copying_and_holding_still(tmp_path):
    store = made_store()
    views = _made(store, cameras())
    found = keypoint_gain(store, views, begun(PretrainingConfig.named("tiny"), store, 0), 1, 2, tmp_path)
    starts = {f"{share} %, {name}" for share in (100, 10) for name in ("from scratch", "pre-trained")}
    assert set(found) == starts | {"pre-trained, as it is", "nearest training frame", "training mean"}
    assert all(np.isfinite(row["shapes"]).all() for row in found.values())


def test_moments_agree_within_their_reach():
    assert abs(f_measure(np.array([0.0, 1.0, 2.0]), np.array([0.05, 1.0, 3.0])) - 2.0 / 3.0) < 1e-9
    assert f_measure(np.zeros(0), np.array([1.0])) == 0.0


def test_beats_of_held_out_pieces_with_all_and_a_tenth_of_the_labels():
    found = beat_gain(made_store(), {"sound itself": None}, seeds=1, steps=2, every=2)
    assert set(found) == {"100 %, sound itself", "10 %, sound itself"}
    assert all(0.0 <= value[0] <= 1.0 for row in found.values() for value in row.values())
