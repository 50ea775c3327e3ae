# SPDX-License-Identifier: GPL-3.0-or-later
"""The actor-critic stage: the GPT dances to music, and what falls on the beat, with both halves of the body facing one way,
becomes likelier.

As published: a reward for every token, temporal differences with the critic's values weigh the cross-entropy of the tokens
that the actor took; only the head and the critic learn. Ours besides: dances are drawn, not the likeliest ones, and several to the
same music, so that each is judged against the others; the reward is the published beat alignment of each beat of the music instead
of whether both beats are in one token, less what late music would give, so that resting more often does not pay, only resting
where the music has its beat; it goes to the next token, without which nobody knows whether the body rests, and, less and less, to
those before; advantages are scaled to deviation 1; what has become much likelier or less likely than when it was danced is left
alone until the next round (as in PPO, Schulman et al. 2017); the actor stays near the GPT; and recorded dances go on being
learned, so that no single rewarding move takes over.
"""

from __future__ import annotations

import logging
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...models.bailando.config import MUSIC_NUMBERS
from ...models.bailando.dancer_frames import to_clip
from ...models.bailando.fast_sampling import generate_fast
from ...models.bailando.gpt import ActorCriticGpt, CrossConditionalGpt, GptHead, Logits
from ...models.bailando.objectives import (
    actor_loss,
    critic_loss,
    temporal_difference,
    token_cross_entropy,
    trainable_parts,
)
from ...models.bailando.rewards import BEAT_WEIGHT, half_body_consistency
from ...models.bailando.rotation_memory import RotationMemory
from ...models.bailando.tokens import DanceOptions, Tokens
from ...motion.dance_beats import dance_beats
from ...networks.code_sampling import NucleusSampling
from ..data.dance.joints import joints_m
from ..loops.checkpoints import Checkpoints
from ..loops.run import Smoothed, TrainingRun, write_figures
from ..loops.settings import TrainingSettings
from .gpt import pair_loss
from .pairs import FRAMES_A_TOKEN, PairDrawer

log = logging.getLogger(__name__)

RATE_HZ = 60.0
SAID_EVERY = 5
RECORDED = 8  # stretches of recorded dances in each update
ALIGNED_FRAMES = 3.0  # deviation that the published alignment allows
_LATE = (0.25, 0.5, 0.75)  # of a beat
_BEAT_SINE, _BEAT_COSINE = 34, 35  # of the music's numbers: where in the beat a token's middle is


@dataclass(frozen=True)
class ActorTraining(TrainingSettings):
    """steps: rounds, in each of which `batch` dances are danced, `group` to the same music from the same pose, and learned from
    `updates` times. consistency: weight of the halves' facing, the beat's being 10. late: weight of what late music would give.
    recorded: weight of the recorded dances' cross-entropy. near: of the distance (KL, nats) from the GPT. reach: by how much of
    itself a probability may change in a round. discount: of what comes a token later. trace: share of later differences that count
    beside the critic's value. top_p, temperature: of the draws."""

    steps: int = 60
    batch: int = 48
    learning_rate: float = 3e-4
    group: int = 8
    updates: int = 3
    consistency: float = 1.0
    late: float = 1.0
    discount: float = 0.75
    trace: float = 0.9
    recorded: float = 0.2
    near: float = 0.05
    reach: float = 0.3
    top_p: float = 0.95
    temperature: float = 1.0


def music_beats(music: np.ndarray) -> np.ndarray:
    """Music's numbers (n, …) → 0 or 1 for each of 8 n frames: where its beats are, from the phase at the tokens' middles."""
    phase = np.unwrap(np.arctan2(music[:, _BEAT_SINE], music[:, _BEAT_COSINE])) / (2.0 * np.pi)
    frames = np.arange(len(music) * FRAMES_A_TOKEN)
    middles = np.arange(len(music)) * FRAMES_A_TOKEN + 0.5 * FRAMES_A_TOKEN
    slope = np.diff(phase).mean() / FRAMES_A_TOKEN if len(phase) > 1 else 0.0
    at = np.interp(frames, middles, phase)
    at = np.where(frames < middles[0], phase[0] + (frames - middles[0]) * slope, at)
    at = np.where(frames > middles[-1], phase[-1] + (frames - middles[-1]) * slope, at)
    return np.concatenate(([0.0], np.floor(at[1:]) > np.floor(at[:-1]))).astype(np.float32)


