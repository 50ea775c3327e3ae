# SPDX-License-Identifier: GPL-3.0-or-later
"""Training objectives (MeshTalk, section 3.2 and 3.3).

All compare vertices: target (B, T, V, 3) and what was decoded, of the same shape. With shape weights instead of vertices
they are first put through the basis (`face_space`). Masks are weights (V,).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def masked_error(decoded: Tensor, target: Tensor, mask: Tensor | None = None) -> Tensor:
    """Mean squared error, of the coordinates weighted by `mask`. Also the landmark term: eyelids and other key points
    that must be exact have a mask of their own."""
    squared = (decoded - target).square()
    if mask is None:
        return squared.mean()
    return (squared.mean(-1) * mask).sum(-1).mean() / mask.sum().clamp_min(1e-12)


def batch_roll(batch: int, generator: torch.Generator | None = None) -> int:
    """A shift 1..batch-1, so that no item meets itself. Raises ValueError for a batch of one."""
    if batch < 2:
        raise ValueError("swapping codes between the items of a batch needs at least two items")
    return int(torch.randint(1, batch, (1,), generator=generator))


def cross_modality(
    decode: Callable[[Tensor, Tensor], Tensor],
    expression_code: Tensor,
    audio_code: Tensor,
    target: Tensor,
    mouth_mask: Tensor,
    upper_mask: Tensor,
    generator: torch.Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """The two terms that make the mouth follow the sound and the upper face the expression (section 3.2, equation 4).

    decode(expression_code, audio_code) -> vertices. First term: another clip's expression with this sound must still give
    this mouth; second: another clip's sound with this expression must still give this upper face. The two clips are
    drawn independently.
    """
    other = expression_code.roll(batch_roll(len(target), generator), 0)
    mouth = masked_error(decode(other, audio_code), target, mouth_mask)
    other = audio_code.roll(batch_roll(len(target), generator), 0)
    upper = masked_error(decode(expression_code, other), target, upper_mask)
    return mouth, upper


def negative_log_likelihood(logprobs: Tensor, labels: Tensor) -> Tensor:
    """Of labels (B, T, H) under the context model's (B, T, H, C): mean over all, in nats (section 3.3)."""
    return -logprobs.gather(-1, labels[..., None]).mean()
