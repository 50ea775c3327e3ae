# SPDX-License-Identifier: GPL-3.0-or-later
"""MeshTalk, from recorded faces and voices to weights/meshtalk.

First a categorical latent in which the mouth follows the sound and the upper face the expression, then what follows what in it, given
the sound. `--stage uncrossed` trains the first step without the cross-modality terms, to compare. Every stage goes on where it was
stopped. Faces and sounds are prepared once, in some minutes.

With --encoder it hears through that encoder in the place of its own (its configuration says so, and its weights hold it); give such a
model a --run and --weights of its own.
"""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from pathlib import Path

from ...models.meshtalk import MeshTalkConfig, save
from ...paths import MESHTALK_WEIGHTS, data_pack
from ..data.faces.store import LEVELLED, prepared, with_levelled_sound
from ..loops.settings import add_run_arguments, begin
from ..meshtalk.figures import latent_figures
from ..meshtalk.head import measuring_head
from ..meshtalk.steps import CONTEXT, LATENT, Material, begun, train_context, train_latent
from ..pretraining.starting import add_encoder_arguments, start_of

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument(
        "--cache", type=Path, default=Path(".cache/faces.npz"), help="file of the prepared faces and sounds"
    )
    parser.add_argument(
        "--levelled", type=Path, default=LEVELLED, help="with --encoder: file of the sounds as it hears them"
    )
    add_encoder_arguments(parser)
    add_run_arguments(parser, "meshtalk", MESHTALK_WEIGHTS, seed=30)
    parser.add_argument("--stage", choices=("latent", "context", "uncrossed", "all"), default="all")
    parser.add_argument("--latent-steps", type=int, default=LATENT.steps)
    parser.add_argument("--context-steps", type=int, default=CONTEXT.steps)


def run(arguments: argparse.Namespace) -> None:
    begin(arguments)
    config, start = MeshTalkConfig.named("trained"), start_of(arguments)
    store = prepared(arguments.cache, arguments.data, config)
    if start is not None:
        store = with_levelled_sound(store, arguments.levelled, arguments.data)
    material = Material(store, measuring_head(arguments.data), arguments.run, start)
    latent = replace(LATENT, steps=arguments.latent_steps, seed=arguments.seed)
    context = replace(CONTEXT, steps=arguments.context_steps, seed=arguments.seed)
    model = begun(config, material, arguments.seed)
    mean = model.vertex_unet.mean[0, 0]
    if arguments.stage == "uncrossed":
        model = train_latent(model, material, latent, "uncrossed", crossed=False)
        log.info("without the cross-modality terms: %s", latent_figures(model, material.store, material.head, mean))
        return
    model = train_latent(model, material, latent, "latent")
    log.info("latent: %s", latent_figures(model, material.store, material.head, mean))
    if arguments.stage == "latent":
        return
    model = train_context(model, material, context, "context")
    save(model, arguments.weights, half_precision=True)
    log.info("wrote %s", arguments.weights)
