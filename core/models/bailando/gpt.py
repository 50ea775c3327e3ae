# SPDX-License-Identifier: GPL-3.0-or-later
"""The cross-conditional GPT (paper section 3.2): music, upper and lower codes as three streams that see each other's
past.

The streams lie one after another, [music t | up t | down t]; each row sees the rows of all three streams up to its own
time. Module names are those of the published checkpoints.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ...networks.attention import PreNormBlock
from .config import BailandoConfig

STREAMS = 3


def cross_mask(length: int, device: torch.device | None = None) -> Tensor:
    """bool (3 length, 3 length): True where row may see column; a lower triangle for every pair of streams."""
    return torch.ones(length, length, dtype=torch.bool, device=device).tril().repeat(STREAMS, STREAMS)


def _blocks(layers: int, config: BailandoConfig, dropout: float) -> nn.ModuleList:
    blocks = [PreNormBlock(config.width, config.heads, dropout=dropout) for _ in range(layers)]
    for block in blocks:  # the published checkpoints carry the triangle of one stream in every layer
        block.attn.register_buffer("mask", torch.ones(config.block, config.block).tril()[None, None])
    return nn.ModuleList(blocks)


def _start(module: nn.Module) -> None:
    if isinstance(module, (nn.Linear, nn.Embedding)):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)


class GptBase(nn.Module):
    """Embeds codes and music and runs the first layers: → (B, 3 T, width)."""

    def __init__(self, config: BailandoConfig):
        super().__init__()
        self.config = config
        self.pos_emb = nn.Parameter(torch.zeros(1, STREAMS * config.block, config.width))
        self.tok_emb_up = nn.Embedding(config.codes, config.width)
        self.tok_emb_down = nn.Embedding(config.codes, config.width)
        self.cond_emb = nn.Linear(config.music_width, config.width)
        self.drop = nn.Dropout(config.dropout)
        self.blocks = _blocks(config.base_layers, config, config.dropout)
        self.apply(_start)

    def positions(self, start: int, end: int) -> Tensor:
        """(1, 3, end − start, width): the learned positions of tokens start..end of each stream."""
        return self.pos_emb.unflatten(1, (STREAMS, self.config.block))[:, :, start:end]

    def embed(self, up: Tensor, down: Tensor, heard: Tensor, start: int = 0) -> Tensor:
        """The streams' rows.

        Args:
            up: codes (B, T).
            down: codes (B, T).
            heard: cond_emb(music), (B, T, width).
            start: position of the first.

        Returns:
            (B, 3, T, width).
        """
        tokens = torch.stack((heard, self.tok_emb_up(up), self.tok_emb_down(down)), dim=1)
        return self.drop(tokens + self.positions(start, start + up.shape[1]))

    def forward(self, up: Tensor, down: Tensor, music: Tensor) -> Tensor:
        """Codes (B, T) of both halves, music (B, T, 438) → (B, 3 T, width)."""
        x = self.embed(up, down, self.cond_emb(music)).flatten(1, 2)
        mask = cross_mask(up.shape[1], x.device)
        for block in self.blocks:
            x = block(x, mask)
        return x


class GptHead(nn.Module):
    """The last layers, and logits for the two code streams: (B, 3 T, width) → two of (B, T, vocabulary)."""

    def __init__(self, config: BailandoConfig, layers: int, vocabulary: int, dropout: float):
        super().__init__()
        self.blocks = _blocks(layers, config, dropout)
        self.ln_f = nn.LayerNorm(config.width)
        self.head_up = nn.Linear(config.width, vocabulary, bias=False)
        self.head_down = nn.Linear(config.width, vocabulary, bias=False)
        self.apply(_start)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        length = x.shape[1] // STREAMS
        mask = cross_mask(length, x.device)
        for block in self.blocks:
            x = block(x, mask)
        x = self.ln_f(x)
        return self.head_up(x[:, length : 2 * length]), self.head_down(x[:, 2 * length :])


@dataclass(frozen=True)
class Logits:
    """(B, T, codes) each: row i predicts the code after the i-th."""

    up: Tensor
    down: Tensor


class CrossConditionalGpt(nn.Module):
    """Codes up and down so far and music → logits of the next codes."""

    def __init__(self, config: BailandoConfig):
        super().__init__()
        self.config = config
        self.gpt_base = GptBase(config)
        self.gpt_head = GptHead(config, config.head_layers, config.codes, config.dropout)

    def forward(self, up: Tensor, down: Tensor, music: Tensor) -> Logits:
        """up, down: codes (B, T), T at most `block`; music (B, T, 438), row i belongs to the code AFTER the i-th."""
        return Logits(*self.gpt_head(self.gpt_base(up, down, music)))


class ActorCriticGpt(CrossConditionalGpt):
    """The GPT with a critic on its base: a smaller head of vocabulary 1 for each half, whose sum is the value."""

    def __init__(self, config: BailandoConfig):
        super().__init__(config)
        self.critic_net = GptHead(config, config.critic_layers, 1, 0.0)

    def value(self, up: Tensor, down: Tensor, music: Tensor) -> Tensor:
        """(B, T, 1): expected sum of rewards from each token on. The base is not trained through it."""
        with torch.no_grad():
            x = self.gpt_base(up, down, music)
        value_up, value_down = self.critic_net(x)
        return value_up + value_down
