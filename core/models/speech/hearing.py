# SPDX-License-Identifier: GPL-3.0-or-later
"""What another model hears with: the trunk of the speech model's encoder, with the weights of pre-training for instance.

Shapes: B sounds, M columns of levelled log-mel at 100 Hz, T frames of the model, D numbers of its code.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from ...progress import Progress
from .config import TrunkConfig
from .encoder import Trunk
from .frontend import DYNAMIC_RANGE, levelled_mel, network_input

KERNEL = 5  # features of 20 ms that a code is made of
MARGIN = 48  # columns before and after a window that a training lets it hear
SILENT = -2.0 * DYNAMIC_RANGE  # levelled log-mel where there is no sound
_BLOCK = 3000  # columns at a time of a long sound


class Hearing(nn.Module):
    """Levelled log-mel → codes at any moments: the trunk's features of 20 ms, and a small convolution of them."""

    def __init__(self, config: TrunkConfig, dim: int):
        super().__init__()
        self.trunk = Trunk(config)
        self.project = nn.Conv1d(config.width, dim, KERNEL, padding=KERNEL // 2)

    @property
    def frozen(self) -> bool:
        """Whether only the projection learns."""
        return not any(parameter.requires_grad for parameter in self.trunk.parameters())

    def train(self, mode: bool = True) -> Hearing:
        super().train(mode)
        if self.frozen:
            self.trunk.eval()  # the averages of its norms stay, too
        return self

    def forward(self, mel: Tensor, columns: Tensor) -> Tensor:
        """Codes at some moments.

        Args:
            mel: (B, M, bands), as `frontend.levelled_mel` gives it.
            columns: (T,), whole or between two columns.

        Returns:
            (B, T, D).
        """
        features = self.trunk.hidden(network_input(mel[:, : mel.shape[1] // 2 * 2]))
        codes = self.project(features)
        # feature k is centred between columns 2 k and 2 k + 1
        at = ((columns - 0.5) / 2.0).clamp(0.0, codes.shape[-1] - 1.0)
        before = at.floor().long()
        after = (before + 1).clamp_max(codes.shape[-1] - 1)
        return torch.lerp(codes[..., before], codes[..., after], (at - before).to(codes.dtype)).transpose(1, 2)

    @torch.no_grad()
    def of_sound(self, samples: Tensor, columns: Tensor, progress: Progress | None = None) -> Tensor:
        """Codes of whole sounds of any length, before and after which there is silence.

        Args:
            samples: (B, N) at 16 kHz, of any level.
            columns: (T,), rising; column 0 is centred at the first sample.
            progress: is told how far it is, and asked whether to go on.

        Returns:
            (B, T, D).

        Raises:
            Cancelled: through `progress`.
        """
        if not len(columns):
            return samples.new_zeros(len(samples), 0, self.project.out_channels)
        mel = levelled(samples)
        margin = mel.new_full((len(mel), MARGIN, mel.shape[-1]), SILENT)
        mel, columns = torch.cat((margin, mel, margin), 1), columns + MARGIN
        reach = reach_columns(self.trunk.sizes)
        parts = []
        for first in range(0, mel.shape[1], _BLOCK):
            if progress is not None:
                progress.report(first / mel.shape[1])
            last = first + _BLOCK
            mine = columns[(columns >= (first if first else -torch.inf)) & ((columns < last) | (last >= mel.shape[1]))]
            begin = max(first - reach, 0)
            parts.append(self(mel[:, begin : last + reach], mine - begin))
        return torch.cat(parts, 1)


def reach_columns(sizes: TrunkConfig) -> int:
    """How far before and after a moment its code hears, in columns; even."""
    gates = (len(sizes.dilations) - 1) // sizes.context_every
    features = sum(sizes.dilations) + gates * (round(50 * sizes.context_s) // 2 + 1) + KERNEL // 2
    return 2 * features + 6  # the stem's two convolutions, and the two features that a moment lies between


def levelled(samples: Tensor) -> Tensor:
    """Sounds (B, N) at 16 kHz → (B, M, bands)."""
    mels = [torch.from_numpy(levelled_mel(one.cpu().numpy().astype(np.float32))) for one in samples]
    return torch.stack(mels).to(samples.device)
