# SPDX-License-Identifier: GPL-3.0-or-later
"""Bailando: what the parity fixtures do not cover."""

import dataclasses

import numpy as np
import pytest
import torch

from core.errors import Cancelled, UserError
from core.evaluation.parity.fill import fill
from core.models.bailando import body_halves, fast_sampling, objectives, rewards
from core.models.bailando.checkpoint import load, load_faithful, save
from core.models.bailando.config import PRESETS, BailandoConfig
from core.models.bailando.fast_sampling import generate_fast
from core.models.bailando.gpt import ActorCriticGpt, CrossConditionalGpt, cross_mask
from core.models.bailando.memory import ChoreographicMemory, nearest_rotations
from core.models.bailando.network import Bailando
from core.models.bailando.sampling import dance, decode_positions, generate
from core.models.bailando.tokens import WINDOW_RULES, DanceOptions, Tokens, start_tokens, window_starts
from core.models.bailando.trained import TrainedBailando
from core.motion.dance_beats import dance_beats
from core.networks.code_sampling import NucleusSampling
from core.networks.quantizers import MovingAverageQuantizer
from core.progress import Progress

TINY = dataclasses.replace(
    PRESETS["small"],
    memory_width=16,
    codes=20,
    code_width=12,
    width=24,
    heads=2,
    base_layers=2,
    head_layers=2,
    critic_layers=1,
    music_width=10,
    depth=2,
)


@pytest.fixture(scope="module")
def gpt() -> CrossConditionalGpt:
    torch.manual_seed(0)
    return fill(CrossConditionalGpt(TINY))  # far enough from uniform that all history matters


@pytest.fixture(scope="module")
def memory() -> ChoreographicMemory:
    torch.manual_seed(1)
    return ChoreographicMemory(TINY)


def zeros(batch: int = 1) -> Tokens:
    return Tokens(torch.zeros(batch, 1, dtype=torch.long), torch.zeros(batch, 1, dtype=torch.long))


def same(first: Tokens, second: Tokens) -> bool:
    return torch.equal(first.up, second.up) and torch.equal(first.down, second.down)


@pytest.mark.slow
@pytest.mark.parametrize("window", WINDOW_RULES)
@pytest.mark.parametrize("batch, known", [(1, 1), (3, 1), (2, 33)])
def test_fast_sampling_gives_the_tokens_of_the_plain_rule(gpt, window, batch, known):
    torch.manual_seed(batch)
    rows = torch.randn(batch, 75, 10)
    start = Tokens(torch.randint(20, (batch, known)), torch.randint(20, (batch, known)))
    fast = generate_fast(gpt, rows, start, DanceOptions(window))
    assert same(fast, generate(gpt, rows, start, DanceOptions(window)))
    assert fast.up.shape == (batch, 76)
    assert len(fast.up.unique()) > 2


@pytest.mark.slow
@pytest.mark.parametrize("window", WINDOW_RULES)
@pytest.mark.parametrize("draw", [None, NucleusSampling(0.95, 1.5, 1), NucleusSampling(0.5, 0.3, 7)], ids=str)
@pytest.mark.parametrize("seed, batch", [(0, 1), (1, 1), (2, 2)])
def test_any_number_of_guesses_gives_the_tokens_of_none(window, draw, seed, batch):
    torch.manual_seed(seed)
    network = CrossConditionalGpt(TINY).eval()
    if seed:
        for parameter in network.parameters():
            parameter.data *= 2.5  # sharper choices
    rows, codes = torch.randn(batch, 45, 10), torch.randint(20, (batch, 1 + seed))
    start, options = Tokens(codes, codes), DanceOptions(window, draw)
    plain = generate(network, rows, start, options)
    for ahead in (0, 1, 5):
        assert same(generate_fast(network, rows, start, options, ahead=ahead), plain), ahead


