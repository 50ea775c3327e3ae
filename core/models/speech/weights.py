# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and writing the speech model's folder: config.json and model.safetensors."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

import torch

from ...errors import UserError
from ...networks.checkpoints import apply_state, read_config, read_state
from ...paths import SPEECH_WEIGHTS
from .config import SCHEMA, SpeechConfig
from .model import SpeechModel


def load(path: Path | str | None = None, device: str = "cpu") -> SpeechModel:
    """The model in a folder, ready to infer; without a path the one that came with the extension.

    Raises UserError when the folder lacks a file, a file is damaged or does not belong to this model.
    """
    folder = Path(path) if path is not None else SPEECH_WEIGHTS
    if not (folder / "model.safetensors").is_file() or not (folder / "config.json").is_file():
        raise UserError(
            f"The speech model is not in {folder}.",
            "Install the extension again; its zip holds the folder weights/speech.",
        )
    config = read_config(folder, SpeechConfig, None)
    if config.schema != SCHEMA:
        raise UserError(
            f"The speech model in {folder} has format {config.schema}, this version reads {SCHEMA}.",
            "Use the weights that came with this version.",
        )
    model = SpeechModel(config)
    state = {
        name: value.float() if value.is_floating_point() else value
        for name, value in read_state(folder / "model.safetensors").items()
    }
    apply_state(model, state, str(folder), "the speech model", may_lack=("_",))
    return model.eval().requires_grad_(False).to(device)


def save(model: SpeechModel, folder: Path) -> None:
    """Write config.json and model.safetensors (half precision: half the size, differences below hearing and sight)."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(
        json.dumps(asdict(model.config), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    part = folder / "model.safetensors.part"
    save_file(
        {
            name: (value.half() if value.is_floating_point() else value).contiguous()
            for name, value in model.state_dict().items()
            if value.dtype != torch.bool
        },
        part,
    )
    part.chmod(0o644)
    os.replace(part, folder / "model.safetensors")
