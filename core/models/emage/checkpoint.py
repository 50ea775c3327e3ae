# SPDX-License-Identifier: GPL-3.0-or-later
"""EMAGE from and to files: ours, and the published release."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from torch import Tensor, nn

from ...errors import UserError
from ...input_files import read_text
from ...networks.checkpoints import apply_state, find_file, read_config, read_model, read_state, write_model
from .body_parts import PARTS
from .config import EmageConfig
from .network import Emage, EmageNetwork

# Stems of the published files: of the audio-only release, then of the older one.
_NETWORK_STEMS = ("model", "pytorch_model", "emage_audio")
_CODEC_STEMS = {
    "face": ("last_790_face_v2",),
    "upper": ("upper_vertex_1layer_710",),
    "hands": ("hands_vertex_1layer_710",),
    "lower": ("lower_foot_600",),
    "global": ("last_1700_foot",),
}
_CODEC_FOLDERS = ("emage_vq/{part}", "{part}", "pretrained_vq")


def save(model: Emage, folder: Path | str, half_precision: bool = False) -> None:
    """Write config.json and model.safetensors; half precision: half the size."""
    write_model(folder, model, model.config, half_precision)


def load(path: Path | str, config: EmageConfig | None = None) -> Emage:
    """A model from a folder: one that `save` wrote, or the published release — the generator's file (model.safetensors,
    pytorch_model.bin, emage_audio.bin) at the top, the codecs in emage_vq/<part>/, <part>/ or pretrained_vq/.

    Only numbers are read, never code.

    Args:
        path: the folder.
        config: sizes, where no config.json of ours is there and they are not the published ones; the number of speakers
            is taken from the file otherwise.

    Raises:
        UserError: names what is missing, left over or damaged.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}.", "Give the folder that holds EMAGE's files.")
    if _is_ours(folder):
        return read_model(folder, Emage(read_config(folder, EmageConfig.from_values)), "EMAGE")
    file = find_file(folder, _NETWORK_STEMS)
    model = Emage(config or published_config(read_state(file)))
    load_network(model.network, file)
    for part in PARTS:
        load_codec(model.codecs[part], _codec_file(folder, part), part)
    load_codec(model.codecs.global_motion, _codec_file(folder, "global"), "global")
    return model.eval()


def _is_ours(folder: Path) -> bool:
    """Whether `save` wrote the folder: the published release has a config.json, too, of another kind."""
    path = folder / "config.json"
    return path.is_file() and '"codecs"' in read_text(path, "configuration", "Restore the file that came with it.")


def published_config(state: dict[str, Tensor]) -> EmageConfig:
    """The published sizes with as many speakers as a generator's state has."""
    rows = state.get("speaker_embedding_body.weight")
    return replace(EmageConfig.named("published"), speakers=1 if rows is None or rows.ndim != 2 else len(rows))


def load_network(network: EmageNetwork, file: Path) -> EmageNetwork:
    """The generator alone. A file may lack the two template layers that nothing uses."""
    unused = ("transformer_en_layer.", "audio_motion_cross_attn_layer.")
    return apply_state(network, read_state(file), file.name, "EMAGE's generator", may_lack=unused, may_keep=unused)


def load_codec(codec: nn.Module, file: Path, part: str) -> nn.Module:
    """One codec, or the global-motion network."""
    return apply_state(codec, read_state(file), file.name, f"EMAGE's {part} codec")


def _codec_file(folder: Path, part: str) -> Path:
    stems = ("model", "pytorch_model", part, *_CODEC_STEMS[part])
    for pattern in _CODEC_FOLDERS:
        place = folder / pattern.format(part=part)
        if place.is_dir():
            try:
                return find_file(place, stems if "{part}" in pattern else stems[2:])
            except UserError:
                continue
    return find_file(folder, stems[2:])
