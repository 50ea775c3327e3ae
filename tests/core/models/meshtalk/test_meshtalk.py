# SPDX-License-Identifier: GPL-3.0-or-later
"""MeshTalk: what the fixtures do not cover."""

import dataclasses

import pytest
import torch

from core.errors import UserError
from core.models.meshtalk import PRESETS, FaceSpace, MeshTalk, MeshTalkConfig, load, save
from core.models.meshtalk.fast_sampling import sample_fast
from core.models.meshtalk.latent import gumbel_noise, one_hot, straight_through
from core.models.meshtalk.objectives import FaceRegions, TalkingFaces, context_loss, latent_losses, masked_error
from core.models.meshtalk.sampling import animate, animate_in_stretches, decode_labels, encode_sound, sample
from core.models.meshtalk.sound import chunk_starts, columns_a_frame, normalise_level, sound_chunks
from core.progress import Progress

TINY = dataclasses.replace(
    PRESETS["small"], points=7, dims=3, heads=9, classes=6, context_dim=5, context_dilations=(1, 2, 3), code_dim=10
)


@pytest.fixture(scope="module")
def tiny() -> MeshTalk:
    torch.manual_seed(3)
    return MeshTalk(TINY).eval()


@pytest.mark.slow
@pytest.mark.parametrize("temperature", [0.0, 0.8])
@pytest.mark.parametrize("heads", [1, 5, 9, 11])
@pytest.mark.parametrize("own", [False, True])
def test_cached_sampling_draws_the_same_tokens_as_the_whole_network(temperature, heads, own):
    torch.manual_seed(heads)
    model = MeshTalk(dataclasses.replace(TINY, heads=heads, own_features=own)).eval()
    for parameter in model.context_model.parameters():
        parameter.data *= 2.0  # far enough from uniform that the history matters
    codes = torch.randn(2, 14, TINY.code_dim)
    quick = sample_fast(model.context_model, codes, temperature, seed=5)
    slow = sample(model.context_model, codes, temperature, seed=5)
    assert torch.equal(quick, slow)
    assert quick.shape == (2, 14, heads)


def test_the_first_head_hears_where_it_sees_its_own_features():
    torch.manual_seed(4)
    latent = torch.nn.functional.one_hot(torch.randint(TINY.classes, (1, 8, TINY.heads)), TINY.classes).float()
    for own in (False, True):
        model = MeshTalk(dataclasses.replace(TINY, own_features=own)).eval().context_model
        codes = torch.randn(2, 1, 8, TINY.code_dim)
        first = [model(latent, code)[:, :, 0] for code in codes]
        assert torch.equal(*first) != own
        other = latent.clone()
        other[:, -1] = other[:, -1].roll(1, -1)  # its own frame's labels stay unknown to it
        assert torch.equal(model(other, codes[0])[:, -1, 0], first[0][:, -1])


def test_shared_mel_columns_give_the_codes_of_the_chunks():
    config = dataclasses.replace(TINY, frame_samples=4 * TINY.mel_hop)
    assert columns_a_frame(config) == 4 and columns_a_frame(dataclasses.replace(TINY, frame_samples=533)) == 0
    torch.manual_seed(5)
    model = MeshTalk(config).eval()
    samples = 0.1 * torch.randn(2, 16000 * 2 + 77)
    chunks = sound_chunks(normalise_level(samples, config.level), config)
    with torch.no_grad():
        expected = model.encoder.audio_encoder(chunks)
    assert torch.allclose(encode_sound(model, samples), expected, atol=1e-5)


@pytest.mark.parametrize("seconds", [0.02, 0.6, 2.0, 5.3])
def test_stretches_cover_the_sound_and_pass_into_each_other(tiny, seconds):
    torch.manual_seed(6)
    samples, template = 0.1 * torch.randn(1, int(16000 * seconds)), torch.zeros(1, TINY.points, TINY.dims)
    whole = animate(tiny, samples, template, seed=1)
    face = animate_in_stretches(tiny, samples, template, seed=1, stretch=20)
    assert face.shape == whole.shape and torch.isfinite(face).all()
    assert torch.equal(face, animate_in_stretches(tiny, samples, template, seed=1, stretch=20))
    if seconds == 5.3:
        likeliest = animate(tiny, samples, template, temperature=0.0)
        again = animate_in_stretches(tiny, samples, template, temperature=0.0, stretch=1000)
        assert torch.allclose(again, likeliest, atol=1e-5)


def test_seeds_give_other_faces_and_longer_clips_begin_as_shorter_ones(tiny):
    codes = torch.randn(1, 30, TINY.code_dim)
    first, again = sample_fast(tiny.context_model, codes, seed=1), sample_fast(tiny.context_model, codes, seed=1)
    assert torch.equal(first, again)
    assert not torch.equal(first, sample_fast(tiny.context_model, codes, seed=2))
    assert torch.equal(first[:, :12], sample_fast(tiny.context_model, codes[:, :12], seed=1))


