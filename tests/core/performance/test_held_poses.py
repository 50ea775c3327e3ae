# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses that are held for some frames: nothing that one looks at is lost between them."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.clip import Clip
from core.motion.face_track import FACE_INDEX, FACE_NAMES, FaceTrack
from core.motion.resampling import lip_opening
from core.performance.frames import at_frames
from core.performance.performance import Performance
from core.rigs.animation import Controls

FPS = 24.0


def performance(closures_s: np.ndarray, blinks_s: np.ndarray, duration_s: float = 6.0) -> Performance:
    """An open mouth that closes, and open eyes that blink, for a moment each."""
    times_s = np.arange(round(duration_s * 60)) / 60
    values = np.zeros((len(times_s), len(FACE_NAMES)), np.float32)
    open_mouth = 0.6 * (1 - np.exp(-(((times_s[:, None] - closures_s) / 0.025) ** 2)).max(1))
    values[:, FACE_INDEX["jawOpen"]] = open_mouth
    shut = np.exp(-(((times_s[:, None] - blinks_s) / 0.05) ** 2)).max(1)
    for side in ("Left", "Right"):
        values[:, FACE_INDEX[f"eyeBlink{side}"]] = shut
    return Performance("line", duration_s, FaceTrack(values), Clip.still(len(times_s), 60.0, frozenset()))


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_closed_lips_and_blinks_are_held_at_least_once(step):
    rng = np.random.default_rng(step)
    closures_s = np.arange(0.4, 5.5, 0.45) + rng.uniform(-0.05, 0.05, 12)
    blinks_s = np.array([0.9, 2.7, 4.6]) + rng.uniform(-0.1, 0.1, 3)
    given = performance(closures_s, blinks_s)
    count = round(6.0 * FPS)
    coarse = at_frames(given, FPS / step, 0.0, -(-count // step))
    jaw = Controls(FPS / step, shapes={"Face": {"jaw": lip_opening(coarse.face.values)}}).held(step, count)
    opening = jaw.shapes["Face"]["jaw"]
    assert len(opening) == count and jaw.rate_hz == pytest.approx(FPS)
    for moment in closures_s:
        near = opening[max(0, int(moment * FPS) - step) : int(moment * FPS) + step + 2]
        assert near.min() < 0.08, (moment, near)
    shut = np.repeat(coarse.face.values[:, FACE_INDEX["eyeBlinkLeft"]], step)[:count]
    for moment in blinks_s:
        assert shut[max(0, int(moment * FPS) - step) : int(moment * FPS) + step + 2].max() > 0.9, moment


def test_all_curves_are_held_alike():
    rotations = np.tile(np.array([1.0, 0, 0, 0], np.float32), (4, 1))
    controls = Controls(
        12.0,
        shapes={"Face": {"jaw": np.arange(4, dtype=np.float32)}},
        rotations={"head": rotations},
        locations={"hips": np.arange(12, dtype=np.float32).reshape(4, 3)},
    ).held(2, 7)
    assert controls.shapes["Face"]["jaw"].tolist() == [0, 0, 1, 1, 2, 2, 3]
    assert len(controls.rotations["head"]) == 7 and controls.locations["hips"][:, 0].tolist() == [0, 0, 3, 3, 6, 6, 9]
