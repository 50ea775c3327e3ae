# SPDX-License-Identifier: GPL-3.0-or-later
"""EMAGE in tokens of several frames: codecs, generator, masks, the way from one machine to another."""

import dataclasses
from argparse import Namespace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core.models.emage import NucleusSampling, SamplingOptions, generate
from core.models.emage.body_parts import BODY_PARTS, rest_frames
from core.models.emage.checkpoint import load, save
from core.models.emage.config import CodecConfig, EmageConfig
from core.models.emage.network import Emage
from core.models.emage.recorded_hands import RECORDED_HANDS
from core.models.emage.strided_codec import StridedCodec
from core.models.emage.token_sampling import TokenWindow, draw_tokens
from core.motion.gesture_plan import LEXEMES, GestureUnit, encode
from core.motion.joints import JOINT_INDEX
from core.motion.rotation_tensors import axis_angle_to_rot6d
from core.networks.quantizers import ResidualQuantizer
from core.training.body.codec_figures import angular_speeds_deg, codec_figures
from core.training.body.frames import BodyFrames
from core.training.body.strided_codecs import StridedCodecTraining, strided_codec_loss, train_strided_codec
from core.training.body.token_generator import TokenTraining, latents_of, train_tokens
from core.training.body.token_masks import give_strokes
from core.training.recipes import body

TINY = dataclasses.replace(
    EmageConfig.named("lively"),
    feature_width=12,
    hidden=16,
    heads=2,
    feedforward=16,
    cross_layers=1,
    window=32,
    codecs={
        part: CodecConfig(channels, width=8, codes=6, stride=4, levels=2, latent=10)
        for part, channels in {"upper": 78, "hands": 180, "lower": 61}.items()
    },
)


@pytest.fixture(scope="module")
def swaying() -> BodyFrames:
    """A figure whose pelvis turns slowly beside a fast shoulder, for 8 s, with a gesture."""
    times_s = np.arange(240) / 30.0
    motion = rest_frames(1, 240)[0]
    turns = torch.zeros(240, 3)
    turns[:, 1] = torch.from_numpy(0.05 * np.sin(2 * times_s)).float()
    arm = torch.zeros(240, 3)
    arm[:, 2] = torch.from_numpy(0.6 * np.sin(5 * times_s)).float()
    for joint, turned in ((JOINT_INDEX["pelvis"], turns), (JOINT_INDEX["left_shoulder"], arm)):
        motion[:, 6 * joint : 6 * joint + 6] = axis_angle_to_rot6d(turned)
    unit = GestureUnit("beat_mid", "left", 0.8, 1.0, 2.0, 2.1, 3.0, 4.0)
    content, rhythm = encode((unit,), times_s, np.zeros(240), np.ones(240))
    return BodyFrames(
        motion.numpy(),
        np.zeros((240, 3), np.float32),
        content,
        rhythm,
        np.zeros(240, np.int64),
        np.ones(240, bool),
        np.array([0]),
        np.array([240]),
    )


def test_residual_codebooks_leave_less_at_each_level():
    torch.manual_seed(0)
    latents = torch.randn(400, 5)
    quantizer = ResidualQuantizer(8, 5, 3)
    left = quantizer.fit(latents)
    errors = [float((known - latents).square().mean()) for known in quantizer.partial(quantizer.nearest(latents))]
    assert errors == sorted(errors, reverse=True)
    assert left == pytest.approx(errors[-1] / float((latents - latents.mean(0)).square().mean()), rel=1e-3)


def test_principal_components_keep_a_slow_turn_beside_a_fast_one(swaying, tmp_path):
    windows = torch.from_numpy(swaying.motion[:192].reshape(6, 32, 337))
    lower = torch.cat((windows[..., :18], torch.zeros(6, 32, 43)), dim=-1)
    lower[..., 18:54] = rest_frames(6, 32)[..., :36]
    settings = StridedCodecTraining(steps=2, batch=6)
    codec = train_strided_codec(TINY.codecs["lower"], "lower", lambda random: lower, lower, tmp_path, settings)
    decoded = codec.decode(codec.encoder(lower[:, :30])).detach()
    assert decoded.shape == (6, 32, 61), "the last token is filled up"
    moved = lower[:, :30].diff(dim=1).abs().mean()
    assert float(decoded[:, :30].diff(dim=1).abs().mean() / moved) == pytest.approx(1.0, abs=0.25)
    loss, shown = strided_codec_loss(codec, "lower", lower, settings)
    assert torch.isfinite(loss) and float(shown["away_cm"]) < 3.0


