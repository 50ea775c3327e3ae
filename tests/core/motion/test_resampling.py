# SPDX-License-Identifier: GPL-3.0-or-later
"""Scene rates: timing, closures between frames, blinks, rotations."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.face_track import FACE_INDEX, FACE_NAMES, FaceTrack
from core.motion.resampling import clip_at, curves_at, face_at, lip_opening
from core.performance.frames import at_frames
from core.performance.performance import Performance

RATES = [24000 / 1001, 24, 25, 30, 60, 120]


def mouth_with_closures(times_s, width_s: float = 0.045, seconds: float = 10.0) -> FaceTrack:
    """Jaw open, lips shut around each time for about `width_s`."""
    values = np.zeros((int(seconds * 60) + 1, len(FACE_NAMES)), np.float32)
    time_s = np.arange(len(values)) / 60
    closed = sum(np.exp(-(((time_s - t) / (width_s / 1.6)) ** 4)) for t in times_s)
    values[:, FACE_INDEX["jawOpen"]] = 0.5
    values[:, FACE_INDEX["mouthClose"]] = 0.5 * np.minimum(closed, 1.0)
    values[:, FACE_INDEX["browInnerUp"]] = 0.5 + 0.5 * np.sin(time_s)
    return FaceTrack(values)


@pytest.mark.parametrize("rate_hz", RATES)
def test_closures_survive_every_rate(rate_hz):
    moments = np.arange(0.31, 9.7, 0.2137)
    track = mouth_with_closures(moments)
    frames = int(10 * rate_hz) + 1
    face = face_at(track, rate_hz, 0.0, frames)
    assert face.rate_hz == rate_hz and len(face) == frames
    opening = lip_opening(face.values)
    for moment in moments:
        near = np.abs(face.times_s - moment) <= 0.5 / rate_hz + 0.5 / 60 + 1e-9
        assert opening[near].min() < 0.03, moment
    # what does not belong to the mouth is where it was
    np.testing.assert_allclose(face["browInnerUp"], 0.5 + 0.5 * np.sin(face.times_s), atol=1e-3)


def test_plain_sampling_would_lose_closures():
    moments = np.arange(0.31, 9.7, 0.2137)
    track = mouth_with_closures(moments)
    times = np.arange(240) / 24
    plain = lip_opening(curves_at(track.values, 60.0, 0.0, times))
    lost = [plain[np.abs(times - moment) <= 0.5 / 24 + 0.5 / 60].min() > 0.1 for moment in moments]
    assert any(lost)


def test_blinks_close_at_24_frames():
    values = np.zeros((601, len(FACE_NAMES)), np.float32)
    time_s = np.arange(601) / 60
    moments = np.arange(0.7, 9.5, 0.913)
    blink = sum(np.exp(-(((time_s - t) / 0.05) ** 2)) for t in moments)
    values[:, [FACE_INDEX["eyeBlinkLeft"], FACE_INDEX["eyeBlinkRight"]]] = blink[:, None]
    face = face_at(FaceTrack(values), 24.0, 0.0, 240)
    for moment in moments:
        assert face["eyeBlinkLeft"][np.abs(face.times_s - moment) < 0.04].max() > 0.93


def test_start_and_ends():
    track = mouth_with_closures([])
    face = face_at(track, 25.0, -1.0, 500)  # before and after the sound: the first and the last pose hold
    np.testing.assert_allclose(face.values[:25], track.values[:1].repeat(25, 0), atol=1e-6)
    np.testing.assert_allclose(face.values[-1], track.values[-1], atol=1e-6)
    assert face_at(FaceTrack(track.values[:1]), 24.0, 0.0, 5).values.shape == (5, len(FACE_NAMES))


def test_rotations_stay_unit_and_in_time():
    time_s = np.arange(301) / 60
    clip = Clip.still(301, 60.0, frozenset({"head"}))
    rotations = clip.rotations.copy()
    rotations[:, 15] = rot.from_axis_angle(np.stack([0.3 * np.sin(2 * time_s), 0 * time_s, 0 * time_s], -1))
    rotations[::2, 15] *= -1  # signs must not matter
    clip = Clip(rotations, clip.root_translation_m, clip.contacts, 60.0, clip.driven)
    for rate_hz in RATES:
        sampled = clip_at(clip, rate_hz, 0.1, int(4.5 * rate_hz))
        times = 0.1 + np.arange(len(sampled)) / rate_hz
        np.testing.assert_allclose(np.linalg.norm(sampled.rotations, axis=-1), 1.0, atol=1e-5)
        expected = rot.from_axis_angle(np.stack([0.3 * np.sin(2 * times), 0 * times, 0 * times], -1))
        assert rot.angle_between_deg(sampled["head"], expected).max() < 0.05
        assert sampled.driven == {"head"}


def test_a_whole_performance():
    performance = Performance("line", 10.0, mouth_with_closures([2.0]), Clip.still(601, 60.0))
    result = at_frames(performance, 24.0)
    assert len(result.face) == len(result.body) == 241
    assert at_frames(performance, 24.0, 1.0, 10).face.start_s == 1.0
