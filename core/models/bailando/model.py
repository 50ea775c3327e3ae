# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole of Bailando as one module, from and to files."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from ...errors import UserError
from ...networks.checkpoints import SUFFIXES, apply_state, find_file, read_config, read_state, write_model
from ...networks.sampling import Sampling
from ...progress import Progress
from .config import BailandoConfig
from .gpt import ActorCriticGpt, CrossConditionalGpt
from .memory import ChoreographicMemory
from .sampling import START_DOWN, START_UP, Tokens, generate

# The published folders below "experiments", best first, and plain file names.
_MEMORY_FOLDERS = ("sep_vqvae_root", "sep_vqvae")
_GPT_FOLDERS = ("actor_critic", "cc_motion_gpt")


class Bailando(nn.Module):
    """Choreographic memory and motion GPT; the GPT has a critic only where it is loaded or built for training."""

    def __init__(self, config: BailandoConfig, critic: bool = False):
        super().__init__()
        self.config = config
        self.memory = ChoreographicMemory(config)
        self.gpt = (ActorCriticGpt if critic else CrossConditionalGpt)(config)

    def dance(
        self,
        music: Tensor,
        start_up: int = START_UP,
        start_down: int = START_DOWN,
        *,
        window: str = "restart",
        sampling: Sampling | None = None,
        given: Tokens | None = None,
        progress: Progress | None = None,
    ) -> Tokens:
        """Music features (B, T, 438), one row a token → codes (B, T) of both halves; the first row belongs to the start codes.
        For several dances hold `networks.packed_linear.packed(model)` around them, or the weights are packed for each."""
        self.eval()
        batch = music.shape[0]
        first = (torch.full((batch, 1), code, dtype=torch.long, device=music.device) for code in (start_up, start_down))
        return generate(
            self.gpt, music[:, 1:], *first, window=window, sampling=sampling, given=given, progress=progress
        )


def save(model: Bailando, folder: Path | str) -> None:
    """Write config.json and model.safetensors."""
    write_model(folder, model, model.config)


def load(path: Path | str, config: BailandoConfig | None = None) -> Bailando:
    """A model from a folder: one that `save` wrote, or the published experiments — <stage>/ckpt/epoch_<n>.pt with the stages
    sep_vqvae_root or sep_vqvae, and actor_critic or cc_motion_gpt (the highest epoch is taken) — or files memory.* and gpt.*.

    config: sizes, where there is no config.json and they are not the published ones. Only numbers are read, never code.
    Raises UserError that names what is missing, left over or damaged.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}.", "Give the folder that holds Bailando's files.")
    if (folder / "config.json").is_file():
        file = find_file(folder, ("model",))
        state = read_state(file)
        own = read_config(folder, BailandoConfig, None)
        critic = any(key.startswith("gpt.critic_net.") for key in state)
        return apply_state(Bailando(own, critic), state, file.name, "Bailando").eval()
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
    for stage in stages:
        for place in (folder / "experiments" / stage / "ckpt", folder / stage / "ckpt", folder / stage):
            files = [file for file in place.glob("epoch_*") if file.suffix in SUFFIXES] if place.is_dir() else []
            if files:
                return max(files, key=_epoch)
    return find_file(folder, (stem, *stages))
