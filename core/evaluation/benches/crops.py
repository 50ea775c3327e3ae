# SPDX-License-Identifier: GPL-3.0-or-later
"""How much small pictures of a face say, on recordings that nothing learned from: on heads that were learned from, and on others.

`python -m core.evaluation crops [--weights DIR] [--compare NAME=DIR …]`. Retrieval: how often, among 64 windows of 2.56 s, the motion or
the sound that a window of crops belongs to is first (R@1) or among the first five (R@5), by frames at the same moments and by vectors of
whole clips; offset: how often two streams go together best within two frames of where they belong. Motion: mean errors of shapes that
move (0..1), of the head, and of the head about its middle (degrees), beside copying the training crop with the nearest pixels, and the
training's mean. Before it: `python -m core.training crops --stage data`.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from ...models.pretraining import read
from ...models.pretraining.crops import CropEncoder, read_crops
from ...paths import CROPS_WEIGHTS, PRETRAINING_WEIGHTS, data_pack
from ...training.crops.windows import told_of
from ...training.data.pretraining import crops as crop_stores
from ...training.data.pretraining.store import PretrainingStore
from ...training.pretraining.retrieval import CHANCE
from ..material.crop_motion import copied, errors, predicted, retrieval, training_mean
from ..tables import Column, header, line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--cache", type=Path, default=Path(".cache/pretraining"), help="folder of the recordings")
    parser.add_argument("--crops", type=Path, default=Path(".cache/crops"), help="folder of the drawn crops")
    parser.add_argument("--encoder", type=Path, default=PRETRAINING_WEIGHTS, help="folder of the other encoders")
    parser.add_argument("--weights", type=Path, default=CROPS_WEIGHTS, help="folder of the encoder of crops")
    parser.add_argument("--compare", nargs="*", default=(), metavar="NAME=DIR", help="folders of other weights")


def run(arguments: argparse.Namespace) -> dict:
    store = PretrainingStore.read(arguments.cache / "store.npz")
    crops = crop_stores.prepared(arguments.crops, store, arguments.data)
    others = read(arguments.encoder).eval()
    trained = read_crops(arguments.weights).eval()
    torch.manual_seed(0)
    models = {"trained": trained, "untrained": CropEncoder(replace(trained.config, data={})).eval()}
    models |= {name: read_crops(folder).eval() for name, folder in (one.split("=", 1) for one in arguments.compare)}
    known = told_of(others, store, crops, crops.of("train", crop_stores.HEADS), with_sound=False)
    figures: dict[str, dict[str, dict[str, float]]] = {"crops-face": {}, "sound-crops": {}, "motion": {}}
    for heads, names in (("known heads", crop_stores.HEADS), ("new heads", crop_stores.HELD_HEADS)):
        held = told_of(others, store, crops, crops.of("validation", names))
        for name, model in models.items():
            for task, found in retrieval(model, others, held).items():
                figures[task][f"{name}, {heads}"] = found
            figures["motion"][f"{name}, {heads}"] = errors(predicted(model, others, held), held)
        figures["motion"][f"nearest training crop, {heads}"] = errors(copied(known, held), held)
        figures["motion"][f"training mean, {heads}"] = errors(training_mean(known), held)
    for task in ("crops-face", "sound-crops"):
        figures[task]["chance"] = CHANCE
    for title, rows in figures.items():
        columns = [Column(key, key, ".3f", 15) for key in next(iter(rows.values()))]
        print(f"\n{header(columns, title, 36)}")
        for name, row in rows.items():
            print(line(columns, name, 36, row))
    return figures
