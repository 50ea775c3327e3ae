# SPDX-License-Identifier: GPL-3.0-or-later
"""EMAGE's masked audio-gesture transformer over tokens of several frames (ours): for codecs of `strided_codec`.

As `network`, and: motion enters in multiples of what is usual, beside flags that say which joints are given; each token hears
its own sound directly, not by attention alone. What is hidden is not found at once: the network sees the latents of all tokens
under noise and says what they are, from noise alone to none in a few steps (Lipman et al. 2023; of motion, Tevet et al. 2023). So
the tokens of a window are drawn together and make one movement, where codes drawn one by one made the body tremble.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ...networks.mlp import TwoLayerMLP
from ...networks.positions import PeriodicPositions
from ...networks.residual import dilated_residual
from .body_parts import BODY_PARTS, CONTACT, JOINTS, ROTATION_CHANNELS, TRANSLATION
from .config import EmageConfig
from .content_rhythm import ContentRhythmEncoder

_FLAGS = JOINTS + 2  # a joint each, root, contacts


class NoiseShares(NamedTuple):
    """What latents under noise are multiplied by to enter with variance 1, and how much of them and of what is found makes up
    the result (Karras et al. 2022); (B, 1, 1) each."""

    entering: Tensor
    kept: Tensor
    found: Tensor


@dataclass(frozen=True)
class Noised:
    """latents (B, N, latents of all parts) in multiples of their spread, of which noise replaces the share level (B,), 0 to 1."""

    latents: Tensor
    level: Tensor

    def shares(self) -> NoiseShares:
        level = self.level[:, None, None]
        size = ((1.0 - level).square() + level.square()).rsqrt()
        return NoiseShares(size, (1.0 - level) * size.square(), level * size)


class KnownWindow(NamedTuple):
    """What does not change while a window is drawn: (B, N, hidden) of motion, sound and speaker together, of the sound with its
    positions, and (B, 1, hidden) of the speaker."""

    together: Tensor
    sound: Tensor
    style: Tensor


def waves(level: Tensor, width: int) -> Tensor:
    """level (B,) → (B, width): sines and cosines of it."""
    rate = torch.exp(torch.linspace(0.0, 5.0, width // 2, device=level.device))
    angle = level[:, None] * rate
    return torch.cat((angle.sin(), angle.cos()), dim=-1)


class TokenHead(nn.Module):
    """What is refined about one part's latents: (B, N, hidden) → (B, N, latent), in sight of neighbouring tokens."""

    def __init__(self, hidden: int, latent: int):
        super().__init__()
        self.near = dilated_residual(hidden, 1)
        self.out = nn.Sequential(nn.Linear(hidden, 2 * hidden), nn.GELU(), nn.Linear(2 * hidden, latent))

    def forward(self, hidden: Tensor) -> Tensor:
        return self.out(self.near(hidden.transpose(1, 2)).transpose(1, 2))


class TokenNetwork(nn.Module):
    """Content, rhythm and partly hidden motion by frames in, and latents under noise by tokens; latents by tokens out.

    The buffers `motion_mean` and `motion_spread` (337,) are the training motion's, `latent_mean` and `latent_spread`
    (latents of all parts,) those of its latents. Latents go in and out in multiples of their spread.
    """

    motion_mean: Tensor
    motion_spread: Tensor
    latent_mean: Tensor
    latent_spread: Tensor

    def __init__(self, config: EmageConfig):
        super().__init__()
        self.config = config
        hidden, width, stride = config.hidden, config.feature_width, config.token_frames
        self.register_buffer("motion_mean", torch.zeros(CONTACT.stop))
        self.register_buffer("motion_spread", torch.ones(CONTACT.stop))
        self.latents = [config.codecs[part].latent for part in BODY_PARTS]
        self.register_buffer("latent_mean", torch.zeros(sum(self.latents)))
        self.register_buffer("latent_spread", torch.ones(sum(self.latents)))
        self.noisy = nn.Linear(sum(self.latents), hidden)
        self.noise_level = TwoLayerMLP(hidden, hidden, hidden)

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
        self.heads = nn.ModuleDict({part: TokenHead(hidden, config.codecs[part].latent) for part in BODY_PARTS})

    def forward(
        self,
        audio: tuple[Tensor, Tensor],
        motion: Tensor,
        mask: Tensor,
        noised: Noised,
        speaker: Tensor | None = None,
        heard: Tensor | bool = True,
    ) -> Tensor:
        """Predict one window of whole tokens.

        Args:
            audio: content (B, T, …) and rhythm (B, T, …) by frame.
            motion: (B, T, 337).
            mask: (B, T, 337); 1 = hidden, 0 = given.
            noised: the window's latents under noise.
            speaker: index (B,), 0 if None.
            heard: which windows (B,) hear the sound, or all or none of them.

        Returns:
            (B, N, latents of all parts), as they are thought to be without the noise.
        """
        return self.found(self.known(audio, motion, mask, speaker, heard), noised)

    def known(
        self,
        audio: tuple[Tensor, Tensor],
        motion: Tensor,
        mask: Tensor,
        speaker: Tensor | None = None,
        heard: Tensor | bool = True,
    ) -> KnownWindow:
        """What `forward` makes of a window before it looks at the latents under noise."""
        if speaker is None:
            speaker = torch.zeros(len(motion), dtype=torch.long, device=motion.device)
        hint = self.motion_encoder(self.seen(motion, mask).transpose(1, 2)).transpose(1, 2)
        sound = self.audio_tokens(self.audio_encoder_body(audio).transpose(1, 2)).transpose(1, 2)
        if heard is not True:
            heard = torch.as_tensor(heard, device=motion.device).expand(len(motion))
            sound = torch.where(heard[:, None, None], sound, self.silence.expand_as(sound))
        style = self.speaker_embedding_body(speaker).unsqueeze(1)
        return KnownWindow(hint + sound + style, self.position_embeddings(sound), style)

    def found(self, known: KnownWindow, noised: Noised) -> Tensor:
        """What `forward` returns, of a window that is known."""
        shares = noised.shares()
        level = self.noise_level(waves(noised.level, self.config.hidden))[:, None]
        present = self.noisy(shares.entering * noised.latents) + level
        moved = self.motion_self_encoder(self.position_embeddings(known.together + present))
        moved = self.audio_motion_cross_attn(moved, known.sound)
        plain = {part: self.motion2latent[part](moved) for part in BODY_PARTS}
        found = []
        for part in BODY_PARTS:
            first, second = (plain[other] for other in BODY_PARTS if other != part)
            refined = self.body_motion_decoder[part](moved + plain[part] + known.style, first + second)
            found.append(self.heads[part](self.norms[part](refined)))
        return shares.kept * noised.latents + shares.found * torch.cat(found, dim=-1)

    def seen(self, motion: Tensor, mask: Tensor) -> Tensor:
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
