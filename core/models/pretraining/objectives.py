# SPDX-License-Identifier: GPL-3.0-or-later
"""What the encoders learn from, with weights that are learned: alignment, prediction, attributes.

Shapes: B clips, T frames at 25 Hz, D numbers, N pairs.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

ALIGNMENT, PREDICTION, ATTRIBUTES = "alignment", "prediction", "attributes"
OBJECTIVES = (ALIGNMENT, PREDICTION, ATTRIBUTES)
NEIGHBOURS = 2  # frames so near in the same clip are neither pair nor negative
_HOTTEST = 100.0  # highest inverse temperature
_WIDEST = 4.0  # a learned weight is between exp(-4) and exp(4)


def similarities(first: Tensor, second: Tensor) -> Tensor:
    """(N, T, D), (M, T, D) → (N, M): mean over frames of the cosine at the same time, how well two clips go together."""
    one, other = (functional.normalize(part, dim=-1).flatten(1) for part in (first, second))
    return one @ other.T / first.shape[1]


def frame_contrast(first: Tensor, second: Tensor, scale: Tensor, step: int = 2) -> Tensor:
    """A frame knows its counterpart among the frames of its own clip, the hard ones, and of all others; both directions.

    Args:
        first, second: (N, T, D), the same moments.
        scale: cosines are multiplied by it.
        step: every how manyeth frame is compared.
    """
    clips, frames = first.shape[0], len(range(0, first.shape[1], step))
    one, other = (functional.normalize(part[:, ::step].flatten(0, 1), dim=-1) for part in (first, second))
    scores = scale * one @ other.T
    place = torch.arange(clips * frames, device=first.device)
    apart = (place[:, None] - place[None]).abs()
    same = place[:, None] // frames == place[None] // frames
    scores = scores.masked_fill(same & (apart > 0) & (apart * step <= NEIGHBOURS), float("-inf"))
    return _both_ways(scores)


def clip_contrast(first: Tensor, second: Tensor, scale: Tensor, shifts: tuple[int, ...] = (6, 11, 19)) -> Tensor:
    """A clip knows its counterpart among the others and among itself at other times: frames (N, T, D) compared at the same moments.

    shifts: frames by which the same clip is moved for a hard negative.
    """
    scores = scale * similarities(first, second)
    target = torch.arange(len(scores), device=scores.device)
    losses = []
    for one, other, told in ((first, second, scores), (second, first, scores.T)):
        hard = [scale * _paired(one, other.roll(shift, 1)) for shift in shifts]
        losses.append(functional.cross_entropy(torch.cat([told, torch.stack(hard, 1)], 1), target))
    return (losses[0] + losses[1]) / 2


def _paired(first: Tensor, second: Tensor) -> Tensor:
    """(N, T, D) twice → (N,): mean cosine of each pair."""
    return functional.cosine_similarity(first, second, dim=-1).mean(1)


def whole_contrast(first: Tensor, second: Tensor, scale: Tensor) -> Tensor:
    """The same of clip embeddings (N, D), unit vectors."""
    return _both_ways(scale * first @ second.T)


def _both_ways(scores: Tensor) -> Tensor:
    """Cross-entropy of (N, N) scores whose true pairs lie on the diagonal, mean of both directions."""
    target = torch.arange(len(scores), device=scores.device)
    return (functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)) / 2


def masked_error(found: Tensor, wanted: Tensor, counted: Tensor) -> Tensor:
    """Smooth mean absolute error of what is counted, (B, T, C)."""
    error = functional.smooth_l1_loss(found, wanted, reduction="none", beta=0.5) * counted
    return error.sum() / counted.sum().clamp_min(1.0)


def velocity_error(found: Tensor, wanted: Tensor, counted: Tensor) -> Tensor:
    """The same of the change from frame to frame."""
    return masked_error(found.diff(dim=1), wanted.diff(dim=1), counted[:, 1:] * counted[:, :-1])


class Temperatures(nn.Module):
    """Learned inverse temperatures, one a kind of contrast."""

    def __init__(self, names: tuple[str, ...], first: float = 14.0):
        super().__init__()
        self.logs = nn.ParameterDict({name: nn.Parameter(torch.tensor(first).log()) for name in names})

    def of(self, name: str) -> Tensor:
        return self.logs[name].exp().clamp(max=_HOTTEST)


def alignment(first: Tensor, second: Tensor, wholes: tuple[Tensor, Tensor], temperatures: Temperatures) -> Tensor:
    """All three contrasts of the same moments of two streams (N, T, D): by frames, by clips, and, by half, by clip embeddings (N, D).

    temperatures: of "frames", "clips" and "whole".
    """
    by_frame = frame_contrast(first, second, temperatures.of("frames"))
    by_clip = clip_contrast(first, second, temperatures.of("clips"))
    return by_frame + by_clip + 0.5 * whole_contrast(*wholes, temperatures.of("whole"))


class LearnedWeights(nn.Module):
    """Each loss L counts as exp(-s) L + s with a learned s: what cannot be learned well counts less."""

    def __init__(self, names: tuple[str, ...]):
        super().__init__()
        self.names = names
        self.logs = nn.Parameter(torch.zeros(len(names)))

    def forward(self, losses: Mapping[str, Tensor]) -> Tensor:
        """The sum over the losses that are there."""
        logs = self.logs.clamp(-_WIDEST, _WIDEST)
        return torch.stack(
            [
                (-logs[self.names.index(name)]).exp() * loss + logs[self.names.index(name)]
                for name, loss in losses.items()
            ]
        ).sum()

    def weights(self) -> dict[str, float]:
        """What each counts now."""
        return dict(zip(self.names, (-self.logs.detach()).exp().tolist(), strict=True))


class AttributeHeads(nn.Module):
    """Linear readers of z: classes of a clip, classes of a frame, and numbers of a frame. They are not kept with the weights.

    clips, frames: {attribute: classes}. numbers: names.
    """

    def __init__(self, width: int, clips: Mapping[str, int], frames: Mapping[str, int], numbers: tuple[str, ...]):
        super().__init__()
        self.clips = nn.ModuleDict({name: nn.Linear(2 * width, classes) for name, classes in clips.items()})
        self.frames = nn.ModuleDict({name: nn.Linear(width, classes) for name, classes in frames.items()})
        self.numbers = nn.ModuleDict({name: nn.Linear(width, 1) for name in numbers})

    def forward(self, fused: Tensor, known: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Losses of the attributes that are known somewhere.

        Args:
            fused: z (B, T, width).
            known: of each attribute classes int (B,) or (B, T), -1 unknown; numbers (B, T), NaN unknown.
        """
        whole = torch.cat((fused.mean(1), fused.var(1, unbiased=False).add(1e-5).sqrt()), -1)
        losses: dict[str, Tensor] = {}
        for heads, inputs in ((self.clips, whole), (self.frames, fused)):
            for name, head in heads.items():
                if name in known and (known[name] >= 0).any():
                    logits = head(inputs).flatten(0, -2)
                    losses[name] = functional.cross_entropy(logits, known[name].flatten(), ignore_index=-1)
        for name, head in self.numbers.items():
            if name in known and (there := known[name].isfinite()).any():
                losses[name] = functional.mse_loss(head(fused)[..., 0][there], known[name][there])
        return losses
