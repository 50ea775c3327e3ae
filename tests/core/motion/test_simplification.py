# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys stay within the tolerance at every frame, are much fewer than frames, and are found fast."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.simplification import HermiteKeys, simplify_curves, simplify_rotations


def simplified(frames: np.ndarray, curve: np.ndarray, tolerance: float) -> HermiteKeys:
    return simplify_curves(frames, curve[:, None], tolerance)[0]


def speech_like(frames: int, curves: int, rate_hz: float, seed: int = 0) -> np.ndarray:
    """Curves as a mouth makes them, (T, N): gestures of 0.1 to 0.2 s, up to five a second."""
    random = np.random.default_rng(seed)
    time_s = np.arange(frames) / rate_hz
    values = np.zeros((frames, curves), np.float32)
    for curve in range(curves):
        rarity = random.uniform(0.05, 0.6)  # no shape takes part in every sound
        for centre in np.cumsum(random.gamma(4.0, rarity, int(time_s[-1] * 5) + 2)):
            if centre > time_s[-1] + 0.5:
                break
            reach = np.abs(time_s - centre) < 0.5
            width = random.uniform(0.04, 0.09)
            values[reach, curve] += random.uniform(0, 0.7) * np.exp(-0.5 * ((time_s[reach] - centre) / width) ** 2)
    return np.clip(values, 0, 1)


