# SPDX-License-Identifier: GPL-3.0-or-later
"""What the dance bench measures, on dances whose figures are known."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluation.metrics.dance_rows import (
    DanceRows,
    alignment,
    danced,
    fallen_s,
    frozen_s,
    slide_cm_s,
    smpl_joints,
    with_beats,
)
from core.motion.clip import Clip
from core.motion.rotations import from_axis_angle


def _clip(seconds: float = 6.0, late_s: float = 0.0, seed: int = 0) -> Clip:
    """Someone whose arms and trunk rest twice a second, from `late_s` on."""
    time = np.arange(int(60 * seconds)) / 60.0
    random = np.random.default_rng(seed)
    clip = Clip.still(len(time), 60.0)
    swing = np.cos(2.0 * np.pi * (time - late_s - 0.003))  # no two frames are equally slow
    for joint in (3, 13, 14, 16, 17, 18, 19):
        axis = random.standard_normal(3)
        clip.rotations[:, joint] = from_axis_angle(0.5 * swing[:, None] * axis / np.linalg.norm(axis))
    return clip


def test_rests_on_the_beat_are_in_time_and_others_are_not() -> None:
    on, off = ([danced(_clip(late_s=late), 120.0)] for late in (0.0, 0.25))
    assert alignment(on) > 0.8 > 0.2 > alignment(off)
    assert alignment(off, 0.5) > 0.8


def test_beats_before_the_first_frame_go_on_into_it() -> None:
    dance = with_beats(np.zeros((100, 24, 3)), 120.0, -1.4)
    np.testing.assert_allclose(dance.beats, [6.0, 36.0, 66.0, 96.0])


def test_hands_go_on_where_forearms_end() -> None:
    joints = smpl_joints(_clip(1.0))
    assert joints.shape == (60, 24, 3)
    np.testing.assert_allclose(np.linalg.norm(joints[:, 22] - joints[:, 20], axis=1), 0.08, atol=1e-9)


def test_freezing_falling_and_sliding() -> None:
    joints = smpl_joints(_clip(4.0))
    assert frozen_s(joints) < 0.3 and fallen_s(joints) == 0.0 and slide_cm_s(joints) < 0.1
    still = np.concatenate((joints, np.repeat(joints[-1:], 120, 0), joints))
    assert frozen_s(still) == pytest.approx(2.0, abs=0.3)
    low = joints.copy()
    low[60:180, :, 1] *= 0.2
    assert fallen_s(low) == pytest.approx(2.0, abs=0.05)
    gliding = joints + np.arange(len(joints))[:, None, None] * np.array([0.02 / 60.0, 0.0, 0.0])
    assert slide_cm_s(gliding) == pytest.approx(2.0, abs=0.3)


@pytest.mark.filterwarnings("ignore:.*singular.*")
def test_recorded_dances_are_nearer_to_themselves_than_one_dance_looped() -> None:
    recorded = [danced(_clip(late_s=0.1 * seed, seed=seed), 120.0) for seed in range(12)]
    rows = DanceRows(recorded[:6], recorded)
    own, other, one = (rows.row(dances) for dances in (recorded[:6], recorded[6:], [recorded[7]] * 6))
    for kind in ("", "_corrected"):
        assert (
            abs(own[f"fid_k{kind}"]) < 1e-3 < other[f"fid_k{kind}"] < one[f"fid_k{kind}"] + other[f"div_k{kind}"] ** 2
        )
        assert one[f"div_k{kind}"] == pytest.approx(0.0, abs=1e-4) and other[f"div_k{kind}"] > 1.0
    assert own["frozen"] == 0.0 and own["farthest_m"] < 0.1
