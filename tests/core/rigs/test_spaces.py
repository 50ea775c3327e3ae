# SPDX-License-Identifier: GPL-3.0-or-later
"""Canonical rotations become those of a bone, of any rest pose."""

from __future__ import annotations

import numpy as np

from core.rigs.spaces import BLENDER_AXES, about, bone_rotation
from tests.core.rigs.rig_building import PLAIN, rig


def test_quaternions_are_unit_and_continuous():
    bone = rig(PLAIN).bones["head"]
    turns = about((0.6, 0.8, 0.0), np.linspace(0, 4 * np.pi, 200))
    turns[100:] *= -1
    curve = bone_rotation(turns, bone, BLENDER_AXES)
    assert curve.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(curve, axis=1), 1.0, atol=1e-5)
    assert (np.sum(curve[1:] * curve[:-1], axis=1) > 0.9).all()
