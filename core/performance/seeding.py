# SPDX-License-Identifier: GPL-3.0-or-later
"""Random numbers that depend on the seed and a name only, and seeds that depend on a sound, too."""

from __future__ import annotations

import zlib

import numpy as np


def generator_for(seed: int, name: str) -> np.random.Generator:
    """The generator for one purpose: what one purpose draws never shifts what another draws."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(name.encode())])))


def seed_of_sound(seed: int, samples: np.ndarray, character: str = "") -> int:
    """Another seed for every sound and character, so that two voices with one seed do not blink and glance together,
    nor two who hear the same sound.

    Args:
        seed: of the generation.
        samples: float (N,); what is louder than a thousandth of full scale counts, so that decoders' last bits do not.
        character: its name.

    Returns:
        0 to 2**31 - 1.
    """
    coarse = np.round(samples[::16] * 250.0).astype(np.int16)
    own = zlib.crc32(character.encode(), zlib.crc32(coarse.tobytes()))
    return int(np.random.SeedSequence([seed, own]).generate_state(1)[0] >> 1)
