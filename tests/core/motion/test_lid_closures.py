# SPDX-License-Identifier: GPL-3.0-or-later
"""Blinks at a scene's frames: found, shut at any frame rate, four frames say all."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.easing import minimum_jerk
from core.motion.face_track import FACE_INDEX, FACE_RATE_HZ, FaceTrack
from core.motion.lid_closures import LIDS, find_blinks, with_blinks
from core.motion.resampling import face_at

STARTS_S = (0.51, 1.733, 3.02, 3.41)


def lid(seconds: float = 5.0, shut_s: float = 0.03) -> np.ndarray:
    time_s = np.arange(round(seconds * FACE_RATE_HZ)) / FACE_RATE_HZ
    curve = 0.06 + 0.05 * np.sin(time_s * 2.0)
    for start in STARTS_S:
        since = time_s - start
        blink = minimum_jerk(since / 0.09) - minimum_jerk((since - 0.09 - shut_s) / 0.2)
        curve = np.maximum(curve, blink)
    return curve


def track(curve: np.ndarray) -> FaceTrack:
    values = np.zeros((len(curve), len(FACE_INDEX)), np.float32)
    for name in LIDS:
        values[:, FACE_INDEX[name]] = curve
    return FaceTrack(values)


def test_every_blink_is_found_once():
    found = find_blinks(lid(), FACE_RATE_HZ)
    assert len(found) == len(STARTS_S)
    assert (np.diff(found, axis=1) >= 0).all()
    assert found[:, 0] / FACE_RATE_HZ == pytest.approx(STARTS_S, abs=0.035)


def test_slow_lids_and_flutter_are_no_blinks():
    time_s = np.arange(600) / FACE_RATE_HZ
    assert len(find_blinks(0.5 + 0.5 * np.sin(5.0 * time_s), FACE_RATE_HZ)) == 0
    assert len(find_blinks(0.1 + 0.1 * np.sin(40.0 * time_s), FACE_RATE_HZ)) == 0
    asleep = np.clip(lid() + (time_s[:300] > 2.0), 0.0, 1.0)
    assert len(find_blinks(asleep, FACE_RATE_HZ)) == 2
    assert len(find_blinks(np.zeros(0), FACE_RATE_HZ)) == len(find_blinks(np.ones(1), FACE_RATE_HZ)) == 0


@pytest.mark.parametrize("rate_hz", [8.0, 12.0, 23.976, 24.0, 25.0, 30.0, 59.94, 60.0, 120.0])
def test_lids_shut_at_any_frame_rate_and_stay_so_for_a_frame(rate_hz):
    source = track(lid())
    face, blinks = with_blinks(face_at(source, rate_hz, 0.0, int(5.0 * rate_hz)), source)
    assert len(blinks) == len(STARTS_S)
    for name in LIDS:
        curve = face.values[:, FACE_INDEX[name]]
        for begin, first, last, end in blinks:
            assert curve[first : last + 1] == pytest.approx(1.0, abs=1e-4)
            assert begin < first <= last < end and (last > first or rate_hz < 10)
            assert (np.diff(curve[begin : first + 1]) > 0).all() and (np.diff(curve[last : end + 1]) < 0).all()
        outside = np.ones(len(curve), bool)
        for begin, _, _, end in blinks:
            outside[begin : end + 1] = False
        assert np.array_equal(
            curve[outside], face_at(source, rate_hz, 0.0, len(face)).values[outside, FACE_INDEX[name]]
        )


def test_a_face_without_blinks_stays_as_it_is():
    source = track(np.full(120, 0.3))
    sampled = face_at(source, 24.0, 0.0, 48)
    face, blinks = with_blinks(sampled, source)
    assert blinks.shape == (0, 4) and np.array_equal(face.values, sampled.values)
