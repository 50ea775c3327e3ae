# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of coarticulation: closures close, rounding comes early, loud vowels open wider."""

import numpy as np
import pytest

from core.audio.phones import INVENTORY
from core.models.speech.config import CHANNELS
from core.motion.face_track import FACE_NAMES
from core.training.speech.coarticulation import PULLS, RATE_HZ, TARGETS, articulate


def curve(curves: np.ndarray, name: str) -> np.ndarray:
    return curves[:, CHANNELS.index(name)]


def frame(time_s: float) -> int:
    return round(time_s * RATE_HZ)


def spoken(*symbols: str, each_s: float = 0.12) -> list[tuple[str, float, float]]:
    return [(symbol, index * each_s, (index + 1) * each_s) for index, symbol in enumerate(symbols)]


def test_channels_are_canonical_shapes_and_one_side_of_each_pair():
    assert set(CHANNELS) <= set(FACE_NAMES)
    assert not [name for name in CHANNELS if name.endswith("Right")]


def test_every_phone_has_a_target_in_range_and_pulls():
    assert TARGETS.shape == (len(INVENTORY), len(CHANNELS))
    assert TARGETS.min() >= 0 and TARGETS.max() <= 1
    assert (PULLS > 0).all()
    moved = [phone.symbol for phone, row in zip(INVENTORY, TARGETS) if phone.kind != "silence" and not row.any()]
    assert moved == []


@pytest.mark.parametrize("closed", ["p", "b", "m"])
@pytest.mark.parametrize("vowel", ["a", "i", "u"])
def test_lips_close_between_any_vowels(vowel, closed):
    curves = articulate(spoken("SIL", vowel, closed, vowel, "SIL"), 60)
    middle = frame(0.30)
    assert curve(curves, "mouthPressLeft")[middle] > 0.25
    assert curve(curves, "mouthPressLeft")[frame(0.18)] < 0.05
    # what the jaw still opens the closing shape takes back
    assert curve(curves, "mouthClose")[middle] > 0.7 * curve(curves, "jawOpen")[middle]


def test_rounding_starts_in_the_consonants_before_a_rounded_vowel():
    rounded = curve(articulate(spoken("i", "s", "t", "u", "SIL"), 60), "mouthPucker")
    spread = curve(articulate(spoken("i", "s", "t", "i", "SIL"), 60), "mouthPucker")
    assert rounded[frame(0.30)] > 0.2
    assert spread.max() < 0.02


def test_jaw_follows_vowel_height():
    opening = [
        curve(articulate(spoken("t", vowel, "t", each_s=0.2), 60), "jawOpen")[frame(0.3)] for vowel in ("i", "ɛ", "a")
    ]
    assert opening[0] < opening[1] < opening[2]


def test_louder_vowels_open_wider():
    phones = spoken("t", "a", "t", each_s=0.2)
    quiet = curve(articulate(phones, 60, np.full(60, 0.2, np.float32)), "jawOpen").max()
    loud = curve(articulate(phones, 60, np.full(60, 1.0, np.float32)), "jawOpen").max()
    assert loud > 1.3 * quiet


def test_lower_lip_meets_teeth_in_f():
    curves = articulate(spoken("a", "f", "a"), 40)
    assert curve(curves, "mouthRollLower")[frame(0.18)] > 0.4
    assert curve(curves, "mouthPressLeft")[frame(0.18)] < 0.1


def test_silence_is_rest_and_nothing_gives_nothing():
    assert articulate([], 10).shape == (10, len(CHANNELS))
    assert not articulate([("SIL", 0.0, 1.0)], 100).any()
