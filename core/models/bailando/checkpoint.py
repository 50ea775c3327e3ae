# SPDX-License-Identifier: GPL-3.0-or-later
"""Bailando from and to files: ours, and the published experiments."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from ...errors import UserError
from ...networks.checkpoints import SUFFIXES, apply_state, find_file, read_config, read_model, read_state, write_model
from .config import BailandoConfig
from .network import Bailando
from .trained import TrainedBailando

# The published folders below "experiments", best first, and plain file names.
_MEMORY_FOLDERS = ("sep_vqvae_root", "sep_vqvae")
_GPT_FOLDERS = ("actor_critic", "cc_motion_gpt")


def save(model: Bailando | TrainedBailando, folder: Path | str, half_precision: bool = False) -> None:
    """Write config.json and model.safetensors; half precision: half the size."""
    write_model(folder, model, model.config, half_precision)


def load(path: Path | str) -> TrainedBailando:
    """Our memory of rotations and its actor, from a folder that `save` wrote. Raises UserError."""
    return read_model(path, TrainedBailando(read_config(path, BailandoConfig)), "Bailando")


def load_faithful(path: Path | str, config: BailandoConfig | None = None) -> Bailando:
    """The published network from a folder: one that `save` wrote, or the published experiments — <stage>/ckpt/epoch_<n>.pt with the
    stages sep_vqvae_root or sep_vqvae, and actor_critic or cc_motion_gpt (the highest epoch is taken) — or files
    memory.* and gpt.*.

    Only numbers are read, never code.

    Args:
        path: the folder.
        config: sizes, where there is no config.json and they are not the published ones.

    Raises:
        UserError: names what is missing, left over or damaged.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}.", "Give the folder that holds Bailando's files.")
    if (folder / "config.json").is_file():
        critic = any(key.startswith("gpt.critic_net.") for key in read_state(find_file(folder, ("model",))))
        return read_model(folder, Bailando(read_config(folder, BailandoConfig), critic), "Bailando")
    memory_file, gpt_file = _file(folder, _MEMORY_FOLDERS, "memory"), _file(folder, _GPT_FOLDERS, "gpt")
    memory, gpt = read_state(memory_file), read_state(gpt_file)
    sizes = config or BailandoConfig.named("published")
    sizes = replace(sizes, root_decoder=any("decoders_root" in key for key in memory))
    model = Bailando(sizes, critic=any(key.startswith("critic_net.") for key in gpt))
    apply_state(model.memory, memory, memory_file.name, "Bailando's memory")
    apply_state(model.gpt, gpt, gpt_file.name, "Bailando's GPT")
    return model.eval()


def _epoch(file: Path) -> int:
    number = re.search(r"(\d+)", file.stem)
    return int(number.group(1)) if number else -1


def _file(folder: Path, stages: tuple[str, ...], stem: str) -> Path:
    """The newest checkpoint of the first of `stages` that has one, else a file named `stem`."""
    for stage in stages:
        for place in (folder / "experiments" / stage / "ckpt", folder / stage / "ckpt", folder / stage):
            files = [file for file in place.glob("epoch_*") if file.suffix in SUFFIXES] if place.is_dir() else []
            if files:
                return max(files, key=_epoch)
    return find_file(folder, (stem, *stages))
