# SPDX-License-Identifier: GPL-3.0-or-later
"""PD-FGC's losses on windows of faces, by stage and by what they are for, so that each kind can be left out."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...models.pdfgc.objectives import MemoryBank, decorrelation, lip_contrast, region_swap_contrast, swap_region
from ...models.pdfgc.rig_channels import CHANNELS, SHAPES
from ...models.pdfgc.rig_network import RigPdfgc
from ...performance.parts import CHANNELS_OF_CONTROL, EXPRESSION, EYES, HEAD, LIPS
from .windows import Faces

BANK = 2048
STRIDE = 2  # every second frame is compared with its sound: neighbours look alike
# Weights of the terms: contrast is 100 times a picture's error in the published recipe, where an error is far smaller than here.
WEIGHTS = {
    "motion": 1.0,
    "reconstruction": 1.0,
    "contrast": 0.1,
    "steady_lips": 3.0,
    "contrast_mixed": 0.1,
    "eyes_swapped": 0.05,
    "pose": 0.5,
    "mixed_eyes_and_head": 0.5,
    "kept_expression": 1.0,
    "decorrelation": 20.0,
    "decorrelation_rest": 5.0,
}
CONTRAST = frozenset({"contrast", "steady_lips", "contrast_mixed"})
DECORRELATION = frozenset({"decorrelation", "decorrelation_rest"})


class Banks(nn.Module):
    """The last codes of each control, for the decorrelation."""

    def __init__(self, model: RigPdfgc):
        super().__init__()
        config = model.config
        dims = {LIPS: config.lips_dim, "REST": config.eye_dim + config.pose_dim}
        self.others = nn.ModuleDict({name: MemoryBank(BANK, dim) for name, dim in dims.items()})
        self.expressions = nn.ModuleDict({name: MemoryBank(BANK, config.expression_dim) for name in dims})

    def of(self, other: str) -> tuple[MemoryBank, MemoryBank]:
        first, second = self.expressions[other], self.others[other]
        assert isinstance(first, MemoryBank) and isinstance(second, MemoryBank)
        return first, second


def region(control: str) -> Tensor:
    """(C,), 1 for a control's own channels."""
    return torch.from_numpy(CHANNELS_OF_CONTROL[control].astype("float32"))


def error(model: RigPdfgc, found: Tensor, wanted: Tensor, counted: Tensor) -> Tensor:
    """Mean squared error of what is counted, (B, 1 or T, C), in deviations of each channel."""
    squared = ((found - wanted) / model.spread).square() * counted
    return squared.sum() / counted.expand_as(squared).sum().clamp_min(1.0)


def pose_numbers(degrees: Tensor) -> Tensor:
    """Yaw, pitch and roll in degrees (..., 3) -> six numbers (..., 6): sines, and the cosines' distance from 1 times ten."""
    angles = torch.deg2rad(degrees)
    return torch.cat((4.0 * angles.sin(), 10.0 * (1.0 - angles.cos())), -1)


def dropped(faces: Faces, generator: torch.Generator) -> Tensor:
    """What the encoder is told of: as known, but some regions are hidden from it."""
    seen = faces.known.clone()
    for control in CHANNELS_OF_CONTROL:
        hidden = torch.rand(len(seen), 1, 1, generator=generator) < 0.1
        seen = seen * (1.0 - hidden * region(control))
    return seen


def motion_losses(model: RigPdfgc, faces: Faces) -> dict[str, Tensor]:
    """The first stage: one code of all motion, from which the face can be made again, given the performer's rest."""
    code = model.motion(faces.overlaid, faces.known.expand_as(faces.overlaid))
    found = model.motion_decoder(code, faces.rest / model.spread) * model.spread
    return {"motion": error(model, found, faces.overlaid, faces.known)}


def audio_features(model: RigPdfgc, faces: Faces) -> Tensor:
    return model.audio_encoder(faces.mel[faces.heard])[:, ::STRIDE]


def lip_losses(model: RigPdfgc, faces: Faces, motion: Tensor) -> dict[str, Tensor]:
    """The second stage: lips know their sound and sounds their lips, with a smile over them or without."""
    feature = model.heads[LIPS](motion[faces.heard])[0][:, ::STRIDE]
    terms = lip_contrast(audio_features(model, faces), feature)
    return {"contrast": terms["in_clip"] + terms["cross_clip"]}


