# SPDX-License-Identifier: GPL-3.0-or-later
"""The speech model as the pipeline uses it: a sound in, a speaking mouth and a phone track out."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from ...audio.clip import RATE_HZ, AudioClip
from ...motion.face_track import FACE_INDEX, FACE_NAMES, FACE_RATE_HZ, FaceTrack, Phone
from ...progress import Progress
from .config import SpeechConfig
from .decoder import ArticulationDecoder
from .decoding import phone_track
from .encoder import PhoneticEncoder
from .frontend import levelled_mel, loudness, network_input

FRAME_RATE_HZ = 100.0
WINDOW = 3000  # frames at a time; bounds memory
MARGIN = 400  # frames of sound around a window that its result depends on
REST = 0.012  # the sigmoid never quite reaches 0; below this a shape is at rest


class SpeechModel(nn.Module):
    """Phonetic encoder and articulation decoder.

    forward: network input (B, T, bands), loudness (B, T), T even → curves (B, T, channels), posteriors (B, T, phones).
    """

    def __init__(self, config: SpeechConfig):
        super().__init__()
        self.config = config
        self.encoder = PhoneticEncoder(config)
        self.decoder = ArticulationDecoder(config)

    def forward(self, mel: torch.Tensor, loud: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        hidden, logits = self.encoder(mel)
        posteriors = logits.softmax(-1)
        return self.decoder(hidden, posteriors, loud, mel), posteriors

    @torch.inference_mode()
    def curves(self, samples: np.ndarray, progress: Progress | None = None) -> tuple[np.ndarray, np.ndarray]:
        """float32 (N,) at 16 kHz → curves (T, channels) and posteriors (T, phones), float32 at 100 Hz.

        Works through windows that overlap by what the networks see, so that the cut leaves no trace.
        """
        device = next(self.parameters()).device
        mel = levelled_mel(samples)
        loud = loudness(torch.from_numpy(mel)).numpy()
        frames = len(mel)
        curves = np.empty((frames, len(self.config.channels)), np.float32)
        posteriors = np.empty((frames, len(self.config.phones)), np.float32)
        for start in range(0, frames, WINDOW):
            if progress is not None:
                progress.report(start / frames)
            first = max(start - MARGIN, 0)
            last = min(start + WINDOW + MARGIN, frames)
            pad = (last - first) % 2  # the encoder works on pairs of frames
            part = np.pad(mel[first:last], ((0, pad), (0, 0)), mode="edge")
            c, p = self(
                network_input(torch.from_numpy(part).to(device))[None],
                torch.from_numpy(np.pad(loud[first:last], (0, pad), mode="edge")).to(device)[None],
            )
            inner = slice(start - first, min(start + WINDOW, frames) - first)
            curves[start : start + WINDOW] = c[0].cpu().numpy()[inner]
            posteriors[start : start + WINDOW] = p[0].cpu().numpy()[inner]
        return curves, posteriors

    def infer(self, clip: AudioClip, progress: Progress | None = None) -> tuple[FaceTrack, tuple[Phone, ...]]:
        """Lips, jaw and tongue at 60 Hz and the phone track. Raises ValueError for a clip that is not at 16 kHz."""
        if clip.rate_hz != RATE_HZ:
            raise ValueError(f"the speech model hears {RATE_HZ} Hz, not {clip.rate_hz}")
        curves, posteriors = self.curves(clip.samples, progress.part(0.0, 0.9) if progress else None)
        curves = np.maximum(curves - REST, 0.0) / (1.0 - REST)
        if self.config.gains:
            curves = np.minimum(curves * np.asarray(self.config.gains, np.float32), 1.0)
        times_s = np.arange(int(clip.duration_s * FACE_RATE_HZ) + 1) / FACE_RATE_HZ
        source_s = np.arange(len(curves)) / FRAME_RATE_HZ
        values = np.zeros((len(times_s), len(FACE_NAMES)), np.float32)
        for column, name in enumerate(self.config.channels):
            curve = np.interp(times_s, source_s, curves[:, column])
            values[:, FACE_INDEX[name]] = curve
            if name.endswith("Left"):
                values[:, FACE_INDEX[name[:-4] + "Right"]] = curve
        if progress is not None:
            progress.report(0.95)
        return FaceTrack(values), phone_track(posteriors, self.config.phones)
