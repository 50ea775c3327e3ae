# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces moved in time, smoothed and scaled."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.face_motion import FaceMotion
from core.motion.face_motion_editing import held, placed, scaled, smoothed
from core.motion.face_track import FACE_INDEX, FACE_NAMES

JAW, BLINK = FACE_INDEX["jawOpen"], FACE_INDEX["eyeBlinkLeft"]


def ramp(frames: int = 121) -> FaceMotion:
    """The jaw opens evenly over two seconds while the head turns by 20 degrees."""
    values = np.zeros((frames, 55), np.float32)
    values[:, JAW] = np.linspace(0.0, 1.0, frames)
    head = np.zeros((frames, 3), np.float32)
    head[:, 0] = np.linspace(0.0, 20.0, frames)
    return FaceMotion(values, head, np.ones(58, bool))


def test_later_and_earlier_with_the_ends_held():
    motion = ramp()
    later, earlier = placed(motion, 121, 0.5), placed(motion, 121, -0.5)
    assert later.values[29, JAW] == 0.0 and later.values[60, JAW] == pytest.approx(0.25, abs=1e-4)
    assert earlier.values[0, JAW] == pytest.approx(0.25, abs=1e-4) and earlier.values[100, JAW] == 1.0
    assert placed(motion, 121) is motion, "nothing to do, nothing computed"
    longer = placed(motion, 200)
    assert len(longer) == 200 and longer.head_deg[-1, 0] == pytest.approx(20.0)


def test_smoothing_takes_the_edge_off_and_leaves_lids_that_shut():
    motion = held(ramp(), 120)
    values = motion.values.copy()
    values[60, [JAW, BLINK]] = 1.0
    motion = FaceMotion(values, motion.head_deg, motion.known)
    soft = smoothed(motion, 0.2, kept=("eyeBlinkLeft",))
    assert soft.values[60, JAW] < 0.2 and soft.values[60, BLINK] == 1.0
    assert soft.values[:, JAW].sum() == pytest.approx(1.0, abs=1e-3), "as much as before, over more frames"
    assert smoothed(motion, 0.0) is motion


def test_a_strength_scales_shapes_within_their_range_and_angles_without_one():
    motion = ramp()
    assert scaled(motion, 2.0).values[:, JAW].max() == 1.0
    assert scaled(motion, 2.0).head_deg[-1, 0] == pytest.approx(40.0)
    rising = scaled(motion, np.linspace(0.0, 1.0, 121))
    assert rising.values[60, JAW] == pytest.approx(0.25) and rising.values.shape == (121, len(FACE_NAMES))
