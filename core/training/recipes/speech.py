# SPDX-License-Identifier: GPL-3.0-or-later
"""The speech model, from prepared speech to weights/speech.

Before it: `python -m core.training.speech_data all` fills the cache. Every stage goes on where it was stopped.
"""
from __future__ import annotations

import argparse
import logging
from pathlib import Path

from ...models.speech.coarticulation import CHANNELS
from ...models.speech.config import SpeechConfig
from ...models.speech.phones import SYMBOLS
from ..speech.encoder import EncoderTraining, train_encoder
from ..speech.features import load_features

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cache", type=Path, default=Path(".cache/speech"), help="folder of the prepared speech")
    parser.add_argument("--run", type=Path, default=Path(".cache/runs/speech"), help="folder of checkpoints and logs")
    parser.add_argument("--weights", type=Path, default=Path("weights/speech"), help="where the finished model goes")
    parser.add_argument("--stage", choices=("encoder", "decoder", "export", "all"), default="all")
    parser.add_argument("--steps", type=int, default=EncoderTraining.steps, help="steps of the encoder")
    parser.add_argument("--width", type=int, default=SpeechConfig.width)
    parser.add_argument("--seed", type=int, default=EncoderTraining.seed)
    parser.add_argument("--threads", type=int, default=EncoderTraining.threads)


def run(arguments: argparse.Namespace) -> None:
    config = SpeechConfig(phones=SYMBOLS, channels=CHANNELS, width=arguments.width)
    arguments.run.mkdir(parents=True, exist_ok=True)
    if arguments.stage in ("encoder", "all"):
        features = load_features(arguments.cache)
        train_encoder(config, features, arguments.run,
                      EncoderTraining(steps=arguments.steps, seed=arguments.seed, threads=arguments.threads))
