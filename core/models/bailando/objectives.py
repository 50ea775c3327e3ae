# SPDX-License-Identifier: GPL-3.0-or-later
"""Bailando's training objectives: memory (paper section 3.1), GPT (3.2), actor and critic (3.3).

Published order: both halves' memories, the root decoder (Bailando++: the rotation decoders), the GPT on the memory's
codes, then the actor-critic tuning to the beat: a reward for every token of 8 frames (`rewards`); temporal differences
with the critic's values weigh the cross-entropy of the tokens that the actor took. Only the head (actor) and the critic
learn then; the base is frozen. Our recipe (`python -m core.training dance`) takes token and actor-critic losses from here; its memory
learns on rotations with masks.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from . import body_halves
from .gpt import ActorCriticGpt, CrossConditionalGpt, Logits
from .memory import ChoreographicMemory, HalfMemory


@dataclass(frozen=True)
class ReconstructionLoss:
    """Scalars: L1 of positions, of velocities and of accelerations (per frame), the commitment, and their weighted
    sum."""

    positions: Tensor
    velocity: Tensor
    acceleration: Tensor
    commitment: Tensor
    total: Tensor


def half_loss(memory: HalfMemory, frames: Tensor) -> ReconstructionLoss:
    """Stage 1 for one half, frames (B, T, channels): L1 of positions, velocities and accelerations, and the commitment.
    In training mode the codebook moves."""
    reconstruction, quantized = memory(frames)
    return _reconstruction_loss(reconstruction, frames, quantized.loss, memory.config.commitment)


def _reconstruction_loss(ours: Tensor, target: Tensor, commitment: Tensor, weight: float) -> ReconstructionLoss:
    error = ours - target
    positions = error.abs().mean()
    velocity = error.diff(dim=1).abs().mean()
    acceleration = error.diff(n=2, dim=1).abs().mean()
    return ReconstructionLoss(
        positions, velocity, acceleration, commitment, positions + velocity + acceleration + weight * commitment
    )


def memory_loss(memory: ChoreographicMemory, frames: Tensor) -> tuple[Tensor, ReconstructionLoss, ReconstructionLoss]:
    """Stage 1: frames (B, T, 72) → the mean of both halves' losses, and each. The root's channels are set to zero."""
    up, down = body_halves.split(body_halves.without_root(frames))
    up_loss, down_loss = half_loss(memory.vqvae_up, up), half_loss(memory.vqvae_down, down)
    return 0.5 * (up_loss.total + down_loss.total), up_loss, down_loss


def root_loss(memory: ChoreographicMemory, frames: Tensor) -> tuple[Tensor, Tensor]:
    """Stage 2: only the root decoder learns.

    Args:
        memory: with a root decoder.
        frames: (B, T, 72) whose first three channels are the root's velocity in metres per frame.

    Returns:
        L1 of velocity plus L1 of its first difference, and the predicted velocity (B, T, 3).
    """
    with torch.no_grad():
        codes = memory.vqvae_down.encode(body_halves.split(body_halves.without_root(frames))[1])
    velocity = memory.vqvae_down.decode_root(codes)
    error = velocity - frames[..., :3]
    return error.abs().mean() + error.diff(dim=1).abs().mean(), velocity


def rotation_loss(memory: ChoreographicMemory, frames: Tensor, matrices: Tensor) -> Tensor:
    """Bailando++: only the rotation decoders learn, with encoders and codebooks frozen.

    Args:
        memory: with rotation decoders.
        frames: (B, T, 72).
        matrices: (B, T, 24, 3, 3).

    Returns:
        L1 of entries, their velocities and accelerations.
    """
    with torch.no_grad():
        codes = memory.encode(frames)
    raw = memory.raw_rotations(*codes)
    return _reconstruction_loss(raw, matrices.flatten(-3), raw.new_zeros(()), 0.0).total


def token_loss(network: CrossConditionalGpt, up: Tensor, down: Tensor, music: Tensor) -> Tensor:
    """Stage 3: cross-entropy of the next codes.

    Args:
        network: the GPT.
        up: codes (B, T + 1).
        down: codes (B, T + 1).
        music: (B, T + 1, 438), of the same times.

    Returns:
        The means of both halves in nats, added.
    """
    logits = network(up[:, :-1], down[:, :-1], music[:, 1:])
    entropy = torch.nn.functional.cross_entropy
    return entropy(logits.up.flatten(0, 1), up[:, 1:].flatten()) + entropy(
        logits.down.flatten(0, 1), down[:, 1:].flatten()
    )


def temporal_difference(reward: Tensor, values: Tensor, gamma: float = 1.0) -> Tensor:
    """reward (B, T), values (B, T + 1) → r_t + gamma · V_{t+1} − V_t, (B, T)."""
    return reward + gamma * values[:, 1:] - values[:, :-1]


def token_cross_entropy(logits: Logits, up: Tensor, down: Tensor) -> Tensor:
    """Cross-entropy of the taken codes (B, T), up plus down: (B T,), batch-major."""
    entropy = torch.nn.functional.cross_entropy
    return entropy(logits.up.flatten(0, 1), up.flatten(), reduction="none") + entropy(
        logits.down.flatten(0, 1), down.flatten(), reduction="none"
    )


def policy_entropy(logits: Logits) -> Tensor:
    """Entropy in nats of the two code distributions, summed: (B T,)."""
    total = 0.0
    for stream in (logits.up, logits.down):
        log_probability = stream.flatten(0, 1).log_softmax(-1)
        total = total - (log_probability.exp() * log_probability).sum(-1)
    return total


def loss_positions(windows: int, context: int, device: torch.device | None = None) -> Tensor:
    """bool (windows, context): which tokens of sliding windows over one dance count. All of the first window's; of each
    later one only the last, since the others were counted before."""
    counted = torch.zeros(windows, context, dtype=torch.bool, device=device)
    counted[0] = True
    counted[:, -1] = True
    return counted


def actor_loss(logits: Logits, up: Tensor, down: Tensor, advantage: Tensor, counted: Tensor | None = None) -> Tensor:
    """Mean over counted tokens of advantage · cross-entropy of the token taken.

    Args:
        logits: of the actor, (B, T, codes).
        up: codes (B, T) that it took.
        down: codes (B, T) that it took.
        advantage: (B, T), temporal differences; no gradient flows through them.
        counted: bool (B, T), see `loss_positions`; None for all.
    """
    weighted = token_cross_entropy(logits, up, down) * advantage.flatten().detach()
    return weighted.mean() if counted is None else weighted[counted.flatten()].mean()


def critic_loss(difference: Tensor, counted: Tensor | None = None) -> Tensor:
    """Mean squared temporal difference (B, T) over counted tokens."""
    return difference.square().mean() if counted is None else difference[counted].square().mean()


def trainable_parts(network: ActorCriticGpt) -> tuple[list[torch.nn.Parameter], list[torch.nn.Parameter]]:
    """Freezes the base; returns the parameters of actor (head) and critic. Published: Adam 1e-5, five steps of one,
    then five of the other. Published code leaves dropout on in the base here; put it in eval mode for exact values."""
    network.gpt_base.requires_grad_(False)
    return list(network.gpt_head.parameters()), list(network.critic_net.parameters())
