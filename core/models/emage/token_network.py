# SPDX-License-Identifier: GPL-3.0-or-later
"""EMAGE's masked audio-gesture transformer over tokens of several frames (ours): for codecs of `strided_codec`.

As `network`, and: motion enters in multiples of what is usual, beside flags that say which joints are given; each token hears
its own sound directly, not by attention alone; a token's codes are predicted one after another, each knowing those before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from ...networks.mlp import TwoLayerMLP
from ...networks.positions import PeriodicPositions
from ...networks.residual import dilated_residual
from .body_parts import BODY_PARTS, CONTACT, JOINTS, ROTATION_CHANNELS, TRANSLATION
from .config import EmageConfig
from .content_rhythm import ContentRhythmEncoder

_FLAGS = JOINTS + 2  # a joint each, root, contacts


@dataclass(frozen=True)
class TokenPrediction:
    """Of each part: what its codes are drawn from (B, N, hidden)."""

    hidden: dict[str, Tensor]


class TokenHead(nn.Module):
    """One part's codes, level by level, and at last what they leave over. partial: sum of the codebook rows chosen so far."""

    def __init__(self, hidden: int, latent: int, codes: int, levels: int):
        super().__init__()
        self.own = nn.Linear(hidden, hidden)
        self.before = nn.ModuleList(nn.Linear(latent, hidden) for _ in range(levels))
        self.logits = nn.ModuleList(nn.Linear(hidden, codes) for _ in range(levels))
        self.rest = nn.Sequential(
            nn.Conv1d(hidden + latent, 2 * hidden, 5, padding=2), nn.GELU(), nn.Conv1d(2 * hidden, latent, 3, padding=1)
        )
        self.activation = nn.GELU()

    def forward(self, hidden: Tensor, partial: Tensor, level: int) -> Tensor:
        """hidden (B, N, hidden), partial (B, N, latent) → logits (B, N, codes) of one level."""
        return self.logits[level](self.activation(self.own(hidden) + self.before[level](partial)))

    def left_over(self, hidden: Tensor, partial: Tensor) -> Tensor:
        """hidden (B, N, hidden), partial (B, N, latent) of all levels → what is expected of the latent beyond it, in sight of the
        codes of neighbouring tokens: it makes one movement of them."""
        return self.rest(torch.cat((hidden, partial), dim=-1).transpose(1, 2)).transpose(1, 2)


class TokenNetwork(nn.Module):
    """Content, rhythm and partly hidden motion by frames in, codes by tokens out.

    The buffers `motion_mean` and `motion_spread` (337,) are the training motion's.
    """

    motion_mean: Tensor
    motion_spread: Tensor

    def __init__(self, config: EmageConfig):
        super().__init__()
        self.config = config
        hidden, width, stride = config.hidden, config.feature_width, config.token_frames
        self.register_buffer("motion_mean", torch.zeros(CONTACT.stop))
        self.register_buffer("motion_spread", torch.ones(CONTACT.stop))

        def tokens(channels: int) -> nn.Conv1d:
            return nn.Conv1d(channels, hidden, 2 * stride, stride=stride, padding=stride // 2)

        def layers(count: int) -> nn.Module:
            layer = nn.TransformerDecoderLayer(
                hidden, config.heads, config.feedforward, config.dropout, batch_first=True, norm_first=True
            )
            return nn.TransformerDecoder(layer, count)

        self.mask_embedding = nn.Parameter(torch.zeros(1, 1, CONTACT.stop))
        self.motion_encoder = nn.Sequential(
            tokens(CONTACT.stop + _FLAGS), dilated_residual(hidden, 1), dilated_residual(hidden, 3)
        )
        self.audio_encoder_body = ContentRhythmEncoder(config)
        self.audio_tokens = nn.Sequential(tokens(width), dilated_residual(hidden, 1))
        self.silence = nn.Parameter(torch.zeros(1, 1, hidden))
        self.speaker_embedding_body = nn.Embedding(config.speakers, hidden)
        self.position_embeddings = PeriodicPositions(hidden, config.window // stride, config.position_length // stride)
        encoder = nn.TransformerEncoderLayer(
            hidden, config.heads, config.feedforward, config.dropout, batch_first=True, norm_first=True
        )
        self.motion_self_encoder = nn.TransformerEncoder(encoder, 1, enable_nested_tensor=False)
        self.audio_motion_cross_attn = layers(config.cross_layers)
        self.motion2latent = nn.ModuleDict({part: TwoLayerMLP(hidden, hidden, hidden) for part in BODY_PARTS})
        self.body_motion_decoder = nn.ModuleDict({part: layers(config.part_layers) for part in BODY_PARTS})
        self.norms = nn.ModuleDict({part: nn.LayerNorm(hidden) for part in BODY_PARTS})
        codecs = config.codecs
        self.heads = nn.ModuleDict(
            {
                part: TokenHead(hidden, codecs[part].latent, codecs[part].codes, codecs[part].levels)
                for part in BODY_PARTS
            }
        )

    def head(self, part: str) -> TokenHead:
        return cast(TokenHead, self.heads[part])

    def forward(
        self,
        audio: tuple[Tensor, Tensor],
        motion: Tensor,
        mask: Tensor,
        speaker: Tensor | None = None,
        heard: Tensor | bool = True,
    ) -> TokenPrediction:
        """Predict one window of whole tokens.

        Args:
            audio: content (B, T, …) and rhythm (B, T, …) by frame.
            motion: (B, T, 337).
            mask: (B, T, 337); 1 = hidden, 0 = given.
            speaker: index (B,), 0 if None.
            heard: which windows (B,) hear the sound, or all or none of them.
        """
        if speaker is None:
            speaker = torch.zeros(len(motion), dtype=torch.long, device=motion.device)
        hint = self.motion_encoder(self._seen(motion, mask).transpose(1, 2)).transpose(1, 2)
        sound = self.audio_tokens(self.audio_encoder_body(audio).transpose(1, 2)).transpose(1, 2)
        if heard is not True:
            heard = torch.as_tensor(heard, device=motion.device).expand(len(motion))
            sound = torch.where(heard[:, None, None], sound, self.silence.expand_as(sound))
        style = self.speaker_embedding_body(speaker).unsqueeze(1)
        memory = self.position_embeddings(sound)
        moved = self.motion_self_encoder(self.position_embeddings(hint + sound + style))
        moved = self.audio_motion_cross_attn(moved, memory)
        plain = {part: self.motion2latent[part](moved) for part in BODY_PARTS}
        hidden = {}
        for part in BODY_PARTS:
            first, second = (plain[other] for other in BODY_PARTS if other != part)
            refined = self.body_motion_decoder[part](moved + plain[part] + style, first + second)
            hidden[part] = self.norms[part](refined)
        return TokenPrediction(hidden)

    def _seen(self, motion: Tensor, mask: Tensor) -> Tensor:
        """(B, T, 337 + flags): standardised motion where it is given, and what is."""
        motion, mask = motion[..., : CONTACT.stop], mask[..., : CONTACT.stop]
        usual = (motion - self.motion_mean) / self.motion_spread
        seen = torch.where(mask > 0.5, self.mask_embedding.to(usual).expand_as(usual), usual.clamp(-6.0, 6.0))
        given = 1.0 - mask
        flags = (
            given[..., :ROTATION_CHANNELS].unflatten(-1, (JOINTS, 6)).mean(-1),
            given[..., TRANSLATION].mean(-1, keepdim=True),
            given[..., CONTACT].mean(-1, keepdim=True),
        )
        return torch.cat((seen, *flags), dim=-1)
