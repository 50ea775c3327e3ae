# SPDX-License-Identifier: GPL-3.0-or-later
"""The pre-trained encoders give embeddings of sounds, motions and keypoints of any length, and survive being saved."""

import numpy as np
import pytest
import torch

from core.errors import UserError
from core.models.pretraining import Pretraining, PretrainingConfig, load, phonetic_encoder, save
from core.models.pretraining.motion_channels import RATE_HZ, ROOT, body_frames, to_clip
from core.models.speech.encoder import PhoneticEncoder
from core.motion.clip import Clip
from core.motion.face_motion import FaceMotion
from core.motion.keypoints import Keypoints
from core.motion.rotations import angle_between_deg, from_axis_angle, multiply


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("pretraining")
    model = Pretraining(PretrainingConfig.named("tiny"))
    save(model, folder, half_precision=False)
    return folder


def face(frames: int) -> FaceMotion:
    values = np.random.default_rng(0).random((frames, 55)).astype(np.float32)
    return FaceMotion(values, np.zeros((frames, 3), np.float32), np.ones(58, bool))


def turning(frames: int, rate_hz: float) -> Clip:
    """Somebody who walks ahead while turning, with a raised arm."""
    clip = Clip.still(frames, rate_hz, frozenset(("pelvis", "left_shoulder")))
    times_s = np.arange(frames) / rate_hz
    angle = 0.8 * times_s
    clip.rotations[:, 0] = multiply(
        from_axis_angle(np.stack([0 * angle, angle, 0 * angle], 1)), from_axis_angle(np.array([0.2, 0.0, 0.0]))
    )
    clip.rotations[:, 16] = from_axis_angle(np.stack([0 * angle, 0 * angle, np.sin(2.0 * times_s)], 1))
    step = 0.7 * np.stack([np.sin(angle), 0 * angle, np.cos(angle)], 1) / rate_hz
    clip.root_translation_m[:] = np.cumsum(step, 0)
    return clip


def test_every_modality_gives_a_row_a_frame(folder):
    model = load(folder)
    sound = np.random.default_rng(1).normal(0.0, 0.1, 16000 * 2).astype(np.float32)
    heard, moved = model.audio(sound), model.motion(face(121), turning(61, 30.0))
    seen = model.visual(Keypoints.unseen(31, 15.0))
    assert heard.shape == (51, model.dim) and moved.shape == (51, model.dim) and seen.shape == (51, model.dim)
    assert model.fused(audio=heard, visual=seen[:40]).shape == (40, 16)
    vector = model.clip_embedding(audio=heard, motion=moved)
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("samples", [1, 300, 16000])
def test_short_sounds_are_heard(folder, samples):
    model = load(folder)
    heard = model.audio(np.full(samples, 0.1, np.float32))
    assert len(heard) == -(-(1 + samples // 160) // 4) and np.isfinite(heard).all()


def test_long_sounds_are_cut_without_a_trace(folder):
    model = load(folder)
    sound = np.random.default_rng(2).normal(0.0, 0.1, 16000 * 34).astype(np.float32)
    whole = model.audio(sound)
    assert len(whole) == 851
    assert np.abs(np.diff(whole, axis=0)[749]).max() < 3.0 * np.abs(np.diff(whole, axis=0)).std() + 0.1


def test_a_body_comes_back_from_its_channels():
    clip = turning(60, RATE_HZ)
    values = body_frames(clip)
    assert values[5:-5, ROOT][:, :3] == pytest.approx(np.tile([0.0, 0.7, 0.8], (50, 1)), abs=0.02)
    back = to_clip(values)
    assert angle_between_deg(back["left_shoulder"], clip["left_shoulder"]).max() < 0.5
    assert angle_between_deg(back["pelvis"], clip["pelvis"]).max() < 4.0
    moved, meant = (one.root_translation_m[-1] - one.root_translation_m[0] for one in (back, clip))
    assert moved == pytest.approx(meant, abs=0.08)


def test_what_is_not_known_is_not_seen(folder):
    model = load(folder)
    one, known = face(40), np.ones(58, bool)
    known[:30] = False
    values = one.values.copy()
    values[:, :30] += 0.3
    first = model.motion(FaceMotion(one.values, one.head_deg, known))
    assert first == pytest.approx(model.motion(FaceMotion(values, one.head_deg, known)))


def test_keypoints_do_not_depend_on_the_picture(folder):
    random = np.random.default_rng(3)
    points = np.concatenate([random.random((20, 70, 2)), np.ones((20, 70, 1))], -1).astype(np.float32)
    body = np.concatenate([random.random((20, 25, 2)), np.ones((20, 25, 1))], -1).astype(np.float32)
    larger = [part.copy() for part in (points, body)]
    for part in larger:
        part[..., :2] = 40.0 * part[..., :2] + [300.0, 90.0]
    model = load(folder)
    seen = model.visual(Keypoints(points, body, 25.0))
    assert seen == pytest.approx(model.visual(Keypoints(*larger, 25.0)), abs=1e-3)


def test_the_speech_model_can_start_from_it(folder):
    encoder = phonetic_encoder(folder)
    own = PhoneticEncoder(PretrainingConfig.named("tiny").speech)
    own.load_state_dict(encoder.state_dict())
    assert sum(p.numel() for p in own.parameters()) == sum(p.numel() for p in encoder.parameters())


def test_a_folder_without_weights_is_said(tmp_path):
    with pytest.raises(UserError):
        load(tmp_path)


def test_unknown_modalities_are_refused(folder):
    with pytest.raises(ValueError, match="visual"):
        load(folder).fused(smell=np.zeros((10, 8), np.float32))
