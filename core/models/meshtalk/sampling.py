# SPDX-License-Identifier: GPL-3.0-or-later
"""From sound to a moving face (MeshTalk, section 3.3): the latent is drawn label by label, then decoded.

`sample` is the plain rule: the whole context model for every label. `fast_sampling` draws the same labels many times
sooner; `animate` uses it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ...networks.one_thread import one_thread
from ...progress import Progress
from .context_model import ContextModel
from .encoders import HearingEncoder
from .fast_sampling import sample_fast
from .latent import draw_labels, frame_noise, one_hot
from .network import MeshTalk
from .smoothing import smooth_geometry
from .sound import chunk_starts, columns_a_frame, mel_columns, normalise_level, sound_chunks

_BLOCK = 64  # frames encoded or decoded at a time: memory stays bounded for long sounds
_SHARED_BLOCK = 750  # frames encoded at a time where they share their mel columns


@torch.no_grad()
def sample(
    model: ContextModel, audio_code: Tensor, temperature: float = 1.0, seed: int = 0, progress: Progress | None = None
) -> Tensor:
    """Draw the latent for a sound.

    Args:
        model: the context model.
        audio_code: (B, T, A).
        temperature: 0 takes the most probable class, 1 draws from the model, less than 1 draws more narrowly.
        seed: the same seed gives the same labels.
        progress: is told how far it is, and asked whether to go on.

    Returns:
        Labels int64 (B, T, H).

    Raises:
        Cancelled: through `progress`.
    """
    config, (batch, frames, _) = model.config, audio_code.shape
    generator = torch.Generator().manual_seed(seed)
    labels = torch.zeros(batch, frames, config.heads, dtype=torch.long, device=audio_code.device)
    latent = torch.zeros(batch, frames, config.heads, config.classes, device=audio_code.device)
    for frame in range(frames):
        if progress is not None:
            progress.report(frame / frames)
        noise = frame_noise(batch, config, temperature, generator, audio_code.device)
        seen = slice(max(0, frame + 1 - model.receptive_field), frame + 1)
        for head in range(config.heads):
            scores = model(latent[:, seen], audio_code[:, seen])[:, -1, head]
            labels[:, frame, head] = draw_labels(scores, temperature, None if noise is None else noise[:, head])
            latent[:, frame, head] = one_hot(labels[:, frame, head], config.classes)
    return labels


@torch.no_grad()
def encode_sound(model: MeshTalk, samples: Tensor, progress: Progress | None = None) -> Tensor:
    """Sound (B, N) at 16 kHz of any level -> audio codes (B, T, A)."""
    config, encoder = model.config, model.encoder.audio_encoder
    if isinstance(encoder, HearingEncoder):
        return encoder.of_sound(samples, progress)
    samples = normalise_level(samples, config.level)
    frames = len(chunk_starts(samples.shape[-1], config))
    step = columns_a_frame(config)
    block = _SHARED_BLOCK if step else _BLOCK
    codes = [samples.new_zeros(len(samples), 0, config.code_dim)]
    for first in range(0, frames, block):
        if progress is not None:
            progress.report(first / frames)
        last = min(first + block, frames)
        if step:
            codes.append(encoder.of_columns(mel_columns(samples, encoder.melspec, config, first, last), step))
        else:
            codes.append(encoder(sound_chunks(samples, config, first, last)))
    return torch.cat(codes, dim=1)


@torch.no_grad()
def decode_labels(model: MeshTalk, template: Tensor, labels: Tensor, progress: Progress | None = None) -> Tensor:
    """The face that a latent stands for.

    Args:
        model: its decoder is used.
        template: neutral faces (B, P, D).
        labels: (B, T, H).
        progress: is told how far it is, and asked whether to go on.

    Returns:
        Geometry (B, T, P, D).

    Raises:
        Cancelled: through `progress`.
    """
    parts, state = [], None
    for first in range(0, labels.shape[1], _BLOCK):
        if progress is not None:
            progress.report(first / labels.shape[1])
        latent = one_hot(labels[:, first : first + _BLOCK], model.config.classes)
        part, state = model.vertex_unet.decode(template, latent, state)
        parts.append(part)
    return torch.cat(parts, dim=1) if parts else template[:, None][:, :0]


@torch.no_grad()
def animate(
    model: MeshTalk,
    samples: Tensor,
    template: Tensor,
    temperature: float = 1.0,
    seed: int = 0,
    smooth_mask: Tensor | None = None,
    progress: Progress | None = None,
) -> Tensor:
    """A moving face for a sound. Puts the model in eval mode.

    Args:
        model: all of it.
        samples: (B, N) at 16 kHz, of any level.
        template: neutral faces (B, P, D).
        temperature: 0 gives the most probable face, 1 (as published) draws one.
        seed: another seed gives another, equally fitting face.
        smooth_mask: (P,), where to smooth (forehead and neck as published).
        progress: is told how far it is, and asked whether to go on.

    Returns:
        Geometry (B, T, P, D) at the model's rate.

    Raises:
        Cancelled: through `progress`.
    """
    model.eval()
    progress = progress or Progress()
    codes = encode_sound(model, samples, progress.part(0.0, 0.4))
    labels = sample_fast(model.context_model, codes, temperature, seed, progress.part(0.4, 0.9))
    geometry = decode_labels(model, template, labels, progress.part(0.9, 1.0))
    if smooth_mask is not None and geometry.shape[1]:
        geometry = torch.stack([smooth_geometry(item, smooth_mask) for item in geometry])
    return geometry


@torch.no_grad()
@one_thread()
def animate_in_stretches(
    model: MeshTalk,
    samples: Tensor,
    template: Tensor,
    temperature: float = 1.0,
    seed: int = 0,
    stretch: int = 125,
    progress: Progress | None = None,
) -> Tensor:
    """As `animate`, many stretches of one sound at a time, which takes a fraction of the time and is another draw.

    The context model remembers `receptive_field` frames. Stretches overlap by so many, are drawn as a batch, and pass into each other over
    the overlap.

    Args:
        model: all of it.
        samples: (1, N) at 16 kHz, of any level.
        template: neutral face (1, P, D).
        temperature: as `animate`.
        seed: as `animate`.
        stretch: frames of each, without the overlap.
        progress: is told how far it is, and asked whether to go on.

    Returns:
        Geometry (1, T, P, D) at the model's rate.

    Raises:
        Cancelled: through `progress`.
    """
    model.eval()
    progress = progress or Progress()
    codes = encode_sound(model, samples, progress.part(0.0, 0.4))
    frames, overlap = codes.shape[1], model.context_model.receptive_field
    count = max(1, -(-(frames - overlap) // stretch))
    missing = count * stretch + overlap - frames
    codes = torch.cat((codes, codes[:, -1:].expand(-1, max(missing, 0), -1)), 1) if frames else codes
    parts = codes[0].unfold(0, stretch + overlap, stretch).transpose(1, 2) if frames else codes
    labels = sample_fast(model.context_model, parts.contiguous(), temperature, seed, progress.part(0.4, 0.9))
    drawn = decode_labels(model, template.expand(len(parts), -1, -1), labels, progress.part(0.9, 1.0))
    later = torch.linspace(0.0, 1.0, overlap + 2, device=drawn.device)[1:-1, None, None]
    result = [drawn[0]]
    for part in drawn[1:]:
        result[-1][-overlap:] = torch.lerp(result[-1][-overlap:], part[:overlap], later)
        result.append(part[overlap:])
    return torch.cat(result)[None, :frames]
