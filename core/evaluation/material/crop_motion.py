# SPDX-License-Identifier: GPL-3.0-or-later
"""What crops of held-out faces say: which motion and which sound they belong to, and how the face moves, beside copying the nearest crop.

Shapes: W windows of T frames at 25 Hz.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ...models.pretraining.crops import CropEncoder
from ...models.pretraining.network import AUDIO, MOTION, VISUAL, Pretraining
from ...models.pretraining.objectives import similarities
from ...motion.face_track import FACE_NAMES
from ...training.crops.steps import seen_by
from ...training.crops.windows import CropWindows
from ...training.data.pretraining.crops import TALK
from ...training.pretraining.retrieval import GALLERY, offset_accuracy, recalls

_SHAPES = len(FACE_NAMES)
_ACTIVE = 0.03  # standard deviation of a shape that counts
_HALF, _EVERY = 2, 2  # crops to copy from are compared at half their size, every second one
_AT_ONCE = 512


@torch.inference_mode()
def retrieval(encoder: CropEncoder, others: Pretraining, windows: CropWindows) -> dict[str, dict[str, float]]:
    """Among the first windows of talk, at most 64: {"crops-face", "sound-crops": R@1, R@5, the same of whole clips, offset}."""
    talk = windows.of(np.flatnonzero(np.isin(windows.corpora, TALK))[:GALLERY])
    seen = seen_by(encoder, talk)
    found = {}
    for task, modality, theirs in (("crops-face", MOTION, talk.motion), ("sound-crops", AUDIO, talk.audio)):
        whole = others.clips[VISUAL](seen) @ others.clips[modality](theirs).T
        by_clip = {f"whole {name}": value for name, value in recalls(whole).items()}
        offset = offset_accuracy(seen, theirs)
        found[task] = {**recalls(similarities(seen, theirs)), **by_clip, "offset": offset}
    return found


@torch.inference_mode()
def predicted(encoder: CropEncoder, others: Pretraining, windows: CropWindows) -> Tensor:
    """(W, T, 58): the face that crops alone tell, through fusion and predictor."""
    seen = seen_by(encoder, windows)
    told = others.predictor(others.fusion({VISUAL: (seen, torch.ones(seen.shape[:2]))}))[0]
    return told * others.face_spread


def copied(known: CropWindows, windows: CropWindows) -> Tensor:
    """(W, T, 58): the motion of the training crop with the nearest pixels, of those of which as much is known; at rest without any."""
    found = torch.zeros_like(windows.face)
    bank = _plain(known.of(np.arange(len(known))).crops()[:, ::_EVERY])
    patterns, which = torch.unique(windows.face_known, dim=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        mine = np.flatnonzero((which == number).numpy())
        learned = (known.face_known >= pattern).all(1)
        frames, motion = bank[learned].flatten(0, 1), known.face[learned][:, ::_EVERY].flatten(0, 1)
        if not len(frames):
            continue
        asked = _plain(windows.of(mine).crops()).flatten(0, 1)
        nearest = torch.cat([torch.cdist(part, frames).argmin(1) for part in asked.split(_AT_ONCE)])
        found[torch.from_numpy(mine)] = motion[nearest].view(len(mine), *windows.face.shape[1:])
    return found


def training_mean(known: CropWindows) -> Tensor:
    """(1, 1, 58): of each channel, of the windows that know it."""
    counted = known.face_known.sum(0).clamp_min(1.0) * known.face.shape[1]
    return ((known.face * known.face_known[:, None]).sum((0, 1)) / counted)[None, None]


def errors(found: Tensor, windows: CropWindows) -> dict[str, float]:
    """Mean absolute errors: shapes (0..1, of those that move), head_deg, head_moves_deg (about its middle in each window)."""
    apart = (found - windows.face).abs()
    known = windows.face_known[:, None].expand_as(apart).bool()
    moves = windows.face.flatten(0, 1).std(0) > _ACTIVE
    shapes = known[..., :_SHAPES] & moves[:_SHAPES]
    ours, theirs = (_about_middle(part[..., _SHAPES:]) for part in (found.expand_as(windows.face), windows.face))
    head = known[..., _SHAPES:]
    return {
        "shapes": float(apart[..., :_SHAPES][shapes].mean()),
        "head_deg": float(apart[..., _SHAPES:][head].mean()),
        "head_moves_deg": float((ours - theirs).abs()[head].mean()),
    }


def _about_middle(angles: Tensor) -> Tensor:
    return angles - angles.median(dim=1, keepdim=True).values


def _plain(crops: Tensor) -> Tensor:
    """(W, T, S, S) → (W, T, S²/4): at half the size, each against its own brightness and contrast."""
    pixels = functional.avg_pool2d(crops, _HALF).flatten(2)
    return (pixels - pixels.mean(-1, keepdim=True)) / pixels.std(-1, keepdim=True).clamp_min(0.02)
