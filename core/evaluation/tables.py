# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables that benches print: one line for each thing measured, one column for each figure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A figure of a table. key: in a row's dictionary. title: above the column. form: format of a number, as ".2f"."""

    key: str
    title: str
    form: str
    width: int


def header(columns: Sequence[Column], name: str, name_width: int) -> str:
    return name.ljust(name_width) + "".join(column.title.rjust(column.width) for column in columns)


def line(columns: Sequence[Column], name: str, name_width: int, row: Mapping[str, float | None]) -> str:
    """One row; a figure that is missing or not finite is a dash."""
    cells = []
    for column in columns:
        value = row.get(column.key)
        known = value is not None and math.isfinite(value)
        cells.append((f"{value:{column.form}}" if known else "-").rjust(column.width))
    return name.ljust(name_width) + "".join(cells)
