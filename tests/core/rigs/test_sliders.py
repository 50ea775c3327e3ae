# SPDX-License-Identifier: GPL-3.0-or-later
"""From a shape back to the slider that it follows."""

from __future__ import annotations

import numpy as np
import pytest

from core.rigs.sliders import Slider, response

SLIDER = Slider("Board", False, 'pose.bones["smile"].location', 1)
SHAPES = np.linspace(0.0, 1.0, 11)


@pytest.mark.parametrize(
    "function",
    [
        lambda v: 20.0 * v,
        lambda v: -v / 90.0,
        lambda v: np.clip(v * 400.0, 0.0, 1.0),
        lambda v: np.maximum(v - 0.1, 0.0) * 2.0,
        lambda v: v**3,
        lambda v: np.sin(v),
        lambda v: np.where(v > 0, v, 0.0),
        lambda v: 0.5 + 0.5 * v,
        lambda v: 1.0 - v,
        lambda v: np.abs(v),
    ],
)
def test_the_setting_gives_the_shape(function):
    found = response(SLIDER, function)
    assert found is not None
    assert np.allclose(function(found.setting(SHAPES)), SHAPES, atol=6e-3)
    assert np.allclose(found.shape(found.setting(SHAPES)), SHAPES, atol=1e-3)


def test_limits_of_the_slider_hold():
    found = response(SLIDER, lambda v: v, (-0.2, 0.4))
    assert found is not None
    assert found.setting(np.array([1.0])) == pytest.approx(0.4)
    assert found.outputs.max() == pytest.approx(0.4)


def test_at_rest_a_slider_with_a_dead_zone_rests():
    found = response(SLIDER, lambda v: np.maximum(v - 0.3, 0.0))
    assert found is not None
    assert found.setting(np.array([0.0])) == pytest.approx(0.0, abs=1e-6)


def test_the_side_that_moves_more_is_taken():
    found = response(SLIDER, lambda v: np.where(v > 0, np.minimum(v, 0.3), -v))
    assert found is not None
    assert found.side == -1 and found.setting(np.array([1.0])) == pytest.approx(-1.0)


@pytest.mark.parametrize("function", [lambda v: 0.0 * v, lambda v: np.clip(v, 0.0, 0.03), lambda v: v + np.nan])
def test_a_slider_that_moves_nothing_is_none(function):
    assert response(SLIDER, function) is None


def test_the_rest_of_a_scale_is_one():
    found = response(Slider("Board", False, "scale", 0, 1.0), lambda v: v - 1.0)
    assert found is not None and found.setting(np.array([0.0, 0.5])) == pytest.approx([1.0, 1.5])
