# SPDX-License-Identifier: GPL-3.0-or-later
"""The speech model, from prepared speech to weights/speech.

Before it: `python -m core.training.speech_data all` fills the cache. Every stage goes on where it was stopped; shards that
were added to the cache since are taken in.
"""
from __future__ import annotations

import argparse
import logging
from pathlib import Path

from ...models.speech.coarticulation import CHANNELS
from ...models.speech.config import SpeechConfig
from ...models.speech.model import SpeechModel
from ...models.speech.phones import SYMBOLS
from ...models.speech.weights import save
from ..speech.decoder import DecoderTraining, train_decoder
from ..speech.encoder import EncoderTraining, train_encoder
from ..speech.features import load_features
from ..speech.targets import load_targets

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the developers' data pack (captured faces)")
    parser.add_argument("--cache", type=Path, default=Path(".cache/speech"), help="folder of the prepared speech")
    parser.add_argument("--run", type=Path, default=Path(".cache/runs/speech"), help="folder of checkpoints and logs")
    parser.add_argument("--weights", type=Path, default=Path("weights/speech"), help="where the finished model goes")
    parser.add_argument("--stage", choices=("encoder", "decoder", "all"), default="all")
    parser.add_argument("--encoder-steps", type=int, default=EncoderTraining.steps)
    parser.add_argument("--decoder-steps", type=int, default=DecoderTraining.steps)
    parser.add_argument("--tune-encoder", type=float, default=DecoderTraining.encoder_learning_rate,
                        help="learning rate of the encoder in stage two (0: it stays as it is)")
    parser.add_argument("--width", type=int, default=SpeechConfig.width)
    parser.add_argument("--seed", type=int, default=EncoderTraining.seed)
    parser.add_argument("--threads", type=int, default=EncoderTraining.threads)


def run(arguments: argparse.Namespace) -> None:
    config = SpeechConfig(phones=SYMBOLS, channels=CHANNELS, width=arguments.width)
    arguments.run.mkdir(parents=True, exist_ok=True)
    features = load_features(arguments.cache)
    steps = arguments.encoder_steps if arguments.stage != "decoder" else 0  # 0: take the checkpoint as it is
    encoder = train_encoder(config, features, arguments.run,
                            EncoderTraining(steps=steps, seed=arguments.seed, threads=arguments.threads))
    if arguments.stage == "encoder":
        return
    model = SpeechModel(config)
    model.encoder.load_state_dict(encoder.state_dict())
    basis = next((arguments.data / "rigs" / "ictfacekit_light").glob("*.npz"))
    model = train_decoder(model, load_targets(features), basis, arguments.run,
                          DecoderTraining(steps=arguments.decoder_steps, encoder_learning_rate=arguments.tune_encoder,
                                          seed=arguments.seed + 1, threads=arguments.threads))
    save(model, arguments.weights)
    log.info("wrote %s", arguments.weights)