def test_right_guesses_save_steps(gpt, monkeypatch):
    rows, options = torch.randn(1, 28, 10), DanceOptions("slide")
    steps = []
    logits = fast_sampling._Window.logits
    monkeypatch.setattr(fast_sampling._Window, "logits", lambda *arguments: steps.append(1) or logits(*arguments))
    known = generate_fast(gpt, rows, zeros(), options, ahead=0)
    assert len(steps) == 28
    steps.clear()
    again = generate_fast(gpt, rows, zeros(), options, known, ahead=3)  # what is given is guessed
    assert len(steps) == 7 and torch.equal(again.up, known.up)


def test_the_published_window_slides_by_one_and_ours_restarts_at_half():
    assert window_starts(1, 31, 28, "slide") == [0] * 28 + [1, 2, 3]
    starts = window_starts(1, 60, 28, "restart")
    counts = [count - start for count, start in zip(range(1, 61), starts, strict=True)]
    assert max(counts) == 28 and min(counts[28:]) == 14
    assert len(set(starts)) == 4


def test_no_row_sees_the_future():
    mask = cross_mask(4)
    time = torch.arange(4).repeat(3)
    assert torch.equal(mask, time[:, None] >= time[None, :])


@pytest.mark.parametrize("way", [generate, generate_fast])
def test_prompts_are_kept_and_steer_what_follows(gpt, way):
    torch.manual_seed(5)
    rows = torch.randn(1, 40, 10)
    free = torch.full((1, 41), -1)
    given = free.clone()
    given[:, 10:14] = 7
    plain, prompted = way(gpt, rows, zeros()), way(gpt, rows, zeros(), given=Tokens(given, free))
    assert (prompted.up[:, 10:14] == 7).all()
    assert torch.equal(prompted.up[:, :10], plain.up[:, :10])
    assert not torch.equal(prompted.down[:, 11:], plain.down[:, 11:])


def test_seeds_draw_different_dances(gpt):
    rows = torch.randn(1, 30, 10)

    def drawn(seed: int) -> torch.Tensor:
        return generate_fast(gpt, rows, zeros(), DanceOptions("slide", NucleusSampling(0.95, 1.5, seed))).up

    assert torch.equal(drawn(1), drawn(1)) and not torch.equal(drawn(1), drawn(2))


@pytest.mark.parametrize("way", [generate, generate_fast])
def test_cancel_stops_the_dance(gpt, way):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        way(gpt, torch.randn(1, 30, 10), zeros(), progress=progress)


def test_a_small_codebook_has_start_codes_and_refuses_others():
    assert (int(start_tokens(BailandoConfig(), 1).up), int(start_tokens(BailandoConfig(), 1).down)) == (423, 12)
    torch.manual_seed(0)
    model, rows = Bailando(TINY), torch.randn(2, 6, 10)
    made = dance(model, rows)
    assert made.up.shape == made.down.shape == (2, 6)
    assert made.up[:, 0].tolist() == [423 % 20] * 2 and made.down[:, 0].tolist() == [12] * 2
    with pytest.raises(ValueError, match="20"):
        dance(model, rows, start=Tokens(torch.full((2, 1), 20), torch.zeros(2, 1, dtype=torch.long)))
    with pytest.raises(ValueError, match="window"):
        DanceOptions("jump")


def test_memory_round_trip_shapes_and_halves(memory):
    frames = torch.randn(2, 64, 72)
    up, down = body_halves.split(frames)
    assert torch.equal(body_halves.join(up, down), frames)
    memory.train()
    objectives.memory_loss(memory, frames)  # the first batch fills the codebooks
    memory.eval()
    codes = memory.encode(frames)
    assert codes[0].shape == codes[1].shape == (2, 8)
    shifted = frames.clone()
    shifted[..., :3] += 5.0
    assert torch.equal(memory.encode(shifted)[1], codes[1]), "codes do not depend on where the dancer stands"
    assert memory.decode(*codes).shape == (2, 64, 72)
    matrices = memory.decode_rotations(*codes)
    assert matrices.shape == (2, 64, 24, 3, 3)
    assert torch.allclose(torch.det(matrices), torch.ones(2, 64, 24), atol=1e-4)
    positions = decode_positions(memory, Tokens(*codes), in_place=True)
    assert positions.shape == (2, 64, 24, 3) and not positions[:, :, 0].any()


