# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said about prompts that ask for more than people do."""

from __future__ import annotations

import numpy as np
import pytest

from core.blender.keying.strain import Strain, strain_notes, strain_of
from core.motion.rotations import from_axis_angle


def turning(jump_rad: float) -> np.ndarray:
    """60 frames that stand still but for one jump at the 30th."""
    angles = np.where(np.arange(60) < 30, 0.0, jump_rad)
    return from_axis_angle(np.stack([angles, 0.0 * angles, 0.0 * angles], 1))


def test_a_jump_near_a_prompt_is_a_strain_and_elsewhere_is_none():
    found = strain_of("arm", turning(0.5), 30.0, np.array([131.0, 145.0]), 100.0, 40.0)
    assert found is not None and (found.bone, found.frame) == ("arm", 131.0)
    assert found.ratio == pytest.approx(0.5 * 30.0**2 / 40.0)
    assert strain_of("arm", turning(0.5), 30.0, np.array([145.0]), 100.0, 40.0) is None
    assert strain_of("arm", turning(0.01), 30.0, np.array([131.0]), 100.0, 40.0) is None
    assert strain_of("jaw", turning(0.5), 30.0, np.array([131.0]), 100.0, np.inf) is None
    assert strain_of("arm", turning(0.5), 30.0, np.empty(0), 100.0, 40.0) is None


@pytest.mark.parametrize("others, said", [(1, "1 other bone."), (3, "3 other bones.")])
def test_the_worst_are_named_and_the_rest_counted(others, said):
    notes = strain_notes(Strain(2.0 + number, f"bone{number}", 10.0) for number in range(4 + others))
    assert len(notes) == 5 and f"bone{3 + others}" in notes[0] and notes[-1].endswith(said)
    assert strain_notes([]) == ()
