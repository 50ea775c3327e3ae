# SPDX-License-Identifier: GPL-3.0-or-later
"""Curves of sliders in place of those of the shapes that follow them."""

from __future__ import annotations

import numpy as np
import pytest

from core.rigs.animation import Controls
from core.rigs.description import FaceMesh, RigDescription, ShapeKey
from core.rigs.retargeting.slider_curves import through_sliders
from core.rigs.sliders import Slider, response

SIDE = Slider("Board", False, 'pose.bones["mouth"].location', 0, bone="mouth")
W = np.array([0.0, 0.5, 1.0, 0.25], np.float32)


def follow(slider, function):
    found = response(slider, function)
    assert found is not None
    return found


def described(**keys):
    return RigDescription("Rig", (FaceMesh("Head", tuple(ShapeKey(name, slider=one) for name, one in keys.items())),))


def test_two_shapes_share_one_axis():
    description = described(
        smile=follow(SIDE, lambda v: np.maximum(v, 0.0) * 4.0), frown=follow(SIDE, lambda v: np.maximum(-v, 0.0) * 2.0)
    )
    controls = through_sliders(Controls(30.0, shapes={"Head": {"smile": W, "frown": 0.0 * W}}), description)
    assert controls.shapes == {} and controls.sliders[SIDE] == pytest.approx(W / 4.0, abs=1e-4)
    controls = through_sliders(Controls(30.0, shapes={"Head": {"smile": 0.0 * W, "frown": W}}), description)
    assert controls.sliders[SIDE] == pytest.approx(-W / 2.0, abs=1e-4)
    controls = through_sliders(Controls(30.0, shapes={"Head": {"smile": W, "frown": W / 2.0}}), description)
    assert controls.sliders[SIDE] == pytest.approx(0.0 * W, abs=1e-4)


def test_shapes_that_follow_together_are_averaged_by_how_much_they_follow():
    description = described(jawOpen=follow(SIDE, lambda v: v), fix=follow(SIDE, lambda v: 0.1 * v))
    controls = through_sliders(Controls(30.0, shapes={"Head": {"jawOpen": W, "fix": 0.0 * W}}), description)
    assert controls.sliders[SIDE] == pytest.approx(W, abs=0.02)


def test_shapes_without_a_slider_stay():
    controls = Controls(30.0, shapes={"Head": {"jawOpen": W}})
    assert through_sliders(controls, described(jawOpen=None)) is controls


@pytest.mark.parametrize("mode, rest", [("QUATERNION", [1, 0, 0, 0]), ("AXIS_ANGLE", [0, 1, 0, 0])])
def test_turns_are_written_as_the_bone_writes_them(mode, rest):
    turn = Slider("Rig", False, 'pose.bones["dial"].rotation_euler', 0, bone="dial", rotation_mode=mode)
    description = described(jawOpen=follow(turn, lambda v: v))
    controls = through_sliders(
        Controls(30.0, shapes={"Head": {"jawOpen": W}}, resting=Controls(30.0, shapes={"Head": {"jawOpen": W[:1]}})),
        description,
    )
    assert controls.resting is not None
    written = np.stack([controls.sliders[one] for one in turn.written], 1)
    expected = {
        "QUATERNION": np.stack([np.cos(W / 2), np.sin(W / 2), 0 * W, 0 * W], 1),
        "AXIS_ANGLE": np.stack([W, 0 * W + 1, 0 * W, 0 * W], 1),
    }[mode]
    assert np.allclose(written, expected, atol=1e-4)
    assert [float(controls.resting.sliders[one][0]) for one in turn.written] == pytest.approx(rest, abs=1e-5)
    assert [one.rest for one in turn.written] == rest
    assert all(one.path.endswith(f"rotation_{mode.lower()}") for one in turn.written)
