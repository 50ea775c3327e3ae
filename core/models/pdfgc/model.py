# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound to mouth codes, and the loading of both encoders."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from ...networks.checkpoints import apply_state, find_file, read_config, read_state, write_model
from ...progress import Progress
from .audio_encoder import AudioEncoder
from .config import PdfgcConfig
from .control import GAINS, smooth_mouth
from .mel import mel_clips, mel_spectrogram, normalise_level
from .motion_encoder import MotionEncoder

_BLOCK = 64  # clips at a time


class Pdfgc(nn.Module):
    """The audio encoder, and the motion encoder where there is one."""

    def __init__(self, config: PdfgcConfig, with_motion: bool = True):
        super().__init__()
        self.config = config
        self.audio_encoder = AudioEncoder(config)
        self.motion_encoder = MotionEncoder(config) if with_motion else None

    @torch.no_grad()
    def mouth_codes(self, samples: Tensor, progress: Progress | None = None) -> Tensor:
        """Sound (N,) at 16 kHz of any level -> (T, mouth_dim) at 25 a second, smoothed and with its gain.

        Row 0 belongs to frame clip_frames // 2 of the sound. Raises Cancelled.
        """
        self.eval()
        clips = mel_clips(mel_spectrogram(normalise_level(samples, self.config.level), self.config), self.config)
        codes = [samples.new_zeros(0, self.config.mouth_dim)]
        for first in range(0, len(clips), _BLOCK):
            if progress is not None:
                progress.report(first / len(clips))
            codes.append(self.audio_encoder(clips[first : first + _BLOCK]))
        joined = torch.cat(codes)
        return GAINS["mouth"] * (smooth_mouth(joined) if len(joined) else joined)


def save(model: Pdfgc, folder: Path | str) -> None:
    """Write config.json and model.safetensors."""
    write_model(folder, model, model.config)


def load(path: Path | str, config: PdfgcConfig | None = None) -> Pdfgc:
    """A model from a folder: ours (config.json, model.safetensors), or the published audio_model and motion_model (.pth).

    A path to one file loads the published audio model alone. The published motion model is optional. Raises UserError.
    """
    path = Path(path)
    config = config or read_config(path, PdfgcConfig, PdfgcConfig())
    if (path / "model.safetensors").is_file():
        state = read_state(path / "model.safetensors")
        model = Pdfgc(config, with_motion=any(key.startswith("motion_encoder.") for key in state))
        return apply_state(model, state, "model.safetensors", "PD-FGC").eval()
    audio = find_file(path, ("audio_model", "audio_encoder"))
    motion = None
    if path.is_dir():
        motion = next((file for stem in ("motion_model", "motion_encoder") for file in path.glob(f"{stem}.*")), None)
    model = Pdfgc(config, with_motion=motion is not None)
    apply_state(model.audio_encoder, read_state(audio), audio.name, "PD-FGC's audio encoder")
    if motion is not None:
        apply_state(model.motion_encoder, read_state(motion), motion.name, "PD-FGC's motion encoder")
    return model.eval()
