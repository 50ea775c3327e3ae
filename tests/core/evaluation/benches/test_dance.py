# SPDX-License-Identifier: GPL-3.0-or-later
"""The dance bench's goals, and how baselines are put together."""

from __future__ import annotations

import itertools

import numpy as np

from core.evaluation.benches.dance import checks
from core.evaluation.material.dances import BLEND_FRAMES, joined


def _row(**changed: float) -> dict[str, float]:
    good = {"bas": 0.25, "bas_shifted": 0.18, "frozen": 0.0, "slide_cm_s": 1.0, "farthest_m": 1.0, "fallen": 0.0}
    return {**good, "fid_k": 10.0, "fid_g": 10.0, "div_k": 9.0, "div_g": 7.0, **changed}


def test_goals_are_met_or_missed_by_name() -> None:
    rows = {
        "validation dancers": _row(),
        "stitched at random": _row(fid_k=20.0, fid_g=9.0),
        "one dance looped": _row(fid_k=90.0, fid_g=50.0),
        "the button": _row(bas_shifted=0.24, slide_cm_s=1.6),
    }
    missed = {
        name for name, (_, good) in checks(rows, {"farthest_m": 1.2, "fallen": 0.0, "frozen": 0.0}).items() if not good
    }
    assert {name.split(",")[0].split(" over")[0] for name in missed} == {
        "BAS less with late music by at least half as much as recorded dances'",
        "foot sliding in cm/s",
        "FID_g",
    }


def test_stretches_go_over_into_one_another() -> None:
    pieces = (np.full((40 + BLEND_FRAMES, 2), value, np.float32) for value in itertools.count())
    made = joined(pieces, 100)
    assert made.shape == (100, 2)
    assert (np.diff(made[:, 0]) >= 0.0).all() and np.abs(np.diff(made[:, 0])).max() < 1.5 / BLEND_FRAMES
    assert made[0, 0] == 0.0 and made[45 + BLEND_FRAMES, 0] == 1.0
