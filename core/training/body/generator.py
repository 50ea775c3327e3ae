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

from ...models.emage.body_parts import BODY_PARTS, PARTS, split
from ...models.emage.masking import hidden_ratio, random_mask, seed_mask
from ...models.emage.model import Emage
from ...models.emage.objectives import PassWeights, Targets, pass_loss
from ..loops.checkpoints import Average, Checkpoints
from ..loops.prefetch import prefetched
from ..loops.schedule import warmed_cosine
from .face import FaceFrames
from .frames import BodyFrames
from .masks import animator_mask

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


def learn_hints(model: Emage, bodies: Windower, faces: Windower, settings: GeneratorTraining) -> None:
    """Teach the motion encoder and the hint layers, by themselves, to say what the codecs' latents are of motion that is partly
    hidden; the linear read-outs are thrown away. The transformers then find the animator's keys in a form that they can pass on:
    without this first step they learn to hear the sound only, as long as we can afford to train."""
    network, random = model.network, np.random.default_rng(settings.seed)
    draws = torch.Generator().manual_seed(settings.seed)
    width = model.config.feature_width
    readouts = nn.ModuleDict({part: nn.Linear(width, model.config.codecs[part].width) for part in PARTS})
    modules = nn.ModuleList([network.motion_encoder, network.bodyhints_body, network.bodyhints_face, readouts])
    optimizer = torch.optim.Adam([*modules.parameters(), network.mask_embedding], 1e-3)
    for step in range(settings.hint_steps):
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
            log.info("hints %d/%d unexplained %.3f", step + 1, settings.hint_steps, float(total.detach()) / len(PARTS))


@torch.no_grad()
def level_hints(model: Emage, windows: Windows, talking: Windows) -> None:
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
    level(network.audio_body_motion_proj, network.audio_encoder_body((windows.content, windows.rhythm)))
    hint = network.bodyhints_face(network.motion_encoder(talking.motion))
    heard = network.audio_encoder_face((talking.content, talking.rhythm))
    level(network.audio_face_motion_proj, torch.cat((heard, hint), dim=-1))


@dataclass(frozen=True)
class Windows:
    """What one pass takes: content (B, T, C), rhythm (B, T, R), motion (B, T, channels), speaker (B,); the parts' targets."""

    content: Tensor
    rhythm: Tensor
    motion: Tensor
    speaker: Tensor
    targets: Targets


class Windower:
    """Cuts windows, with targets that were encoded once from whole performances."""

    def __init__(self, model: Emage, frames: BodyFrames, expression: np.ndarray | None):
        self.config, self.frames, self.expression = model.config, frames, expression
        self.parts = ("face",) if expression is not None else BODY_PARTS
        self.codes = {part: np.zeros(len(frames.motion), np.int16) for part in self.parts}
        self.books = {part: model.codecs[part].quantizer.embedding.weight.detach() for part in self.parts}
        for start, end in zip(frames.starts, frames.ends):
            motion = torch.from_numpy(frames.motion[None, start:end])
            shapes = torch.from_numpy(expression[None, start:end]) if expression is not None else motion[..., :0]
            vectors = split(motion, shapes, self.config.face_joints if expression is not None else ())
            for part in self.parts:
                with torch.no_grad():
                    self.codes[part][start:end] = model.codecs[part].encode(vectors[part])[0].numpy()

    def cut(self, count: int, random: np.random.Generator) -> Windows:
        length = self.config.window
        index = self.frames.windows(self.frames.window_starts(count, length, random), length)
        motion = np.zeros((count, length, self.config.motion_channels), np.float32)
        motion[..., :337] = self.frames.motion[index]
        if self.expression is not None:
            motion[..., 337:] = self.expression[index]
        content = np.zeros((count, length, self.config.content_width), np.float32)
        found = self.frames.content[index]
        content[..., : found.shape[-1]] = found
        codes = {part: torch.from_numpy(self.codes[part][index].astype(np.int64)) for part in self.parts}
        latents = {part: nn.functional.embedding(codes[part], self.books[part]) for part in self.parts}
        return Windows(
            torch.from_numpy(content),
            torch.from_numpy(self.frames.rhythm[index].copy()),
            torch.from_numpy(motion),
            torch.from_numpy(self.frames.speaker[index[:, 0]]),
            Targets(latents, codes),
        )

    def hide_other(self, mask: Tensor) -> Tensor:
        """The half of the vector that these windows do not have stays hidden."""
        if self.expression is None:
            mask[..., 337:] = 1.0
        else:
            joints = np.array(self.config.face_joints)
            own = np.concatenate([(6 * joints[:, None] + np.arange(6)).ravel(), np.arange(337, mask.shape[-1])])
            others = np.setdiff1d(np.arange(mask.shape[-1]), own)
            mask[..., others] = 1.0
        return mask


