# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a listener answers."""

import numpy as np
import pytest

from core.performance.face.backchannels import PARAMETERS, answers


@pytest.mark.parametrize("gap_s", [2.8, 4.0, 9.0])
def test_whoever_hears_three_phrases_answers_and_nobody_answers_all_of_many(gap_s):
    ends_s = gap_s * np.arange(1, 41)
    for seed in range(60):
        few = answers(ends_s[:3].tolist(), np.random.default_rng(seed))
        many = answers(ends_s.tolist(), np.random.default_rng(seed))
        assert 1 <= len(few) <= 3 and few == many[: len(few)]
        assert 40 * PARAMETERS.nods[0] - 2 <= len(many) <= 40 * PARAMETERS.nods[1] + 2


def test_no_phrases_no_answers():
    assert answers((), np.random.default_rng(0)) == ()
