# SPDX-License-Identifier: GPL-3.0-or-later
"""A prompt on some components of a rotation, held while what is generated turns far away from it: the others never flip."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion import euler
from core.motion.rotations import angle_between_deg, continuous, from_axis_angle

FRAMES = np.arange(1.0, 91.0)
HOLD = (20.0, 60.0)


def swinging(mode: str) -> np.ndarray:
    """Quaternions (F, 4) that leave what is keyed for 40 frames, slowly, by more than a quarter turn or to its other side."""
    share = np.sin(np.clip((FRAMES - HOLD[0]) / (HOLD[1] - HOLD[0]), 0.0, 1.0) * np.pi) ** 2
    if mode in ("QUATERNION", "AXIS_ANGLE"):
        beside = 0.3 if mode == "QUATERNION" else 0.0  # through no turn at all, where an axis changes its side
        return from_axis_angle(np.stack([0.6 - 1.4 * share, np.full(len(share), beside), beside * share], 1))
    angles = np.tile([0.2, -0.3, 0.2], (len(FRAMES), 1))
    angles[:, "XYZ".index(mode[0])] = 0.9 - 1.9 * share
    return continuous(euler.to_quaternions(angles, mode))


@pytest.mark.parametrize(
    ("mode", "component", "value"),
    [("XYZ", 0, 0.95), ("YZX", 1, 0.95), ("ZYX", 2, 0.95), ("QUATERNION", 1, 0.3), ("AXIS_ANGLE", 0, 0.8)],
)
def test_what_is_not_held_goes_on_without_a_flip(scene, part, mode, component, value):
    existing_keys, grids = part("core.blender.keying.existing_keys"), part("core.blender.keying.grid")
    blending, pacing = part("core.blender.keying.prompt_blending"), part("core.prompts.pacing")
    limit = part("core.prompts.acceleration_limit").AccelerationLimit(80.0)
    size = 3 if len(mode) == 3 else 4
    keyed = np.zeros((2, size), bool)
    keyed[:, component] = True
    prompts = existing_keys.ExistingChannel(np.array(HOLD), np.where(keyed, value, 0.0).astype(np.float32), keyed)
    timing = part("core.blender.keying.timing").Timing(30.0, 1.0)
    grid = grids.Grid(FRAMES, timing, timing.replaced(1.0, 90.0), (False, False))
    channel = part("core.blender.keying.channels").rotation_channel("Rig", "Arm", mode)
    usual = pacing.PromptPaces(body=pacing.Pace(0.0, 0.3))
    acting = blending.Acting(limit, lambda frames: usual.of("Arm", frames))
    made = blending.blend_rotations(grid, channel, "Arm", swinging(mode), mode, prompts, acting)
    rows = np.flatnonzero((FRAMES >= HOLD[0]) & (FRAMES <= HOLD[1]))
    turns = part("core.blender.keying.rotation_modes").to_quaternions(made.values, mode)
    assert angle_between_deg(turns[:-1], turns[1:]).max() < 15.0
    if size == 3:  # a full turn more is the same angle
        off = (made.values[rows, component] - value + np.pi) % (2.0 * np.pi) - np.pi
        assert np.abs(off).max() < 1e-3
