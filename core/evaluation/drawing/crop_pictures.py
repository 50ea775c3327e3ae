# SPDX-License-Identifier: GPL-3.0-or-later
"""Crops that the encoder of pre-training learns from, as one picture: windows in rows, some of their frames side by side."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from ...errors import UserError
from ...training.data.pretraining.crops import HEADS, CropStore

_LARGER = 2  # pixels of the picture to one of a crop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--crops", type=Path, default=Path(".cache/crops"), help="folder of the drawn crops")
    parser.add_argument("--out", type=Path, default=Path("docs/images/crops.png"), help="the picture")
    parser.add_argument("--rows", type=int, default=6, help="windows, the heads in turn")
    parser.add_argument("--columns", type=int, default=8, help="frames of each")


def run(arguments: argparse.Namespace) -> dict:
    path = arguments.crops / "crops.npz"
    if not path.is_file():
        raise UserError(f"There is no {path}.", "Draw the crops first: python -m core.training crops --stage data.")
    from matplotlib import image

    picture = side_by_side(CropStore.read(path), arguments.rows, arguments.columns)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    image.imsave(arguments.out, picture, cmap="gray", vmin=0, vmax=255)
    return {"picture": arguments.out, "windows": arguments.rows}


def side_by_side(crops: CropStore, rows: int, columns: int) -> np.ndarray:
    """uint8 (H, W): windows of the heads that are learned from in turn, those first in which most moves."""
    of_head = {head: crops.of("train", {head: 1.0}) for head in HEADS}
    moves = {
        head: mine[np.argsort(-crops.pixels[mine].std(1, dtype=np.float32).mean((1, 2)))]
        for head, mine in of_head.items()
        if len(mine)
    }
    heads = list(moves)
    chosen = [moves[heads[row % len(heads)]][row // len(heads)] for row in range(rows)]
    frames = np.linspace(0, crops.pixels.shape[1] - 1, columns).astype(int)
    lines = [np.concatenate(list(crops.pixels[window][frames]), 1) for window in chosen]
    return np.kron(np.concatenate(lines, 0), np.ones((_LARGER, _LARGER), np.uint8))
