# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures how people who talk bear themselves, and writes the small table that `core.performance.body` reads.

    python -m core.training bearing [--data DIR] [--cache DIR] [--out DIR]

Recordings: the training part of the gestures and of people who stand (core.training.data.body), and a woman who stands,
waits and talks with her hands (ACCAD, CC BY 3.0). What is written are means, quantiles and slopes; no recording can be got
back from them.
"""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path

from ...paths import WEIGHTS, data_pack
from ..bearing.measures import summary
from ..bearing.recordings import recordings

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack (recorded motion)")
    parser.add_argument("--cache", type=Path, default=Path(".cache/motion"), help="prepared motion")
    parser.add_argument("--out", type=Path, default=WEIGHTS / "bearing", help="folder of the table")


def run(arguments: argparse.Namespace) -> None:
    tables = {"format": 1, **summary(recordings(arguments.data, arguments.cache))}
    arguments.out.mkdir(parents=True, exist_ok=True)
    target = arguments.out / "statistics.json"
    target.write_text(json.dumps(tables, indent=1) + "\n", encoding="utf-8")
    log.info("%s: %d bytes", target, target.stat().st_size)
