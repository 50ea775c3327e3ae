# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion from the keypoints of a video, fine-tuned from the pre-trained encoders, to weights/keypoints.

    python -m core.training keypoints [--encoder weights/pretraining] [--share 0.1]

Takes the recordings and views of `pretrain` (its --cache), and what its network has of keypoints, fusion and prediction; trains that on
motion from keypoints alone, by the errors in which it is measured. Some minutes on one core; stopped, it goes on where it was.
"""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from pathlib import Path

from ...models.pretraining import PretrainingConfig, read
from ...models.pretraining.seen_motion import SeenMotion, save_seen_motion
from ...paths import KEYPOINTS_WEIGHTS, PRETRAINING_WEIGHTS, data_pack
from ..data.pretraining import views
from ..data.pretraining.store import PretrainingStore
from ..keypoints.steps import KeypointSettings, train
from ..loops.settings import add_run_arguments, begin
from ..pretraining.steps import begun

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument(
        "--cache", type=Path, default=Path(".cache/pretraining"), help="folder of pretrain's recordings"
    )
    parser.add_argument("--encoder", type=Path, default=PRETRAINING_WEIGHTS, help="folder of encoders to start from")
    parser.add_argument("--scratch", action="store_true", help="start from nothing instead")
    add_run_arguments(parser, "keypoints", KEYPOINTS_WEIGHTS)
    parser.add_argument("--steps", type=int, default=KeypointSettings.steps)
    parser.add_argument("--batch", type=int, default=KeypointSettings.batch)
    parser.add_argument("--learning-rate", type=float, default=KeypointSettings.learning_rate)
    parser.add_argument("--share", type=float, default=1.0, help="of the recordings that are learned from")


def run(arguments: argparse.Namespace) -> None:
    begin(arguments)
    store = PretrainingStore.read(arguments.cache / "store.npz")
    seen = views.prepared(arguments.cache / "views.npz", store, arguments.data)
    start = begun(PretrainingConfig(), store, arguments.seed) if arguments.scratch else read(arguments.encoder)
    settings = KeypointSettings(
        steps=arguments.steps,
        batch=arguments.batch,
        learning_rate=arguments.learning_rate,
        seed=arguments.seed,
        share=arguments.share,
    )
    model = train(SeenMotion.of(start), store, seen, arguments.run, settings)
    of_start = {f"before: {name}": value for name, value in start.config.data.items()}
    data = {**of_start, "steps": settings.steps, "batch": settings.batch, "share": settings.share}
    model.config = replace(model.config, data=data)
    save_seen_motion(model, arguments.weights)
    log.info("wrote %s", arguments.weights)
