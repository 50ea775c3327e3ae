# SPDX-License-Identifier: GPL-3.0-or-later
"""Random numbers that depend on the seed and a name only."""

from __future__ import annotations

import zlib

import numpy as np


def generator_for(seed: int, name: str) -> np.random.Generator:
    """The generator for one purpose: what one purpose draws never shifts what another draws."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(name.encode())])))
