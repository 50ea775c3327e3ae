# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepared faces and motions of which only a share of the training recordings counts."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from .store import FaceStore
from .whole_motion import MotionStore

Store = TypeVar("Store", FaceStore, MotionStore)


def with_share(store: Store, share: float) -> Store:
    """The store in which only this share of each corpus's training recordings, one at least, is for training."""
    if share >= 1.0:
        return store
    splits = store.splits.copy()
    for corpus in sorted(set(store.corpora.tolist())):
        mine = np.flatnonzero((store.corpora == corpus) & (store.splits == "train"))
        kept = max(round(share * len(mine)), 1)
        splits[np.random.default_rng(0).permutation(mine)[kept:]] = ""
    return replace(store, splits=splits)
