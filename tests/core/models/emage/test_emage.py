# SPDX-License-Identifier: GPL-3.0-or-later
"""EMAGE: what the parity fixtures do not cover."""

import dataclasses
import pickle

import pytest
import torch
from safetensors.torch import save_file

from core.errors import Cancelled, UserError
from core.models.emage import body_parts, masking, objectives, sampling, window_sampling
from core.models.emage.checkpoint import load, save
from core.models.emage.codec import MotionCodecs
from core.models.emage.config import CodecConfig, EmageConfig
from core.models.emage.network import Emage
from core.models.emage.objectives import PassMasks, PassOptions, TrainingBatch
from core.models.emage.sampling import MaskedMotion, SamplingOptions, generate
from core.models.emage.stroke_memory import StrokeMemory
from core.motion import rotation_tensors as rotations
from core.networks.checkpoints import read_config, write_model
from core.networks.code_sampling import NucleusSampling
from core.progress import Progress

CODECS = {
    part: CodecConfig(channels, layers=1, width=12, codes=9)
    for part, channels in {"face": 106, "upper": 78, "hands": 180, "lower": 61}.items()
}
TINY = EmageConfig(
    feature_width=16,
    hidden=24,
    heads=2,
    feedforward=32,
    cross_layers=2,
    face_layers=1,
    motion_layers=1,
    wave_channels=(4, 4, 4, 8, 8, 16),
    codecs=CODECS,
    global_motion=CodecConfig(61, layers=1, width=12),
)


@pytest.fixture(scope="module")
def tiny() -> Emage:
    torch.manual_seed(0)
    return Emage(TINY).eval()


def sound(frames: float, config: EmageConfig = TINY) -> torch.Tensor:
    torch.manual_seed(1)
    return 0.1 * torch.randn(1, round(frames * config.sample_rate_hz / config.rate_hz))


def test_configurations_survive_their_files(tmp_path):
    for name in ("published", "small", "talking"):
        write_model(tmp_path, torch.nn.Linear(1, 1), EmageConfig.named(name))
        assert read_config(tmp_path, EmageConfig.from_values) == EmageConfig.named(name)
    (tmp_path / "config.json").write_text('{"hidden": 3}')
    with pytest.raises(UserError, match="no configuration"):
        read_config(tmp_path, EmageConfig.from_values)
    with pytest.raises(UserError, match="small"):
        EmageConfig.named("huge")


