# SPDX-License-Identifier: GPL-3.0-or-later
"""A second of sound performed for nobody: afterwards weights are packed, tables read and kernels chosen, for which the first click would
wait else."""

from __future__ import annotations

import numpy as np

from ..audio.clip import RATE_HZ, AudioClip
from ..progress import Progress
from ..settings import GenerateSettings
from . import modes
from .sound_likeness import likeness
from .speech import perform

_LENGTH_S = 1.5  # long enough for a syllable or two, and for all that listens


def rehearse(device: str, progress: Progress) -> None:
    """Perform as the button does.

    Args:
        device: the setting, AUTO, CPU and so on.
        progress: asked whether to go on.

    Raises:
        Cancelled: when progress says so.
    """
    time_s = np.arange(int(_LENGTH_S * RATE_HZ)) / RATE_HZ
    buzz = np.sin(2.0 * np.pi * 120.0 * time_s) + 0.5 * np.sin(2.0 * np.pi * 840.0 * time_s)
    clip = AudioClip((0.2 * buzz * np.sin(2.0 * np.pi * 2.0 * time_s) ** 2).astype(np.float32), name="rehearsal")
    settings = GenerateSettings(device=device)
    modes.choose(clip, settings)
    perform(clip, settings, progress)
    likeness(clip)
