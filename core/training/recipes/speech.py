# SPDX-License-Identifier: GPL-3.0-or-later
"""The speech model, from prepared speech to weights/speech.

Before it: `python -m core.training.data.speech all` fills the cache. Every stage goes on where it was stopped; shards that
were added to the cache since are taken in.
"""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from pathlib import Path

from ...audio.phones import SYMBOLS
from ...models.speech.checkpoint import load, save
from ...models.speech.config import CHANNELS, SpeechConfig
from ...models.speech.network import SpeechModel
from ...paths import SPEECH_WEIGHTS, data_pack
from ..loops.settings import add_run_arguments, begin
from ..pretraining.starting import add_encoder_arguments, encoder_of
from ..speech.decoder import DecoderTraining, train_decoder
from ..speech.encoder import EncoderTraining, train_encoder
from ..speech.features import load_features
from ..speech.gains import expression_gains
from ..speech.targets import load_targets

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack (captured faces)")
    parser.add_argument("--cache", type=Path, default=Path(".cache/speech"), help="folder of the prepared speech")
    add_run_arguments(parser, "speech", SPEECH_WEIGHTS, EncoderTraining.seed)
    parser.add_argument("--stage", choices=("encoder", "decoder", "tune", "all"), default="all")
    parser.add_argument("--encoder-steps", type=int, default=EncoderTraining.steps)
    parser.add_argument("--decoder-steps", type=int, default=DecoderTraining.steps)
    parser.add_argument(
        "--tune-steps", type=int, default=1300, help="steps in which encoder and decoder learn together"
    )
    parser.add_argument(
        "--start-from",
        type=Path,
        default=None,
        help="with --stage tune: the model to tune, on one's own data for instance (default: the decoder's checkpoint)",
    )
    parser.add_argument("--width", type=int, default=SpeechConfig.width)
    add_encoder_arguments(parser)
    parser.add_argument("--labels", type=float, default=1.0, help="share of the utterances whose phones count as known")


def run(arguments: argparse.Namespace) -> None:
    begin(arguments)
    config = SpeechConfig(phones=SYMBOLS, channels=CHANNELS, width=arguments.width)
    features = load_features(arguments.cache)
    if arguments.stage == "tune" and arguments.start_from is not None:
        model = load(arguments.start_from).requires_grad_(True)
    else:
        model = SpeechModel(config)
        # a stage that is not asked for takes its checkpoint as it is
        steps = arguments.encoder_steps if arguments.stage in ("encoder", "all") else 0
        how = EncoderTraining(steps=steps, seed=arguments.seed, labels=arguments.labels, frozen=arguments.frozen)
        encoder = train_encoder(config, features, arguments.run, how, encoder_of(arguments))
        model.encoder.load_state_dict(encoder.state_dict())
        if arguments.stage == "encoder":
            return
    basis = next((arguments.data / "rigs" / "ictfacekit_light").glob("*.npz"))
    targets = load_targets(features)
    if arguments.stage != "tune" or arguments.start_from is None:
        steps = arguments.decoder_steps if arguments.stage in ("decoder", "all") else 0
        decoder = DecoderTraining(steps=steps, seed=arguments.seed + 1)
        model = train_decoder(model, targets, basis, arguments.run, decoder)
    if arguments.stage in ("tune", "all"):
        tune = DecoderTraining(
            steps=arguments.tune_steps, learning_rate=1e-3, encoder_learning_rate=3e-4, seed=arguments.seed + 2
        )
        model = train_decoder(model.requires_grad_(True), targets, basis, arguments.run, tune, name="tune")
    model.config = replace(model.config, gains=expression_gains(model, features))
    log.info("gains %s", dict(zip(CHANNELS, model.config.gains)))
    save(model, arguments.weights)
    log.info("wrote %s", arguments.weights)
