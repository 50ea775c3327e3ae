# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m core.training.data.speech STEP...: make the shards of the speech cache."""

from __future__ import annotations

import argparse
import logging
import time
from pathlib import Path

from ....errors import UserError
from .steps import STEPS, run_step
from .store import DEFAULT_CACHE, load_index, summary


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m core.training.data.speech", description=__doc__)
    parser.add_argument(
        "steps", nargs="+", choices=[*STEPS, "all", "status"], metavar="STEP", help=", ".join([*STEPS, "all", "status"])
    )
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--again", action="store_true", help="make a shard anew even if it is there")
    parser.add_argument("--status-file", type=Path, help="append a line for each finished shard")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    steps = list(STEPS) if "all" in arguments.steps else [step for step in arguments.steps if step != "status"]
    for step in steps:
        begun = time.time()
        for folder in run_step(step, arguments.cache, arguments.processes, arguments.again):
            lines = summary(load_index(arguments.cache, corpora=[folder.name]))
            print("\n".join(lines), f"({time.time() - begun:.0f} s)", flush=True)
            if arguments.status_file:
                with open(arguments.status_file, "a", encoding="utf-8") as file:
                    file.writelines(f"{time.strftime('%H:%M')} {folder} {line}\n" for line in lines)
    if "status" in arguments.steps:
        print("\n".join(summary(load_index(arguments.cache))))
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except UserError as error:
        raise SystemExit(f"error: {error}") from error
