# SPDX-License-Identifier: GPL-3.0-or-later
"""A small convolutional reader of frozen features: what little labels can make of them.

The same reader, with the same steps, on features of different encoders says which of them say more. Shapes: T frames, C numbers of a
feature, K curves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ...models.speech.encoder import PhoneticEncoder
from ...models.speech.frontend import network_input

FEATURE_RATE_HZ = 50.0
_WIDTH, _KERNEL, _CROP, _BATCH = 32, 5, 150, 8
_RATE = 4e-3


@dataclass(frozen=True, eq=False)
class Labelled:
    """features: float32 (T, C); curves: float32 (T, K), NaN where they are not known."""

    features: np.ndarray
    curves: np.ndarray


class _Reader(nn.Module):
    """(B, T, C) → (B, T, K)."""

    def __init__(self, examples: Sequence[Labelled]):
        super().__init__()
        seen = torch.from_numpy(np.concatenate([one.features for one in examples]))
        self.register_buffer("mean", seen.mean(0))
        self.register_buffer("spread", seen.std(0) + 1e-3)
        self.convolutions = nn.Sequential(
            nn.Conv1d(seen.shape[1], _WIDTH, _KERNEL, padding=2),
            nn.GELU(),
            nn.Dropout(0.1),
            nn.Conv1d(_WIDTH, _WIDTH, _KERNEL, padding=6, dilation=3),
            nn.GELU(),
            nn.Conv1d(_WIDTH, examples[0].curves.shape[1], 1),
        )

    def forward(self, features: Tensor) -> Tensor:
        scaled = (features - self.mean) / self.spread  # pyright: ignore[reportOperatorIssue]
        return self.convolutions(scaled.transpose(1, 2)).transpose(1, 2)


def read(
    examples: Sequence[Labelled], held: Sequence[np.ndarray], seed: int, steps: int, chances: bool = False
) -> list[np.ndarray]:
    """Curves of held-out features (T, C), each (T, K), by a reader that learned from the examples.

    chances: the curves are 0 or 1, and what is read are their chances.
    """
    torch.manual_seed(seed)
    reader, random = _Reader(examples), np.random.default_rng(seed)
    optimizer = torch.optim.AdamW(reader.parameters(), _RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, steps, pct_start=0.1)
    lengths = np.array([len(one.features) for one in examples], float)
    for _ in range(steps):
        crops = [
            _crop(examples[row], random) for row in random.choice(len(examples), _BATCH, p=lengths / lengths.sum())
        ]
        features, curves = (torch.from_numpy(np.stack(part)) for part in zip(*crops, strict=True))
        known, found = curves.isfinite(), reader(features)
        wanted = torch.where(known, curves, 0.0)
        loss_of = functional.binary_cross_entropy_with_logits if chances else functional.mse_loss
        loss = (loss_of(found, wanted, reduction="none") * known).sum() / known.sum().clamp_min(1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    reader.eval()
    with torch.inference_mode():
        found = [reader(torch.from_numpy(part)[None])[0] for part in held]
        return [(one.sigmoid() if chances else one).numpy() for one in found]


def _crop(example: Labelled, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two or three seconds from anywhere; a shorter example is lengthened by what is not known."""
    first = int(random.integers(max(len(example.features) - _CROP, 0) + 1))
    features, curves = (part[first : first + _CROP] for part in (example.features, example.curves))
    lacking = ((0, _CROP - len(features)), (0, 0))
    return np.pad(features, lacking), np.pad(curves, lacking, constant_values=np.nan)


@torch.inference_mode()
def heard_by(encoder: PhoneticEncoder | None, mel: np.ndarray) -> np.ndarray:
    """Levelled mel (M, 80) → float32 (M / 2, C), 50 a second: an encoder's hidden features; without one the sound itself, two columns at
    a time."""
    heard = network_input(torch.from_numpy(mel[: len(mel) // 2 * 2].astype(np.float32)))
    if encoder is None:
        return heard.reshape(len(heard) // 2, -1).numpy()
    return encoder(heard[None])[0][0].T.contiguous().numpy()