@torch.no_grad()
def danced(memory: RotationMemory, codes: Tokens) -> np.ndarray:
    """Codes (B, n) → joints in the world (B, 8 n, 22, 3), metres."""
    frames = memory.decode(codes.up, codes.down).numpy()
    return np.stack([joints_m(to_clip(vectors, RATE_HZ)) for vectors in frames])


def rewards(joints: np.ndarray, music: np.ndarray, settings: ActorTraining) -> np.ndarray:
    """joints (B, 8 n, 22, 3), music (B, n, numbers) → float32 (B, n)."""
    rows = []
    for places, heard in zip(joints, music, strict=True):
        facing = half_body_consistency(places - places[:, :1], own_signs=True)
        timely = alignment_reward(places, music_beats(heard), settings.late)
        rows.append(timely + settings.consistency * np.minimum(facing, 0.0))
    return np.stack(rows).astype(np.float32)


def alignment_reward(joints: np.ndarray, beats: np.ndarray, late: float = 0.0) -> np.ndarray:
    """joints (8 n, J, 3), beats (8 n,) 0 or 1 → (n,): for each beat of the music 10 · its part of the published alignment, in the
    token after it; less, at the weight `late`, the mean of the same for music that is late by ¼, ½ and ¾ of a beat."""
    reward, found, at = np.zeros(len(beats) // FRAMES_A_TOKEN), dance_beats(joints), np.flatnonzero(beats)
    if not len(found) or len(at) < 2:
        return reward
    step = float(np.diff(at).mean())
    for shift, weight in ((0.0, 1.0), *((share, -late / len(_LATE)) for share in _LATE)):
        for beat in (at + round(shift * step)).astype(int):
            token = beat // FRAMES_A_TOKEN + 1
            if token < len(reward):
                away = np.abs(found - beat).min()
                reward[token] += weight * BEAT_WEIGHT * np.exp(-0.5 * (away / ALIGNED_FRAMES) ** 2)
    return reward


def advantages(reward: Tensor, values: Tensor, settings: ActorTraining) -> tuple[Tensor, Tensor]:
    """reward (B, T), values (B, T + 1) → temporal differences and their discounted sums from each token on, both (B, T)."""
    difference = temporal_difference(reward, values, settings.discount)
    total, sums = torch.zeros_like(difference[:, 0]), []
    for step in difference.detach().flip(1).unbind(1):
        total = step + settings.discount * settings.trace * total
        sums.append(total)
    return difference, torch.stack(sums, dim=1).flip(1)


@dataclass(frozen=True)
class Round:
    """Dances and what they earned. up, down: (B, L) codes. reward: (B, L − 1), of the codes from the second on. base: (B, 3 (L − 1),
    width), what the frozen layers make of them. gpt: the GPT's logits. chance: (B, L − 1), log probability of what was danced."""

    up: Tensor
    down: Tensor
    reward: Tensor
    base: Tensor
    gpt: Logits
    chance: Tensor


@torch.no_grad()
def play(
    network: ActorCriticGpt, gpt: GptHead, memory: RotationMemory, pairs: PairDrawer, settings: ActorTraining, seed: int
) -> Round:
    """Dances of the actor to music of the pairs, each begun with a recorded code; `gpt` is the head that it began with."""
    network.eval()
    drawn, ways = pairs.draw(max(settings.batch // settings.group, 1)), settings.group
    options = DanceOptions(nucleus=NucleusSampling(settings.top_p, settings.temperature, seed))
    first = Tokens(*(half[:, :1].repeat_interleave(ways, 0) for half in (drawn.up, drawn.down)))
    music = drawn.music.repeat_interleave(ways, 0)
    codes = generate_fast(network, music[:, 1:], first, options, ways=ways)
    up, down = codes.up.clone(), codes.down.clone()  # clones can be learned from
    earned = rewards(danced(memory, codes), music[..., :MUSIC_NUMBERS].numpy(), settings)
    base = network.gpt_base(up[:, :-1], down[:, :-1], music[:, 1:])
    taken = token_cross_entropy(Logits(*network.gpt_head(base)), up[:, 1:], down[:, 1:]).view(len(up), -1)
    return Round(up, down, torch.from_numpy(earned[:, 1:]), base, Logits(*gpt(base)), -taken)


def round_losses(network: ActorCriticGpt, played: Round, settings: ActorTraining) -> tuple[Tensor, Tensor, Tensor]:
    """Of actor and critic, and the distance from the GPT. A window holds all tokens, so that all of them count."""
    value_up, value_down = network.critic_net(played.base)
    values = (value_up + value_down)[..., 0]
    after = torch.cat((values, torch.zeros_like(values[:, :1])), dim=1)
    difference, advantage = advantages(played.reward, after, settings)
    groups = advantage.unflatten(0, (-1, settings.group))
    advantage = (groups - groups.mean(1, keepdim=True)).flatten(0, 1)
    advantage = advantage / advantage.std().clamp_min(1e-6)
    logits = Logits(*network.gpt_head(played.base))
    with torch.no_grad():
        chance = -token_cross_entropy(logits, played.up[:, 1:], played.down[:, 1:]).view_as(advantage)
        ratio = (chance - played.chance).exp()
        gone = torch.where(advantage > 0.0, ratio > 1.0 + settings.reach, ratio < 1.0 - settings.reach)
        advantage = torch.where(gone, 0.0, advantage * ratio)
    acting = actor_loss(logits, played.up[:, 1:], played.down[:, 1:], advantage)
    return acting, critic_loss(difference), distance(logits, played.gpt)


def distance(ours: Logits, theirs: Logits) -> Tensor:
    """Mean Kullback-Leibler distance in nats, both halves added."""
    total = ours.up.new_zeros(())
    for own, other in ((ours.up, theirs.up), (ours.down, theirs.down)):
        chance = own.log_softmax(-1)
        total = total + (chance.exp() * (chance - other.log_softmax(-1))).sum(-1).mean()
    return total


def train_actor(
    gpt: CrossConditionalGpt,
    memory: RotationMemory,
    pairs: PairDrawer,
    recorded: PairDrawer,
    settings: ActorTraining,
    folder: Path,
) -> ActorCriticGpt:
    """The run, or its rest, from a trained GPT. pairs: music to dance to, without jumps; recorded: what goes on being learned."""
    torch.manual_seed(settings.seed)
    network = ActorCriticGpt(gpt.config)
    network.load_state_dict(gpt.state_dict(), strict=False)
    begun = deepcopy(network.gpt_head).requires_grad_(False).eval()
    actor, critic = trainable_parts(network)
    groups = [{"params": actor, "lr": settings.learning_rate}, {"params": critic, "lr": 5.0 * settings.learning_rate}]
    optimizer = torch.optim.Adam(groups)
    schedule = torch.optim.lr_scheduler.ConstantLR(optimizer, 1.0)
    run = TrainingRun(Checkpoints(folder / "actor.pt", 120.0), network, optimizer, schedule, clip=1.0)
    shown = Smoothed(0.2)
    while run.step < settings.steps * settings.updates:
        played = play(network, begun, memory, pairs, settings, settings.seed + run.step)
        shown.add({"reward": played.reward.mean()})
        for _ in range(settings.updates):
            acting, judging, away = round_losses(network, played, settings)
            known = settings.recorded * pair_loss(network, recorded.draw(RECORDED))
            figures = {"actor": acting, "critic": judging, "away": away, "recorded": known}
            run.update([("all", acting + 0.1 * judging + settings.near * away + known)])
            shown.add(figures)
        if run.step // settings.updates % SAID_EVERY == 0:
            figures = {"round": run.step // settings.updates, **{k: round(v, 4) for k, v in shown.values.items()}}
            log.info("actor %s %.1f s/round", figures, run.seconds_a_step(SAID_EVERY))
            write_figures(folder / "actor.jsonl", figures)
        run.save(force=run.step == settings.steps * settings.updates)
    return network.eval()
