# SPDX-License-Identifier: GPL-3.0-or-later
"""The pre-trained encoders from and to a folder."""

from __future__ import annotations

from pathlib import Path

from ...networks.checkpoints import read_config, read_model, write_model
from ...paths import PRETRAINING_WEIGHTS
from ..speech.encoder import PhoneticEncoder
from .config import PretrainingConfig
from .network import Pretraining
from .sampling import TrainedPretraining


def save(model: Pretraining, folder: Path | str, half_precision: bool = True) -> None:
    """Write config.json and model.safetensors; half precision: half the size."""
    write_model(folder, model, model.config, half_precision)


def load(path: Path | str | None = None, device: str = "cpu") -> TrainedPretraining:
    """The encoders in a folder, ready to use.

    Args:
        path: the folder; without it, the one that came with the extension.
        device: PyTorch's name of where to run.

    Raises:
        UserError: the folder lacks a file, a file is damaged or does not belong to this model.
    """
    return TrainedPretraining(read(path, device), Path(path) if path is not None else PRETRAINING_WEIGHTS)


def read(path: Path | str | None = None, device: str = "cpu") -> Pretraining:
    """The network in a folder, to go on training or to start others from. Raises as `load`."""
    folder = Path(path) if path is not None else PRETRAINING_WEIGHTS
    model = Pretraining(read_config(folder, PretrainingConfig))
    return read_model(folder, model, "the pre-trained encoders").to(device)


def phonetic_encoder(path: Path | str | None = None) -> PhoneticEncoder:
    """What the speech model starts from. Raises as `load`."""
    return read(path).audio.phonetic
