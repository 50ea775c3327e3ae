# SPDX-License-Identifier: GPL-3.0-or-later
"""Training the motion GPT on coded dances and music: cross-entropy of the next codes, as published.

Ours besides: some of the codes that it sees are exchanged for others, few in one dance and many in the next, so that it
does not learn the few dances by heart, finds back from its own mistakes, and has to listen; and the music's loudness and
sound vary.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ...models.bailando.config import MUSIC_NUMBERS
from ...models.bailando.gpt import CrossConditionalGpt
from ...models.bailando.objectives import token_cross_entropy
from ..loops.averaging import averaged
from ..loops.checkpoints import Checkpoints
from ..loops.prefetch import prefetched
from ..loops.run import Smoothed, TrainingRun, write_figures
from ..loops.schedule import scheduled
from ..loops.settings import TrainingSettings
from .pairs import PairDrawer, Pairs

log = logging.getLogger(__name__)

SAID_EVERY = 100
MEASURED_EVERY = 200
_MEASURED = 4  # batches of 32
_LATE = 2  # tokens by which the music is late, to see whether it matters: half a beat at 112 beats a minute


@dataclass(frozen=True)
class GptTraining(TrainingSettings):
    """exchanged: most of the codes seen that are others, as a share; a dance has any share up to it. noise: deviation of what is
    added to the music's numbers."""

    steps: int = 1400
    batch: int = 16
    learning_rate: float = 6e-4
    exchanged: float = 0.6
    noise: float = 0.15


def exchanged(codes: Tensor, share: Tensor, size: int) -> Tensor:
    """Codes (B, T), a share (B, 1) of each row drawn anew from `size`."""
    others = torch.randint(size, codes.shape)
    return torch.where(torch.rand(codes.shape) < share, others, codes)


def pair_loss(network: CrossConditionalGpt, pairs: Pairs, settings: GptTraining | None = None) -> Tensor:
    """Mean cross-entropy of the next codes in nats, both halves added; with settings what is seen is made harder."""
    up, down, music = pairs.up[:, :-1], pairs.down[:, :-1], pairs.music[:, 1:]
    if settings is not None:
        share = settings.exchanged * torch.rand(len(up), 1)
        up, down = (exchanged(codes, share, network.config.codes) for codes in (up, down))
        music = music.clone()
        music[..., :MUSIC_NUMBERS] += settings.noise * torch.randn_like(music[..., :MUSIC_NUMBERS])
    logits = network(up, down, music)
    return token_cross_entropy(logits, pairs.up[:, 1:], pairs.down[:, 1:]).mean()


@torch.no_grad()
def gpt_figures(network: CrossConditionalGpt, drawer: PairDrawer) -> dict[str, float]:
    """nll: mean cross-entropy (nats, both halves) on pairs that it has not learned. nll_late: with the music late."""
    training = network.training
    network.eval()
    figures = {}
    for name, late in (("nll", 0), ("nll_late", _LATE)):
        drawer.reset()
        losses = [pair_loss(network, drawer.draw(32, late)) for _ in range(_MEASURED)]
        figures[f"validation_{name}"] = round(float(torch.stack(losses).mean()), 4)
    network.train(training)
    return figures


def train_gpt(
    network: CrossConditionalGpt, pairs: PairDrawer, held: PairDrawer, settings: GptTraining, folder: Path
) -> CrossConditionalGpt:
    """The run, or its rest. Returns the averaged GPT."""
    torch.manual_seed(settings.seed)
    optimizer = torch.optim.AdamW([{"params": network.parameters(), "lr": 1.0}], betas=(0.9, 0.98), weight_decay=0.05)
    schedule = scheduled(optimizer, settings.steps, settings.learning_rate, settings.steps // 20, 0.05)
    run = TrainingRun(
        Checkpoints(folder / "gpt.pt", 120.0), network, optimizer, schedule, averaged(network, 0.998), 1.0
    )
    batches = prefetched(lambda: pairs.draw(settings.batch))
    shown = Smoothed(0.05)
    while run.step < settings.steps:
        network.train()
        loss = pair_loss(network, next(batches), settings)
        run.update([("nll", loss)])
        shown.add({"nll": loss})
        if run.step % SAID_EVERY == 0:
            figures = {"step": run.step, "nll": round(shown.values["nll"], 4)}
            if run.step % MEASURED_EVERY == 0:
                result = run.result
                assert isinstance(result, CrossConditionalGpt)
                figures |= gpt_figures(result, held)
            log.info("gpt %s %.2f s/step", figures, run.seconds_a_step(SAID_EVERY))
            write_figures(folder / "gpt.jsonl", figures)
        run.save(force=run.step == settings.steps)
    batches.close()
    result = run.result.eval()
    assert isinstance(result, CrossConditionalGpt)
    return result
