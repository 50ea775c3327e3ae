# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of shapes: at extremes, inside the limits, four for a blink, and hardly more than before."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.easing import smooth_step
from core.motion.key_shaping import ShapeKeys
from core.motion.shape_simplification import simplify_shapes
from core.motion.simplification import simplify_curves
from core.motion.smoothing import extrema
from tests.core.motion.test_simplification import speech_like


def simplified(values: np.ndarray, tolerance: float = 0.005, **more) -> list[ShapeKeys]:
    limits = np.stack([np.zeros(values.shape[1]), np.ones(values.shape[1])])
    return simplify_shapes(np.arange(len(values), dtype=float), values, tolerance, limits, **more)


def blinking(blinks: np.ndarray, frames: int = 60) -> np.ndarray:
    rows = np.arange(frames)
    shut = sum(smooth_step(rows, begin, first) - smooth_step(rows, last, end) for begin, first, last, end in blinks)
    return np.asarray(shut, np.float32)[:, None]


@pytest.mark.parametrize("rate_hz", [24, 30, 60])
@pytest.mark.parametrize("tolerance", [0.001, 0.005, 0.02])
def test_within_tolerance_and_limits_with_extremes_kept(rate_hz, tolerance):
    values = speech_like(15 * rate_hz, 12, rate_hz, seed=3)
    times = np.arange(len(values), dtype=float)
    for column, shape in enumerate(simplified(values, tolerance)):
        assert np.abs(shape.keys.evaluate(times) - values[:, column]).max() <= tolerance + 1e-5
        assert set(extrema(values[:, column], 0.05)) <= set(shape.keys.times.astype(int))
        for handles in shape.keys.handles():
            assert handles[:, 1].min() >= -1e-6 and handles[:, 1].max() <= 1.0 + 1e-6
        between = shape.keys.evaluate(np.arange(0, len(values) - 1, 0.05))
        assert between.min() >= -1e-6 and between.max() <= 1.0 + 1e-6


def test_hardly_more_keys_than_the_fit_alone():
    values = speech_like(900, 20, 30)
    plain = sum(map(len, simplify_curves(np.arange(900), values, 0.005)))
    assert sum(len(shape.keys) for shape in simplified(values)) < 1.4 * plain


def test_clamped_keys_are_extremes_with_level_handles():
    for shape in simplified(speech_like(600, 8, 30, seed=5)):
        rise = np.diff(shape.keys.values)
        for key in np.flatnonzero(shape.clamped):
            assert rise[key - 1] * rise[key] <= 0.0
            assert shape.keys.slope_in[key] == shape.keys.slope_out[key] == 0.0


def test_a_blink_is_four_keys():
    blinks = np.array([[7, 10, 11, 16], [30, 32, 33, 40]])
    (shape,) = simplified(blinking(blinks), blinks={0: blinks})
    assert set(blinks.ravel()) <= set(shape.keys.times.astype(int))
    inside = [time for time in shape.keys.times for begin, _, _, end in blinks if begin < time < end]
    assert sorted(inside) == [10, 11, 32, 33]
    assert shape.clamped[np.isin(shape.keys.times, blinks[:, 1:3])].all()
    assert shape.keys.evaluate(np.arange(60.0)) == pytest.approx(blinking(blinks)[:, 0], abs=0.01)


def test_with_no_tolerance_every_sample_is_a_key():
    values = speech_like(90, 3, 30)
    blinks = np.array([[7, 10, 11, 16]])
    for column, shape in enumerate(simplified(values, 0.0, blinks={0: blinks})):
        assert len(shape.keys) in (1, 90)
        assert np.array_equal(shape.keys.evaluate(np.arange(90.0)).astype(np.float32), values[:, column])


def test_pinned_samples_become_keys():
    values = np.zeros((50, 2), np.float32)
    pinned = np.zeros(values.shape, bool)
    pinned[[13, 14], 1] = True
    still, held = simplified(values, pinned=pinned)
    assert len(still.keys) == 1
    assert {13, 14} <= set(held.keys.times.astype(int))


def test_curves_that_are_alike_share_their_keys_and_others_do_not():
    values = speech_like(300, 3, 30, seed=8)[:, [0, 1, 0, 2, 0]]
    pinned = np.zeros(values.shape, bool)
    pinned[77, 4] = True
    first, other, alike, last, pinned_one = simplified(values, pinned=pinned)
    assert alike is first
    assert pinned_one is not first and 77 in pinned_one.keys.times
    for column, shape in ((1, other), (3, last), (4, pinned_one)):
        assert np.abs(shape.keys.evaluate(np.arange(300.0)) - values[:, column]).max() <= 0.005 + 1e-5
