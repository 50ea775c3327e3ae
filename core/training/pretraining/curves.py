# SPDX-License-Identifier: GPL-3.0-or-later
"""A run's figures as a CSV file, and as a picture."""

from __future__ import annotations

import csv
import logging
from collections.abc import Mapping
from pathlib import Path

log = logging.getLogger(__name__)


def write_row(path: Path, figures: Mapping[str, float]) -> None:
    """One more row; a column that is new widens the table."""
    rows = read_rows(path)
    columns = list(dict.fromkeys([*(rows[0] if rows else ()), *figures]))
    row = {name: f"{value:.5g}" for name, value in figures.items()}
    if rows and set(columns) == set(rows[0]):
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, list(rows[0]), restval="").writerow(row)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows([*rows, row])


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table; none if there is no file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def draw(path: Path, picture: Path) -> None:
    """Losses, learned weights and retrieval over the steps. Needs matplotlib; without it there is no picture, and that is said."""
    rows = read_rows(path)
    if len(rows) < 2:
        return
    try:
        import matplotlib
    except ImportError:
        log.warning("No picture of %s: matplotlib is not here.", path.name)
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot

    kinds = {
        "weight ": "learned weights",
        "R@1 ": "retrieval, held out",
        "told": "share of hidden units told, held out",
        "": "losses",
    }
    kinds = {prefix: title for prefix, title in kinds.items() if any(name.startswith(prefix) for name in rows[0])}
    figure, axes = pyplot.subplots(1, len(kinds), figsize=(5.3 * len(kinds), 5), squeeze=False)
    done: set[str] = {"step", "rate"}
    for axis, (prefix, title) in zip(axes[0], kinds.items(), strict=True):
        for name in (name for name in rows[0] if name.startswith(prefix) and name not in done):
            done.add(name)
            points = [(float(row["step"]), float(row[name])) for row in rows if row[name]]
            if points:
                axis.plot(*zip(*points, strict=True), label=name.removeprefix(prefix) or "told")
        axis.set_title(title)
        axis.set_xlabel("step")
        if axis.lines:
            axis.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(picture, dpi=90)
    pyplot.close(figure)
