# SPDX-License-Identifier: GPL-3.0-or-later
"""The generator over tokens for one window, in rows: the same sums as `token_network` and `strided_codec`, in another order.

For inference. The sound's keys and values are made once, not at each step; convolutions are products. A window's rotations differ from what
the modules give by less than 1e-4 rad, its ways by less than 1e-5 m (measured: 1e-6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...networks.prepared_weights import PreparedWeights
from ...networks.rows import on_rows
from . import fast_layers
from .body_parts import BODY_PARTS
from .content_rhythm import ContentRhythmAttention
from .network import Emage
from .strided_codec import StridedCodec
from .token_network import Noised, TokenNetwork, waves


class CodecRows:
    """A part's codec: frames (1, T, channels) of whole tokens ↔ latents (1, N, latent)."""

    def __init__(self, codec: StridedCodec):
        self._mean, self._spread = codec.mean, codec.spread
        self._components, self._composed, self._refined = map(
            on_rows, (codec.components, codec.composed, codec.refined)
        )

    def encoder(self, frames: Tensor) -> Tensor:
        return self._components((frames[0] - self._mean) / self._spread)[None]

    def decoder(self, latents: Tensor) -> Tensor:
        rows = latents[0]
        return ((self._composed(rows) + self._refined(rows)) * self._spread + self._mean)[None]


@dataclass(frozen=True)
class _KnownRows:
    """As `KnownWindow`, (N, hidden) and (1, hidden); of the sound the keys and values of each layer that hears it."""

    together: Tensor
    sound: tuple[tuple[Tensor, Tensor], ...]
    style: Tensor


class _PartRows:
    """From moved rows (N, hidden) to a part's latents (N, latent)."""

    def __init__(self, network: Any, part: str):
        self._plain, self._norm = network.motion2latent[part], network.norms[part]
        self._layers: Any = network.body_motion_decoder[part].layers
        head = network.heads[part]
        self._head = on_rows(nn.Sequential(head.near, head.out))

    def plain(self, moved: Tensor) -> Tensor:
        return self._plain(moved)

    def latents(self, rows: Tensor, memory: Tensor) -> Tensor:
        for layer in self._layers:
            rows = fast_layers.decoded_by_norms(layer, rows, fast_layers.keys_values(layer, memory))
        return self._head(self._norm(rows))


class _WeighedRows:
    """`ContentRhythmAttention` of (T, width) each: two scores' softmax is a sigmoid of their difference, which has half of the weights."""

    @torch.no_grad()
    def __init__(self, attention: ContentRhythmAttention):
        scores = attention.scores
        self._weight, self._bias = scores.weight[0::2] - scores.weight[1::2], scores.bias[0::2] - scores.bias[1::2]

    def __call__(self, content: Tensor, rhythm: Tensor) -> Tensor:
        share = functional.linear(torch.cat((content, rhythm), dim=-1), self._weight, self._bias).sigmoid()
        return torch.lerp(rhythm, content, share)


class TokenRows:
    """`TokenNetwork.known` and `found` of one window, with the weights that the network has now; and its parts' codecs."""

    def __init__(self, model: Emage):
        network: TokenNetwork = model.network
        self._seen = network.seen
        self._motion, self._audio = on_rows(network.motion_encoder), on_rows(network.audio_tokens)
        encoder = network.audio_encoder_body
        self._content, self._rhythm = encoder.content, on_rows(encoder.rhythm.layers)
        self._weighed = _WeighedRows(encoder.attention)
        self._silence, self._speakers = network.silence, network.speaker_embedding_body
        self._positions, self._hidden = network.position_embeddings.pe[0], network.config.hidden
        self._noisy, self._level = network.noisy, network.noise_level
        self._moved: Any = network.motion_self_encoder.layers
        self._hearing: Any = network.audio_motion_cross_attn.layers
        self._parts = {part: _PartRows(network, part) for part in BODY_PARTS}
        self.codecs = {part: CodecRows(model.codecs.strided(part)) for part in BODY_PARTS}

    def known(
        self, audio: tuple[Tensor, Tensor], motion: Tensor, mask: Tensor, speaker: Tensor | None, heard: bool = True
    ) -> _KnownRows:
        """As `TokenNetwork.known`, of batches of one."""
        hint = self._motion(self._seen(motion, mask)[0])
        if heard:
            sound = self._audio(self._weighed(self._content(audio[0][0]), self._rhythm(audio[1][0])))
        else:
            sound = self._silence[0].expand_as(hint)
        style = self._speakers(hint.new_zeros(1, dtype=torch.long) if speaker is None else speaker)
        placed = sound + self._positions[: len(sound)]
        memories = tuple(fast_layers.keys_values(layer, placed) for layer in self._hearing)
        return _KnownRows(hint + sound + style, memories, style)

    def found(self, known: _KnownRows, noised: Noised) -> Tensor:
        """As `TokenNetwork.found`: (1, N, latents of all parts)."""
        shares = noised.shares()
        level = self._level(waves(noised.level, self._hidden))
        rows = known.together + self._noisy((shares.entering * noised.latents)[0]) + level
        rows = rows + self._positions[: len(rows)]
        for layer in self._moved:
            rows = fast_layers.encoded_by_norms(layer, rows)
        for layer, memory in zip(self._hearing, known.sound, strict=True):
            rows = fast_layers.decoded_by_norms(layer, rows, memory)
        plain = {part: own.plain(rows) for part, own in self._parts.items()}
        found = []
        for part, own in self._parts.items():
            first, second = (plain[other] for other in BODY_PARTS if other != part)
            found.append(own.latents(rows + plain[part] + known.style, first + second))
        return shares.kept * noised.latents + shares.found * torch.cat(found, dim=-1)


# Turning the weights of convolutions into those of products takes as long as a window.
TOKEN_ROWS: PreparedWeights[Emage, TokenRows] = PreparedWeights(TokenRows)