def train_generator(
    model: Emage, body: BodyFrames, face: FaceFrames, held_out: BodyFrames, run: Path, settings: GeneratorTraining
) -> Emage:
    """Train `model.network`; the codecs are frozen. held_out: performances of validation clips, to watch only."""
    torch.manual_seed(settings.seed)
    config, network = model.config, model.network
    bodies, faces, watch = (
        Windower(model, body, None),
        Windower(model, face.frames, face.expression),
        Windower(model, held_out, None),
    )
    # the hints are learned already: at the full rate they grow until the attention above them saturates
    hints = [network.motion_encoder, network.bodyhints_body, network.bodyhints_face, network.moton_proj]
    slow = [parameter for module in hints for parameter in module.parameters()] + [network.mask_embedding]
    fast = [parameter for parameter in network.parameters() if not any(parameter is other for other in slow)]
    optimizer = torch.optim.AdamW(
        [{"params": fast, "share": 1.0}, {"params": slow, "share": 0.1}],
        settings.learning_rate,
        betas=(0.9, 0.98),
        weight_decay=settings.weight_decay,
    )
    average = Average(network, 0.995)
    checkpoints = Checkpoints(run / "generator.pt", 120.0)
    step = int(checkpoints.restore(network=network, optimizer=optimizer, average=average.model).get("step", 0))
    average.steps = step
    if step == 0 and settings.steps:
        learn_hints(model, bodies, faces, settings)
        first = np.random.default_rng(settings.seed)
        level_hints(model, bodies.cut(24, first), faces.cut(24, first))
    random = np.random.default_rng(settings.seed + step)
    draws = torch.Generator().manual_seed(settings.seed + step)
    began = time.monotonic()
    batches = prefetched(lambda: bodies.cut(settings.body_batch, random))
    masks = np.random.default_rng(settings.seed + step + 1)
    while step < settings.steps:
        windows = next(batches)
        rate = warmed_cosine(step, settings.steps, settings.learning_rate, 100, 0.03)
        for group in optimizer.param_groups:
            group["lr"] = rate * group["share"]
        network.train()
        optimizer.zero_grad()
        ratio = hidden_ratio(step, settings.steps)
        shown = {}
        for name, loss in _passes(network, bodies, windows, ratio, settings, masks, draws):
            loss.backward()
            shown[name] = round(float(loss.detach()), 3)
        nn.utils.clip_grad_norm_(network.parameters(), 0.99)
        optimizer.step()
        average.update(network)
        step += 1
        checkpoints.save({"step": step}, network=network, optimizer=optimizer, average=average.model)
        if step % 50 == 0:
            log.info("generator %d/%d %s %.0f s", step, settings.steps, shown, time.monotonic() - began)
        if step % settings.validate_every == 0:
            log.info("  validation %s", _validate(average.model, watch, config.seed_frames))
    checkpoints.save({"step": step}, force=True, network=network, optimizer=optimizer, average=average.model)
    network.load_state_dict(average.model.state_dict())
    return model.eval()


