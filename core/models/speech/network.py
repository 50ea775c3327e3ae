# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole of the speech model as one module: a sound in, a speaking mouth and a phone track out."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from ...audio.clip import RATE_HZ, AudioClip
from ...audio.levels import levels_of
from ...motion.face_track import FaceTrack, Phone
from ...progress import Progress
from . import fast_network, sampling
from .config import CHANNELS, SpeechConfig
from .decoder import ArticulationDecoder
from .decoding import phone_track
from .encoder import PhoneticEncoder
from .mouth_size import sized_by_voice


class SpeechModel(nn.Module):
    """Phonetic encoder and articulation decoder."""

    def __init__(self, config: SpeechConfig):
        super().__init__()
        self.config = config
        self.encoder = PhoneticEncoder(config)
        self.decoder = ArticulationDecoder(config)

    def forward(self, mel: Tensor, loudness: Tensor) -> tuple[Tensor, Tensor]:
        """What is said and how the mouth moves.

        Args:
            mel: (B, T, bands), `frontend.network_input` at 100 Hz, T even.
            loudness: (B, T), 0..1.

        Returns:
            Curves (B, T, channels) in 0..1 and phone posteriors (B, T, phones).
        """
        hidden, logits = self.encoder(mel)
        posteriors = logits.softmax(-1)
        return self.decoder(hidden, posteriors, loudness, mel), posteriors

    @torch.inference_mode()
    def infer_curves(self, mel: Tensor, loudness: Tensor) -> tuple[Tensor, Tensor]:
        """As `forward`, in eval mode and without gradients, as soon as this machine can."""
        if not fast_network.may_run_fast(self):
            return self(mel, loudness)
        hidden, logits = fast_network.encode(self.encoder, mel)
        posteriors = logits.softmax(-1)
        return fast_network.decode(self.decoder, hidden, posteriors, loudness, mel), posteriors

    @torch.inference_mode()
    def _articulation(self, mel: Tensor, loudness: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Of `forward`'s arguments: curves and posteriors as there, and what the curves are read from (B, T, decoder_width)."""
        if fast_network.may_run_fast(self):
            hidden, logits = fast_network.encode(self.encoder, mel)
            hidden = hidden.transpose(1, 2)
        else:
            hidden, logits = self.encoder(mel)
        posteriors = logits.softmax(-1)
        features = self.decoder.articulation(hidden, posteriors, loudness, mel)
        curves = self.decoder.curves(features)
        return curves, posteriors, features.transpose(1, 2).repeat_interleave(2, 1)

    def articulation(self, samples: np.ndarray, progress: Progress | None = None) -> tuple[np.ndarray, np.ndarray]:
        """What a performer's own mouth can be told from.

        Args:
            samples: float32 (N,) at 16 kHz.
            progress: is told how far it is, and asked whether to go on.

        Returns:
            Features (T, decoder_width) and phone posteriors (T, phones), float32 at 100 Hz.

        Raises:
            Cancelled: through `progress`.
        """
        _, posteriors, features = self._all(samples, progress)
        return features, posteriors

    def _all(self, samples: np.ndarray, progress: Progress | None) -> tuple[np.ndarray, ...]:
        config = self.config
        widths = len(config.channels), len(config.phones), config.decoder_width
        return sampling.windowed(self._articulation, next(self.parameters()).device, widths, samples, progress)

    def predict(self, samples: np.ndarray, progress: Progress | None = None) -> tuple[np.ndarray, np.ndarray]:
        """float32 (N,) at 16 kHz → curves (T, channels) and posteriors (T, phones), float32 at 100 Hz. Raises
        Cancelled."""
        device = next(self.parameters()).device
        return sampling.predict(self.infer_curves, device, self.config, samples, progress)

    def infer(self, clip: AudioClip, progress: Progress | None = None) -> tuple[FaceTrack, tuple[Phone, ...]]:
        """Lips, jaw and tongue at 60 Hz, and the phone track.

        Args:
            clip: at 16 kHz.
            progress: is told how far it is, and asked whether to go on.

        Raises:
            ValueError: the clip has another rate.
            Cancelled: through `progress`.
        """
        _require_rate(clip)
        curves, posteriors = self.predict(clip.samples, progress.part(0.0, 0.9) if progress else None)
        return self._face(clip, curves, posteriors, progress)

    def infer_with_articulation(
        self, clip: AudioClip, progress: Progress | None = None
    ) -> tuple[FaceTrack, tuple[Phone, ...], tuple[np.ndarray, np.ndarray]]:
        """As `infer`, and what `articulation` gives, listening once."""
        _require_rate(clip)
        curves, posteriors, features = self._all(clip.samples, progress.part(0.0, 0.9) if progress else None)
        return *self._face(clip, curves, posteriors, progress), (features, posteriors)

    def _face(
        self, clip: AudioClip, curves: np.ndarray, posteriors: np.ndarray, progress: Progress | None
    ) -> tuple[FaceTrack, tuple[Phone, ...]]:
        levels = levels_of(clip, progress.part(0.9, 0.95) if progress else Progress())
        curves = sampling.finished(curves, self.config)
        if self.config.channels == CHANNELS:
            curves = sized_by_voice(curves, posteriors, levels.loudness_db, levels.effort_db)
        track = sampling.face_track(curves, self.config, clip.duration_s)
        return track, phone_track(posteriors, self.config.phones)


def _require_rate(clip: AudioClip) -> None:
    if clip.rate_hz != RATE_HZ:
        raise ValueError(f"the speech model hears {RATE_HZ} Hz, not {clip.rate_hz}")
