# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m core.development.crops PLAN OUT`: draws the windows of a plan, at any time again from where it was stopped.

PLAN, npz: heads (W,) names, face (W, T, 58), seeds (W,). OUT: a folder of one .npy a window, uint8 (T, size, size).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from ...errors import UserError
from ...paths import data_pack
from ..leaving import leave


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m core.development.crops", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("plan", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--size", type=int, default=48, help="pixels of a crop's side")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="audio2rig-crops-", ignore_cleanup_errors=True) as resources:
        os.environ["BLENDER_USER_RESOURCES"] = resources
        from . import heads
        from .filming import filmed, random_shot
        from .sheet import Sheet

        with np.load(options.plan) as plan:
            names, face, seeds = plan["heads"], plan["face"], plan["seeds"]
        try:
            known = {str(name): heads.load(str(name), options.data) for name in np.unique(names)}
        except UserError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        sheet = Sheet(options.size, Path(resources))
        began, done = time.monotonic(), 0
        for window in range(len(names)):
            path = options.out / f"{window:05d}.npy"
            if path.is_file():
                continue
            random = np.random.default_rng(int(seeds[window]))
            head = known[str(names[window])]
            places = filmed(head, face[window], random_shot(len(head.people), random))
            part = path.with_suffix(".part")
            with part.open("wb") as file:
                np.save(file, sheet.drawn(head, places, random))
            part.replace(path)
            done += 1
            if done % 25 == 0:
                rate = done * face.shape[1] / (time.monotonic() - began)
                sys.stdout.write(f"{window + 1} of {len(names)} windows, {rate:.0f} crops a second\n")
                sys.stdout.flush()
    return 0


if __name__ == "__main__":
    leave(main())
