# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures how people blink, look and move their heads, and writes the small tables that `core.performance.face` reads.

    python -m core.training nonverbal [--data DIR] [--out DIR]

Recordings (DIR/face): blinks (eyelid openness of 24 people), gaze_conversation (fixations of 19 people in video
conversations), address_landmarks (68 landmarks of one speaker), arkit_rom (eye shapes with eye angles). What is written are
quantiles, shares and standard deviations; no recording can be got back from them.
"""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path

from ...paths import WEIGHTS, data_pack
from ..nonverbal.blinks import blinks
from ..nonverbal.gaze import eyes, gaze
from ..nonverbal.head import head_and_brows

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack (captured faces)")
    parser.add_argument("--out", type=Path, default=WEIGHTS / "nonverbal", help="folder of the table")


def run(arguments: argparse.Namespace) -> None:
    folder = arguments.data / "face"
    tables = {
        "format": 1,
        "blinks": blinks(folder),
        "gaze": gaze(folder),
        "eyes": eyes(folder),
        "speaking": head_and_brows(folder),
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    target = arguments.out / "statistics.json"
    target.write_text(json.dumps(tables, indent=1) + "\n", encoding="utf-8")
    log.info("%s: %d bytes", target, target.stat().st_size)