@pytest.mark.slow
def test_memory_learns_and_its_codebook_follows(memory):
    torch.manual_seed(2)
    memory = ChoreographicMemory(TINY).train()
    time = torch.linspace(0, 12, 64)
    frames = torch.sin(time[None, :, None] + torch.randn(4, 1, 72)) * 0.3
    optimiser = torch.optim.Adam(memory.parameters(), 4e-3)
    totals = []
    for _ in range(8):
        total, _, _ = objectives.memory_loss(memory, frames)
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        totals.append(total.item())
    assert totals[-1] < 0.9 * totals[0]
    root, velocity = objectives.root_loss(memory, frames)
    assert velocity.shape == (4, 64, 3)
    root.backward()
    identity = torch.eye(3).expand(4, 64, 24, 3, 3)
    assert torch.isfinite(objectives.rotation_loss(memory, frames, identity))


def test_unused_codes_restart_from_latents_of_the_batch():
    torch.manual_seed(0)
    quantizer = MovingAverageQuantizer(16, 4, decay=0.5, threshold=1.0).train()
    quantizer(torch.randn(2, 50, 4))
    far = torch.randn(2, 50, 4) + 30.0
    for _ in range(6):
        quantizer(far)
    assert (quantizer.k.mean(1) > 20).all(), "every code moved to where the latents are"
    assert len(quantizer.nearest(far).unique()) > 8


def test_root_velocity_and_path_are_inverse():
    frames = torch.randn(1, 20, 72, dtype=torch.float64)
    back = body_halves.integrate_root(body_halves.root_velocity(frames), frames[:, 0, :3])
    assert torch.allclose(back, frames)


def test_nearest_rotations_leave_rotations_alone():
    torch.manual_seed(0)
    rotation = nearest_rotations(torch.randn(6, 3, 3, dtype=torch.float64))
    assert torch.allclose(torch.det(rotation), torch.ones(6, dtype=torch.float64))
    assert torch.allclose(nearest_rotations(rotation), rotation)


def test_beats_that_meet_are_rewarded_and_facing_apart_is_punished():
    time = np.arange(240)
    joints = np.zeros((240, 24, 3))
    joints[:, :, 1] = np.sin((time + 0.3) * 2 * np.pi / 80)[:, None]  # still every 40 frames
    beats = dance_beats(joints)
    assert len(beats) >= 5 and np.abs(np.diff(beats) - 40).max() <= 1
    met, missed = np.zeros(240), np.zeros(240)
    met[beats] = 1
    missed[(beats + 16) % 240] = 1
    assert rewards.beat_reward(joints, met).max() == 5.0
    assert rewards.beat_reward(joints, missed).max() == -5.0
    body = np.zeros((8, 24, 3))
    body[:, 13], body[:, 14] = (0.1, 0.4, 0.0), (-0.1, 0.4, 0.0)
    body[:, 4], body[:, 5] = (0.1, -0.4, 0.0), (-0.1, -0.4, 0.0)
    body[:, 15, 2] = 0.1
    assert rewards.half_body_consistency(body) == pytest.approx([1.0])
    body[:, (4, 5)] = body[:, (5, 4)]
    assert rewards.half_body_consistency(body)[0] == pytest.approx(-1.0, abs=1e-3)


def test_the_gpt_learns_which_codes_follow():
    torch.manual_seed(0)
    network = CrossConditionalGpt(TINY).eval()
    up, down, rows = torch.randint(20, (2, 13)), torch.randint(20, (2, 13)), torch.randn(2, 13, 10)
    optimiser = torch.optim.Adam(network.parameters(), 1e-2)
    losses = []
    for _ in range(15):
        loss = objectives.token_loss(network, up, down, rows)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0] and losses[0] == pytest.approx(2 * np.log(20), rel=0.1)