def train_face(model: Emage, face: FaceFrames, run: Path, settings: GeneratorTraining) -> Emage:
    """Train the face's branch alone, after the body: it shares nothing with it but the motion encoder, which stays as it is."""
    torch.manual_seed(settings.seed)
    network = model.network
    faces = Windower(model, face.frames, face.expression)
    branch = nn.ModuleDict({name: module for name, module in network.named_children() if "face" in name})
    optimizer = torch.optim.AdamW(
        branch.parameters(), settings.learning_rate, betas=(0.9, 0.98), weight_decay=settings.weight_decay
    )
    average = Average(branch, 0.995)
    checkpoints = Checkpoints(run / "face_branch.pt", 60.0)
    step = int(checkpoints.restore(branch=branch, optimizer=optimizer, average=average.model).get("step", 0))
    average.steps = step
    random = np.random.default_rng(settings.seed + step)
    draws = torch.Generator().manual_seed(settings.seed + step)
    network.train()
    while step < settings.face_steps:
        windows = faces.cut(settings.body_batch, random)
        shape = windows.motion.shape
        half = shape[0] // 2
        mask = faces.hide_other(
            torch.cat(
                [
                    random_mask(half, *shape[1:], float(random.choice([0.3, 0.7, 1.0])), draws),
                    animator_mask(shape[0] - half, *shape[1:], random, model.config.seed_frames),
                ]
            )
        )
        for group in optimizer.param_groups:
            group["lr"] = warmed_cosine(step, settings.face_steps, settings.learning_rate, 50, 0.03)
        loss = pass_loss(
            network((windows.content, windows.rhythm), windows.motion, mask, windows.speaker, True, ("face",)),
            windows.targets,
            _WEIGHTS,
        )
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(branch.parameters(), 0.99)
        optimizer.step()
        average.update(branch)
        step += 1
        checkpoints.save({"step": step}, branch=branch, optimizer=optimizer, average=average.model)
        if step % 100 == 0:
            log.info("face %d/%d %.3f", step, settings.face_steps, float(loss.detach()))
    checkpoints.save({"step": step}, force=True, branch=branch, optimizer=optimizer, average=average.model)
    branch.load_state_dict(average.model.state_dict())
    return model.eval()


def _passes(
    network,
    bodies: Windower,
    windows: Windows,
    ratio: float,
    settings: GeneratorTraining,
    masks: np.random.Generator,
    draws: torch.Generator,
):
    config = network.config
    shape = windows.motion.shape
    seeded = bodies.hide_other(seed_mask(*shape, config.seed_frames))
    half = shape[0] // 2
    hidden = torch.cat(
        [
            random_mask(half, *shape[1:], ratio, draws),
            animator_mask(shape[0] - half, *shape[1:], masks, config.seed_frames),
        ]
    )
    hidden = bodies.hide_other(hidden)
    audio = (windows.content, windows.rhythm)
    # the two passes with sound in one go: half as many small operations
    both = Targets(
        {part: value.repeat(2, 1, 1) for part, value in windows.targets.latents.items()},
        {part: value.repeat(2, 1) for part, value in windows.targets.codes.items()},
    )
    twice = tuple(stream.repeat(2, 1, 1) for stream in audio)
    prediction = network(
        twice, windows.motion.repeat(2, 1, 1), torch.cat((seeded, hidden)), windows.speaker.repeat(2), True, BODY_PARTS
    )
    yield "heard", 2.0 * pass_loss(prediction, both, _WEIGHTS)
    few = max(int(shape[0] * settings.silent_share), 1)
    some = slice(half - few // 2, half - few // 2 + few)
    wanted = Targets(
        {part: value[some] for part, value in windows.targets.latents.items()},
        {part: value[some] for part, value in windows.targets.codes.items()},
    )
    yield (
        "silent",
        pass_loss(
            network(None, windows.motion[some], hidden[some], windows.speaker[some], False, BODY_PARTS),
            wanted,
            _WEIGHTS,
        ),
    )


@torch.inference_mode()
def _validate(network, watch: Windower, seed_frames: int) -> dict[str, float]:
    """Cross-entropy (nats) and hit rate of each part's codes on unseen clips, seeds given."""
    network.eval()
    windows = watch.cut(24, np.random.default_rng(1))
    mask = watch.hide_other(seed_mask(*windows.motion.shape, seed_frames))
    prediction = network((windows.content, windows.rhythm), windows.motion, mask, windows.speaker, True, BODY_PARTS)
    found = {}
    for part in BODY_PARTS:
        logits, codes = prediction.logits[part].flatten(0, 1), windows.targets.codes[part].flatten()
        found[part] = round(float(nn.functional.cross_entropy(logits, codes)), 3)
        found[f"{part}_hits"] = round(float((logits.argmax(-1) == codes).float().mean()), 3)
    return found
