# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws from per-frame distributions that do not flicker: neighbouring frames share their luck.

Drawing each frame's code by itself from a nucleus of several likely codes makes motion tremble. Here a draw is the arg max of
logits plus Gumbel noise (Gumbel-max trick), and the noise of each code is a slow stationary process: every single frame has
the right distribution, but a choice once made lasts.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .sampling import Sampling


class SteadyChooser:
    """Seeded draws of codes for frames at any time.

    hold_frames: distance of the knots between which the noise turns from one independent draw to the next.
    """

    def __init__(self, sampling: Sampling, hold_frames: int = 20):
        self.sampling, self.hold_frames = sampling, hold_frames
        self._knots: dict[tuple[int, int, int], Tensor] = {}

    def __call__(self, logits: Tensor, first_frame: int, stream: int) -> Tensor:
        """logits (B, T, codes) of frames first_frame … → codes (B, T). Streams (body parts) draw independently; the same seed,
        frame and stream always give the same noise, whatever window asks."""
        frames, size = logits.shape[-2:]
        likely = torch.log_softmax(logits.float() / max(self.sampling.temperature, 1e-6), dim=-1)
        ranked, order = likely.exp().sort(dim=-1, descending=True)
        outside = ranked.cumsum(-1) - ranked >= self.sampling.top_p
        outside[..., 0] = False
        likely = likely.masked_fill(torch.zeros_like(outside).scatter(-1, order, outside), -torch.inf)
        return (likely + self._noise(first_frame, frames, size, stream).to(likely)).argmax(-1)

    def _noise(self, first_frame: int, frames: int, size: int, stream: int) -> Tensor:
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
