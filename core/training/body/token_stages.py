# SPDX-License-Identifier: GPL-3.0-or-later
"""From recordings to weights for presets whose tokens span several frames: material, codecs, generator, what ships.

In the run's folder: `frames.npz` (performances, made once), `codec_<part>.pt`, `codecs.pt`, `generator.pt` (all that a training
needs to go on), and `travel.pt`, a small one to go on from on another machine.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from ...models.emage.body_parts import BODY_PARTS
from ...models.emage.checkpoint import save
from ...models.emage.network import Emage
from ..data.body import BodyClip
from ..data.body.performances import performances
from ..loops.checkpoints import write_whole
from .codec_figures import codec_figures
from .frames import BodyFrames, gather
from .strided_codecs import StridedCodecTraining, train_strided_codec
from .strokes import with_strokes
from .token_generator import set_usual_motion

log = logging.getLogger(__name__)
_SAMPLED_WINDOWS = 1800  # that codebooks are found on


@dataclass(frozen=True)
class TokenMaterial:
    """Performances to learn from and to watch, and the recorded gestures whose strokes are remembered."""

    frames: BodyFrames
    held_out: BodyFrames
    strokes: list[BodyClip]


def material(clips: list[BodyClip], run: Path, minutes: float, seed: int) -> TokenMaterial:
    """Stitch the performances, or read those of a run that was begun."""
    train = [clip for clip in clips if clip.split == "train"]
    held_out = [clip for clip in clips if clip.split == "validation"]
    found = []
    for name, own, length in (("frames", train, minutes), ("held_out", held_out, min(8.0, minutes))):
        path = run / f"{name}.npz"
        if not path.is_file():
            frames = gather(performances(own, length, seed))
            log.info("%s: %.1f min of performances", name, len(frames.motion) / 1800)
            replace(frames, motion=frames.motion.astype(np.float16)).write(path)
        found.append(BodyFrames.read(path))
    return TokenMaterial(*found, train)


def train_codecs(model: Emage, frames: BodyFrames, run: Path, settings: StridedCodecTraining) -> None:
    """The codecs of all parts into the model, from codecs.pt if the run has them."""
    path = run / "codecs.pt"
    if path.is_file():
        model.codecs.load_state_dict(torch.load(path, weights_only=True, map_location="cpu"))
        return
    for part in BODY_PARTS:
        sample = frames.part_windows(part, _SAMPLED_WINDOWS, settings.length, np.random.default_rng(settings.seed))
        batches = partial(frames.part_windows, part, settings.batch, settings.length)
        codec = train_strided_codec(model.config.codecs[part], part, batches, sample, run, settings)
        model.codecs.strided(part).load_state_dict(codec.state_dict())
    write_whole(model.codecs.state_dict(), path)
    log.info("codecs: %s", {name: round(value, 3) for name, value in codec_figures(model.codecs, frames).items()})


def finished(model: Emage, given: TokenMaterial, weights: Path) -> Emage:
    """The model with postures and strokes, written to the folder in half precision."""
    set_usual_motion(model)
    model.postures.copy_(given.frames.postures(model.config))
    full = with_strokes(model, given.strokes)
    save(full.eval(), weights, half_precision=True)
    return full
