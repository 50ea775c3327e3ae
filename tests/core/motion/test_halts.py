# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a movement takes to its halt."""

import numpy as np
import pytest

from core.motion.halts import frames_to_halt


@pytest.mark.parametrize(
    "speed, frames",
    [
        ([1.0, 0.6, 0.3, 0.1, 0.05], 3),  # down to it
        ([1.0, 0.6, 0.05, 0.0], 2),  # below it
        ([1.0, 0.6, 0.4, 0.5, 0.1], 2),  # it rises again before
        ([1.0, 1.0, 0.1], 0),  # no peak
        ([1.0, 0.8, 0.5], 2),  # the end comes first
        ([1.0], 0),
        ([0.0, 0.0], 0),
    ],
)
def test_a_halt_is_where_it_is_slow_or_turns(speed, frames):
    assert frames_to_halt(np.array(speed), 0.1 * speed[0]) == frames
