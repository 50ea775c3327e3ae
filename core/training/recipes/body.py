# SPDX-License-Identifier: GPL-3.0-or-later
"""EMAGE at our size: codecs, global motion, generator, from recorded motion to weights/emage.

Stages go on where they were stopped: `codecs` (each part may run in a process of its own with --part), `generator`, `face`, `ship`.
The motion cache is filled from the data pack at the first run; the face's data come from the speech model and are cached too.

Presets whose tokens span several frames ("lively") have no face. Their generator learns as long as it may: --minutes, or --steps
from the very beginning. `make train-gpu RECIPE=body` trains it for ten minutes on a GPU; it needs of --cache and --run only the
prepared motion, codecs.pt and travel.pt, and leaves a travel.pt from which a CPU goes on.

--encoder is for presets with a face ("talking"): the face then hears its voice through that encoder, the body its plan as before, since
nobody spoke to the motion that it learns from. Give such a model a --run and --weights of its own.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from ...errors import UserError
from ...models.emage.body_parts import PARTS, TRANSLATION, split
from ...models.emage.checkpoint import save
from ...models.emage.config import EmageConfig
from ...models.emage.network import Emage
from ...paths import BODY_WEIGHTS, data_pack
from ..body.codecs import CodecTraining, train_codec, train_global_motion
from ..body.face import FaceFrames, face_frames, face_sound
from ..body.frames import BodyFrames, gather
from ..body.generator import GeneratorTraining, train_face, train_generator
from ..body.strided_codecs import StridedCodecTraining
from ..body.strokes import with_strokes
from ..body.token_generator import TokenTraining, train_tokens
from ..body.token_stages import finished, material, train_codecs
from ..data.body import BodyClip, load
from ..data.body.performances import performances
from ..loops.settings import add_run_arguments, begin
from ..pretraining.starting import Start, add_encoder_arguments, begin_hearing, start_of

log = logging.getLogger(__name__)
MINUTES = 50.0
TOKEN_MINUTES = 60.0  # of stitched gestures; whole recordings come on top


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack (motion)")
    parser.add_argument("--cache", type=Path, default=Path(".cache/motion"), help="folder of the prepared motion")
    add_run_arguments(parser, "body", BODY_WEIGHTS)
    parser.add_argument("--stage", choices=("codecs", "generator", "face", "ship", "all"), default="all")
    parser.add_argument("--part", choices=PARTS, nargs="*", default=None, help="with --stage codecs: only these")
    parser.add_argument("--preset", default="talking", help="size, a preset of models.emage.config")
    parser.add_argument("--codec-steps", type=int, default=CodecTraining.steps)
    parser.add_argument("--steps", type=int, default=None, help="of the generator")
    parser.add_argument(
        "--minutes", type=float, default=0.0, help="of the generator, 0 for no end (several frames a token)"
    )
    parser.add_argument(
        "--batch", type=int, default=TokenTraining.batch, help="of the generator (several frames a token)"
    )
    add_encoder_arguments(parser)
    parser.add_argument("--device", default="cpu", help="cpu or cuda (several frames a token)")


def run(arguments: argparse.Namespace) -> None:
    begin(arguments)
    config, start = EmageConfig.named(arguments.preset), start_of(arguments)
    if start is not None:
        config = hearing_face(config, start)
    clips = load(arguments.cache, arguments.data)
    if config.token_frames > 1:
        train_with_tokens(config, clips, arguments)
        return
    frames = gather(performances([clip for clip in clips if clip.split == "train"], MINUTES, arguments.seed))
    log.info("%.1f min of performances", len(frames.motion) / config.rate_hz / 60)
    faces = face_frames(config, arguments.data, arguments.run / "face.npz", seed=arguments.seed)
    if start is not None:
        sound = face_sound(arguments.data, arguments.run / "face_sound.npz", seed=arguments.seed)
        faces = replace(faces, sound=sound)
    held_out = [clip for clip in clips if clip.split == "validation"]
    train(
        config,
        frames,
        faces,
        lambda: gather(performances(held_out, 6.0, arguments.seed)),
        arguments,
        [clip for clip in clips if clip.split == "train"],
        start,
    )


def hearing_face(config: EmageConfig, start: Start) -> EmageConfig:
    """The sizes with a face that hears with the encoder. Raises UserError for presets without a face."""
    if "face" not in config.codecs:
        raise UserError(
            "This preset has no face, and its body hears a plan, not a voice: there is nothing for --encoder to do.",
            "Leave --encoder out, or take --preset talking.",
        )
    return replace(config, hearing=start.hearing)


def train_with_tokens(config: EmageConfig, clips: list[BodyClip], arguments: argparse.Namespace) -> None:
    """The stages that the arguments name, for codecs whose tokens span several frames."""
    model = Emage(config)
    given = material(clips, arguments.run, TOKEN_MINUTES, arguments.seed)
    train_codecs(model, given.frames, arguments.run, StridedCodecTraining(seed=arguments.seed))
    if arguments.stage == "codecs":
        return
    steps = TokenTraining.steps if arguments.steps is None else arguments.steps
    settings = TokenTraining(
        steps if arguments.stage in ("generator", "all") else 0,
        arguments.batch,
        seed=arguments.seed,
        minutes=arguments.minutes,
        device=arguments.device,
    )
    train_tokens(model, given.frames, given.held_out, arguments.run, settings)
    if arguments.stage in ("ship", "all"):
        finished(model, given, arguments.weights)
        log.info("wrote %s", arguments.weights)


def train(
    config: EmageConfig,
    frames: BodyFrames,
    faces: FaceFrames,
    held_out: Callable[[], BodyFrames],
    arguments: argparse.Namespace,
    strokes: list[BodyClip],
    start: Start | None = None,
) -> None:
    """The stages that the arguments name, on bodies and faces that are ready. held_out: makes performances to validate on.
    strokes: clips whose gestures the model remembers. start: what the face hears with, if not with content and rhythm."""
    model = Emage(config)
    begin_hearing(model, start)
    for part in PARTS if arguments.part is None else arguments.part:
        steps = arguments.codec_steps if arguments.stage in ("codecs", "all") else 0
        settings = CodecTraining(steps=steps, seed=arguments.seed)
        batches = face_batches(faces, config, settings) if part == "face" else body_batches(frames, part, settings)
        codec = train_codec(config, part, batches, arguments.run, settings, len(config.face_joints))
        model.codecs[part].load_state_dict(codec.state_dict())
    settings = CodecTraining(
        steps=arguments.codec_steps // 2 if arguments.stage in ("codecs", "all") else 0, seed=arguments.seed
    )
    on_the_way = body_batches(replace(frames, motion=travelling(frames)), "lower", settings)
    model.codecs.global_motion = train_global_motion(config, on_the_way, arguments.run, settings)
    if arguments.stage == "codecs":
        return
    model.postures.copy_(frames.postures(config))
    wanted = GeneratorTraining.steps if arguments.steps is None else arguments.steps
    steps = wanted if arguments.stage in ("generator", "all") else 0
    train_generator(
        model, frames, faces, held_out(), arguments.run, GeneratorTraining(steps=steps, seed=arguments.seed)
    )
    if arguments.stage == "generator":
        return
    face_steps = GeneratorTraining.face_steps if arguments.stage in ("face", "all") else 0
    train_face(model, faces, arguments.run, GeneratorTraining(face_steps=face_steps, seed=arguments.seed), start)
    save(with_strokes(model, strokes).eval(), arguments.weights, half_precision=True)
    log.info("wrote %s", arguments.weights)


def travelling(frames: BodyFrames) -> np.ndarray:
    """The frames with the root where it really was."""
    moved = frames.motion.copy()
    moved[:, TRANSLATION] = frames.travel
    return moved


def face_batches(faces: FaceFrames, config: EmageConfig, settings: CodecTraining):
    """Random windows of the face's vectors."""

    def batch(random: np.random.Generator) -> torch.Tensor:
        index = faces.frames.windows(
            faces.frames.window_starts(settings.batch, settings.length, random), settings.length
        )
        motion, shapes = torch.from_numpy(faces.frames.motion[index]), torch.from_numpy(faces.expression[index])
        return split(motion, shapes, config.face_joints)["face"]

    return batch


def body_batches(frames: BodyFrames, part: str, settings: CodecTraining):
    """Random windows of one part's vectors."""
    return lambda random: frames.part_windows(part, settings.batch, settings.length, random)
