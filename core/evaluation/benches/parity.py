# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the faithful models with recorded fixtures: same fill, same inputs, same outputs.

`python -m core.evaluation parity --data DIR [--system NAME …] [--fixture NAME …]`. DIR holds one folder for each system
with `<fixture>.npz`, `<module>.keys.json`, `<module>.fill_check.json` and `tolerances.json`. Every fixture and every key
list found there is run; one without a runner here fails. Printed: one line each with its worst deviation as a share of
its tolerance (1 would be just allowed), then the count. Ends with status 1 if any failed.

What a fixture is and which deviation is tolerated says `core.evaluation.parity.checking`; its runners lie beside it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from ...errors import UserError
from ...paths import data_pack
from ..parity.checking import Result, check_system


def line(result: Result) -> str:
    """One printed line."""
    verdict = "ok  " if result.passed else "FAIL"
    worst = f"{result.worst:9.2g}" if np.isfinite(result.worst) else "        -"
    detail = result.message or (f"at {result.where}" if result.where else "")
    return (
        f"{verdict} {result.system:9} {result.name:34} {worst}  {result.arrays:4d}  {result.seconds:6.2f} s  {detail}"
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        default=data_pack().parent / "reference" / "parity",
        help="folder with one folder of fixtures for each system",
    )
    parser.add_argument("--system", nargs="*", default=None, help="only these systems")
    parser.add_argument("--fixture", nargs="*", default=None, help="only these fixtures or <module>.keys")


def run(arguments: argparse.Namespace) -> dict:
    """Run the bench. Returns count, passed, failed, worst and one entry for each fixture. Raises UserError without data."""
    folders = sorted(path for path in arguments.data.iterdir() if path.is_dir()) if arguments.data.is_dir() else []
    if arguments.system:
        folders = [folder for folder in folders if folder.name in arguments.system]
    if not folders:
        raise UserError(f"There are no fixtures in {arguments.data}.", "Give their folder with --data.")
    if torch.cuda.is_available():
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
    print(f"{'':4} {'system':9} {'fixture':34} {'of tol.':>9}  {'n':>4}  {'time':>8}  worst array")
    results: list[Result] = []
    for folder in folders:
        for result in check_system(folder, set(arguments.fixture) if arguments.fixture else None):
            print(line(result), flush=True)
            results.append(result)
    failed = [result for result in results if not result.passed]
    finite = [result.worst for result in results if np.isfinite(result.worst)]
    print(
        f"{len(results) - len(failed)} of {len(results)} pass; worst deviation {max(finite, default=0.0):.3g} of its tolerance"
    )
    return {
        "count": len(results),
        "failed": len(failed),
        "passed": bool(results) and not failed,
        "worst_of_tolerance": max(finite, default=0.0),
        "results": [
            {**vars(result), "worst": result.worst if np.isfinite(result.worst) else None} for result in results
        ],
    }
