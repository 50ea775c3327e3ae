# SPDX-License-Identifier: GPL-3.0-or-later
"""The speech model over a sound of any length, and its curves as a face. `decoding` makes the phone track."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from ...motion.face_track import FACE_INDEX, FACE_NAMES, FACE_RATE_HZ, FaceTrack
from ...progress import Progress
from .config import SpeechConfig
from .frontend import levelled_mel, loudness, network_input

FRAME_RATE_HZ = 100.0
WINDOW = 6400  # frames at a time; bounds memory
MARGIN = 400  # frames of sound around a window that its result depends on
REST = 0.012  # the sigmoid never quite reaches 0; below this a shape is at rest


def predict(
    networks: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]],
    device: torch.device,
    config: SpeechConfig,
    samples: np.ndarray,
    progress: Progress | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The networks' own output for a sound of any length.

    Args:
        networks: what `network.SpeechModel.forward` does, in eval mode.
        device: where they are.
        config: their sizes.
        samples: float32 (N,) at 16 kHz.
        progress: is told how far it is, and asked whether to go on.

    Returns:
        Curves (T, channels) and phone posteriors (T, phones), float32 at 100 Hz.

    Raises:
        Cancelled: through `progress`.
    """
    curves, posteriors = windowed(networks, device, (len(config.channels), len(config.phones)), samples, progress)
    return curves, posteriors


@torch.inference_mode()
def windowed(
    networks: Callable[[Tensor, Tensor], tuple[Tensor, ...]],
    device: torch.device,
    widths: tuple[int, ...],
    samples: np.ndarray,
    progress: Progress | None = None,
) -> tuple[np.ndarray, ...]:
    """Results of networks for a sound of any length, in windows that overlap by what the networks see, so that the
    cut leaves no trace.

    Args:
        networks: (B, T, bands) and loudness (B, T) → some of (B, T, width).
        device: where they are.
        widths: of the results.
        samples: float32 (N,) at 16 kHz.
        progress: is told how far it is, and asked whether to go on.

    Returns:
        All, float32 (T, width) at 100 Hz.

    Raises:
        Cancelled: through `progress`.
    """
    mel = torch.from_numpy(levelled_mel(samples))
    loud = loudness(mel)
    frames = len(mel)
    results = tuple(np.empty((frames, width), np.float32) for width in widths)
    for start in range(0, frames, WINDOW):
        if progress is not None:
            progress.report(start / frames)
        first = max(start - MARGIN, 0)
        last = min(start + WINDOW + MARGIN, frames)
        part, part_loud = mel[first:last], loud[first:last]
        if len(part) % 2:  # the encoder works on pairs of frames
            part, part_loud = torch.cat([part, part[-1:]]), torch.cat([part_loud, part_loud[-1:]])
        made = networks(network_input(part.to(device))[None], part_loud.to(device)[None])
        inner = slice(start - first, min(start + WINDOW, frames) - first)
        for result, window in zip(results, made):
            result[start : start + WINDOW] = window[0, inner].cpu().numpy()
    return results


def finished(curves: np.ndarray, config: SpeechConfig) -> np.ndarray:
    """The networks' curves (T, channels), at rest where they nearly are, with the gains of training."""
    curves = np.maximum(curves - REST, 0.0) / (1.0 - REST)
    return np.minimum(curves * np.asarray(config.gains, np.float32), 1.0) if config.gains else curves


def face_track(curves: np.ndarray, config: SpeechConfig, duration_s: float) -> FaceTrack:
    """Curves (T, channels) at 100 Hz → shapes at 60 Hz."""
    times_s = np.arange(int(duration_s * FACE_RATE_HZ) + 1) / FACE_RATE_HZ
    source_s = np.arange(len(curves)) / FRAME_RATE_HZ
    values = np.zeros((len(times_s), len(FACE_NAMES)), np.float32)
    for column, name in enumerate(config.channels):
        curve = np.interp(times_s, source_s, curves[:, column])
        values[:, FACE_INDEX[name]] = curve
        if name.endswith("Left"):
            values[:, FACE_INDEX[name[:-4] + "Right"]] = curve
    return FaceTrack(values)
