# SPDX-License-Identifier: GPL-3.0-or-later
"""MeshTalk from and to files: ours, and the published."""

from __future__ import annotations

from pathlib import Path

from ...networks.checkpoints import apply_state, find_file, read_config, read_model, read_state, write_model
from .config import MeshTalkConfig
from .network import MeshTalk

_PARTS = ("encoder", "vertex_unet", "context_model")  # also the stems of the published files


def save(model: MeshTalk, folder: Path | str, half_precision: bool = False) -> None:
    """Write config.json and model.safetensors; half precision: half the size."""
    write_model(folder, model, model.config, half_precision)


def load(path: Path | str, config: MeshTalkConfig | None = None) -> MeshTalk:
    """A model from a folder: one that `save` wrote, or the published encoder.pkl, vertex_unet.pkl and
    context_model.pkl, in any of the formats of `core.networks.checkpoints`.

    Args:
        path: the folder, or the model.safetensors of ours in it.
        config: sizes, if there is no config.json and they are not the published ones.

    Raises:
        UserError: names what is missing, left over or damaged.
    """
    path = Path(path)
    folder = path.parent if path.is_file() else path
    model = MeshTalk(config or read_config(folder, MeshTalkConfig, MeshTalkConfig()))
    if path.is_file() or (path / "model.safetensors").is_file():
        return read_model(path, model, "MeshTalk")
    for part in _PARTS:
        file = find_file(folder, (part,))
        apply_state(model.get_submodule(part), read_state(file), file.name, f"MeshTalk's {part}")
    return model.eval()
