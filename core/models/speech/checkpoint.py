# SPDX-License-Identifier: GPL-3.0-or-later
"""The speech model from and to a folder."""

from __future__ import annotations

from pathlib import Path

from ...errors import UserError
from ...networks.checkpoints import read_config, read_model, write_model
from ...paths import SPEECH_WEIGHTS
from .config import SCHEMA, SpeechConfig
from .network import SpeechModel


def save(model: SpeechModel, folder: Path | str, half_precision: bool = True) -> None:
    """Write config.json and model.safetensors; half precision: half the size, differences below hearing and sight."""
    write_model(folder, model, model.config, half_precision)


def load(path: Path | str | None = None, device: str = "cpu") -> SpeechModel:
    """The model in a folder, ready to infer.

    Args:
        path: the folder; without it, the one that came with the extension.
        device: PyTorch's name of where to run.

    Raises:
        UserError: the folder lacks a file, a file is damaged or does not belong to this model.
    """
    folder = Path(path) if path is not None else SPEECH_WEIGHTS
    if not (folder / "model.safetensors").is_file() or not (folder / "config.json").is_file():
        raise UserError(
            f"The speech model is not in {folder}.",
            "Install the extension again; its zip holds the folder weights/speech.",
        )
    config = read_config(folder, SpeechConfig)
    if config.schema != SCHEMA:
        raise UserError(
            f"The speech model in {folder} has format {config.schema}, this version reads {SCHEMA}.",
            "Use the weights that came with this version.",
        )
    return read_model(folder, SpeechModel(config), "the speech model").requires_grad_(False).to(device)
