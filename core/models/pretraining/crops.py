# SPDX-License-Identifier: GPL-3.0-or-later
"""The convolutional encoder of small pictures of a face: an embedding that stands where that of keypoints would, so fusion and predictor
stay as they are. Shapes: B clips, T frames at 25 Hz, S pixels a side, D numbers.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ...errors import UserError
from ...networks.checkpoints import read_config, read_model, write_model
from ...paths import CROPS_WEIGHTS
from .config import PretrainingConfig
from .encoders import Block
from .sampling import SHORTEST, lengthened

_MOVED = 3.0  # what changes in a picture is about a third of what is in it
_LEAST_SPREAD = 0.02  # of a picture's brightness; a plain one has none


class CropEncoder(nn.Module):
    """Grey pictures of a face → embeddings (B, T, D).

    It sees every frame twice, against the clip's brightness and contrast and against the clip's mean picture: who it is and which light
    falls on them count less than what moves.
    """

    def __init__(self, config: PretrainingConfig):
        super().__init__()
        if not config.crop_pixels:
            raise UserError(
                "These sizes are without an encoder of crops.", 'Take those of "crops", or give crop_pixels.'
            )
        self.config = config
        widths, width = (2, *config.crop_widths), config.visual_width
        layers: list[nn.Module] = []
        for entering, leaving in zip(widths[:-1], widths[1:], strict=True):
            layers += [nn.Conv2d(entering, leaving, 3, stride=2, padding=1), nn.GroupNorm(1, leaving), nn.GELU()]
        self.frames = nn.Sequential(*layers)
        side = config.crop_pixels
        for _ in config.crop_widths:
            side = (side + 1) // 2
        self.enter = nn.Linear(config.crop_widths[-1] * side**2, width)
        self.blocks = nn.Sequential(*(Block(width, dilation) for dilation in config.visual_dilations))
        self.embed = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, config.dim))

    def forward(self, crops: Tensor) -> Tensor:
        """Brightness (B, T, S, S), 0 to 1."""
        clips, frames = crops.shape[:2]
        seen = self.frames(contrasted(crops).flatten(0, 1)).flatten(1)
        return self.embed(self.blocks(self.enter(seen).view(clips, frames, -1)))


def contrasted(crops: Tensor) -> Tensor:
    """(B, T, S, S) → (B, T, 2, S, S): against the clip's mean and spread of brightness, and against its mean picture."""
    spread = crops.flatten(1).std(1).clamp_min(_LEAST_SPREAD)[:, None, None, None]
    middle = crops.mean((1, 2, 3), keepdim=True)
    moved = _MOVED * (crops - crops.mean(1, keepdim=True)) / spread
    return torch.stack(((crops - middle) / spread, moved), 2)


class TrainedCrops:
    """The encoder on clips of any length and size."""

    def __init__(self, encoder: CropEncoder):
        self.encoder = encoder.eval().requires_grad_(False)

    @torch.inference_mode()
    def visual(self, crops: np.ndarray) -> np.ndarray:
        """uint8 (T, H, W), grey, T > 0, at 25 Hz, the face from brows to chin → float32 (T, D), for `TrainedPretraining` as `visual=`."""
        side = self.encoder.config.crop_pixels
        seen = torch.from_numpy(np.ascontiguousarray(crops)).float() / 255.0
        if seen.shape[1:] != (side, side):
            seen = functional.interpolate(seen[:, None], (side, side), mode="bilinear", antialias=True)[:, 0]
        padded = lengthened(seen.flatten(1), max(len(seen), SHORTEST)).view(-1, side, side)
        return self.encoder(padded[None])[0, : len(seen)].numpy()


def save_crops(encoder: CropEncoder, folder: Path | str) -> None:
    """Write config.json and model.safetensors in half precision."""
    write_model(folder, encoder, encoder.config, half_precision=True)


def read_crops(path: Path | str | None = None) -> CropEncoder:
    """The encoder in a folder; without one, ours.

    Raises:
        UserError: the folder lacks a file, a file is damaged or does not belong to this model.
    """
    folder = Path(path) if path is not None else CROPS_WEIGHTS
    return read_model(folder, CropEncoder(read_config(folder, PretrainingConfig)), "the encoder of crops")
