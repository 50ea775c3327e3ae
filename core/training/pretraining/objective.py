# SPDX-License-Identifier: GPL-3.0-or-later
"""The losses of a batch: alignment, prediction and attributes, each of what its windows have.

Shapes: B windows, T frames at 25 Hz, C channels, D numbers of an embedding.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import torch
from torch import Tensor, nn

from ...models.pretraining.network import AUDIO, MOTION, VISUAL, Pretraining
from ...models.pretraining.objectives import (
    ALIGNMENT,
    ATTRIBUTES,
    PREDICTION,
    AttributeHeads,
    LearnedWeights,
    Temperatures,
    alignment,
    masked_error,
    velocity_error,
)
from ...models.speech.frontend import network_input
from ...models.speech.objectives import phone_loss
from ..data.augmentation import augment_lightly
from .windows import SILENT, Windows

PAIRS = ((AUDIO, MOTION), (VISUAL, MOTION), (AUDIO, VISUAL))
FRAME_CLASSES = {"blink": 2, "contact": 4}
NUMBERS = ("loudness",)
FROM_MOTION = ("blink", "contact", "vigour")  # what the motion says itself is only asked where it is not given
_MASKED_SOUND = 0.2  # share of the columns that are hidden, in stretches of
_COLUMNS = (8, 24)
_MASKED_FRAMES, _FUTURE_FRAMES = (6, 20), (8, 24)
_STRETCHES = 2  # of hidden motion in a window
_LOST_POINTS = 0.05  # of the numbers of keypoints, besides what the cameras leave out
_GIVEN = {AUDIO: 0.5, VISUAL: 0.3}  # how often they help to tell hidden motion


class Objective(nn.Module):
    """The model with everything that only training needs.

    objectives: of OBJECTIVES. sizes: classes of each clip attribute. ear_kept: what the sound's encoder hears stays as it is, nothing
    is hidden from it; only what is made of it learns.
    """

    def __init__(
        self, model: Pretraining, objectives: Collection[str], sizes: Mapping[str, int], ear_kept: bool = False
    ):
        super().__init__()
        self.ear_kept = ear_kept
        model.audio.phonetic.requires_grad_(not ear_kept)
        self.model, self.objectives = model, frozenset(objectives)
        self.pairs = tuple("_".join(pair) for pair in PAIRS)
        self.heads = AttributeHeads(model.config.fusion_width, sizes, FRAME_CLASSES, NUMBERS)
        self.temperatures = Temperatures(("frames", "clips", "whole"))
        self.sound = nn.Conv1d(model.config.audio_width, 2 * model.config.bands, 1)
        predicted = ("visual_to_motion", "masked_motion", "future_motion", "masked_sound")
        self.names = (*self.pairs, *predicted, *sizes, *FRAME_CLASSES, *NUMBERS, "phone")
        self.weights = LearnedWeights(self.names)

    def train(self, mode: bool = True) -> Objective:
        """As ever, but for the norms of an ear that is kept."""
        super().train(mode)
        if self.ear_kept:
            self.model.audio.phonetic.eval()
        return self

    def forward(self, windows: Windows, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss to go down, and each loss by itself."""
        embedded, hidden, logits, masked = self._embedded(windows, generator)
        losses: dict[str, Tensor] = {}
        if ALIGNMENT in self.objectives:
            losses |= self._alignment(windows, embedded)
        if PREDICTION in self.objectives:
            losses |= self._prediction(windows, embedded, generator)
            if windows.has[AUDIO].any() and not self.ear_kept:
                losses["masked_sound"] = self._masked_sound(windows, hidden, masked)
        if ATTRIBUTES in self.objectives:
            losses |= self._attributes(windows, embedded, generator)
            phones = windows.phones[windows.has[AUDIO]]
            if (phones >= 0).any() and not self.ear_kept:
                losses["phone"] = phone_loss(logits, phones)
        return self.weights(losses), losses

    def _embedded(
        self, windows: Windows, generator: torch.Generator
    ) -> tuple[dict[str, Tensor], Tensor, Tensor, Tensor]:
        """Embeddings (B, T, D), 0 where there is nothing; the sound's hidden features and logits, and which columns were hidden from it,
        of the windows that have sound."""
        model, there = self.model, windows.has[AUDIO]
        heard = augmented(windows.mel[there], generator)
        masked = stretches(len(heard), heard.shape[1], _COLUMNS, _MASKED_SOUND, generator).to(heard.device)
        if not self.ear_kept:
            heard = torch.where(masked[..., None], heard.mean((1, 2), keepdim=True), heard)
        audio, hidden, logits = model.audio(heard)
        whole = audio.new_zeros(len(windows), *audio.shape[1:])
        whole[there] = audio
        lost = torch.rand(windows.visual.shape, generator=generator) < _LOST_POINTS
        visual = model.visual(windows.visual * ~lost.to(windows.visual.device))
        motion = model.motion(*windows.scaled(model))
        return {AUDIO: whole, VISUAL: visual, MOTION: motion}, hidden, logits, masked

    def _alignment(self, windows: Windows, embedded: dict[str, Tensor]) -> dict[str, Tensor]:
        losses = {}
        for name, (one, other) in zip(self.pairs, PAIRS, strict=True):
            both = windows.has[one] & windows.has[other]
            if both.sum() < 2:
                continue
            first, second = embedded[one][both], embedded[other][both]
            wholes = self.model.clips[one](first), self.model.clips[other](second)
            losses[name] = alignment(first, second, wholes, self.temperatures)
        return losses

    def _prediction(
        self, windows: Windows, embedded: dict[str, Tensor], generator: torch.Generator
    ) -> dict[str, Tensor]:
        """Motion from keypoints; hidden stretches of motion, or its end, from the rest and now and then the sound and the keypoints."""
        face, face_known, body, body_known = windows.scaled(self.model)
        losses = {}

        def error(fused: Tensor, rows: Tensor, counted: Tensor) -> Tensor:
            found = torch.cat(self.model.predictor(fused), -1)
            wanted = torch.cat((face, body), -1)[rows]
            counts = torch.cat((face_known, body_known), -1)[rows] * counted
            return masked_error(found, wanted, counts) + velocity_error(found, wanted, counts)

        seen = windows.has[VISUAL] & windows.has[MOTION]
        frames = face.shape[1]
        if seen.any():
            there = torch.ones(int(seen.sum()), frames, device=face.device)
            fused = self.model.fusion({VISUAL: (embedded[VISUAL][seen], there)})
            losses["visual_to_motion"] = error(fused, seen, there[..., None])
        future = torch.rand(len(windows), generator=generator) < 0.35
        hidden = stretches(len(windows), frames, _MASKED_FRAMES, 0.0, generator)
        hidden[future] = tails(int(future.sum()), frames, generator)
        hidden, future = hidden.to(face.device), future.to(face.device)
        given = 1.0 - hidden[..., None].float()
        motion = self.model.motion(face * given, face_known * given, body * given, body_known * given)
        parts = {MOTION: (motion, torch.ones_like(hidden))}
        for modality, share in _GIVEN.items():
            helps = (torch.rand(len(windows), generator=generator) < share).to(face.device) & windows.has[modality]
            parts[modality] = (embedded[modality], helps[:, None].expand_as(hidden))
        fused = self.model.fusion(parts)
        for name, rows in (("masked_motion", ~future), ("future_motion", future)):
            rows = rows & windows.has[MOTION]
            if rows.any():
                losses[name] = error(fused[rows], rows, hidden[rows][..., None].float())
        return losses

    def _masked_sound(self, windows: Windows, hidden: Tensor, masked: Tensor) -> Tensor:
        """Mean absolute error of the columns that were hidden, of the sound as it was."""
        told = self.sound(hidden)  # (B, 2 bands, 2 T): two columns each
        batch, _, pairs = told.shape
        told = told.view(batch, 2, -1, pairs).permute(0, 3, 1, 2).reshape(batch, 2 * pairs, -1)
        wanted = network_input(windows.mel[windows.has[AUDIO]])
        return (told - wanted).abs()[masked].mean()

    def _attributes(
        self, windows: Windows, embedded: dict[str, Tensor], generator: torch.Generator
    ) -> dict[str, Tensor]:
        """From the fusion of some of what a window has."""
        names = (AUDIO, VISUAL, MOTION)
        has = torch.stack([windows.has[name] for name in names], 1)
        chosen = has & (torch.rand(has.shape, generator=generator) < 0.5).to(has.device)
        chosen = torch.where(chosen.any(1, keepdim=True), chosen, has)
        frames = windows.face.shape[1]
        parts = {name: (embedded[name], chosen[:, i : i + 1].expand(-1, frames)) for i, name in enumerate(names)}
        told, with_motion = windows.told(), chosen[:, names.index(MOTION)]
        for name in FROM_MOTION:
            if name in told:
                told[name] = torch.where(with_motion if told[name].ndim == 1 else with_motion[:, None], -1, told[name])
        return self.heads(self.model.fusion(parts), told)


