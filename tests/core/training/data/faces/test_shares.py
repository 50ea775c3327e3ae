# SPDX-License-Identifier: GPL-3.0-or-later
"""A share of the training recordings of each corpus; validation stays."""

import numpy as np

from core.training.data.faces.shares import with_share
from core.training.data.faces.whole_motion import MotionStore


def test_a_tenth_of_each_corpus_one_at_least():
    corpora = np.array(["grid_s1"] * 40 + ["facegood"] * 4 + ["grid_s1"] * 5)
    splits = np.array(["train"] * 44 + ["validation"] * 5)
    none = np.zeros(len(corpora), int)
    store = MotionStore(np.zeros((0, 58)), none, none, np.zeros((len(corpora), 58), bool), corpora, splits, none)
    few = with_share(store, 0.1)
    assert [int((few.splits[corpora == name] == "train").sum()) for name in ("grid_s1", "facegood")] == [4, 1]
    assert (few.splits[44:] == "validation").all()
    assert np.array_equal(with_share(store, 0.1).splits, few.splits)
    assert with_share(store, 1.0) is store
