# SPDX-License-Identifier: GPL-3.0-or-later
"""Vector quantization: the nearest row of a codebook stands for a latent vector.

Two ways of learning the codebook, both after van den Oord et al., "Neural Discrete Representation Learning" (2017):
by gradient (`EmbeddingQuantizer`, section 3.2) and by moving averages (`MovingAverageCodebook`, appendix A.1) with the
restarts of rarely used rows that Dhariwal et al., "Jukebox" (2020), section 3.1 add.

Shapes: N vectors, D numbers each, K codebook rows, B batch, T time.
"""
from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Quantized:
    """What a quantizer returns. `latents` and `codes` have the shape of the input, codes without its channels.

    latents: the codebook rows; their gradient passes straight through to the input.
    loss: what to add to the training objective to pull latents and codes together (weights are the caller's).
    entropy: of the codes used in this batch, in nats; exp(entropy) is the perplexity, at most K.
    fit: mean squared distance from a latent vector to its row, summed over D.
    """

    latents: Tensor
    codes: Tensor
    loss: Tensor
    entropy: Tensor
    fit: Tensor

    @property
    def perplexity(self) -> Tensor:
        return self.entropy.exp()


def squared_distances(vectors: Tensor, codebook: Tensor) -> Tensor:
    """(N, D), (K, D) -> (N, K) squared Euclidean distances."""
    return (vectors**2).sum(1, keepdim=True) - 2.0 * vectors @ codebook.T + (codebook**2).sum(1)


def nearest(vectors: Tensor, codebook: Tensor) -> tuple[Tensor, Tensor]:
    """(N, D), (K, D) -> index of the nearest row (N,) and the squared distance to it (N,)."""
    distance, codes = squared_distances(vectors, codebook).min(dim=1)
    return codes, distance


def straight_through(latents: Tensor, quantized: Tensor) -> Tensor:
    """`quantized` going forward, the gradient of `latents` going back."""
    return latents + (quantized - latents).detach()


def code_entropy(codes: Tensor, size: int, floor: float = 1e-10) -> Tensor:
    """Entropy in nats of the distribution of `codes` (any shape, integers below `size`)."""
    share = torch.bincount(codes.reshape(-1), minlength=size).to(torch.float32) / max(codes.numel(), 1)
    return -(share * (share + floor).log()).sum()


class EmbeddingQuantizer(nn.Module):
    """Codebook learned by gradient: loss = MSE(code, sg(latent)) + commitment x MSE(sg(code), latent).

    Latents have their channels last: (…, D). State key: embedding.weight (K, D), started uniform in ±1/K.
    """

    def __init__(self, size: int, dim: int, commitment: float = 1.0):
        super().__init__()
        self.commitment = commitment
        self.embedding = nn.Embedding(size, dim)
        nn.init.uniform_(self.embedding.weight, -1.0 / size, 1.0 / size)

    def encode(self, latents: Tensor) -> Tensor:
        """(…, D) -> (…) codes."""
        return nearest(latents.reshape(-1, latents.shape[-1]), self.embedding.weight)[0].reshape(latents.shape[:-1])

    def decode(self, codes: Tensor) -> Tensor:
        """(…) codes -> (…, D) codebook rows."""
        return self.embedding(codes)

    def forward(self, latents: Tensor) -> Quantized:
        codes, distance = nearest(latents.reshape(-1, latents.shape[-1]), self.embedding.weight)
        codes = codes.reshape(latents.shape[:-1])
        rows = self.embedding(codes)
        loss = F.mse_loss(rows, latents.detach()) + self.commitment * F.mse_loss(rows.detach(), latents)
        return Quantized(straight_through(latents, rows), codes, loss,
                         code_entropy(codes, self.embedding.num_embeddings), distance.mean())


