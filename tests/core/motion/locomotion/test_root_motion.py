# SPDX-License-Identifier: GPL-3.0-or-later
"""In place, a body keeps its sway and loses its travel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.motion.clip import Clip
from core.motion.locomotion.root_motion import follow_with_slack, in_place

RATE_HZ = 30.0


def test_in_place_takes_travel_and_keeps_sway():
    frames = 900
    time = np.arange(frames) / RATE_HZ
    sway = np.stack([0.03 * np.sin(1.2 * time), 0.01 * np.sin(2.0 * time), 0.02 * np.cos(0.8 * time)], -1)
    clip = replace(Clip.still(frames, RATE_HZ), root_translation_m=(sway + [2.0, 0.0, -1.0]).astype(np.float32))
    kept = in_place(clip).root_translation_m
    assert np.abs(kept.mean(0)[[0, 2]]).max() < 0.05
    assert np.abs(np.ptp(kept, axis=0) - np.ptp(sway, axis=0)).max() < 0.006
    assert np.array_equal(kept[:, 1], clip.root_translation_m[:, 1])
    away = sway.copy()
    away[:, 2] += 1.2 * time
    gone = in_place(replace(clip, root_translation_m=away.astype(np.float32))).root_translation_m
    assert np.abs(gone[:, [0, 2]]).max() < 0.25


def test_a_clip_without_frames_stays():
    assert len(in_place(Clip.still(0, RATE_HZ))) == 0


def test_a_slack_line_drags_only_what_is_out_of_reach():
    path = np.concatenate([np.zeros(100), np.linspace(0.0, 1.0, 50)])[:, None]
    followed = follow_with_slack(path, 0.1)
    assert np.abs(followed[:100]).max() == 0.0
    assert np.abs(followed[-1] - 0.9).max() < 1e-9
    assert (path - followed).max() < 0.1 + 1e-9