def test_layers_for_one_sequence_give_the_bits_of_pytorchs_own(tiny):
    audio, motion = sound(64), body_parts.rest_frames(1, 64, TINY.motion_channels) + 0.1
    mask = torch.ones_like(motion)
    mask[:, :9] = 0.0
    with torch.no_grad():
        alone = tiny.network(audio, motion, mask)
        both = tiny.network(audio.expand(2, -1), motion.expand(2, -1, -1), mask.expand(2, -1, -1))
    plain = tiny.network(audio, motion, mask)  # with gradients
    for part, logits in alone.logits.items():
        assert torch.equal(logits, plain.logits[part])
        assert torch.allclose(logits[0], both.logits[part][1], atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("frames", [5, 63, 64, 65, 68, 69, 124, 125, 129, 200])
def test_every_frame_of_the_sound_is_covered(tiny, frames):
    made = generate(tiny, sound(frames - 0.4))
    assert all(codes.shape == (1, frames) for codes in made.codes.values())
    assert made.decoded.motion.shape == (1, frames, 337)
    assert made.decoded.translation.shape == (1, frames, 3)
    assert torch.isfinite(made.decoded.motion).all()


@pytest.mark.parametrize("frames, kept", [(64, 60), (65, 60), (68, 60), (69, 69), (124, 120), (129, 129)])
def test_the_published_mode_loses_the_tail_that_the_published_code_loses(frames, kept):
    assert sum(window.keep for window in sampling.published_windows(frames, TINY)) == kept
    assert sum(window.keep for window in sampling.covering_windows(frames, TINY)) == frames


def test_seed_frames_take_given_cells_and_decoded_ones():
    motion, mask = torch.full((1, 80, 3), 7.0), torch.ones(1, 80, 3)
    mask[:, 60, 0] = 0.0
    decoded = torch.full((1, 4, 3), 2.0)
    config = dataclasses.replace(TINY)
    window = sampling.Window(60, 80, 20)
    seeded = sampling._with_seed(MaskedMotion(motion, mask), window, config, decoded)
    assert seeded.motion[0, 0].tolist() == [7.0, 2.0, 2.0] and seeded.motion[0, 1].tolist() == [2.0, 2.0, 2.0]
    assert not seeded.mask[:, :4].any() and seeded.mask[:, 4:].all()
    first = sampling._with_seed(MaskedMotion(motion, mask), sampling.Window(0, 64, 60), config, None)
    assert (first.motion[:, :4] == 7.0).all(), "in the first window the caller's own values count"


def test_prompts_change_what_is_made_and_only_where_they_are_visible(tiny):
    audio = sound(64)
    motion = body_parts.rest_frames(1, 64) + 0.3
    hidden = torch.ones_like(motion)
    plain = tiny.network(audio, motion, hidden)
    other = tiny.network(audio, motion * 5.0, hidden)
    assert torch.equal(plain.latents["upper"], other.latents["upper"]), "hidden cells must not leak"
    visible = hidden.clone()
    visible[:, 30, 18:24] = 0.0
    prompted = tiny.network(audio, motion, visible)
    assert not torch.allclose(plain.latents["upper"], prompted.latents["upper"])


def test_audio_off_silences_the_body_and_not_the_face(tiny):
    motion = body_parts.rest_frames(1, 64)
    mask = torch.ones_like(motion)
    first, second = sound(64), torch.zeros_like(sound(64))
    heard, silent = (tiny.network(audio, motion, mask, use_audio=False) for audio in (first, second))
    assert torch.equal(heard.latents["lower"], silent.latents["lower"])
    assert not torch.allclose(heard.latents["face"], silent.latents["face"])


@pytest.mark.slow
def test_top_p_draws_by_seed(tiny):
    def codes(nucleus):
        return generate(tiny, sound(130), options=SamplingOptions(nucleus=nucleus)).codes["upper"]

    assert torch.equal(codes(NucleusSampling(seed=4)), codes(NucleusSampling(seed=4)))
    assert not torch.equal(codes(NucleusSampling(seed=4)), codes(NucleusSampling(seed=5)))
    assert torch.equal(codes(NucleusSampling(top_p=0.0)), codes(None)), "an empty nucleus holds the likeliest code"


def test_parts_divide_the_body_and_give_it_back():
    torch.manual_seed(2)
    motion, expression = torch.randn(2, 5, 337), torch.randn(2, 5, 100)
    back, expression_back = body_parts.join(body_parts.split(motion, expression))
    eyes = slice(23 * 6, 25 * 6)
    assert torch.equal(back[..., :138], motion[..., :138]) and torch.equal(back[..., 150:], motion[..., 150:])
    assert torch.equal(back[..., eyes], body_parts.rest_frames(2, 5)[..., eyes])
    assert torch.equal(expression_back, expression)
    owned = (*body_parts.UPPER_JOINTS, *body_parts.LOWER_JOINTS, *body_parts.HAND_JOINTS, body_parts.JAW, 23, 24)
    assert sorted(owned) == list(range(55))


def test_eyes_and_expression_as_prompts():
    codecs = dict(CODECS, face=CodecConfig(6 * 3 + 20, layers=1, width=12, codes=9))
    config = dataclasses.replace(TINY, codecs=codecs, face_joints=(22, 23, 24), prompt_expression=True)
    torch.manual_seed(0)
    model = Emage(config)
    assert config.motion_channels == 337 + 20
    made = generate(model, sound(100))
    eyes = made.decoded.motion[..., 23 * 6 : 25 * 6]
    assert made.decoded.expression.shape == (1, 100, 20)
    assert not torch.allclose(eyes, body_parts.rest_frames(1, 100)[..., 23 * 6 : 25 * 6])


def test_content_rhythm_attention_replaces_the_wave_encoder():
    config = dataclasses.replace(TINY, audio="content_rhythm", content_width=10, rhythm_width=2)
    torch.manual_seed(0)
    model = Emage(config)
    assert not any("feat_extractor" in key for key in model.state_dict())
    content, rhythm = torch.randn(1, 90, 10), torch.randn(1, 90, 2)
    made = generate(model, (content, rhythm))
    assert made.codes["lower"].shape == (1, 90)
    attention = model.network.audio_encoder_body.attention
    both = torch.randn(1, 7, 16)
    assert torch.allclose(attention(both, both), both, atol=1e-6), "weights of the pair add to one"


def test_hidden_ratio_grows_from_5_to_100_percent():
    assert masking.hidden_ratio(0, 400) == pytest.approx(0.05)
    assert masking.hidden_ratio(200, 400) == pytest.approx(0.525)
    assert masking.hidden_ratio(400, 400) == 1.0
    generator = torch.Generator().manual_seed(0)
    mask = masking.random_mask(4, 64, 337, 0.3, generator)
    assert set(mask.unique().tolist()) == {0.0, 1.0} and mask.mean().item() == pytest.approx(0.3, abs=0.01)


@pytest.fixture
def batch() -> tuple[Emage, TrainingBatch]:
    torch.manual_seed(0)
    model = Emage(dataclasses.replace(TINY, dropout=0.0)).train()
    motion = body_parts.rest_frames(2, 64) + 0.2 * torch.randn(2, 64, 337)
    wanted = objectives.targets(model.codecs, motion, torch.randn(2, 64, 100))
    return model, TrainingBatch(sound(64).expand(2, -1)[:, :34112], motion, wanted)


@pytest.mark.slow
def test_three_passes_learn_a_motion(batch):
    model, windows = batch
    optimiser = torch.optim.Adam(model.network.parameters(), 3e-3)
    totals = []
    for step in range(6):
        optimiser.zero_grad()
        masks = PassMasks.published(windows.motion, 4, 0.5, torch.Generator().manual_seed(step))
        losses = {}
        for name, loss in objectives.three_passes(model.network, windows, masks):
            loss.backward()
            losses[name] = loss.item()
        totals.append(sum(losses.values()))
        optimiser.step()
    assert list(losses) == ["seeded", "masked", "silent"]
    assert totals[-1] < 0.8 * totals[0]


@pytest.mark.slow
def test_passes_that_are_joined_have_the_sum_of_both(batch):
    model, windows = batch
    network = model.network.eval()  # batch norm of the wave encoder would see another batch
    masks = PassMasks.published(windows.motion, 4, 0.5, torch.Generator().manual_seed(0))
    parts = ("upper", "hands", "lower")
    apart = dict(objectives.three_passes(network, windows, masks, PassOptions(parts=parts)))
    joined = dict(
        objectives.three_passes(network, windows, masks, PassOptions(parts=parts, joined=True, silent_share=0.5))
    )
    torch.testing.assert_close(joined["heard"], apart["seeded"] + apart["masked"])
    assert list(joined) == ["heard", "silent"]
    second, of_second = windows.rows(slice(1, 2)), PassMasks(masks.seeded[1:], masks.hidden[1:])
    alone = dict(objectives.three_passes(network, second, of_second, PassOptions(parts=parts)))
    torch.testing.assert_close(joined["silent"], alone["silent"])


@pytest.mark.slow
@pytest.mark.parametrize("part", body_parts.PARTS)
def test_codecs_learn_to_reconstruct(part):
    torch.manual_seed(0)
    codec = MotionCodecs(TINY)[part]
    x = body_parts.split(body_parts.rest_frames(2, 32) + 0.1 * torch.randn(2, 32, 337), 0.1 * torch.randn(2, 32, 100))[
        part
    ]
    optimiser = torch.optim.Adam(codec.parameters(), 3e-3)
    first = None
    for _ in range(15):
        loss = objectives.codec_loss(codec, part, x)
        first = first if first is not None else loss.total.item()
        optimiser.zero_grad()
        loss.total.backward()
        assert all(torch.isfinite(p.grad).all() for p in codec.parameters() if p.grad is not None)
        optimiser.step()
    assert loss.total.item() < 0.9 * first


def test_feet_that_should_stand_and_slide_are_punished():
    rest = body_parts.split(body_parts.rest_frames(1, 10), torch.zeros(1, 10, 100))["lower"]
    feet = objectives.foot_positions(rest)
    assert feet.shape == (1, 10, 4, 3) and feet[..., 1].max() < 0.1, "they are on the floor"
    gliding = rest.clone()
    gliding[0, :, 54] = torch.arange(10) * 0.05
    steps = objectives.foot_positions(gliding).diff(dim=1).norm(dim=-1)
    assert torch.allclose(steps, torch.full_like(steps, 0.05), atol=1e-6)


def test_global_motion_learns_from_true_paths(tiny):
    lower = torch.zeros(1, 12, 61)
    lower[0, :, 54] = torch.arange(12) / 30.0  # 1 m/s
    perfect = torch.zeros(1, 12, 61)
    perfect[..., 54] = 1.0
    assert objectives.global_motion_loss(perfect, lower).item() == pytest.approx(0.0, abs=1e-5)
    assert objectives.global_motion_loss(perfect * 0.5, lower) > 0.2


def test_global_motion_integrates_velocity(tiny):
    lower, start = torch.randn(1, 12, 61), torch.tensor([[1.0, 2.0, 3.0]])
    predicted = tiny.codecs.global_motion(lower)
    path = tiny.codecs.global_motion.translation(lower, start)
    assert torch.allclose(path[:, 0, (0, 2)], start[:, (0, 2)])
    assert torch.allclose(path[:, 1:, 0] - path[:, :-1, 0], predicted[:, :-1, 54] / 30.0, atol=1e-6)
    assert torch.allclose(path[..., 1], predicted[..., 55])


def test_cancel_stops_between_windows(tiny):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        generate(tiny, sound(300), progress=progress)


def test_own_weights_come_back(tiny, tmp_path):
    save(tiny, tmp_path)
    again = load(tmp_path)
    assert again.config == TINY
    assert torch.equal(generate(again, sound(70)).codes["hands"], generate(tiny, sound(70)).codes["hands"])


@pytest.mark.slow
def test_published_files_load_in_their_folders_plain_and_wrapped(tiny, tmp_path):
    save_file(tiny.network.state_dict(), tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text('{"model_type": "emage_audio"}')
    for part in (*body_parts.PARTS, "global"):
        module = tiny.codecs.global_motion if part == "global" else tiny.codecs[part]
        folder = tmp_path / "emage_vq" / part
        folder.mkdir(parents=True)
        state = {f"module.{key}": value for key, value in module.state_dict().items()}
        torch.save({"model_state": state}, folder / "pytorch_model.bin")
    again = load(tmp_path, TINY)
    assert torch.equal(generate(again, sound(70)).codes["lower"], generate(tiny, sound(70)).codes["lower"])
    with pytest.raises(UserError, match="does not fit"):
        load(tmp_path)  # published sizes


def test_bad_files_are_refused_and_no_code_runs(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    (tmp_path / "model.bin").write_bytes(pickle.dumps({"state": Bomb()}))
    with pytest.raises(UserError):
        load(tmp_path, TINY)
    assert not (tmp_path / "ran").exists()
    (tmp_path / "model.bin").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(UserError, match="model.bin"):
        load(tmp_path, TINY)
    with pytest.raises(UserError, match="folder"):
        load(tmp_path / "nowhere")


def test_rotations_agree_and_have_finite_gradients_at_the_edges():
    torch.manual_seed(3)
    angles = torch.randn(50, 3, dtype=torch.float64)
    matrix = rotations.axis_angle_to_matrix(angles)
    assert torch.allclose(
        matrix @ matrix.transpose(-1, -2), torch.eye(3, dtype=torch.float64).expand(50, 3, 3), atol=1e-12
    )
    assert torch.allclose(rotations.axis_angle_to_matrix(rotations.matrix_to_axis_angle(matrix)), matrix, atol=1e-9)
    assert torch.allclose(rotations.rot6d_to_matrix(2.0 * rotations.matrix_to_rot6d(matrix)), matrix, atol=1e-12)
    expected = angles[:1] * 0 + torch.tensor([[0.0, 0.0, torch.pi / 2]])
    assert torch.allclose(
        rotations.axis_angle_to_rot6d(expected), torch.tensor([[0.0, -1, 0, 1, 0, 0]], dtype=torch.float64), atol=1e-6
    ), "rot6d is the first two rows"
    zero = torch.zeros(1, 3, requires_grad=True)
    rotations.geodesic_angle(rotations.axis_angle_to_matrix(zero), torch.eye(3)).sum().backward()
    assert torch.isfinite(zero.grad).all()
    assert torch.allclose(
        rotations.geodesic_angle(torch.eye(3), rotations.axis_angle_to_matrix(torch.tensor([0.0, 0.7, 0.0]))),
        torch.tensor(0.7),
    )


def test_strokes_are_compared_on_the_device_where_they_lie():
    memory = StrokeMemory(torch.zeros(3, 3, dtype=torch.int16, device="meta"), torch.zeros(3, device="meta"))
    assert memory.fitting(1, 2, 0, 0.5).device.type == "meta"
    here = StrokeMemory(torch.tensor([[1, 2, 0], [5, 2, 1]], dtype=torch.int16), torch.tensor([0.4, 0.5]))
    assert here.fitting(1, 2, 0, 0.5).tolist() == pytest.approx([7.3, 2.0])


@pytest.mark.parametrize("tokens", [False, True])
def test_recorded_windows_give_the_same_bits(tokens):
    own = {"content_width": 5, "rhythm_width": 3, "audio": "content_rhythm", "postures": True}
    codecs = CODECS
    if tokens:
        codecs = {p: dataclasses.replace(c, stride=4, latent=6, levels=2) for p, c in CODECS.items() if p != "face"}
    torch.manual_seed(4)
    model = Emage(dataclasses.replace(TINY, codecs=codecs, **own)).eval()
    audio = torch.randn(1, 150, 5), torch.randn(1, 150, 3)
    speaker = torch.zeros(1, dtype=torch.long)
    options, other = (
        SamplingOptions(nucleus=NucleusSampling(0.9, 0.85, seed), face=False, predictions=False) for seed in (7, 8)
    )
    plain = generate(model, audio, options=options, speaker=speaker)
    sampling.prepare(model, options)
    asked = sampling._window_options(model.config, options)
    assert window_sampling._RECORDED.ready(model, asked.kind) is not None
    quick = generate(model, audio, options=options, speaker=speaker)
    assert all(torch.equal(plain.codes[part], quick.codes[part]) for part in plain.codes)
    assert torch.equal(plain.decoded.motion, quick.decoded.motion)
    assert not torch.equal(generate(model, audio, options=other, speaker=speaker).decoded.motion, plain.decoded.motion)
