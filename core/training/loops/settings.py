# SPDX-License-Identifier: GPL-3.0-or-later
"""What every training has to know: settings, and the options of the command line that all recipes share."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import torch


@dataclass(frozen=True)
class TrainingSettings:
    """steps: updates, each of `batch` examples. learning_rate: the highest of the run."""

    steps: int
    batch: int
    learning_rate: float
    seed: int = 0


def add_run_arguments(parser: argparse.ArgumentParser, run: str, weights: Path, seed: int = 0) -> None:
    """Where a run keeps its checkpoints and what it makes, its seed, its threads.

    One thread unless asked for more: these networks are small, and two threads wait for each other most of the time.
    """
    parser.add_argument("--run", type=Path, default=Path(".cache/runs") / run, help="folder of checkpoints and logs")
    parser.add_argument("--weights", type=Path, default=weights, help="where the finished model goes")
    parser.add_argument("--seed", type=int, default=seed)
    parser.add_argument("--threads", type=int, default=1, help="PyTorch's (default 1)")


def begin(arguments: argparse.Namespace) -> None:
    """What a recipe does first with `add_run_arguments`."""
    torch.set_num_threads(arguments.threads)
    arguments.run.mkdir(parents=True, exist_ok=True)