def rotations(frames: int, joints: int, rate_hz: float) -> np.ndarray:
    time_s = np.arange(frames)[:, None] / rate_hz
    random = np.random.default_rng(1)
    angles = np.radians(random.uniform(2, 12, joints)) * np.sin(2 * np.pi * random.uniform(0.3, 2, joints) * time_s)
    axes = random.standard_normal((joints, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    return np.concatenate([np.cos(angles / 2)[..., None], np.sin(angles / 2)[..., None] * axes], -1).astype(np.float32)


@pytest.mark.parametrize("rate_hz", [23.976, 24, 25, 30, 60, 120])
@pytest.mark.parametrize("tolerance", [0.001, 0.005, 0.02])
def test_error_stays_within_the_tolerance(rate_hz, tolerance):
    values = speech_like(int(20 * rate_hz), 12, rate_hz)
    frames = 17.0 + np.arange(len(values))
    keys = simplify_curves(frames, values, tolerance)
    worst = max(np.abs(key.evaluate(frames) - values[:, index]).max() for index, key in enumerate(keys))
    assert worst <= tolerance
    for key in keys:
        assert key.times[0] == 17.0 and key.times[-1] == frames[-1]
        assert (np.diff(key.times) > 0).all()


@pytest.mark.parametrize("rate_hz", [24, 30, 60])
def test_at_least_four_times_fewer_keys(rate_hz):
    values = speech_like(int(30 * rate_hz), 20, rate_hz)
    keys = simplify_curves(np.arange(len(values)), values, 0.005)
    ratio = values.size / sum(map(len, keys))
    assert ratio > (4.0 if rate_hz <= 30 else 8.0)


def test_handles_make_blenders_bezier_the_same_curve():
    values = speech_like(240, 1, 24.0)[:, 0]
    frames = np.arange(240.0)
    keys = simplified(frames, values, 0.005)
    left, right = keys.handles()
    assert left.shape == right.shape == (len(keys), 2)
    for index in range(len(keys) - 1):
        span = keys.times[index + 1] - keys.times[index]
        corners = [
            (keys.times[index], keys.values[index]),
            right[index],
            left[index + 1],
            (keys.times[index + 1], keys.values[index + 1]),
        ]
        u = np.arange(int(span) + 1) / span
        weights = np.stack([(1 - u) ** 3, 3 * u * (1 - u) ** 2, 3 * u**2 * (1 - u), u**3], -1)
        bezier = weights @ np.array(corners, np.float64)
        np.testing.assert_allclose(bezier[:, 0], keys.times[index] + u * span, atol=1e-4)
        np.testing.assert_allclose(bezier[:, 1], keys.evaluate(keys.times[index] + u * span), atol=1e-5)
    inner = slice(1, -1)  # wherever the tolerance allows, both handles lie on one line
    smooth = np.abs(keys.slope_in - keys.slope_out)[inner] < 1e-6
    assert smooth.mean() > 0.3


def test_a_still_curve_is_one_key_and_the_rest_position_stays_exact():
    keys = simplified(np.arange(100), np.zeros(100), 0.005)
    assert len(keys) == 1 and keys.values[0] == 0.0 and keys.handles()[0].shape == (1, 2)
    np.testing.assert_array_equal(keys.evaluate(np.arange(100)), 0.0)
    assert len(simplified(np.arange(100), 0.3 + 0.001 * np.sin(np.arange(100)), 0.005)) == 1


@pytest.mark.parametrize("samples", [1, 2, 3, 4, 5, 9])
def test_few_samples(samples):
    values = np.arange(samples, dtype=np.float32) ** 2
    keys = simplified(np.arange(samples), values, 0.005)
    np.testing.assert_allclose(keys.evaluate(np.arange(samples)), values, atol=0.005)


def test_noise_steps_and_no_tolerance():
    random = np.random.default_rng(0)
    noise = random.uniform(0, 1, (500, 3)).astype(np.float32)
    step = np.repeat([[0.0, 1.0, 0.0]], 500, 0)
    step[250:] = 1 - step[250:]
    frames = np.arange(500)
    for values in (noise, step):
        for key, curve in zip(simplify_curves(frames, values, 0.005), values.T):
            assert np.abs(key.evaluate(frames) - curve).max() <= 0.005
    exact = simplified(frames, noise[:, 0], 0.0)
    assert len(exact) == 500
    np.testing.assert_array_equal(exact.values, noise[:, 0])


def test_pinned_samples_become_keys():
    values = speech_like(600, 4, 60.0)
    values[:, 3] = 0.0
    pinned = np.zeros(values.shape, bool)
    pinned[[100, 101, 333], 1] = True
    pinned[77, 3] = True
    frames = np.arange(600)
    keys = simplify_curves(frames, values, 0.005, pinned)
    assert {100, 101, 333} <= set(keys[1].times)
    assert 77 in keys[3].times
    for key, curve in zip(keys, values.T):
        assert np.abs(key.evaluate(frames) - curve).max() <= 0.005
    at = np.searchsorted(keys[1].times, 333)
    assert keys[1].values[at] == values[333, 1]


def test_rotations():
    quaternions = rotations(1800, 7, 60.0)
    frames = np.arange(1800)
    keys = simplify_rotations(frames, quaternions, 0.3)
    assert quaternions.shape[0] * 7 / sum(map(len, keys)) > 8
    for joint, key in enumerate(keys):
        value = key.evaluate(frames)
        value /= np.linalg.norm(value, axis=1, keepdims=True)
        cosine = np.abs((value * quaternions[:, joint]).sum(1)) / np.linalg.norm(quaternions[:, joint], axis=1)
        assert np.degrees(2 * np.arccos(np.minimum(cosine, 1.0))).max() <= 0.3
        assert key.handles(2)[0].shape == (len(key), 2)


def test_one_by_one_equals_all_at_once():
    values = speech_like(300, 3, 30.0)
    frames = np.arange(300)
    for key, curve in zip(simplify_curves(frames, values, 0.005), values.T):
        alone = simplified(frames, curve, 0.005)
        assert len(alone) == len(key)  # joining goes by parity over all keys, so the choice may differ a little
        assert np.abs(alone.evaluate(frames) - curve).max() <= 0.005


def test_uneven_times_are_refused():
    with pytest.raises(ValueError):
        simplified(np.array([0.0, 1.0, 3.0]), np.zeros(3), 0.005)
    with pytest.raises(ValueError):
        simplified(np.arange(4), np.zeros(3), 0.005)
