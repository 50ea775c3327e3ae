# SPDX-License-Identifier: GPL-3.0-or-later
"""Vector quantisers: the nearest row of a codebook stands for a latent, gradients pass straight through."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Quantized:
    """latents: as the input, quantised, with straight-through gradient; codes: indices without the last (width)
    dimension; loss: to be added to the objective; perplexity: how many codes were used, as exp of the entropy in nats;
    distance: mean squared distance of a latent to its code (summed over the width)."""

    latents: Tensor
    codes: Tensor
    loss: Tensor
    perplexity: Tensor
    distance: Tensor


def squared_distances(latents: Tensor, codebook: Tensor) -> Tensor:
    """(N, width), (codes, width) → (N, codes)."""
    return latents.square().sum(-1, keepdim=True) - 2.0 * latents @ codebook.T + codebook.square().sum(-1)


def nearest_codes(latents: Tensor, codebook: Tensor) -> tuple[Tensor, Tensor]:
    """latents (…, width) → indices (…) of the nearest codebook rows and squared distances (…) to them."""
    distance, codes = squared_distances(latents.reshape(-1, latents.shape[-1]), codebook).min(-1)
    return codes.view(latents.shape[:-1]), distance.view(latents.shape[:-1])


def code_entropy(codes: Tensor, size: int, epsilon: float = 1e-10) -> Tensor:
    """Entropy in nats of how often each of `size` codes occurs in `codes`."""
    share = torch.bincount(codes.reshape(-1), minlength=size).float() / codes.numel()
    return -(share * torch.log(share + epsilon)).sum()


class StraightThroughQuantizer(nn.Module):
    """Codebook learned by gradient (van den Oord et al. 2017): loss = |sg(z) − e|² + commitment · |z − sg(e)|², as
    means."""

    def __init__(self, codes: int, width: int, commitment: float = 1.0):
        super().__init__()
        self.commitment = commitment
        self.embedding = nn.Embedding(codes, width)
        nn.init.uniform_(self.embedding.weight, -1.0 / codes, 1.0 / codes)

    def forward(self, latents: Tensor) -> Quantized:
        """latents (…, width)."""
        codes, distance = nearest_codes(latents, self.embedding.weight)
        quantized = self.embedding(codes)
        loss = torch.mean((quantized - latents.detach()).square())
        loss = loss + self.commitment * torch.mean((quantized.detach() - latents).square())
        perplexity = code_entropy(codes, self.embedding.num_embeddings).exp()
        return Quantized(latents + (quantized - latents).detach(), codes, loss, perplexity, distance.mean())

    def nearest(self, latents: Tensor) -> Tensor:
        """latents (…, width) → codes (…)."""
        return nearest_codes(latents, self.embedding.weight)[0]

    def lookup(self, codes: Tensor) -> Tensor:
        """codes (…) → latents (…, width)."""
        return self.embedding(codes)


class MovingAverageQuantizer(nn.Module):
    """Codebook kept as the moving average of the latents that chose each code, with restarts (Jukebox 2020, section
    3.2).

    The codebook is the buffer `k` (codes, width), filled from the first training batch. A code whose moving count falls
    below `threshold` restarts at a random latent of the batch. loss = commitment: mean squared difference to the code.
    The counts are not in the state dict, as in published checkpoints; after loading every count starts at `threshold`.
    """

    k: Tensor
    count: Tensor
    total: Tensor

    def __init__(self, codes: int, width: int, decay: float = 0.99, threshold: float = 1.0):
        super().__init__()
        self.decay, self.threshold = decay, threshold
        self.register_buffer("k", torch.zeros(codes, width))
        self.register_buffer("count", torch.full((codes,), float(threshold)), persistent=False)
        self.register_buffer("total", torch.zeros(codes, width), persistent=False)
        self.initialised = False

    def _load_from_state_dict(self, state_dict, prefix, *arguments):
        super()._load_from_state_dict(state_dict, prefix, *arguments)
        if prefix + "k" in state_dict:
            self.set_usage(torch.full_like(self.count, self.threshold))

    @torch.no_grad()
    def set_usage(self, count: Tensor) -> None:
        """Declare the present codebook initialised, with the moving counts (codes,)."""
        self.count.copy_(count)
        self.total.copy_(self.k * count[:, None])
        self.initialised = True

    def forward(self, latents: Tensor) -> Quantized:
        """latents (…, width). In training mode the codebook moves afterwards; codes are taken from the one before."""
        if self.training and not self.initialised:
            self._draw(latents)
        codes, distance = nearest_codes(latents, self.k)
        quantized = self.lookup(codes)
        loss = torch.mean((quantized.detach() - latents).square())
        perplexity = code_entropy(codes, len(self.k), 1e-8).exp()
        result = Quantized(latents + (quantized - latents).detach(), codes, loss, perplexity, distance.mean())
        if self.training:
            self.update(latents, codes)
        return result

    @torch.no_grad()
    def update(self, latents: Tensor, codes: Tensor) -> Tensor:
        """Move the codebook towards `latents` (…, width) that chose `codes` (…). Returns bool (codes,): not
        restarted."""
        flat, chosen = latents.detach().reshape(-1, self.k.shape[1]), codes.reshape(-1)
        sums = torch.zeros_like(self.k).index_add_(0, chosen, flat)
        counts = torch.bincount(chosen, minlength=len(self.k)).to(self.count)
        self.total.mul_(self.decay).add_(sums, alpha=1.0 - self.decay)
        self.count.mul_(self.decay).add_(counts, alpha=1.0 - self.decay)
        kept = self.count >= self.threshold
        mean = self.total / self.count[:, None].clamp_min(1e-12)
        self.k.copy_(torch.where(kept[:, None], mean, self._random_rows(flat)))
        return kept

    @torch.no_grad()
    def _draw(self, latents: Tensor) -> None:
        self.k.copy_(self._random_rows(latents.detach().reshape(-1, self.k.shape[1])))
        self.set_usage(torch.full_like(self.count, self.threshold))

    def _random_rows(self, flat: Tensor) -> Tensor:
        """(codes, width): random latents; with fewer latents than codes they repeat with a little noise."""
        codes, width = self.k.shape
        if len(flat) < codes:
            flat = flat.repeat(-(-codes // len(flat)), 1)
            flat = flat + torch.randn_like(flat) * (0.01 / width**0.5)
        return flat[torch.randperm(len(flat), device=flat.device)[:codes]]

    def nearest(self, latents: Tensor) -> Tensor:
        """latents (…, width) → codes (…)."""
        return nearest_codes(latents, self.k)[0]

    def lookup(self, codes: Tensor) -> Tensor:
        """codes (…) → latents (…, width)."""
        return nn.functional.embedding(codes, self.k)


class ResidualQuantizer(nn.Module):
    """Several codebooks, each of which quantises what the ones before left over (Zeghidour et al. 2021), found by k-means.

    The buffer `k` is (levels, codes, width).
    """

    k: Tensor

    def __init__(self, codes: int, width: int, levels: int):
        super().__init__()
        self.register_buffer("k", torch.zeros(levels, codes, width))

    def nearest(self, latents: Tensor) -> Tensor:
        """latents (…, width) → codes (…, levels)."""
        codes = []
        for book in self.k:
            codes.append(nearest_codes(latents, book)[0])
            latents = latents - nn.functional.embedding(codes[-1], book)
        return torch.stack(codes, dim=-1)

    def partial(self, codes: Tensor) -> list[Tensor]:
        """codes (…, levels) → latents (…, width) as they are known before each level, and after the last: levels + 1."""
        sums = [self.k.new_zeros(*codes.shape[:-1], self.k.shape[-1])]
        for level, book in enumerate(self.k):
            sums.append(sums[-1] + nn.functional.embedding(codes[..., level], book))
        return sums

    def lookup(self, codes: Tensor) -> Tensor:
        """codes (…, levels) → latents (…, width)."""
        return self.partial(codes)[-1]

    @torch.no_grad()
    def fit(self, latents: Tensor, rounds: int = 12) -> float:
        """Find the codebooks of latents (N, width), N at least the codes. Returns the share of their variance that is left over."""
        left = latents
        for book in self.k:
            book.copy_(left[torch.randperm(len(left))[: len(book)]])
            for _ in range(rounds):
                codes = nearest_codes(left, book)[0]
                counts = torch.bincount(codes, minlength=len(book)).to(left)
                sums = torch.zeros_like(book).index_add_(0, codes, left)
                random = left[torch.randint(len(left), (len(book),))]
                book.copy_(torch.where(counts[:, None] > 0, sums / counts[:, None].clamp_min(1.0), random))
            left = left - nn.functional.embedding(nearest_codes(left, book)[0], book)
        return float(left.square().sum() / (latents - latents.mean(0)).square().sum())
