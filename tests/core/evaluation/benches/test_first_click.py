# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of first clicks."""

from __future__ import annotations

import datetime

import pytest

from core.development import first_click_worker
from core.errors import UserError
from core.evaluation.benches import first_click

ROW = {
    "rig": "demo",
    "how": "as it comes",
    "found": "ARKit 52 of 52",
    "had": 52,
    "kept": 50,
    "shapes": 52,
    "bones": 0,
    "keys": 900,
    "turning": 3,
    "mouth": 0.4,
    "seconds": 2.0,
    "said": ["One | two.", "Three."],
}


def test_the_page_has_a_line_for_every_click():
    page = first_click.markdown([ROW, {**ROW, "had": 0, "how": "clip in the NLA"}], datetime.date(2030, 1, 2))
    assert "02 January 2030" in page
    first, second = [line for line in page.splitlines() if line.startswith("| demo")]
    assert "| 50 of 52 |" in first and "One / two. Three." in first
    assert "| - |" in second and first.count("|") == second.count("|") == len(first_click._COLUMNS) + 1


def test_a_refused_or_failed_click_is_in_the_page():
    page = first_click.markdown(
        [{"rig": "demo", "how": "as it comes", "said": ["Nothing."]}], datetime.date(2030, 1, 2)
    )
    assert "Nothing." in page


def test_nothing_is_no_page():
    with pytest.raises(UserError):
        first_click.markdown([], datetime.date(2030, 1, 2))


def test_bench_and_worker_mean_the_same_ways():
    assert first_click.WAYS == first_click_worker.WAYS and first_click.FACE_ALONE == first_click_worker.FACE_ALONE
