# SPDX-License-Identifier: GPL-3.0-or-later
"""Training EMAGE's generator on motion without speech and on speech with a face.

The published three passes a step (seeded, masked, without audio); half of the masked windows have masks as animators make them.
Body windows come from stitched performances: their face is hidden and not asked for. Afterwards the face's branch learns from
windows of the speech pipeline, whose body is hidden.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ...models.emage.body_parts import BODY_PARTS, PARTS
from ...models.emage.masking import hidden_ratio, random_mask, seed_mask
from ...models.emage.network import Emage, EmageNetwork
from ...models.emage.objectives import PassMasks, PassOptions, PassWeights, pass_loss, three_passes
from ..loops.prefetch import prefetched
from ..loops.schedule import warmed_cosine
from .face import FaceFrames
from .frames import BodyFrames
from .hints import learn_hints, level_hints
from .learner import Learner
from .masks import animator_mask
from .windows import Windower

log = logging.getLogger(__name__)
_WEIGHTS = PassWeights(codes=dict.fromkeys(PARTS, 1.0))


@dataclass(frozen=True)
class GeneratorTraining:
    """body_batch: windows a step. face_steps: of the face's branch alone, afterwards. silent_share: of the windows that the pass
    without audio takes. hint_steps: see `learn_hints`."""

    steps: int = 2800
    body_batch: int = 10
    face_steps: int = 1200
    silent_share: float = 0.25
    hint_steps: int = 500
    learning_rate: float = 8e-4
    weight_decay: float = 0.01
    validate_every: int = 200
    seed: int = 0


def train_generator(
    model: Emage, body: BodyFrames, face: FaceFrames, held_out: BodyFrames, run: Path, settings: GeneratorTraining
) -> Emage:
    """Train `model.network`; the codecs are frozen. held_out: performances of validation clips, to watch only."""
    torch.manual_seed(settings.seed)
    config, network = model.config, model.network
    bodies, watch = Windower(model, body, None), Windower(model, held_out, None)
    learner = Learner(network, _optimizer(network, settings), run / "generator.pt", 120.0)
    if learner.step == 0 and settings.steps:
        faces = Windower(model, face.frames, face.expression)
        learn_hints(model, bodies, faces, settings.hint_steps, settings.seed)
        first = np.random.default_rng(settings.seed)
        level_hints(model, bodies.cut(24, first), faces.cut(24, first))
    random = np.random.default_rng(settings.seed + learner.step)
    draws = torch.Generator().manual_seed(settings.seed + learner.step)
    masks = np.random.default_rng(settings.seed + learner.step + 1)
    began = time.monotonic()
    batches = prefetched(lambda: bodies.cut(settings.body_batch, random))
    options = PassOptions(_WEIGHTS, BODY_PARTS, joined=True, silent_share=settings.silent_share)
    while learner.step < settings.steps:
        windows = next(batches)
        learner.begin(warmed_cosine(learner.step, settings.steps, settings.learning_rate, 100, 0.03))
        ratio = hidden_ratio(learner.step, settings.steps)
        hidden = _masks(bodies, windows.motion, ratio, config.seed_frames, masks, draws)
        shown = {}
        for name, loss in three_passes(network, windows, hidden, options):
            loss.backward()
            shown[name] = round(float(loss.detach()), 3)
        learner.finish()
        if learner.step % 50 == 0:
            log.info("generator %d/%d %s %.0f s", learner.step, settings.steps, shown, time.monotonic() - began)
        if learner.step % settings.validate_every == 0:
            log.info("  validation %s", _validate(learner.average.model, watch, config.seed_frames))
    learner.take_average()
    return model.eval()


def _optimizer(network: EmageNetwork, settings: GeneratorTraining) -> torch.optim.Optimizer:
    # the hints are learned already: at the full rate they grow until the attention above them saturates
    hints = [network.motion_encoder, network.bodyhints_body, network.bodyhints_face, network.moton_proj]
    slow = [parameter for module in hints for parameter in module.parameters()] + [network.mask_embedding]
    fast = [parameter for parameter in network.parameters() if not any(parameter is other for other in slow)]
    return torch.optim.AdamW(
        [{"params": fast, "share": 1.0}, {"params": slow, "share": 0.1}],
        settings.learning_rate,
        betas=(0.9, 0.98),
        weight_decay=settings.weight_decay,
    )


def train_face(model: Emage, face: FaceFrames, run: Path, settings: GeneratorTraining) -> Emage:
    """Train the face's branch alone, after the body: it shares nothing with it but the motion encoder, which stays as it is."""
    torch.manual_seed(settings.seed)
    network = model.network
    faces = Windower(model, face.frames, face.expression)
    branch = nn.ModuleDict({name: module for name, module in network.named_children() if "face" in name})
    optimizer = torch.optim.AdamW(
        branch.parameters(), settings.learning_rate, betas=(0.9, 0.98), weight_decay=settings.weight_decay
    )
    learner = Learner(branch, optimizer, run / "face_branch.pt", 60.0)
    random = np.random.default_rng(settings.seed + learner.step)
    draws = torch.Generator().manual_seed(settings.seed + learner.step)
    network.train()
    while learner.step < settings.face_steps:
        windows = faces.cut(settings.body_batch, random)
        shape = windows.motion.shape
        half = shape[0] // 2
        masks = [
            random_mask(half, *shape[1:], float(random.choice([0.3, 0.7, 1.0])), draws),
            animator_mask(shape[0] - half, *shape[1:], random, model.config.seed_frames),
        ]
        mask = faces.hide_other(torch.cat(masks))
        learner.begin(warmed_cosine(learner.step, settings.face_steps, settings.learning_rate, 50, 0.03))
        prediction = network(windows.audio, windows.motion, mask, windows.speaker, True, ("face",))
        loss = pass_loss(prediction, windows.targets, _WEIGHTS)
        loss.backward()
        learner.finish()
        if learner.step % 100 == 0:
            log.info("face %d/%d %.3f", learner.step, settings.face_steps, float(loss.detach()))
    learner.take_average()
    return model.eval()


def _masks(
    bodies: Windower, motion: Tensor, ratio: float, seed_frames: int, masks: np.random.Generator, draws: torch.Generator
) -> PassMasks:
    """As published, but that half of the random masks are such as animators make."""
    shape = motion.shape
    half = shape[0] // 2
    hidden = torch.cat(
        [random_mask(half, *shape[1:], ratio, draws), animator_mask(shape[0] - half, *shape[1:], masks, seed_frames)]
    )
    return PassMasks(bodies.hide_other(seed_mask(*shape, seed_frames)), bodies.hide_other(hidden))


@torch.inference_mode()
def _validate(network: nn.Module, watch: Windower, seed_frames: int) -> dict[str, float]:
    """Cross-entropy (nats) and hit rate of each part's codes on unseen clips, seeds given."""
    network.eval()
    windows = watch.cut(24, np.random.default_rng(1))
    mask = watch.hide_other(seed_mask(*windows.motion.shape, seed_frames))
    prediction = network(windows.audio, windows.motion, mask, windows.speaker, True, BODY_PARTS)
    found = {}
    for part in BODY_PARTS:
        logits, codes = prediction.logits[part].flatten(0, 1), windows.targets.codes[part].flatten()
        found[part] = round(float(nn.functional.cross_entropy(logits, codes)), 3)
        found[f"{part}_hits"] = round(float((logits.argmax(-1) == codes).float().mean()), 3)
    return found
