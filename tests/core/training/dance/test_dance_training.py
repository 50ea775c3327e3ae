# SPDX-License-Identifier: GPL-3.0-or-later
"""The three stages on a made dancer: they learn, go on where they stopped, and keep to what they are told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.models.bailando.config import BailandoConfig
from core.models.bailando.dancer_frames import WIDTH, to_vectors
from core.models.bailando.gpt import ActorCriticGpt
from core.models.bailando.rotation_memory import RotationMemory
from core.models.bailando.styles import ANY
from core.motion.clip import Clip
from core.motion.rotations import from_axis_angle
from core.training.dance.actor_critic import (
    ActorTraining,
    advantages,
    music_beats,
    play,
    rewards,
    round_losses,
    train_actor,
)
from core.training.dance.gpt import GptTraining, exchanged, train_gpt
from core.training.dance.memory import MemoryLoss, MemoryTraining, begin_at_mean, train_memory
from core.training.dance.memory_figures import memory_figures
from core.training.dance.on_the_beat import onto_the_beat
from core.training.dance.pairs import SAME_BEAT_FRAMES, PairDrawer, Splices, coded_dances, tempo_ratios
from core.training.dance.windows import DanceWindows, WindowDrawer, at_tempo, at_times, channel_weights
from core.training.data.dance.music_bank import BEGINNINGS, TEMPI_BPM, TOKENS, MusicBank, beginning_s
from core.training.data.dance.recordings import DanceClip
from core.training.data.dance.store import DanceStore

SMALL = replace(
    BailandoConfig.named("trained"),
    memory_width=16,
    code_width=8,
    codes=16,
    width=24,
    heads=2,
    base_layers=1,
    head_layers=1,
    critic_layers=1,
    block=16,
    context=15,
)


def _dancer(dancer: str, phase: float) -> DanceClip:
    time = np.arange(600) / 60.0
    clip = Clip.still(600, 60.0)
    angle = 0.8 * np.cos(2.0 * np.pi * time + phase)
    for joint in (1, 4, 16, 17, 18):
        clip.rotations[:, joint] = from_axis_angle(np.stack((0.3 * angle, 0.0 * angle, angle), axis=-1))
    clip.root_translation_m[:, 0] = 0.2 * np.sin(np.pi * time)
    known = np.ones(22, bool)
    known[15] = False
    return DanceClip("made", "aistpp_dance", dancer, "pop", clip, known, 120.0, 0.0, True, 0.5)


@pytest.fixture(scope="module")
def store() -> DanceStore:
    return DanceStore.of([_dancer("d11", 0.0), _dancer("d10", 0.4)])


@pytest.fixture(scope="module")
def bank() -> MusicBank:
    rows = np.zeros((2 * len(TEMPI_BPM), len(BEGINNINGS), TOKENS, 52), np.float16)
    bpm = np.repeat(TEMPI_BPM, 2).astype(np.float32)
    for piece, tempo in enumerate(bpm):
        for index in range(len(BEGINNINGS)):
            at = (beginning_s(index, tempo) + (np.arange(TOKENS) + 0.5) / 7.5) * tempo / 60.0
            rows[piece, index, :, 34], rows[piece, index, :, 35] = np.sin(2 * np.pi * at), np.cos(2 * np.pi * at)
    splits = np.tile(["train", "validation"], len(TEMPI_BPM))
    names = np.full(len(bpm), "made")
    return MusicBank(rows, bpm, names, names, splits)


def test_the_store_gives_clips_back(store: DanceStore, tmp_path: Path) -> None:
    store.write(tmp_path / "dances.npz")
    again = DanceStore.read(tmp_path / "dances.npz")
    clip = again.clip(1)
    np.testing.assert_allclose(clip.rotations[:, :22], _dancer("d10", 0.4).clip.rotations[:, :22], atol=1e-4)
    assert "head" not in clip.driven and "left_wrist" in clip.driven
    assert list(again.splits) == ["train", "validation"]


def test_windows_are_masked_and_danced_at_another_tempo(store: DanceStore) -> None:
    weights = channel_weights(store, 0)
    assert set(weights[12:18]) == {0.0} and weights[54] == 0.5 and weights[0] == 1.0  # head, pelvis, back
    vectors = to_vectors(store.clip(0))
    faster = at_tempo(vectors, 0, 100, 1.1)
    np.testing.assert_allclose(
        faster[10], np.where(np.isin(np.arange(WIDTH), (96, 97, 98)), 1.1, 1.0) * vectors[11], atol=1e-3
    )
    drawn = WindowDrawer(store, "train", 64, 3).draw(5)
    assert drawn.frames.shape == (5, 64, WIDTH) and drawn.weights.shape == (5, WIDTH)


def test_what_was_not_recorded_is_not_learned(store: DanceStore) -> None:
    memory = RotationMemory(SMALL)
    windows = WindowDrawer(store, "train", 64, 3).draw(4)
    changed = windows.frames.clone()
    changed[..., 12:18] += 0.3
    loss = MemoryLoss(MemoryTraining())
    for each in (windows, DanceWindows(changed, windows.weights)):
        memory.zero_grad()
        losses, _ = loss(memory, each, coded=False)
        losses["frames"].backward()
        last = dict(memory.vqvae_up.named_parameters())["decoders.0.out.weight"].grad
        assert last is not None
        assert last[12:18].abs().max() == 0.0 and last[:12].abs().max() > 0.0


@pytest.mark.slow
def test_the_stages_learn_and_go_on(store: DanceStore, bank: MusicBank, tmp_path: Path) -> None:
    torch.manual_seed(0)
    settings = MemoryTraining(steps=45, batch=4, frames=64, warm_up=15, learning_rate=3e-3)
    before = memory_figures(RotationMemory(SMALL), store, "train")
    memory = train_memory(RotationMemory(SMALL), store, settings, tmp_path)
    figures = memory_figures(memory, store, "train")
    assert figures["joints_cm"] < 0.6 * before["joints_cm"]
    again = train_memory(RotationMemory(SMALL), store, settings, tmp_path)
    assert memory_figures(again, store, "train") == figures

    pairs = PairDrawer(coded_dances(memory, store, "train", 17), bank, "train", 17, 2)
    network = train_gpt(
        ActorCriticGpt(SMALL), pairs, pairs, GptTraining(steps=25, batch=4, learning_rate=5e-3), tmp_path
    )
    drawn = pairs.draw(8)
    assert drawn.music.shape == (8, 17, SMALL.music_width)
    assert set(drawn.music[..., 52:].sum(-1).flatten().tolist()) == {1.0}
    untrained = ActorCriticGpt(SMALL).eval()
    with torch.no_grad():
        ours, chance = (
            torch.nn.functional.cross_entropy(
                model(drawn.up[:, :-1], drawn.down[:, :-1], drawn.music[:, 1:]).up.flatten(0, 1),
                drawn.up[:, 1:].flatten(),
            )
            for model in (network, untrained)
        )
    assert ours < chance

    actor = ActorTraining(steps=2, batch=4, group=2, updates=2)
    base = {name: value.clone() for name, value in network.state_dict().items()}
    tuned = train_actor(network, memory, pairs, pairs, actor, tmp_path)
    changed = {name.split(".")[0] for name, value in tuned.state_dict().items() if not torch.equal(value, base[name])}
    assert changed == {"gpt_head", "critic_net"}
    played = play(tuned, network.gpt_head, memory, pairs, actor, 5)
    assert played.reward.shape == (4, 16) and not played.up.is_inference()
    assert torch.equal(played.up[0, :1], played.up[1, :1])
    *losses, away = round_losses(tuned, played, actor)
    assert all(torch.isfinite(loss) for loss in losses) and away > 0.0
    assert float(round_losses(network, played, actor)[2].detach()) == pytest.approx(0.0, abs=1e-5)


def test_pairs_are_within_reach_of_their_tempo(store: DanceStore, bank: MusicBank) -> None:
    assert all(abs(ratio - 1.0) < 0.151 for _, ratio in tempo_ratios(120.0))
    assert 80 in dict(tempo_ratios(160.0)) and dict(tempo_ratios(160.0))[80] == pytest.approx(1.0)
    dances = coded_dances(RotationMemory(SMALL).eval(), store, "train", 17)
    assert {dance.bpm for dance in dances} == {float(tempo) for tempo, _ in tempo_ratios(120.0)}
    drawer = PairDrawer(dances, bank, "train", 17, 2)
    first = drawer.draw(3)
    drawer.reset()
    assert torch.equal(first.music, drawer.draw(3).music)
    assert any(drawer.draw(16).music[:, 0, 52 + ANY].tolist())


def test_exchanged_codes() -> None:
    codes = torch.zeros(50, 40, dtype=torch.long)
    shares = torch.linspace(0.0, 0.5, 50)[:, None]
    found = (exchanged(codes, shares, 64) != 0).float().mean(1)
    assert found[0] == 0.0 and 0.3 < found[-10:].mean() < 0.6


@pytest.mark.parametrize("jumps", [False, True])
def test_dances_go_over_into_others(store: DanceStore, jumps: bool) -> None:
    """On the same place in the beat, or on any with the music that belongs there."""
    memory = RotationMemory(SMALL).eval()
    dances = coded_dances(memory, store, "train", 17)
    for number, dance in enumerate(dances):  # codes that tell where they come from
        dance.up[:] = number
        dance.down[:] = np.arange(len(dance.down))
    memory.vqvae_up.codebook.k.resize_(len(dances), 1).zero_()
    memory.vqvae_down.codebook.k.resize_(200, 1).zero_()
    splices, random = Splices(dances, memory), np.random.default_rng(4)
    late = []
    for index in range(len(dances)):
        stretch = splices.spliced(index, 0, 17, random, jumps)
        up, down = stretch.up, stretch.down
        assert len(up) == len(stretch.times) == 17 and up[0] == index and (np.diff(down) != 1).sum() <= 1
        if up[-1] == index:
            continue
        first, second = dances[index], dances[up[-1]]
        assert (second.style, second.bpm) == (first.style, first.bpm)
        cut = int(np.flatnonzero(np.diff(up))[0])
        begins = [BEGINNINGS[dance.beginning][1] for dance in (first, second)]
        step = 3600.0 / first.bpm
        away = (down[cut + 1] - down[cut] - 1) * 8 + begins[1] - begins[0]
        late.append(abs((away + 0.5 * step) % step - 0.5 * step))
        if jumps:
            np.testing.assert_array_equal(stretch.times, down)
            np.testing.assert_array_equal(stretch.beginnings, [dances[number].beginning for number in up])
        else:
            np.testing.assert_array_equal(stretch.times, np.arange(17))
    assert late and (max(late) > SAME_BEAT_FRAMES) == jumps


def test_rests_are_drawn_onto_the_beat() -> None:
    """A rest that is near a beat is on it; one in the middle between two stays, and time never runs backwards."""
    times, beats = 20.0 + 1.1 * np.arange(300), np.arange(30.0, 300.0, 30.0)
    rests = 20.0 + 1.1 * np.array([36.0, 57.0, 135.0, 185.0])
    bent = onto_the_beat(times, rests, beats)
    assert (np.diff(bent) > 0.0).all() and bent[0] == times[0] and bent[-1] == pytest.approx(times[-1])
    np.testing.assert_allclose(bent[[30, 60, 180]], rests[[0, 1, 3]], atol=1e-6)
    np.testing.assert_allclose(bent[[120, 150, 240]], times[[120, 150, 240]], atol=1e-6)
    np.testing.assert_allclose(onto_the_beat(times, np.zeros(0), beats), times, atol=1e-6)
    vectors = to_vectors(_dancer("d11", 0.0).clip)
    window = at_times(vectors, np.arange(100) * 1.1)
    np.testing.assert_allclose(window[10, 96:99], 1.1 * vectors[11, 96:99], atol=1e-3)


def test_a_decoder_that_begins_at_the_mean_stands_as_dancers_do(store: DanceStore) -> None:
    torch.manual_seed(0)
    memory, frames = RotationMemory(SMALL), WindowDrawer(store, "train", 64, 3).draw(6).frames
    twisted = memory_figures(memory, store, "train")["worst_joint_deg"]
    begin_at_mean(memory, frames)
    assert memory_figures(memory, store, "train")["worst_joint_deg"] < min(60.0, twisted)


def test_the_beat_is_rewarded() -> None:
    """A body that rests on every beat earns more than one that rests between them."""
    beats = (np.arange(60) + 0.5) / 7.5 * 2.0  # 120 a minute
    music = np.zeros((60, 52), np.float32)
    music[:, 34], music[:, 35] = np.sin(2 * np.pi * beats), np.cos(2 * np.pi * beats)
    marked = np.flatnonzero(music_beats(music))
    np.testing.assert_allclose(np.diff(marked), 30, atol=1)
    np.testing.assert_allclose(marked[0] % 30, 0, atol=1)
    time = np.arange(480) / 60.0

    def dancer(late_s: float) -> np.ndarray:
        joints = np.zeros((1, 480, 22, 3))
        joints[..., 1] = np.arange(22) * 0.05
        joints[0, :, :, 0] = np.cos(2.0 * np.pi * (time - late_s))[:, None]
        return joints

    settings = ActorTraining(consistency=0.0)
    on, off = (rewards(dancer(late), music[None], settings).mean() for late in (0.0, 0.25))
    assert on > off + 1.0
    restless = np.cumsum(np.tile([1.0, 0.0], 240))[None, :, None, None] * np.ones((1, 1, 22, 3))
    assert (
        abs(rewards(restless, music[None], settings).mean()) < 0.2
    )  # without a beat of its own: as well with late music


def test_what_comes_later_counts_less() -> None:
    reward = torch.tensor([[0.0, 0.0, 0.0, 8.0, 0.0]])
    settings = ActorTraining(discount=0.5, trace=0.5)
    difference, advantage = advantages(reward, torch.zeros(1, 6), settings)
    assert torch.equal(difference, reward)
    np.testing.assert_allclose(advantage[0].numpy(), [0.125, 0.5, 2.0, 8.0, 0.0])
    valued, _ = advantages(reward, torch.tensor([[0.0, 0.0, 0.0, 8.0, 0.0, 0.0]]), settings)
    np.testing.assert_allclose(valued[0].numpy(), [0.0, 0.0, 4.0, 0.0, 0.0])