def test_actor_and_critic_learn_from_the_difference():
    step = objectives.temporal_difference(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 5.0, 4.0]]), gamma=0.5)
    assert step.tolist() == [[0.5, -1.0]]
    torch.manual_seed(0)
    network = ActorCriticGpt(TINY).eval()
    actor, critic = objectives.trainable_parts(network)
    assert not any(parameter.requires_grad for parameter in network.gpt_base.parameters())
    up, down, rows = torch.randint(20, (2, 13)), torch.randint(20, (2, 13)), torch.randn(2, 13, 10)
    reward = torch.randn(2, 12)
    optimiser = torch.optim.Adam([*actor, *critic], 1e-2)
    losses = []
    for _ in range(15):
        values = network.value(up, down, rows)[..., 0]
        difference = reward + values[:, 1:].detach() - values[:, :-1]
        loss = objectives.critic_loss(difference)
        logits = network(up[:, :-1], down[:, :-1], rows[:, 1:])
        policy = objectives.actor_loss(logits, up[:, 1:], down[:, 1:], difference)
        optimiser.zero_grad()
        (loss + policy).backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    counted = objectives.loss_positions(3, 5)
    assert counted.sum() == 5 + 2 and counted[0].all() and counted[2].tolist() == [False] * 4 + [True]


@pytest.mark.slow
def test_own_weights_come_back_and_published_folders_load(tmp_path):
    torch.manual_seed(0)
    model = Bailando(TINY, critic=True).eval()
    save(model, tmp_path / "own")
    rows = torch.randn(1, 40, 10)
    made = dance(model, rows)
    assert made.up.shape == (1, 40)
    assert same(dance(load_faithful(tmp_path / "own"), rows), made)
    for stage, module in (("sep_vqvae_root", model.memory), ("actor_critic", model.gpt)):
        for epoch in (9, 10):
            folder = tmp_path / "published" / stage / "ckpt"
            folder.mkdir(parents=True, exist_ok=True)
            state = {f"module.{key}": value * (epoch == 10) for key, value in module.state_dict().items()}
            torch.save({"epoch": epoch, "model": state}, folder / f"epoch_{epoch}.pt")
    again = load_faithful(tmp_path / "published", TINY)
    assert same(dance(again, rows), made)
    assert isinstance(again.gpt, ActorCriticGpt)
    with pytest.raises(UserError, match="does not fit"):
        load_faithful(tmp_path / "published", dataclasses.replace(TINY, width=48))
    with pytest.raises(UserError, match="There is no"):
        load_faithful(tmp_path / "own" / "config.json")


def test_presets_are_named():
    assert BailandoConfig.named("published") == BailandoConfig()
    with pytest.raises(UserError, match="plusplus"):
        BailandoConfig.named("x")


def test_our_memory_and_actor_come_back_from_half_precision(tmp_path):
    torch.manual_seed(3)
    config = dataclasses.replace(BailandoConfig.named("trained"), memory_width=16, codes=12, width=24, heads=2)
    model = TrainedBailando(config).eval()
    save(model, tmp_path, half_precision=True)
    again = load(tmp_path)
    assert again.config == config
    rounded = model.half().float()
    assert all(torch.equal(value, rounded.state_dict()[key]) for key, value in again.state_dict().items())


def test_rows_that_begin_alike_are_computed_once_and_drawn_as_ever(gpt):
    random = np.random.default_rng(3)
    music = torch.from_numpy(random.normal(size=(2, 30, TINY.music_width)).astype(np.float32)).repeat_interleave(3, 0)
    halves = torch.from_numpy(random.integers(TINY.codes, size=(2, 2, 12))).repeat_interleave(3, 1)
    options = DanceOptions(nucleus=NucleusSampling(0.9, 1.0, 7))
    start = Tokens(halves[0], halves[1])
    plain = generate_fast(gpt, music, start, options, ahead=0)
    assert same(generate_fast(gpt, music, start, options, ahead=0, ways=3), plain)
    assert not torch.equal(plain.up[0], plain.up[1])