def test_the_generator_goes_on_from_the_small_checkpoint_of_another_machine(swaying, tmp_path):
    torch.manual_seed(0)
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    model = Emage(TINY)
    settings = TokenTraining(steps=2, batch=4, validate_every=2)
    train_tokens(model, swaying, swaying, here, settings)
    (there / "travel.pt").write_bytes((here / "travel.pt").read_bytes())
    other = Emage(TINY)
    train_tokens(other, swaying, swaying, there, dataclasses.replace(settings, steps=3))
    state = torch.load(there / "travel.pt", weights_only=True)
    assert state["step"] == 3, "it counts on"
    assert "held_upper_hurry" in (here / "generator.jsonl").read_text(encoding="utf-8")
    # and back: what is ahead wins over the own checkpoint
    (here / "travel.pt").write_bytes((there / "travel.pt").read_bytes())
    train_tokens(model, swaying, swaying, here, dataclasses.replace(settings, steps=3))
    for name, value in model.network.state_dict().items():
        assert torch.allclose(value, state["average"][name].float(), atol=2e-3), name


@pytest.mark.parametrize("frames", [5, 32, 75])
def test_performances_of_any_length(frames, tmp_path):
    torch.manual_seed(0)
    model = Emage(TINY)
    with torch.no_grad():
        for part in BODY_PARTS:
            model.codecs.strided(part).quantizer.k.normal_()
    save(model, tmp_path)
    again = load(tmp_path)
    heard = torch.randn(1, frames, TINY.content_width), torch.randn(1, frames, TINY.rhythm_width)
    options = SamplingOptions(nucleus=NucleusSampling(seed=3), face=False, guidance=1.5)
    made = [generate(one, heard, options=options).decoded.motion for one in (model, again)]
    assert made[0].shape == (1, frames, 337)
    assert torch.equal(*made)
    other = generate(model, heard, options=dataclasses.replace(options, nucleus=NucleusSampling(seed=4))).decoded.motion
    assert frames <= TINY.seed_frames or not torch.equal(other, made[0])
    codes, fingers = RECORDED_HANDS.of(model)
    assert fingers.shape == (len(codes), 30, 4)


def test_tokens_that_are_given_stay_as_they_are():
    torch.manual_seed(0)
    model = Emage(TINY)
    with torch.no_grad():
        for part in BODY_PARTS:
            torch.nn.init.orthogonal_(model.codecs.strided(part).components.weight)
    motion = torch.randn(1, 32, 337)
    mask = torch.ones(1, 32, 337)
    mask[:, 8:16] = 0.0
    heard = torch.randn(1, 32, TINY.content_width), torch.randn(1, 32, TINY.rhythm_width)
    noise = torch.randn(1, 8, len(model.network.latent_mean))
    with torch.no_grad():
        drawn = draw_tokens(model, TokenWindow(heard, motion, mask, None), noise)
        wanted = latents_of(model.codecs, motion)
    found = torch.cat([drawn[part] for part in BODY_PARTS], dim=-1)
    assert torch.allclose(found[:, 2:4], wanted[:, 2:4], atol=1e-4)
    assert not torch.allclose(found[:, 4:], wanted[:, 4:], atol=0.1)


def test_strokes_are_given_at_their_apex_and_by_the_hand_that_gestures(swaying):
    mask = np.ones((240, 337), np.float32)
    give_strokes(mask, swaying.content, swaying.rhythm, np.random.default_rng(0))
    left, right = (6 * JOINT_INDEX[f"{side}_elbow"] for side in ("left", "right"))
    given = np.flatnonzero(mask[:, left] == 0.0)
    assert np.abs(given - 63).min() <= 2, "the emphasis is at 2.1 s"
    inside = slice(35, 110)
    assert mask[inside, right].all() and mask[inside, :6].all(), "the other arm and the pelvis are the model's"
    assert swaying.content.shape[1] >= len(LEXEMES)


def test_speeds_are_measured_in_degrees(swaying):
    speeds = angular_speeds_deg(swaying.motion)
    # 0.05 rad · 2 /s · mean of |cos|
    assert speeds["pelvis"] == pytest.approx(np.degrees(0.1 * 2 / np.pi), rel=0.05)
    assert speeds["left_knee"] == pytest.approx(0.0, abs=0.5)


def test_the_recipe_runs_on_a_cpu(swaying, tmp_path, monkeypatch):
    monkeypatch.setattr(EmageConfig, "named", lambda name: TINY)
    monkeypatch.setattr(body, "load", lambda cache, data: [])
    monkeypatch.setattr(body, "material", lambda *_: SimpleNamespace(frames=swaying, held_out=swaying, strokes=[]))
    monkeypatch.setattr(body, "StridedCodecTraining", lambda seed: StridedCodecTraining(steps=2, batch=4, seed=seed))
    arguments = Namespace(
        threads=1,
        run=tmp_path,
        preset="lively",
        cache=None,
        data=None,
        seed=0,
        stage="generator",
        steps=2,
        batch=4,
        minutes=0.0,
        encoder=None,
        frozen=False,
    )
    arguments.device = "cpu"
    body.run(arguments)
    assert (tmp_path / "codecs.pt").is_file() and (tmp_path / "generator.pt").is_file()
    model = Emage(TINY)
    model.codecs.load_state_dict(torch.load(tmp_path / "codecs.pt", weights_only=True))
    assert isinstance(model.codecs.strided("lower"), StridedCodec)
    assert codec_figures(model.codecs, swaying)["pelvis_ratio"] == pytest.approx(1.0, abs=0.3)
