# SPDX-License-Identifier: GPL-3.0-or-later
"""PD-FGC: what the fixtures do not cover."""

import pytest
import torch

from core.errors import UserError
from core.models.pdfgc import PRESETS, ControlCode, Pdfgc, PdfgcConfig, load_published, mouth_codes, save
from core.models.pdfgc.control import smooth_pose
from core.models.pdfgc.mel import mel_clips, mel_spectrogram, normalise_level
from core.models.pdfgc.motion_encoder import MotionEncoder
from core.models.pdfgc.objectives import (
    MemoryBank,
    decorrelation,
    lip_contrast,
    region_swap_contrast,
    swap_region,
    window_average,
)

SMALL = PRESETS["small"]


def test_a_click_stands_in_the_clip_of_its_frame():
    config = PdfgcConfig()
    sound = 1e-4 * torch.randn(16000 * 2)
    sound[20 * 640 + 320] = 1.0  # the middle of frame 20
    mel = mel_spectrogram(normalise_level(sound), config)
    clips = mel_clips(mel, config)
    loudest = int(clips[:, 0].mean(1)[18].argmax())  # clip 18 is frame 20's
    assert abs(loudest - 10) <= 4
    assert mel.min() >= 0.0 and mel.max() <= 1.0
    assert len(mel_clips(mel[:19], config)) == 0 and len(mel_clips(mel[:20], config)) == 1


def test_switches_and_gains_touch_only_their_own():
    code = ControlCode(torch.ones(3, 8), torch.ones(3, 4), torch.ones(3, 6), torch.ones(3, 6))
    gaze = code.switched({"gaze"})
    assert gaze.eye[0].tolist() == [0, 0, 1, 1, 0, 0] and not gaze.mouth.any() and not gaze.pose.any()
    blink = code.switched({"blink", "mouth"})
    assert blink.eye[0].tolist() == [1, 1, 0, 0, 1, 1] and blink.mouth.all()
    assert (
        code.gained().mouth[0, 0] == 1.5
        and code.gained().eye[0, 0] == pytest.approx(1.2)
        and code.gained().pose.eq(1).all()
    )
    assert code.joined().shape == (3, 24)
    with pytest.raises(ValueError, match="brows"):
        code.switched({"brows"})
    ramp = torch.arange(5.0)[:, None]
    torch.testing.assert_close(smooth_pose(ramp)[1:4], ramp[1:4])


def test_lip_contrast_is_low_when_pairs_match_and_high_when_they_do_not():
    torch.manual_seed(0)
    audio = torch.randn(4, 6, 16)
    matched = lip_contrast(audio, audio + 0.05 * torch.randn_like(audio))
    shifted = lip_contrast(audio, audio.roll(1, dims=1))
    other_clips = lip_contrast(audio, audio.roll(1, dims=0))
    assert matched["in_clip"] < 0.1 and matched["cross_clip"] < 0.1
    assert shifted["in_clip"] > 2.0 and other_clips["cross_clip"] > 2.0
    swapped = lip_contrast(audio + 0.3, audio)
    again = lip_contrast(audio, audio + 0.3)
    torch.testing.assert_close(swapped["in_clip"], again["in_clip"])  # both directions weigh the same
    single = lip_contrast(audio[:1], audio[:1])
    assert float(single["cross_clip"]) == pytest.approx(0.0, abs=1e-6)


def test_region_swap_contrast_teaches_an_encoder_to_look_at_the_region_only():
    torch.manual_seed(0)
    region = torch.zeros(12)
    region[:4] = 1.0
    encoder = torch.nn.Linear(12, 6)
    optimizer = torch.optim.Adam(encoder.parameters(), 0.02)
    first = None
    for _ in range(150):
        inside, outside = torch.randn(16, 12), torch.randn(16, 12)
        composite = swap_region(inside, outside, region)
        loss = region_swap_contrast(encoder(composite), encoder(inside), encoder(outside))
        first = loss.item() if first is None else first
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.5 * first
    weight = encoder.weight.detach().abs()
    assert weight[:, :4].mean() > 2.0 * weight[:, 4:].mean()


def test_window_average_is_the_mean_of_the_frames_there_are():
    x = torch.randn(2, 9, 3)
    averaged = window_average(x, 5)
    torch.testing.assert_close(averaged[:, 4], x[:, 2:7].mean(1))
    torch.testing.assert_close(averaged[:, 0], x[:, :3].mean(1))
    torch.testing.assert_close(window_average(x, 1), x)


def test_decorrelation_measures_and_removes_what_two_features_share():
    torch.manual_seed(0)
    shared = torch.randn(4000, 3)
    assert decorrelation(shared, torch.randn(4000, 3)) < 0.01
    assert decorrelation(shared, shared @ torch.linalg.qr(torch.randn(3, 3))[0]) > 0.25
    first, second = MemoryBank(256, 3), MemoryBank(256, 3)
    projection = torch.nn.Linear(6, 3, bias=False)
    optimizer = torch.optim.Adam(projection.parameters(), 0.03)
    values = []
    for _ in range(120):
        batch = torch.randn(32, 3)
        other = projection(torch.cat((batch, torch.randn(32, 3)), dim=1))
        loss = decorrelation(batch, other, first, second)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        values.append(loss.item())
    assert int(first.filled) == 256
    assert sum(values[-10:]) < 0.3 * sum(values[:10])


def test_memory_bank_keeps_the_newest():
    bank = MemoryBank(4, 1)
    bank.add(torch.arange(3.0)[:, None])
    bank.add(torch.arange(3.0, 6.0)[:, None])
    assert sorted(bank.entries[:, 0].tolist()) == [2.0, 3.0, 4.0, 5.0]


def test_images_have_motion_codes():
    encoder = MotionEncoder(SMALL).eval()
    with torch.no_grad():
        codes = encoder(torch.randn(1, 3, 224, 224))
    assert codes["mouth_embed"].shape == (1, SMALL.mouth_dim) and codes["eye_embed"].shape == (1, 6)
    assert codes["headpose_embed"].shape == (1, 6) and codes["emo_embed"].shape == (1, SMALL.expression_dim)


def test_sound_to_mouth_codes_and_saving(tmp_path):
    torch.manual_seed(0)
    model = Pdfgc(SMALL, with_motion=False).eval()
    sound = torch.randn(16000 * 2)
    codes = mouth_codes(model, sound)
    assert codes.shape == (47, SMALL.mouth_dim)  # 207 mel columns are 51 frames, 4 of them without a whole clip
    assert len(mouth_codes(model, torch.randn(300))) == 0
    save(model, tmp_path / "ours")
    torch.testing.assert_close(mouth_codes(load_published(tmp_path / "ours"), sound), codes)
    (tmp_path / "published").mkdir()
    torch.save(
        {"model": {f"module.{key}": value for key, value in model.audio_encoder.state_dict().items()}},
        tmp_path / "published" / "audio_model.pth",
    )
    torch.testing.assert_close(mouth_codes(load_published(tmp_path / "published", config=SMALL), sound), codes)
    with pytest.raises(UserError, match="wrong shape"):
        load_published(tmp_path / "published")
