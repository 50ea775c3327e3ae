# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a sound, and how a person is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..errors import UserError
from ..input_files import require_file, shown

SHORTEST_S = 0.05
SILENT_PEAK = 1e-4  # -80 dB of full scale
QUIET_PEAK = 10 ** (-36 / 20)
CLIPPED_SHARE = 1e-3  # of the samples
LONG_S = 30 * 60.0
LONGEST_S = 4 * 3600.0  # a play; memory holds 230 MB an hour, and a face some more
LEAST_RATE_HZ, MOST_RATE_HZ = 1000, 1_000_000  # below no speech is left; studios stop at 768,000
MOST_CHANNELS = 64  # of a large mixing desk
LOW_RATE_HZ = 11025


def check_file(path: Path) -> None:
    """Raise UserError where there is nothing to read."""
    require_file(path, "sound", "Choose the file again: it may have been moved or renamed.")
    if path.stat().st_size == 0:
        raise UserError(f"{shown(path.name)} is empty (0 bytes).", "Copy or export the sound again.")


def check_header(label: str, rate_hz: float, channels: int) -> None:
    """Raise UserError for what no sound has: a header may say anything, and memory would follow it.

    Args:
        label: how the error calls the sound.
        rate_hz: samples a second.
        channels: how many.
    """
    if not LEAST_RATE_HZ <= rate_hz <= MOST_RATE_HZ:
        raise UserError(
            f"{label} says that it has {rate_hz:.10g} samples a second.",
            f"From {LEAST_RATE_HZ} to {MOST_RATE_HZ} can be read: export it again.",
        )
    if not 1 <= channels <= MOST_CHANNELS:
        raise UserError(
            f"{label} has {channels} channels.", f"Up to {MOST_CHANNELS} can be read: export the voice alone."
        )


def check_length(label: str, seconds: float) -> None:
    """Raise UserError for a sound that is longer than can be worked on at once. seconds: what was read of it until now."""
    if seconds > LONGEST_S:
        raise UserError(
            f"{label} is longer than {LONGEST_S / 3600:g} hours.", "Cut it into parts, and generate from each of them."
        )


@dataclass
class SoundReport:
    """Gathers, block by block, what a person should know about a sound.

    `clean` goes over every block of the undecoded channels, `finish` over the finished mono sound.
    """

    name: str
    samples: int = 0
    not_finite: int = 0
    clipped: int = 0
    warnings: list[str] = field(default_factory=list)

    def clean(self, block: np.ndarray) -> np.ndarray:
        """A block float32 (N, C) with NaN and infinity replaced by 0; counts what is wrong with it."""
        self.samples += block.size
        finite = np.isfinite(block)
        if not finite.all():
            self.not_finite += int(block.size - np.count_nonzero(finite))
            block = np.where(finite, block, np.float32(0.0))
        if len(block) > 2:
            loud = np.abs(block) >= 0.3
            flat = loud[1:-1] & (block[1:-1] == block[:-2]) & (block[1:-1] == block[2:])
            # a flat top counts only near the loudest of its block: a constant is no clipping of music further down
            flat &= np.abs(block[1:-1]) >= 0.98 * np.abs(block).max()
            self.clipped += int(np.count_nonzero(flat))
        return block

    def finish(self, samples: np.ndarray, rate_hz: int, source_rate_hz: int) -> np.ndarray:
        """Check the mono sound float32 (N,) and set it right in place where possible. Raises UserError."""
        if len(samples) == 0:
            raise UserError(
                f"{self.name} holds no sound: its length is zero.", "Export the sound again or choose another."
            )
        if self.not_finite == self.samples:
            raise UserError(f"{self.name} holds no valid sample: all are NaN or infinite.", "Export the sound again.")
        duration_s = len(samples) / rate_hz
        if duration_s < SHORTEST_S:
            raise UserError(
                f"{self.name} is too short: {duration_s * 1000:.2g} ms.",
                f"Choose a sound of at least {SHORTEST_S * 1000:.0f} ms.",
            )
        offset = float(samples.mean(dtype=np.float64))
        peak = max(float(samples.max()) - offset, offset - float(samples.min()))
        if peak < SILENT_PEAK:
            raise UserError(
                f"{self.name} is silent.", "Check that the right track was exported and that it is not muted."
            )
        if abs(offset) > 0.05 * peak and abs(offset) > 2e-3:
            samples -= np.float32(offset)
        if self.not_finite:
            self.warnings.append(f"{self.not_finite} samples of {self.name} are NaN or infinite: taken as silence.")
        if peak > 4.0:  # floats in the range of integers
            samples *= np.float32(0.9 / peak)
            self.warnings.append(f"{self.name} goes far beyond full scale ({peak:.3g}); its level was lowered.")
        elif self.clipped > CLIPPED_SHARE * self.samples:
            self.warnings.append(
                f"{self.name} is clipped ({100 * self.clipped / self.samples:.1f} % of it): "
                "lips may be less exact. Record or export it at a lower level."
            )
        if peak < QUIET_PEAK:
            self.warnings.append(
                f"{self.name} is very quiet ({20 * np.log10(peak):.0f} dB): lips may be less exact. Export it louder."
            )
        if source_rate_hz < LOW_RATE_HZ:
            self.warnings.append(
                f"{self.name} has {source_rate_hz} samples a second, like a phone call: f, s and "
                "similar sounds are hard to tell. Use a recording at 16 kHz or more if there is one."
            )
        if duration_s > LONG_S:
            self.warnings.append(
                f"{self.name} is {duration_s / 60:.0f} minutes long: this takes a while and gives many keys."
            )
        return samples
