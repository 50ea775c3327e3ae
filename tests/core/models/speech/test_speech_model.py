# SPDX-License-Identifier: GPL-3.0-or-later
"""The speech model: shapes, windows, level, phone track, weights on disk."""

import json

import numpy as np
import pytest
import torch

from core.audio.clip import AudioClip
from core.audio.phones import SYMBOLS
from core.errors import Cancelled, UserError
from core.models import speech
from core.models.speech.config import CHANNELS, SpeechConfig
from core.models.speech.decoding import best_path, phone_track
from core.models.speech.frontend import levelled_mel, loudness
from core.models.speech.network import SpeechModel
from core.models.speech.sampling import WINDOW
from core.progress import Progress


def small(seed: int = 0) -> SpeechModel:
    torch.manual_seed(seed)
    config = SpeechConfig(
        phones=SYMBOLS,
        channels=CHANNELS,
        width=16,
        dilations=(1, 2, 4, 1),
        context_every=2,
        context_s=1.0,
        decoder_width=16,
        decoder_dilations=(1, 2),
    )
    return SpeechModel(config).eval().requires_grad_(False)


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    envelope = np.repeat(rng.random(int(seconds * 10) + 1), 1600)[: int(seconds * 16000)]
    return (0.1 * envelope * rng.standard_normal(int(seconds * 16000))).astype(np.float32)


def test_result_covers_the_sound_at_sixty_frames_a_second():
    face, phones = small().infer(AudioClip(noise(2.03)))
    assert face.rate_hz == 60 and len(face) == 122
    assert 0 <= face.values.min() and face.values.max() <= 1
    assert np.array_equal(face["mouthPressLeft"], face["mouthPressRight"])
    assert not face["browInnerUp"].any() and not face["eyeBlinkLeft"].any()
    assert phones[0].start_s == 0 and phones[-1].end_s == pytest.approx(2.03, abs=0.02)
    assert all(a.end_s == b.start_s for a, b in zip(phones, phones[1:]))


def test_windows_leave_no_seam():
    model = small()
    samples = noise(2 * WINDOW / 100 + 7.31)
    curves, _ = model.predict(samples)
    with torch.inference_mode():
        from core.models.speech.frontend import network_input

        mel = levelled_mel(samples)
        pad = len(mel) % 2
        whole, _ = model(
            network_input(torch.from_numpy(np.pad(mel, ((0, pad), (0, 0)), mode="edge")))[None],
            torch.from_numpy(np.pad(loudness(torch.from_numpy(mel)).numpy(), (0, pad), mode="edge"))[None],
        )
    assert np.abs(curves - whole[0, : len(curves)].numpy()).max() < 1e-3


def taught(seed: int = 0) -> SpeechModel:
    """A model whose batch norms have seen something."""
    model = small(seed)
    random = torch.Generator().manual_seed(seed)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm1d):
            for tensor in (module.running_mean, module.running_var, module.weight, module.bias):
                assert tensor is not None
                tensor.copy_(0.5 + torch.rand(tensor.shape, generator=random))
    return model


@pytest.mark.parametrize("frames", [2, 48, 530])
def test_the_quick_way_gives_what_the_networks_give(frames):
    model, random = taught(), torch.Generator().manual_seed(1)
    mel, loud = torch.randn(2, frames, 80, generator=random), torch.rand(2, frames, generator=random)
    for made, plain in zip(model.infer_curves(mel, loud), model(mel, loud)):
        assert made.shape == plain.shape and torch.allclose(made, plain, atol=1e-5)


def test_listening_once_gives_the_lips_and_what_they_are_read_from():
    model, clip = taught(), AudioClip(noise(1.3))
    track, phones = model.infer(clip)
    again, said, (features, posteriors) = model.infer_with_articulation(clip)
    assert np.abs(again.values - track.values).max() < 1e-4
    assert [phone.symbol for phone in said] == [phone.symbol for phone in phones]
    plain = model.predict(clip.samples)[1]
    assert features.shape == (len(plain), model.config.decoder_width) and features.min() >= 0.0
    assert np.abs(posteriors - plain).max() < 1e-4


def test_the_quick_way_follows_weights_and_statistics_that_change():
    model = taught()
    mel, loud = torch.randn(1, 60, 80, generator=torch.Generator().manual_seed(1)), torch.full((1, 60), 0.5)
    model.infer_curves(mel, loud)
    model.decoder.enter.weight.mul_(1.5)
    statistics = model.encoder.norm.running_mean
    assert statistics is not None
    statistics.add_(0.5)
    assert torch.allclose(model.infer_curves(mel, loud)[0], model(mel, loud)[0], atol=1e-5)


def test_recording_level_does_not_matter():
    model, samples = small(), noise(3.0)
    loud, _ = model.predict(samples)
    quiet, _ = model.predict(samples * 0.01)
    assert np.abs(loud - quiet).max() < 0.02


@pytest.mark.parametrize(
    "samples", [np.zeros(16000, np.float32), np.zeros(1, np.float32), np.full(400, 1e-7, np.float32)]
)
def test_silence_and_single_samples_work(samples):
    face, _ = small().infer(AudioClip(samples))
    assert np.isfinite(face.values).all()


def test_cancel_stops_it():
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        small().infer(AudioClip(noise(1.0)), progress)


def test_best_path_ignores_flicker_and_follows_changes():
    posteriors = np.full((60, 3), 0.05)
    posteriors[:30, 0] = posteriors[30:, 1] = 0.9
    posteriors[10] = (0.2, 0.2, 0.6)
    path = best_path(np.log(posteriors))
    assert set(path[:30]) == {0} and set(path[30:]) == {1}
    track = phone_track(posteriors, ("a", "b", "c"))
    assert [(p.symbol, p.start_s, p.end_s) for p in track] == [("a", 0.0, 0.3), ("b", 0.3, 0.6)]
    assert 0.8 < track[0].confidence < 0.95


def test_saved_model_gives_the_same_curves(tmp_path):
    model, samples = small(), noise(1.0)
    speech.save(model, tmp_path)
    again = speech.load(tmp_path)
    assert np.abs(model.predict(samples)[0] - again.predict(samples)[0]).max() < 5e-3  # stored in half precision


def test_missing_and_damaged_weights_say_what_to_do(tmp_path):
    with pytest.raises(UserError, match="not in"):
        speech.load(tmp_path)
    speech.save(small(), tmp_path)
    whole = (tmp_path / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError) as caught:
        speech.load(tmp_path)
    assert caught.value.hint
    (tmp_path / "model.safetensors").write_bytes(whole)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "width": 32}))
    with pytest.raises(UserError):
        speech.load(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({**config, "schema": 99}))
    with pytest.raises(UserError, match="format"):
        speech.load(tmp_path)


def test_loudness_is_the_mean_of_the_eight_frames_around():
    mel = torch.linspace(-6.0, 1.0, 3 * 20 * 80).view(3, 20, 80)[
        :, torch.randperm(20, generator=torch.Generator().manual_seed(0))
    ]
    raw = np.clip(mel.numpy().mean(-1) / 4.0 + 1.0, 0.0, 1.0)
    expected = np.stack([[row[np.clip(np.arange(i - 4, i + 4), 0, 19)].mean() for i in range(20)] for row in raw])
    assert np.abs(loudness(mel).numpy() - expected).max() < 1e-6
    assert torch.equal(loudness(mel[1]), loudness(mel)[1])
