# SPDX-License-Identifier: GPL-3.0-or-later
"""From sound to the mouth's part of the control code."""

from __future__ import annotations

import torch
from torch import Tensor

from ...progress import Progress
from .control import GAINS, smooth_mouth
from .mel import mel_clips, mel_spectrogram, normalise_level
from .network import Pdfgc

_BLOCK = 64  # clips at a time


@torch.no_grad()
def mouth_codes(model: Pdfgc, samples: Tensor, progress: Progress | None = None) -> Tensor:
    """The mouth that a sound asks for. Puts the model in eval mode.

    Args:
        model: its audio encoder is used.
        samples: (N,) at 16 kHz, of any level.
        progress: is told how far it is, and asked whether to go on.

    Returns:
        (T, mouth_dim) at 25 a second, smoothed and with its gain; row 0 belongs to frame clip_frames // 2 of the sound.

    Raises:
        Cancelled: through `progress`.
    """
    model.eval()
    clips = mel_clips(mel_spectrogram(normalise_level(samples, model.config.level), model.config), model.config)
    codes = [samples.new_zeros(0, model.config.mouth_dim)]
    for first in range(0, len(clips), _BLOCK):
        if progress is not None:
            progress.report(first / len(clips))
        codes.append(model.audio_encoder(clips[first : first + _BLOCK]))
    joined = torch.cat(codes)
    return GAINS["mouth"] * (smooth_mouth(joined) if len(joined) else joined)
