# SPDX-License-Identifier: GPL-3.0-or-later
"""Gesture units and what the model hears of them."""

import numpy as np
import pytest

from core.motion.gesture_plan import CONTENT_WIDTH, HANDEDNESS, LEXEME_INDEX, LEXEMES, RHYTHM_WIDTH, GestureUnit, encode

UNIT = GestureUnit("point", "left", 1.2, 1.0, 1.5, 1.6, 2.0, 2.6, (1.9,))


def _encoded(units, seconds=4.0):
    times_s = np.arange(int(seconds * 30)) / 30
    return times_s, *encode(units, times_s, np.full(len(times_s), 0.5), np.ones(len(times_s)))


def test_phases_must_be_in_order():
    with pytest.raises(ValueError):
        GestureUnit("point", "left", 1.0, 1.0, 0.9, 1.0, 1.2, 1.5)
    with pytest.raises(ValueError):
        GestureUnit("wave hello", "left", 1.0, 1.0, 1.2, 1.2, 1.3, 1.5)


def test_encode_tells_what_when_and_how_large():
    times_s, content, rhythm = _encoded((UNIT,))
    assert content.shape[1] == CONTENT_WIDTH and rhythm.shape[1] == RHYTHM_WIDTH
    inside = (times_s >= 1.0) & (times_s < 2.6)
    assert (content[inside, LEXEME_INDEX["point"]] == 1).all() and not content[~inside].any()
    assert (content[inside, len(LEXEMES) + HANDEDNESS.index("left")] == 1).all()
    assert content[inside, -1] == pytest.approx(1.2)
    assert rhythm[(times_s > 1.55) & (times_s < 1.95), 0].min() > 0.99 and rhythm[times_s > 2.65, 0].max() == 0
    for beat in (1.6, 1.9):
        assert rhythm[np.abs(times_s - beat).argmin(), 1] > 0.9
    assert rhythm[times_s < 1.2, 1].max() < 0.01


def test_the_next_gesture_takes_over_while_the_last_is_held():
    following = UNIT.moved(0.8).mirrored()
    times_s, content, rhythm = _encoded((UNIT, following))
    at = np.abs(times_s - 1.9).argmin()
    assert (
        content[at, len(LEXEMES) + HANDEDNESS.index("right")] == 1
        and content[at, len(LEXEMES) + HANDEDNESS.index("left")] == 0
    )
    assert rhythm[(times_s > 1.5) & (times_s < 2.8), 0].min() > 0.4  # the hands do not fall between
    assert rhythm[(times_s > 2.0) & (times_s < 2.5), 3].max() == 0


def test_mirroring_exchanges_sides_and_directions():
    unit = GestureUnit("left", "right", 1.0, 0.0, 0.5, 0.6, 1.0, 1.5)
    assert unit.mirrored().lexeme == "right" and unit.mirrored().hand == "left" and unit.mirrored().mirrored() == unit
