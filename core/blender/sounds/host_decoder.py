# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's own decoder (FFmpeg), for what neither NumPy nor soundfile reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...audio.decoding import HostDecoder


def audaspace() -> Any:
    """Blender's library for sound (its stubs know an older one), or None where this build has none, as the bpy 4.2 module."""
    try:
        import aud
    except ImportError:
        return None
    return aud


def host_decoder() -> HostDecoder | None:
    """Blender's own decoder, or None where this build has none."""
    aud = audaspace()
    if aud is None:
        return None

    def read_all(path: Path, track: int) -> tuple[np.ndarray, float]:
        """float32 (frames, channels) and the rate in Hz of a sound track, counted from 0. Raises aud.error."""
        # `cache` decodes and raises on what is no sound; `data` of such a file would end the process (4.5 to 5.2).
        sound = aud.Sound.file(str(path), track).cache()
        return np.asarray(sound.data(), np.float32), float(sound.specs[0])

    return read_all


def length_s(path: Path) -> float | None:
    """How long Blender takes a sound file to be, in seconds; None where it cannot tell."""
    aud = audaspace()
    if aud is None:
        return None
    try:
        sound = aud.Sound(str(path))
        length, rate_hz = sound.length, float(sound.specs[0])
    except aud.error:
        return None
    return length / rate_hz if length > 0 and rate_hz > 0.0 else None