def augmented(mel: Tensor, generator: torch.Generator) -> Tensor:
    """Mel (B, 4 T, 80) in other rooms, by others, at other levels → what the encoder hears. Random numbers are drawn on the processor."""
    heard = augment_lightly(mel.cpu(), generator, tract=0.06, noisy=0.25, least_snr_db=8.0, level=0.25)
    return network_input(heard.clamp_min(SILENT)).to(mel.device)


def stretches(count: int, length: int, between: tuple[int, int], share: float, generator: torch.Generator) -> Tensor:
    """bool (count, length), True in random stretches whose lengths lie between two; as many as make up a share, at least two."""
    number = max(int(share * length / (sum(between) / 2)), _STRETCHES)
    sizes = torch.randint(between[0], between[1] + 1, (count, number, 1), generator=generator)
    starts = torch.randint(0, length, (count, number, 1), generator=generator) - sizes // 2
    place = torch.arange(length)
    return ((place >= starts) & (place < starts + sizes)).any(1)


def tails(count: int, length: int, generator: torch.Generator) -> Tensor:
    """bool (count, length), True from a random frame to the end."""
    sizes = torch.randint(_FUTURE_FRAMES[0], _FUTURE_FRAMES[1] + 1, (count, 1), generator=generator)
    return torch.arange(length) >= length - sizes