def test_logprobs_depend_on_the_past_and_on_earlier_heads_only(tiny):
    latent = torch.rand(1, 16, TINY.heads, TINY.classes, requires_grad=True)
    codes = torch.rand(1, 16, TINY.code_dim, requires_grad=True)
    tiny.context_model(latent, codes)[0, 14, 8].square().sum().backward()
    felt = latent.grad[0].abs().sum(-1) > 0
    assert not felt[15:].any() and not felt[14, 8 - 1 - len(TINY.context_dilations) :].any() and felt[13].any()
    assert not codes.grad[0, 15:].any() and codes.grad[0, 14].any()
    first = 15 - tiny.context_model.receptive_field
    assert not felt[:first].any() and felt[first].any()


def test_sampling_can_be_cancelled(tiny):
    from core.errors import Cancelled

    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        sample_fast(tiny.context_model, torch.randn(1, 4, TINY.code_dim), progress=progress)


def test_straight_through_is_one_hot_with_the_gradient_of_the_softmax():
    logprobs = torch.randn(4, 3, 5).log_softmax(-1).requires_grad_()
    noise = gumbel_noise((4, 3, 5), torch.Generator().manual_seed(0))
    latent = straight_through(logprobs, temperature=0.5, noise=noise)
    torch.testing.assert_close(latent.detach(), one_hot((logprobs + noise).argmax(-1), 5))
    weight = torch.randn_like(latent)
    (latent * weight).sum().backward()
    probe = logprobs.detach().clone().requires_grad_()
    (((probe + noise) / 0.5).softmax(-1) * weight).sum().backward()
    torch.testing.assert_close(logprobs.grad, probe.grad)


def test_gumbel_noise_draws_from_the_distribution():
    probabilities = torch.tensor([0.1, 0.6, 0.3])
    noise = gumbel_noise((20000, 3), torch.Generator().manual_seed(0))
    drawn = torch.bincount((probabilities.log() + noise).argmax(-1), minlength=3) / 20000
    torch.testing.assert_close(drawn, probabilities, atol=0.02, rtol=0.0)


def test_every_frame_has_the_chunk_around_its_own_sound():
    config = MeshTalkConfig()
    exact = PRESETS["small"]
    sound = torch.zeros(1, 16000 * 3)
    sound[0, 20 * 533 + 266] = 1.0
    chunks = sound_chunks(sound, config)
    assert int(chunks[0, 20].argmax()) == pytest.approx(8000, abs=2)
    assert len(chunk_starts(16000 * 60, exact)) == pytest.approx(1800, abs=1)
    assert exact.rate_hz * chunk_starts(16000 * 60, exact)[1500] / 16000 == pytest.approx(1500, abs=1e-2)
    assert normalise_level(torch.randn(1, 900)).abs().mean().item() == pytest.approx(0.01, rel=1e-4)
    assert not normalise_level(torch.zeros(1, 900)).any()
    assert sound_chunks(torch.zeros(1, 0), config).shape[2] == 16000


def test_a_linear_basis_and_its_vertices_give_the_same_losses():
    torch.manual_seed(0)
    shapes = torch.randn(6, 20, 3)
    space = FaceSpace.of_shapes(shapes, torch.randn(20, 3))
    weights, others = torch.rand(2, 4, 6, 1), torch.rand(2, 4, 6, 1)
    by_hand = torch.einsum("btsd,svc->btvc", weights, shapes) + space.neutral
    torch.testing.assert_close(space.vertices(weights), by_hand, rtol=1e-4, atol=1e-5)
    vertices = FaceSpace()
    mask = torch.rand(20)
    torch.testing.assert_close(
        masked_error(space.vertices(weights), space.vertices(others), mask),
        masked_error(vertices.vertices(by_hand), space.vertices(others), mask),
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.parametrize("shapes", [False, True])
def test_both_training_steps_reach_every_part(shapes):
    torch.manual_seed(0)
    config = dataclasses.replace(TINY, points=12, dims=1) if shapes else TINY
    model = MeshTalk(config).train()
    space = FaceSpace.of_shapes(torch.randn(12, 30, 3)) if shapes else FaceSpace()
    vertices = 30 if shapes else TINY.points
    geometry = torch.randn(3, 5, config.points, config.dims)
    chunks = sound_chunks(torch.randn(3, 5 * 534), config)[:, :5]
    faces = TalkingFaces(torch.randn(3, config.points, config.dims), geometry, chunks)
    regions = FaceRegions(torch.rand(vertices), torch.rand(vertices), torch.ones(vertices))
    losses = latent_losses(model, faces, space, regions, torch.Generator().manual_seed(0))
    assert set(losses) == {"reconstruction", "landmarks", "mouth", "upper"}
    sum(losses.values()).backward()
    for part in (model.encoder, model.vertex_unet):
        assert all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in part.parameters())
    assert all(parameter.grad is None for parameter in model.context_model.parameters())
    context_loss(model, TalkingFaces(geometry[:, 0], geometry, chunks)).backward()
    assert model.context_model.context_layers[0].historic.weight.grad.abs().sum() > 0


