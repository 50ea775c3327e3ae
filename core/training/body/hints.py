# SPDX-License-Identifier: GPL-3.0-or-later
"""Before the generator's own training: hints of masked motion that its transformers can find."""

from __future__ import annotations

import logging

import numpy as np
import torch
from torch import Tensor, nn

from ...models.emage.body_parts import PARTS
from ...models.emage.masking import random_mask
from ...models.emage.network import Emage
from ...models.emage.objectives import TrainingBatch
from .windows import Windower

log = logging.getLogger(__name__)


def learn_hints(model: Emage, bodies: Windower, faces: Windower, steps: int, seed: int) -> None:
    """Teach the motion encoder and the hint layers, by themselves, to say what the codecs' latents are of motion that is partly
    hidden; the linear read-outs are thrown away. The transformers then find the animator's keys in a form that they can pass on:
    without this first step they learn to hear the sound only, as long as we can afford to train."""
    network, random = model.network, np.random.default_rng(seed)
    draws = torch.Generator().manual_seed(seed)
    width = model.config.feature_width
    readouts = nn.ModuleDict({part: nn.Linear(width, model.config.codecs[part].width) for part in PARTS})
    modules = nn.ModuleList([network.motion_encoder, network.bodyhints_body, network.bodyhints_face, readouts])
    optimizer = torch.optim.Adam([*modules.parameters(), network.mask_embedding], 1e-3)
    for step in range(steps):
        optimizer.zero_grad()
        total = 0.0
        for windower, hints, count in ((bodies, network.bodyhints_body, 24), (faces, network.bodyhints_face, 12)):
            windows = windower.cut(count, random)
            ratio = float(random.choice([0.0, 0.1, 0.5]))
            mask = windower.hide_other(random_mask(*windows.motion.shape, ratio, draws))
            hint = hints(
                network.motion_encoder(torch.where(mask > 0.5, network.mask_embedding.expand_as(mask), windows.motion))
            )
            for part in windower.parts:
                wanted = windows.targets.latents[part]
                total = total + nn.functional.mse_loss(readouts[part](hint), wanted) / wanted.var()
        total.backward()
        nn.utils.clip_grad_norm_(modules.parameters(), 1.0)
        optimizer.step()
        if step % 50 == 49:
            log.info("hints %d/%d unexplained %.3f", step + 1, steps, float(total.detach()) / len(PARTS))


@torch.no_grad()
def level_hints(model: Emage, windows: TrainingBatch, talking: TrainingBatch) -> None:
    """Scale the projections through which motion and sound enter the transformers, so that what varies in them is as large as
    the position code beside them (layer-sequential unit variance, Mishkin and Matas 2016). By their usual initialisation the
    motion's hints are a hundredth of that, and at our size are not found in the time we have."""
    network = model.network

    def level(layer: nn.Linear, inputs: Tensor) -> None:
        out = layer(inputs)
        spread = out.flatten(0, -2).std(0).mean().clamp_min(1e-6)
        layer.weight /= spread
        layer.bias.copy_((layer.bias - out.flatten(0, -2).mean(0)) / spread)

    network.eval()
    level(network.moton_proj, network.bodyhints_body(network.motion_encoder(windows.motion)))
    level(network.audio_body_motion_proj, network.audio_encoder_body(windows.audio))
    hint = network.bodyhints_face(network.motion_encoder(talking.motion))
    heard = network.audio_encoder_face(talking.audio)
    level(network.audio_face_motion_proj, torch.cat((heard, hint), dim=-1))
