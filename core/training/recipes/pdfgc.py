# SPDX-License-Identifier: GPL-3.0-or-later
"""PD-FGC, from recorded faces and voices to weights/pdfgc.

First one code of all motion, then lips that know their sound, then all four codes. `--variant uncontrasted` and `--variant correlated`
train the last stage without the audio-visual terms and without the decorrelation, to compare. Every stage goes on where it was stopped.
Faces and sounds are prepared once, in some minutes. With --encoder it hears through that encoder in the place of its own; give such a
model a --run and --weights of its own."""

from __future__ import annotations

import argparse
import copy
import logging
from dataclasses import replace
from pathlib import Path

from ...models.meshtalk import MeshTalkConfig
from ...models.pdfgc import RigPdfgcConfig, save
from ...paths import PDFGC_WEIGHTS, data_pack
from ..data.faces.store import LEVELLED, prepared, with_levelled_sound
from ..data.faces.whole_motion import whole_motion
from ..loops.settings import add_run_arguments, begin
from ..pdfgc.steps import LIP, MOTION, SPLIT, VARIANTS, Material, begun, train_lips, train_motion, train_split
from ..pretraining.starting import add_encoder_arguments, start_of

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument(
        "--cache", type=Path, default=Path(".cache/faces.npz"), help="file of MeshTalk's faces and sounds"
    )
    parser.add_argument("--motions", type=Path, default=Path(".cache/motions.npz"), help="file of the prepared motions")
    parser.add_argument(
        "--levelled", type=Path, default=LEVELLED, help="with --encoder: file of the sounds as it hears them"
    )
    add_encoder_arguments(parser)
    add_run_arguments(parser, "pdfgc", PDFGC_WEIGHTS, seed=40)
    parser.add_argument("--variant", choices=(*VARIANTS, "all"), default="split")
    parser.add_argument("--motion-steps", type=int, default=MOTION.steps)
    parser.add_argument("--lip-steps", type=int, default=LIP.steps)
    parser.add_argument("--split-steps", type=int, default=SPLIT.steps)


def run(arguments: argparse.Namespace) -> None:
    begin(arguments)
    sounds = prepared(arguments.cache, arguments.data, MeshTalkConfig.named("trained"))
    motions, start = whole_motion(arguments.motions, arguments.data, sounds), start_of(arguments)
    if start is not None:
        sounds = with_levelled_sound(sounds, arguments.levelled, arguments.data)
    material = Material(motions, sounds, arguments.run, start)
    seed = arguments.seed
    model = begun(RigPdfgcConfig.named("trained"), material, seed)
    model = train_motion(model, material, replace(MOTION, steps=arguments.motion_steps, seed=seed))
    with_lips = train_lips(copy.deepcopy(model), material, replace(LIP, steps=arguments.lip_steps, seed=seed))
    for variant in VARIANTS if arguments.variant == "all" else (arguments.variant,):
        start = model if variant == "uncontrasted" else with_lips
        split = replace(SPLIT, steps=arguments.split_steps, seed=seed)
        trained = train_split(copy.deepcopy(start), material, split, variant)
        folder = arguments.weights if variant == "split" else arguments.run / variant
        save(trained, folder, half_precision=True)
        log.info("wrote %s", folder)
