# SPDX-License-Identifier: GPL-3.0-or-later
"""A window of tokens drawn together: latents from noise to none in a few steps, those of given frames as they are (ours)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .body_parts import BODY_PARTS, CONTACT, split
from .network import Emage
from .token_network import Noised
from .token_rows import TokenRows

# How much noise is left before each step. Eight, finer towards the end, are no better by the bench `gesture`.
_LEVELS = (1.0, 0.6)


@dataclass(frozen=True)
class TokenWindow:
    """content and rhythm (B, T, …), motion and mask (B, T, channels; 1 = hidden) and speaker (B,) of one window."""

    audio: tuple[Tensor, Tensor]
    motion: Tensor
    mask: Tensor
    speaker: Tensor | None


def draw_tokens(
    model: Emage, window: TokenWindow, noise: Tensor, guidance: float = 1.0, rows: TokenRows | None = None
) -> dict[str, Tensor]:
    """Latents (B, N, latent) by part.

    Args:
        model: with a stride.
        window: what is known of it.
        noise: (B, N, latents of all parts), what is drawn from: standard normal, zeros for what is usual.
        guidance: above 1 the body follows the sound more closely than the model believes (twice the time).
        rows: the model's, for a batch of one: the same sooner, but for rounding.
    """
    latents_known, given = _given(model, window, rows)
    seen = window.audio, window.motion, window.mask, window.speaker
    network: Any = rows or model.network
    known = network.known(*seen)
    unheard = network.known(*seen, False) if guidance != 1.0 else None
    latents = noise
    for level, after in zip(_LEVELS, (*_LEVELS[1:], 0.0)):
        latents = torch.where(given, latents_known + level * (noise - latents_known), latents)
        noised = Noised(latents, noise.new_full((len(noise),), level))
        found = network.found(known, noised)
        if unheard is not None:
            without = network.found(unheard, noised)
            found = without + guidance * (found - without)
        found = torch.where(given, latents_known, found)
        latents = found + (after / level) * (latents - found)
    natural = latents * model.network.latent_spread + model.network.latent_mean
    sizes = [model.config.codecs[part].latent for part in BODY_PARTS]
    return dict(zip(BODY_PARTS, natural.split(sizes, dim=-1), strict=True))


def _given(model: Emage, window: TokenWindow, rows: TokenRows | None) -> tuple[Tensor, Tensor]:
    """(B, N, latents) of the motion, in multiples of their spread, and bool: those of tokens all of whose frames are given."""
    stride, network = model.config.token_frames, model.network
    vectors = split(window.motion, window.motion[..., :0], ())
    shown = split(window.mask[..., : CONTACT.stop], window.mask[..., :0], ())
    latents, given = [], []
    for part in BODY_PARTS:
        codec = rows.codecs[part] if rows else model.codecs.strided(part)
        latents.append(codec.encoder(vectors[part]))
        whole = shown[part].amax(-1).unflatten(1, (-1, stride)).amax(-1) < 0.5
        given.append(whole[..., None].expand_as(latents[-1]))
    usual = (torch.cat(latents, dim=-1) - network.latent_mean) / network.latent_spread
    return usual, torch.cat(given, dim=-1)
