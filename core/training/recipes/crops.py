# SPDX-License-Identifier: GPL-3.0-or-later
"""The encoder of small pictures of faces, beside the pre-trained encoders as they are, to weights/crops.

    python -m core.training crops [--encoder weights/pretraining]

Takes the recordings of `pretrain` (its --cache) and has Blender draw them on several heads: some minutes, once. Then the encoder learns:
some more of one core; stopped, it goes on where it was. Two heads are kept out of it, and the recordings that pre-training kept out.
"""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from pathlib import Path

import torch

from ...models.pretraining import PretrainingConfig, read
from ...models.pretraining.crops import CropEncoder, save_crops
from ...paths import CROPS_WEIGHTS, PRETRAINING_WEIGHTS, data_pack
from ..crops.steps import CropSettings, train
from ..data.pretraining import crops as crop_stores
from ..data.pretraining.store import PretrainingStore
from ..loops.settings import add_run_arguments, begin

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument(
        "--cache", type=Path, default=Path(".cache/pretraining"), help="folder of pretrain's recordings"
    )
    parser.add_argument("--crops", type=Path, default=Path(".cache/crops"), help="folder of the drawn crops")
    parser.add_argument("--encoder", type=Path, default=PRETRAINING_WEIGHTS, help="folder of the other encoders")
    parser.add_argument("--stage", choices=("data", "all"), default="all", help="data: draw the crops and no more")
    add_run_arguments(parser, "crops", CROPS_WEIGHTS)
    parser.add_argument("--steps", type=int, default=CropSettings.steps)
    parser.add_argument("--batch", type=int, default=CropSettings.batch)
    parser.add_argument("--learning-rate", type=float, default=CropSettings.learning_rate)


def run(arguments: argparse.Namespace) -> None:
    begin(arguments)
    store = PretrainingStore.read(arguments.cache / "store.npz")
    crops = crop_stores.prepared(arguments.crops, store, arguments.data)
    if arguments.stage == "data":
        return
    others = read(arguments.encoder)
    torch.manual_seed(arguments.seed)
    sizes = PretrainingConfig.named("crops")
    encoder = CropEncoder(replace(others.config, crop_pixels=sizes.crop_pixels, crop_widths=sizes.crop_widths, data={}))
    settings = CropSettings(arguments.steps, arguments.batch, arguments.learning_rate, arguments.seed)
    encoder = train(encoder, others, store, crops, arguments.run, settings).eval()
    learned = crops.of("train", crop_stores.HEADS)
    data = {"windows": float(len(learned)), "steps": settings.steps, "batch": settings.batch}
    data |= {f"windows {head}": float((crops.heads[learned] == head).sum()) for head in crop_stores.HEADS}
    encoder.config = replace(encoder.config, data=data)
    save_crops(encoder, arguments.weights)
    log.info("wrote %s", arguments.weights)
