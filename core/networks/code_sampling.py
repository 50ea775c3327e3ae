# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw codes from logits: nucleus sampling, independent from frame to frame or correlated in time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class NucleusSampling:
    """Draw among the likeliest codes that together have probability `top_p` (Holtzman et al. 2020).

    Args:
        top_p: probability of the nucleus, 0..1; the likeliest code is always in it.
        temperature: logits are divided by it; below 1 draws more narrowly.
        seed: equal seeds give equal draws, on any device.
    """

    top_p: float = 0.9
    temperature: float = 1.0
    seed: int = 0


def outside_nucleus(probability: Tensor, top_p: float) -> Tensor:
    """probability (…, codes) → bool (…, codes): True for codes that may not be drawn."""
    ranked, order = probability.sort(dim=-1, descending=True)
    outside = ranked.cumsum(-1) - ranked >= top_p
    outside[..., 0] = False
    return torch.zeros_like(outside).scatter(-1, order, outside)


def sample_nucleus(logits: Tensor, sampling: NucleusSampling, generator: torch.Generator) -> Tensor:
    """logits (…, codes) → codes (…). `generator` is one of the CPU.

    Drawn by a race: every code has an exponential time of its own, divided by its probability. So with equal noise a
    small change of the logits seldom changes the code.
    """
    probability = torch.softmax(logits / max(sampling.temperature, 1e-6), dim=-1)
    candidates = probability.masked_fill(outside_nucleus(probability, sampling.top_p), 0.0)
    times = torch.empty(logits.shape).exponential_(generator=generator).to(logits)
    return (candidates / times.clamp_min(1e-30)).argmax(-1)


def code_sampler(sampling: NucleusSampling | None) -> Callable[..., Tensor]:
    """A function from logits (…, codes) to codes (…): the likeliest without `sampling`, else seeded draws.

    A second argument numbers the draw: equal numbers have equal noise, whatever was drawn between. Without it draws
    follow one another.
    """
    if sampling is None:
        return lambda logits, number=None: logits.argmax(-1)
    generator = torch.Generator().manual_seed(sampling.seed)

    def sample(logits: Tensor, number: int | None = None) -> Tensor:
        if number is not None:
            generator.manual_seed((sampling.seed * 0x9E3779B1 + number) % 2**63)
        return sample_nucleus(logits, sampling, generator)

    return sample


class CorrelatedSampler:
    """Seeded draws of a code for each frame, whose uniform draws are correlated in time so that codes do not flicker.

    Drawing each frame's code by itself from a nucleus of several likely codes makes motion tremble. Here a draw is the
    arg max of logits plus Gumbel noise (Gumbel-max trick), and the noise of each code is a slow stationary process:
    every single frame has the right distribution, but a choice once made lasts.

    Args:
        sampling: nucleus, temperature, seed.
        hold_frames: distance of the knots between which the noise turns from one independent draw to the next.
    """

    def __init__(self, sampling: NucleusSampling, hold_frames: int = 20):
        self.sampling, self.hold_frames = sampling, hold_frames
        self._knots: dict[tuple[int, int, int], Tensor] = {}

    def __call__(self, logits: Tensor, first_frame: int, stream: int) -> Tensor:
        """Draw the codes of a window.

        Args:
            logits: (B, T, codes) of the frames from `first_frame` on.
            first_frame: the same seed, frame and stream always give the same noise, whatever window asks.
            stream: number of the body part; streams draw independently.

        Returns:
            int64 (B, T).
        """
        frames, size = logits.shape[-2:]
        return self.chosen(logits, self.noise(first_frame, frames, size, stream))

    def chosen(self, logits: Tensor, noise: Tensor) -> Tensor:
        """logits (B, T, codes), noise (T, codes) → codes (B, T)."""
        likely = torch.log_softmax(logits.float() / max(self.sampling.temperature, 1e-6), dim=-1)
        likely = likely.masked_fill(outside_nucleus(likely.exp(), self.sampling.top_p), -torch.inf)
        return (likely + noise.to(likely)).argmax(-1)

    def noise(self, first_frame: int, frames: int, size: int, stream: int) -> Tensor:
        """(frames, codes): standard Gumbel in each frame."""
        at = torch.arange(first_frame, first_frame + frames)
        first = first_frame // self.hold_frames
        knots = torch.stack(
            [self._knot(knot, size, stream) for knot in range(first, int(at[-1]) // self.hold_frames + 2)]
        )
        before = at // self.hold_frames - first
        turn = (0.5 * math.pi / self.hold_frames) * (at % self.hold_frames)[:, None]
        # both weights' squares add to one: the mix of two normals is normal again
        normal = torch.cos(turn) * knots[before] + torch.sin(turn) * knots[before + 1]
        uniform = torch.special.ndtr(normal).clamp(1e-7, 1 - 1e-7)
        return -torch.log(-torch.log(uniform))

    def _knot(self, knot: int, size: int, stream: int) -> Tensor:
        key = (knot, size, stream)
        if key not in self._knots:
            seed = (self.sampling.seed * 1_000_003 + knot) * 31 + stream
            self._knots[key] = torch.randn(size, generator=torch.Generator().manual_seed(seed % (1 << 63)))
            if len(self._knots) > 256:  # a long sound needs only those around the present window
                self._knots.pop(next(iter(self._knots)))
        return self._knots[key]