class MovingAverageCodebook(nn.Module):
    """Codebook that follows the moving average of the latents assigned to each row; loss = MSE(sg(code), latent).

    In training mode each forward pass (a) fills the codebook from the first batch's latents if it was never filled or
    loaded, (b) takes the codes with the codebook as it stands, (c) moves count and sum of every row by 1 - `momentum`
    towards this batch's, and (d) restarts a row whose count fell below `restart_below` at a random latent of the batch.
    Latents have their channels second: (B, D, T), as convolutions give them. State key: the buffer k (K, D).
    """

    k: Tensor
    moving_count: Tensor
    moving_sum: Tensor

    def __init__(self, size: int, dim: int, momentum: float = 0.99, restart_below: float = 1.0):
        super().__init__()
        self.momentum = momentum
        self.restart_below = restart_below
        self.filled = False
        self.register_buffer("k", torch.zeros(size, dim))
        self.register_buffer("moving_count", torch.ones(size), persistent=False)
        self.register_buffer("moving_sum", torch.zeros(size, dim), persistent=False)
        self.register_load_state_dict_post_hook(lambda module, _: module.restore(module.k))

    def restore(self, rows: Tensor, count: Tensor | float = 1.0) -> None:
        """Take `rows` (K, D) as the codebook, each as if it had been used `count` times of late."""
        with torch.no_grad():
            self.k.copy_(rows)
            self.moving_count.copy_(torch.as_tensor(count, dtype=self.moving_count.dtype, device=self.k.device)
                                    .expand_as(self.moving_count))
            self.moving_sum.copy_(self.k * self.moving_count[:, None])
        self.filled = True

    def _random_rows(self, vectors: Tensor) -> Tensor:
        """K of the vectors (N, D) at random; with fewer than K, repeated with a little noise."""
        size, dim = self.k.shape
        if len(vectors) < size:
            repeats = -(-size // len(vectors))
            vectors = vectors.repeat(repeats, 1)
            vectors = vectors + torch.randn_like(vectors) * (0.01 / dim**0.5)
        return vectors[torch.randperm(len(vectors), device=vectors.device)[:size]]

    @torch.no_grad()
    def _update(self, vectors: Tensor, codes: Tensor) -> None:
        size = len(self.k)
        count = torch.bincount(codes, minlength=size).to(vectors.dtype)
        total = torch.zeros_like(self.k).index_add_(0, codes, vectors)
        self.moving_count.mul_(self.momentum).add_(count, alpha=1.0 - self.momentum)
        self.moving_sum.mul_(self.momentum).add_(total, alpha=1.0 - self.momentum)
        alive = (self.moving_count >= self.restart_below)[:, None]
        mean = self.moving_sum / self.moving_count.clamp_min(1e-20)[:, None]
        self.k.copy_(torch.where(alive, mean, self._random_rows(vectors)))

    def encode(self, latents: Tensor) -> Tensor:
        """(B, D, T) -> (B, T) codes."""
        batch, dim, length = latents.shape
        return nearest(latents.transpose(1, 2).reshape(-1, dim), self.k)[0].reshape(batch, length)

    def decode(self, codes: Tensor) -> Tensor:
        """(B, T) codes -> (B, D, T) codebook rows."""
        return F.embedding(codes, self.k).transpose(1, 2)

    def forward(self, latents: Tensor) -> Quantized:
        batch, dim, length = latents.shape
        vectors = latents.transpose(1, 2).reshape(-1, dim)
        if self.training and not self.filled:
            self.restore(self._random_rows(vectors.detach()))
        codes, distance = nearest(vectors.detach(), self.k)
        rows = F.embedding(codes, self.k)
        entropy = code_entropy(codes, len(self.k), floor=1e-8)
        if self.training:
            self._update(vectors.detach(), codes)
        rows = rows.reshape(batch, length, dim).transpose(1, 2)
        return Quantized(straight_through(latents, rows), codes.reshape(batch, length), F.mse_loss(latents, rows),
                         entropy, distance.mean())