@pytest.mark.slow
def test_a_few_steps_of_training_fit_a_clip():
    torch.manual_seed(0)
    model = MeshTalk(dataclasses.replace(TINY, audio_dropout=0.0)).train()
    geometry = torch.randn(2, 6, TINY.points, TINY.dims).cumsum(1) * 0.3
    template = geometry[:, 0]
    chunks = sound_chunks(torch.randn(2, 6 * 534), TINY)[:, :6]
    ones = torch.ones(TINY.points)
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    history = []
    for _ in range(30):
        losses = latent_losses(
            model, TalkingFaces(template, geometry, chunks), FaceSpace(), FaceRegions(ones, ones, ones)
        )
        optimizer.zero_grad()
        sum(losses.values()).backward()
        optimizer.step()
        history.append(losses["reconstruction"].item())
    assert sum(history[-5:]) < 0.8 * sum(history[:5])


def test_sound_to_face_and_decoding_in_parts(tiny):
    sound = torch.randn(1, 16000 * 3)
    template = torch.randn(1, TINY.points, TINY.dims)
    face = animate(tiny, sound, template, temperature=1.0, seed=4, smooth_mask=torch.ones(TINY.points))
    assert face.shape[1] == pytest.approx(90, abs=1) and face.shape[2:] == (TINY.points, TINY.dims)
    assert face.isfinite().all()
    labels = torch.randint(TINY.classes, (1, 150, TINY.heads))
    whole = tiny.vertex_unet(template, one_hot(labels, TINY.classes))
    torch.testing.assert_close(decode_labels(tiny, template, labels), whole, rtol=1e-4, atol=1e-5)
    assert animate(tiny, torch.zeros(1, 0), template).shape[1] == 0


def test_ours_is_saved_and_loaded(tiny, tmp_path):
    save(tiny, tmp_path)
    again = load(tmp_path)
    assert again.config == TINY
    codes = torch.randn(1, 9, TINY.code_dim)
    assert torch.equal(sample_fast(again.context_model, codes), sample_fast(tiny.context_model, codes))


def test_published_files_are_loaded_from_their_folder(tiny, tmp_path):
    for stem in ("encoder", "vertex_unet", "context_model"):
        torch.save(getattr(tiny, stem).state_dict(), tmp_path / f"{stem}.pkl")
    again = load(tmp_path, config=TINY)
    assert torch.equal(again.vertex_unet.vertex_bias, tiny.vertex_unet.vertex_bias)
    (tmp_path / "encoder.pkl").unlink()
    with pytest.raises(UserError, match="encoder"):
        load(tmp_path, config=TINY)


def test_long_clips_go_on_as_they_began(tiny):
    codes = torch.randn(1, 300, TINY.code_dim)  # more than the frames whose audio is prepared at a time
    labels = sample_fast(tiny.context_model, codes, temperature=0.0)
    logprobs = tiny.context_model(one_hot(labels, TINY.classes), codes)
    assert torch.equal(logprobs.argmax(-1), labels)


def test_changed_weights_are_noticed(tiny):
    import copy

    model = copy.deepcopy(tiny)
    codes = torch.randn(1, 12, TINY.code_dim)
    sample_fast(model.context_model, codes, temperature=0.0)
    with torch.no_grad():
        for layer in (model.context_model.context_layers[0].historic, model.context_model.logits.masked_linear):
            layer.weight.normal_()
    quick = sample_fast(model.context_model, codes, temperature=0.0)
    assert torch.equal(quick, sample(model.context_model, codes, temperature=0.0))


def test_statistics_of_the_training_faces_normalise_both_directions(tiny):
    import copy

    model = copy.deepcopy(tiny)
    model.set_statistics(torch.full((TINY.points, TINY.dims), 3.0), torch.full((TINY.points, TINY.dims), 2.0))
    template, latent = (
        torch.randn(1, TINY.points, TINY.dims),
        one_hot(torch.zeros(1, 4, TINY.heads).long(), TINY.classes),
    )
    made = model.vertex_unet(3.0 + 2.0 * template, latent)
    torch.testing.assert_close(made, 3.0 + 2.0 * tiny.vertex_unet(template, latent), rtol=1e-4, atol=1e-4)
    geometry = torch.randn(1, 5, TINY.points, TINY.dims)
    code = model.encoder.expression_encoder(3.0 + 2.0 * geometry)
    torch.testing.assert_close(code, tiny.encoder.expression_encoder(geometry), rtol=1e-4, atol=1e-4)
