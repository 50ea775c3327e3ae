# SPDX-License-Identifier: GPL-3.0-or-later
"""Would the body's network itself gain from a performer's capture? A row of its speaker embedding, chosen or learned on the flow loss.

Everything else of the network stays as it is. What is missed of held-out motion is compared between the rows that ship (their mean, and
the one that misses least of what was captured) and a row that was learned from the captured minutes by gradient.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from ...models.emage import Emage
from ...training.body.frames import BodyFrames, gather
from ...training.body.token_generator import TokenTraining, losses, prepared
from ...training.data.body import BodyClip
from .performed_bodies import stitched

_WINDOWS = 24
_RATE = 0.05


def learned_speaker(
    model: Emage, bodies: list[BodyClip], performer: str, seconds: float, steps: int
) -> dict[str, float]:
    """The loss on held-out minutes, by row: mean of all that are used, best of them on the capture, learned from that one."""
    captured, held = (_frames(bodies, performer, split, seconds) for split in ("train", "validation"))
    used = list(model.config.usable_speakers)
    seen = [_loss(model, captured, row) for row in used]
    best = used[int(np.argmin(seen))]
    kept = model.network.speaker_embedding_body.weight.detach().clone()
    found = {
        "mean row": float(np.mean([_loss(model, held, row) for row in used])),
        "best row": _loss(model, held, best),
    }
    try:
        _learn(model, captured, best, steps)
        found["learned row"] = _loss(model, held, best)
        found["learned row, capture"], found["best row, capture"] = _loss(model, captured, best), min(seen)
    finally:
        model.network.speaker_embedding_body.weight.data.copy_(kept)
    return found


def _frames(bodies: list[BodyClip], performer: str, split: str, seconds: float) -> BodyFrames:
    return gather([stitched(bodies, performer, split, seconds, 5)])


@torch.no_grad()
def _loss(model: Emage, frames: BodyFrames, row: int) -> float:
    """Always of the same windows, masks and noise."""
    torch.manual_seed(0)
    told = replace(frames, speaker=np.full_like(frames.speaker, row))
    settings = TokenTraining(batch=_WINDOWS, silent=0.0)
    step = prepared(model.config, told, settings.ramp, settings, np.random.default_rng(1))
    level = torch.linspace(0.05, 1.0, _WINDOWS)
    return float(losses(model.network.eval(), model.codecs, step, step.windows.motion, level)[0])


def _learn(model: Emage, frames: BodyFrames, row: int, steps: int) -> None:
    told = replace(frames, speaker=np.full_like(frames.speaker, row))
    settings = TokenTraining(batch=8)
    random = np.random.default_rng(2)
    embedding = model.network.speaker_embedding_body.weight
    for parameter in model.parameters():
        parameter.requires_grad_(parameter is embedding)
    optimizer = torch.optim.Adam([embedding], _RATE)
    for _ in range(steps):
        step = prepared(model.config, told, settings.ramp, settings, random)
        loss, _ = losses(model.network, model.codecs, step, step.windows.motion, torch.rand(settings.batch))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
