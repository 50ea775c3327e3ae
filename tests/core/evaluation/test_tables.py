# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables that benches print."""

from __future__ import annotations

from core.evaluation.tables import Column, header, line

COLUMNS = (Column("precision", "prec.", ".2f", 7), Column("late_ms", "late", ".0f", 6))


def test_columns_stand_below_their_titles() -> None:
    top, row = header(COLUMNS, "voice", 10), line(COLUMNS, "kathleen", 10, {"precision": 0.826, "late_ms": -12.4})
    assert top == "voice       prec.  late"
    assert row == "kathleen     0.83   -12"
    assert len(top) == len(row)


def test_what_is_not_known_is_a_dash() -> None:
    assert line(COLUMNS, "x", 3, {"precision": float("nan")}).split() == ["x", "-", "-"]
    assert line(COLUMNS, "x", 3, {"late_ms": None}).split() == ["x", "-", "-"]
