# SPDX-License-Identifier: GPL-3.0-or-later
"""What separates the four controls in training, as functions of features: any encoders can be trained with them.

The order is progressive (section 3): all motion first; then the mouth by contrast with the sound; then pose and eyes by
explicit targets and swaps; last the expression as what is left, averaged over a window and decorrelated from the rest.
Shapes: B clips, T frames of a clip, D numbers of a feature, N entries of a memory.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def _similarity(first: Tensor, second: Tensor, temperature: float) -> Tensor:
    """(…, N, D), (…, M, D) -> (…, N, M) cosines over the temperature."""
    return F.normalize(first, dim=-1) @ F.normalize(second, dim=-1).transpose(-1, -2) / temperature


def _both_ways(scores: Tensor) -> Tensor:
    """Mean cross-entropy of (…, N, N) scores whose true pairs lie on the diagonal, along rows and along columns."""
    scores = scores.reshape(-1, *scores.shape[-2:])
    target = torch.arange(scores.shape[-1], device=scores.device).expand(len(scores), -1)
    return (F.cross_entropy(scores.transpose(1, 2), target) + F.cross_entropy(scores, target)) / 2


def lip_contrast(audio: Tensor, visual: Tensor, temperature: float = 0.1) -> dict[str, Tensor]:
    """Make the mouth feature of a frame know its sound among others, and the sound its mouth (section 3.2).

    Args:
        audio: (B, T, D).
        visual: (B, T, D).
        temperature: cosines are divided by it.

    Returns:
        "in_clip": the negatives are the other frames of the clip, which share identity, pose and expression, so that
        only the lips can tell them apart. "cross_clip": the negatives are the frames of the other clips at the same
        place. Each is the mean of both directions, in nats. One clip has no cross-clip term, one frame no in-clip term
        (0 then).
    """
    in_clip = _both_ways(_similarity(audio, visual, temperature))
    cross_clip = _both_ways(_similarity(audio.transpose(0, 1), visual.transpose(0, 1), temperature))
    return {"in_clip": in_clip, "cross_clip": cross_clip}


def swap_region(inside: Tensor, outside: Tensor, region: Tensor) -> Tensor:
    """`inside` where `region` is 1, `outside` where it is 0, blended between: of images, landmarks or shape weights
    alike."""
    return outside + (inside - outside) * region


def region_swap_contrast(composite: Tensor, inside: Tensor, outside: Tensor, temperature: float = 0.1) -> Tensor:
    """Make a region's feature depend on that region only (section 3.3, for the eyes).

    The composite must be like the face that gave the region, and unlike the one that gave the rest and unlike the other
    items' regions.

    Args:
        composite: (B, D), feature of faces whose region comes from one face and whose rest from another.
        inside: (B, D), feature of the faces that gave the region.
        outside: (B, D), feature of the faces that gave the rest.
        temperature: cosines are divided by it.

    Returns:
        Mean cross-entropy in nats.
    """
    own = (F.normalize(composite, dim=-1) * F.normalize(outside, dim=-1)).sum(-1, keepdim=True) / temperature
    scores = torch.cat((_similarity(composite, inside, temperature), own), dim=1)
    return F.cross_entropy(scores, torch.arange(len(composite), device=composite.device))


def window_average(features: Tensor, window: int) -> Tensor:
    """(B, T, D) -> the same: each frame the mean over the `window` frames around it, fewer at the ends (section 3.4).

    What changes with every sound averages out; what is left to the expression is what stays.
    """
    ones = torch.ones_like(features[:1, :, :1])
    left, right = (window - 1) // 2, window // 2

    def total(x: Tensor) -> Tensor:
        summed = F.pad(x.cumsum(1), (0, 0, 1, 0))
        frames = torch.arange(x.shape[1], device=x.device)
        return summed[:, (frames + right + 1).clamp_max(x.shape[1])] - summed[:, (frames - left).clamp_min(0)]

    return total(features) / total(ones)


class MemoryBank(nn.Module):
    """The last `size` feature vectors (D numbers), so that statistics cover more than one batch. Holds no gradients."""

    entries: Tensor
    filled: Tensor
    next: Tensor

    def __init__(self, size: int, dim: int):
        super().__init__()
        self.register_buffer("entries", torch.zeros(size, dim))
        self.register_buffer("filled", torch.zeros((), dtype=torch.long))
        self.register_buffer("next", torch.zeros((), dtype=torch.long))

    @torch.no_grad()
    def add(self, features: Tensor) -> None:
        """Keep the features (B, D); the oldest make room."""
        features = features[-len(self.entries) :]
        places = (self.next + torch.arange(len(features), device=features.device)) % len(self.entries)
        self.entries[places] = features.detach().to(self.entries)
        self.next.copy_((self.next + len(features)) % len(self.entries))
        self.filled.copy_((self.filled + len(features)).clamp_max(len(self.entries)))

    def with_batch(self, features: Tensor) -> Tensor:
        """(N + B, D): what is kept, then `features` with their gradient."""
        return torch.cat((self.entries[: int(self.filled)].to(features), features))


def decorrelation(
    first: Tensor,
    second: Tensor,
    first_bank: MemoryBank | None = None,
    second_bank: MemoryBank | None = None,
    epsilon: float = 1e-5,
) -> Tensor:
    """Mean squared correlation between every number of one feature and of another (section 3.4).

    The means and variances are taken over the banks and the batch together; gradients flow through the batch. The banks
    then take the batch in.

    Args:
        first: (B, D).
        second: (B, E), of the same items.
        first_bank: earlier items of the first.
        second_bank: the same items of the second.
        epsilon: added to variances.

    Returns:
        0..1; 0 where neither can be guessed linearly from the other.

    Raises:
        ValueError: the banks hold different counts.
    """
    all_first = first if first_bank is None else first_bank.with_batch(first)
    all_second = second if second_bank is None else second_bank.with_batch(second)
    if len(all_first) != len(all_second):
        raise ValueError(f"features of the same items are needed, not of {len(all_first)} and {len(all_second)}")

    def standardised(x: Tensor) -> Tensor:
        x = x - x.mean(0)
        return x / (x.square().mean(0) + epsilon).sqrt()

    correlation = standardised(all_first).T @ standardised(all_second) / len(all_first)
    for bank, features in ((first_bank, first), (second_bank, second)):
        if bank is not None:
            bank.add(features)
    return correlation.square().mean()
