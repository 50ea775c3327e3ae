# SPDX-License-Identifier: GPL-3.0-or-later
"""A face as MeshTalk draws it for a voice: another seed, another face that fits as well."""

from __future__ import annotations

import numpy as np
import torch

from ...audio.clip import AudioClip
from ...models.meshtalk import MeshTalk, animate_in_stretches
from ...motion.face_track import FACE_INDEX, FACE_NAMES, FACE_RATE_HZ
from ...motion.resampling import curves_at
from ...motion.smoothing import gaussian_smooth
from ...progress import Progress

# The decoder never quite reaches rest, where recorded brows are half of the time. Measured: with so much taken off, the distribution of
# sampled brows is nearest to that of the training speeches.
REST = 0.05
# Labels change from frame to frame; brows do not. So smoothed, the acceleration of sampled brows stands to their speed as that of recorded
# ones (0.7; 1.3 as drawn). The published model smooths forehead and neck likewise.
BROWS_SMOOTH_FRAMES = 1.0


def sampled_face(
    model: MeshTalk, clip: AudioClip, seed: int, temperature: float = 1.0, progress: Progress | None = None
) -> np.ndarray:
    """A drawn face.

    Args:
        model: trained on shapes.
        clip: at 16 kHz.
        seed: of the draws.
        temperature: 0 gives the likeliest face, 1 draws as people differ.
        progress: told how far it is.

    Returns:
        float32 (frames, 55) at FACE_RATE_HZ, 0..1; shapes that the model does not move are 0.

    Raises:
        Cancelled: when progress says so.
    """
    config = model.config
    device = next(model.parameters()).device
    samples = torch.from_numpy(clip.samples)[None].to(device)
    template = torch.zeros(1, config.points, config.dims, device=device)
    drawn = animate_in_stretches(model, samples, template, temperature, seed, progress=progress)
    geometry = drawn[0, :, :, 0].cpu().numpy()
    frames = int(clip.duration_s * FACE_RATE_HZ) + 1
    values = np.zeros((frames, len(FACE_NAMES)), np.float32)
    if len(geometry):
        brows = [index for index, name in enumerate(config.shapes) if name.startswith("brow")]
        geometry[:, brows] = gaussian_smooth(geometry[:, brows], BROWS_SMOOTH_FRAMES)
        curves = curves_at(geometry, config.rate_hz, 0.0, np.arange(frames) / FACE_RATE_HZ)
        values[:, [FACE_INDEX[name] for name in config.shapes]] = ((curves - REST) / (1.0 - REST)).clip(0.0, 1.0)
    return values