def split_losses(model: RigPdfgc, faces: Faces, banks: Banks, seen: Tensor) -> dict[str, Tensor]:
    """The last stage, all four codes. Lips are compared with their sound, and with themselves, in a face whose other regions are
    another's and that does not smile.

    Args:
        model: in training.
        faces: a batch.
        banks: earlier codes.
        seen: (B, 1, C), what the encoder is told of.
    """
    known = faces.known
    motion = model.motion(faces.overlaid, seen.expand_as(faces.overlaid))
    features, codes = model.codes(motion)
    counted = known * seen * (1.0 + region(EXPRESSION))
    losses = {"reconstruction": error(model, model.decode(codes, faces.rest), faces.overlaid, counted)}
    elsewhere = swap_region(faces.plain, faces.overlaid.roll(1, 0), region(LIPS))
    told = swap_region(seen, seen.roll(1, 0), region(LIPS)).expand_as(elsewhere)
    other = model.motion(elsewhere, told)
    losses |= lip_losses(model, faces, other)
    losses["steady_lips"] = F.mse_loss(model.heads[LIPS](other)[1], codes[LIPS])
    losses |= _eyes_and_head(model, faces, features, codes)
    losses |= _mixed(model, faces, codes)
    lips, rest, expression = codes[LIPS], torch.cat((codes[EYES], codes[HEAD]), -1), codes[EXPRESSION]
    places = slice(None, None, 6)  # neighbouring frames say the same
    for name, other, code in (("decorrelation", LIPS, lips), ("decorrelation_rest", "REST", rest)):
        first, second = banks.of(other)
        losses[name] = decorrelation(expression[:, places].flatten(0, 1), code[:, places].flatten(0, 1), first, second)
    return losses


def _eyes_and_head(
    model: RigPdfgc, faces: Faces, features: dict[str, Tensor], codes: dict[str, Tensor]
) -> dict[str, Tensor]:
    """Eyes by swapped regions, the head by regression."""
    eyes, middle = region(EYES), faces.overlaid.shape[1] // 2
    outside, told = faces.overlaid.roll(1, 0), faces.known.roll(1, 0)
    composite = swap_region(faces.overlaid, outside, eyes)
    composite_known = swap_region(faces.known, told, eyes).expand_as(composite)
    swapped = model.heads[EYES](model.motion(composite, composite_known))
    there = (faces.known[:, 0] * eyes).any(-1) & (told[:, 0] * eyes).any(-1)
    contrast = region_swap_contrast(
        swapped[0][there, middle], features[EYES][there, middle], features[EYES].roll(1, 0)[there, middle]
    )
    same = F.mse_loss(swapped[1][there], codes[EYES][there])
    head = faces.known[:, 0, SHAPES:].bool().all(-1)
    pose = (codes[HEAD][head] - pose_numbers(faces.overlaid[head][..., SHAPES:CHANNELS])).square().mean()
    return {"eyes_swapped": contrast + 10.0 * same, "pose": pose}


def _mixed(model: RigPdfgc, faces: Faces, codes: dict[str, Tensor]) -> dict[str, Tensor]:
    """What comes of four faces' codes: eyes and head are those of the faces that gave them; lips go with their sound, and the expression
    is found again."""
    shifts = {LIPS: 0, EYES: 1, HEAD: 2, EXPRESSION: 3}
    mixed = {control: codes[control].roll(shift, 0) for control, shift in shifts.items()}
    made = model.decode(mixed, faces.rest)
    losses = []
    for control in (EYES, HEAD):
        wanted, counted = faces.overlaid.roll(shifts[control], 0), faces.known.roll(shifts[control], 0)
        losses.append(error(model, made, wanted, counted * region(control)))
    features, again = model.codes(model.motion(made, torch.ones_like(made)))
    terms = lip_contrast(audio_features(model, faces), features[LIPS][faces.heard][:, ::STRIDE])
    return {
        "mixed_eyes_and_head": torch.stack(losses).sum(),
        "contrast_mixed": terms["in_clip"] + terms["cross_clip"],
        "kept_expression": F.mse_loss(again[EXPRESSION], mixed[EXPRESSION]),
    }
