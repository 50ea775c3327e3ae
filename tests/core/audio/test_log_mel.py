# SPDX-License-Identifier: GPL-3.0-or-later
"""The log-mel spectrogram, against librosa where it is installed."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from core.audio import log_mel  # noqa: E402


def noisy_sweep(samples: int, seed: int = 0) -> np.ndarray:
    time_s = np.arange(samples) / 16000
    sweep = 0.3 * np.sin(2 * np.pi * (100 * time_s + 1500 * time_s**2 / max(time_s[-1], 1e-3) / 2))
    return (sweep + 0.01 * np.random.default_rng(seed).standard_normal(samples)).astype(np.float32)


def test_filters_equal_librosa():
    librosa = pytest.importorskip("librosa")
    ours = log_mel.mel_filters()
    theirs = librosa.filters.mel(sr=16000, n_fft=512, n_mels=80, fmin=20, fmax=7600)
    assert ours.shape == (80, 257)
    np.testing.assert_allclose(ours, theirs, atol=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("samples", [300, 1600, 16000, 16079, 40 * 16000])
def test_log_mel_equals_librosa(samples):
    librosa = pytest.importorskip("librosa")
    sound = noisy_sweep(samples)
    theirs = librosa.feature.melspectrogram(
        y=sound, sr=16000, n_fft=512, win_length=400, hop_length=160, n_mels=80, fmin=20, fmax=7600, pad_mode="reflect"
    )
    ours = log_mel.log_mel(torch.from_numpy(sound)).numpy()
    assert ours.shape == (1 + samples // 160, 80)
    np.testing.assert_allclose(ours, np.log(np.maximum(theirs, 1e-5)).T, atol=1e-3)


@pytest.mark.slow
def test_batch_equals_single_and_short_sounds_work():
    sounds = torch.from_numpy(np.stack([noisy_sweep(5000, seed) for seed in range(3)]))
    batch = log_mel.log_mel(sounds)
    for index in range(3):
        torch.testing.assert_close(batch[index], log_mel.log_mel(sounds[index]))
    assert log_mel.log_mel(torch.ones(1)).shape == (1, 80)
    assert log_mel.log_mel(torch.zeros(200)).min() == pytest.approx(np.log(1e-5), abs=1e-4)


def test_chunks_join_without_a_seam(monkeypatch):
    sound = torch.from_numpy(noisy_sweep(30000))
    whole = log_mel.log_mel(sound)
    for chunk in (1, 3, 7, 50):
        monkeypatch.setattr(log_mel, "CHUNK_FRAMES", chunk)
        torch.testing.assert_close(log_mel.log_mel(sound), whole)


def test_a_click_is_where_it_sounds():
    sound = torch.zeros(16000)
    sound[8000] = 1.0
    assert int(log_mel.log_mel(sound).exp().sum(-1).argmax()) == 50


def test_gradient_flows():
    log_mel._constants.cache_clear()
    with torch.inference_mode():  # what is kept between calls must serve training too
        log_mel.log_mel(torch.zeros(3000))
    sound = torch.from_numpy(noisy_sweep(3000)).requires_grad_()
    log_mel.log_mel(sound).sum().backward()
    assert torch.isfinite(sound.grad).all()
