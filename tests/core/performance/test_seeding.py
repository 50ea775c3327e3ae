# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds that depend on the sound: other voices, other faces; the same voice, the same face."""

import numpy as np

from core.performance.seeding import seed_of_sound


def test_another_sound_or_seed_gives_another_seed():
    random = np.random.default_rng(0)
    sounds = [0.1 * random.standard_normal(16000).astype(np.float32) for _ in range(3)]
    seeds = [seed_of_sound(seed, sound) for sound in sounds for seed in (0, 1)]
    assert len(set(seeds)) == 6 and all(0 <= seed < 2**31 for seed in seeds)


def test_the_same_sound_gives_the_same_seed():
    sound = np.round(0.1 * np.random.default_rng(1).standard_normal(16000) * 250.0).astype(np.float32) / 250.0
    assert seed_of_sound(3, sound) == seed_of_sound(3, sound + np.float32(1e-5))
