# SPDX-License-Identifier: GPL-3.0-or-later
"""Training EMAGE's generator on motion without speech and on speech with a face.

The published three passes a step (seeded, masked, without audio); half of the masked windows have masks as animators make them.
Body windows come from stitched performances: their face is hidden and not asked for. Afterwards the face's branch learns from
windows of the speech pipeline, whose body is hidden.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ...models.emage.body_parts import BODY_PARTS, PARTS
from ...models.emage.masking import hidden_ratio, random_mask, seed_mask
from ...models.emage.network import Emage, EmageNetwork
from ...models.emage.objectives import PassMasks, PassOptions, PassWeights, pass_loss, three_passes
from ..loops.averaging import averaged
from ..loops.checkpoints import Checkpoints
from ..loops.prefetch import prefetched
from ..loops.run import TrainingRun
from ..loops.schedule import scheduled
from ..loops.settings import TrainingSettings
from ..pretraining.starting import Start, parameter_groups
from .face import FaceFrames
from .frames import BodyFrames
from .hints import learn_hints, level_hints
from .masks import animator_mask
from .windows import Windower

log = logging.getLogger(__name__)
_WEIGHTS = PassWeights(codes=dict.fromkeys(PARTS, 1.0))


@dataclass(frozen=True)
class GeneratorTraining(TrainingSettings):
    """batch: windows. face_steps: of the face's branch alone, afterwards. silent_share: of the windows that the pass without audio
    takes. hint_steps: see `learn_hints`."""

    steps: int = 2800
    batch: int = 10
    learning_rate: float = 8e-4
    weight_decay: float = 0.01
    face_steps: int = 1200
    silent_share: float = 0.25
    hint_steps: int = 500
    validate_every: int = 200


def train_generator(
    model: Emage, body: BodyFrames, face: FaceFrames, held_out: BodyFrames, run: Path, settings: GeneratorTraining
) -> Emage:
    """Train `model.network`; the codecs are frozen. held_out: performances of validation clips, to watch only."""
    torch.manual_seed(settings.seed)
    config, network = model.config, model.network
    bodies, watch = Windower(model, body, None), Windower(model, held_out, None)
    optimizer = _optimizer(network, settings)
    training = _training(network, optimizer, run / "generator.pt", settings, settings.steps, warm_up=100)
    if training.step == 0 and settings.steps:
        faces = Windower(model, face.frames, face.expression, face.sound)
        learn_hints(model, bodies, faces, settings.hint_steps, settings.seed)
        first = np.random.default_rng(settings.seed)
        level_hints(model, bodies.cut(24, first), faces.cut(24, first))
    random = np.random.default_rng(settings.seed + training.step)
    draws = torch.Generator().manual_seed(settings.seed + training.step)
    masks = np.random.default_rng(settings.seed + training.step + 1)
    batches = prefetched(lambda: bodies.cut(settings.batch, random))
    options = PassOptions(_WEIGHTS, BODY_PARTS, joined=True, silent_share=settings.silent_share)
    network.train()
    while training.step < settings.steps:
        windows = next(batches)
        ratio = hidden_ratio(training.step, settings.steps)
        hidden = _masks(bodies, windows.motion, ratio, config.seed_frames, masks, draws)
        shown = training.update(three_passes(network, windows, hidden, options))
        training.save()
        if training.step % 50 == 0:
            progress = (training.step, settings.steps, shown, training.seconds_a_step(50))
            log.info("generator %d/%d %s %.2f s/step", *progress)
        if training.step % settings.validate_every == 0:
            log.info("  validation %s", _validate(training.result, watch, config.seed_frames))
    training.save(force=True)
    network.load_state_dict(training.result.state_dict())
    return model.eval()


def _training(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    checkpoint: Path,
    settings: GeneratorTraining,
    steps: int,
    warm_up: int,
) -> TrainingRun:
    schedule = scheduled(optimizer, steps, settings.learning_rate, warm_up, 0.03)
    return TrainingRun(
        Checkpoints(checkpoint, 120.0), network, optimizer, schedule, averaged(network, 0.995), clip=0.99
    )


def _optimizer(network: EmageNetwork, settings: GeneratorTraining) -> torch.optim.Optimizer:
    # the hints are learned already: at the full rate they grow until the attention above them saturates
    hints = [network.motion_encoder, network.bodyhints_body, network.bodyhints_face, network.moton_proj]
    slow = [parameter for module in hints for parameter in module.parameters()] + [network.mask_embedding]
    fast = [parameter for parameter in network.parameters() if not any(parameter is other for other in slow)]
    return torch.optim.AdamW(
        [{"params": fast, "lr": 1.0}, {"params": slow, "lr": 0.1}],
        betas=(0.9, 0.98),
        weight_decay=settings.weight_decay,
    )


def train_face(
    model: Emage, face: FaceFrames, run: Path, settings: GeneratorTraining, start: Start | None = None
) -> Emage:
    """Train the face's branch alone, after the body: it shares nothing with it but the motion encoder, which stays as it is. start: what
    it hears with, if not with content and rhythm."""
    torch.manual_seed(settings.seed)
    network = model.network
    faces = Windower(model, face.frames, face.expression, face.sound)
    branch = nn.ModuleDict({name: module for name, module in network.named_children() if "face" in name})
    groups = parameter_groups(branch, branch.parameters(), start)
    optimizer = torch.optim.AdamW(groups, 1.0, betas=(0.9, 0.98), weight_decay=settings.weight_decay)
    training = _training(branch, optimizer, run / "face_branch.pt", settings, settings.face_steps, warm_up=50)
    random = np.random.default_rng(settings.seed + training.step)
    draws = torch.Generator().manual_seed(settings.seed + training.step)
    network.train()
    while training.step < settings.face_steps:
        windows = faces.cut(settings.batch, random)
        shape = windows.motion.shape
        half = shape[0] // 2
        masks = [
            random_mask(half, *shape[1:], float(random.choice([0.3, 0.7, 1.0])), draws),
            animator_mask(shape[0] - half, *shape[1:], random, model.config.seed_frames),
        ]
        mask = faces.hide_other(torch.cat(masks))
        prediction = network(windows.audio, windows.motion, mask, windows.speaker, True, ("face",))
        shown = training.update([("face", pass_loss(prediction, windows.targets, _WEIGHTS))])
        training.save()
        if training.step % 100 == 0:
            log.info("face %d/%d %.3f", training.step, settings.face_steps, shown["face"])
    training.save(force=True)
    branch.load_state_dict(training.result.state_dict())
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
