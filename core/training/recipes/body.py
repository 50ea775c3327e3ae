# SPDX-License-Identifier: GPL-3.0-or-later
"""EMAGE at our size: codecs, global motion, generator, from recorded motion to weights/emage.

Stages go on where they were stopped: `codecs` (each part may run in a process of its own with --part), `generator`, `ship`.
The motion cache is filled from the data pack at the first run; the face's data come from the speech model and are cached too.
"""
from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from ...models.emage.body_parts import PARTS, split
from ...models.emage.config import EmageConfig
from ..body.codecs import CodecTraining, train_codec, train_global_motion
from ..body.frames import BodyFrames, gather
from ..body_data import load
from ..body_data.performances import performances

log = logging.getLogger(__name__)
MINUTES = 50.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the developers' data pack (motion)")
    parser.add_argument("--cache", type=Path, default=Path(".cache/motion"), help="folder of the prepared motion")
    parser.add_argument("--run", type=Path, default=Path(".cache/runs/body"), help="folder of checkpoints")
    parser.add_argument("--weights", type=Path, default=Path("weights/emage"), help="where the finished model goes")
    parser.add_argument("--stage", choices=("codecs", "generator", "ship", "all"), default="all")
    parser.add_argument("--part", choices=(*PARTS, "global"), nargs="*", default=None, help="with --stage codecs: only these")
    parser.add_argument("--preset", default="talking", help="size, a preset of models.emage.config")
    parser.add_argument("--codec-steps", type=int, default=CodecTraining.steps)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)


def run(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(arguments.threads)
    config = EmageConfig.named(arguments.preset)
    clips = [clip for clip in load(arguments.cache, arguments.data) if clip.split == "train"]
    frames = gather(performances(clips, MINUTES, arguments.seed))
    log.info("%.1f min of performances from %d training clips", len(frames.motion) / config.rate_hz / 60, len(clips))
    if arguments.stage in ("codecs", "all"):
        for part in arguments.part or (*PARTS, "global"):
            settings = CodecTraining(steps=arguments.codec_steps, seed=arguments.seed)
            if part == "global":
                train_global_motion(config, body_batches(frames, "lower", settings), arguments.run, replace(settings, steps=settings.steps // 2))
            else:
                train_codec(config, part, body_batches(frames, part, settings), arguments.run, settings)


def body_batches(frames: BodyFrames, part: str, settings: CodecTraining):
    """Random windows of one part's vectors."""

    def batch(random: np.random.Generator) -> torch.Tensor:
        starts = frames.window_starts(settings.batch, settings.length, random, fingers_only=part == "hands")
        motion = torch.from_numpy(frames.motion[frames.windows(starts, settings.length)])
        return split(motion, motion[..., :0])[part]

    return batch
