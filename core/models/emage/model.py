# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole of EMAGE as one module, from and to files."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from ...errors import UserError
from ...networks.checkpoints import apply_state, find_file, read_state, write_model
from ...networks.sampling import Sampling
from ...progress import Progress
from .body_parts import HAND_JOINTS, JOINTS, PARTS, ROTATION_CHANNELS, UPPER_JOINTS, rest_frames
from .codec import MotionCodecs
from .config import EmageConfig
from .inference import Audio, Generated, generate
from .network import EmageNetwork
from .stroke_memory import REACH_FRAMES, StrokeMemory

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


class Emage(nn.Module):
    """Generator, codecs and global motion."""

    def __init__(self, config: EmageConfig):
        super().__init__()
        self.config = config
        self.network = EmageNetwork(config)
        self.codecs = MotionCodecs(config)
        if config.postures:
            self.register_buffer("postures", rest_frames(1, config.speakers, config.motion_channels)[0])
        if config.strokes:
            self.register_buffer(
                "stroke_codes", torch.zeros(config.strokes, 2, 2 * REACH_FRAMES + 1, dtype=torch.int16)
            )
            self.register_buffer("stroke_about", torch.zeros(config.strokes, 3, dtype=torch.int16))
            self.register_buffer("stroke_sizes", torch.zeros(config.strokes))

    @property
    def strokes(self) -> StrokeMemory | None:
        """The memory of strokes, if the model has one."""
        return StrokeMemory(self.stroke_codes, self.stroke_about, self.stroke_sizes) if self.config.strokes else None

    @torch.inference_mode()
    def stroke_poses(self) -> Tensor:
        """(n, 55, 6): rot6d by rows of every stroke at its emphasis; joints of other parts than upper body and hands at rest."""
        codes = self.stroke_codes.long()
        poses = rest_frames(len(codes), 1)[:, 0, :ROTATION_CHANNELS].unflatten(-1, (JOINTS, 6)).to(self.stroke_sizes)
        for joints, part, row in ((UPPER_JOINTS, "upper", 0), (HAND_JOINTS, "hands", 1)):
            middle = self.codecs[part].decode(codes[:, row])[:, REACH_FRAMES]
            poses[:, list(joints)] = middle.unflatten(-1, (len(joints), 6)).to(poses)
        return poses

    def generate(
        self,
        audio: Audio,
        motion: Tensor | None = None,
        mask: Tensor | None = None,
        *,
        frames: int | None = None,
        speaker: Tensor | None = None,
        start: Tensor | None = None,
        published: bool = False,
        sampling: Sampling | None = None,
        steady: bool = True,
        face: bool = True,
        guidance: float = 1.0,
        progress: Progress | None = None,
    ) -> Generated:
        """See `inference.generate`. Puts the model in eval mode."""
        self.eval()
        return generate(
            self.network,
            self.codecs,
            audio,
            motion,
            mask,
            frames=frames,
            speaker=speaker,
            start=start,
            published=published,
            sampling=sampling,
            steady=steady,
            face=face,
            guidance=guidance,
            progress=progress,
        )


def save(model: Emage, folder: Path | str) -> None:
    """Write config.json and model.safetensors."""
    write_model(folder, model, model.config)


def _own_config(folder: Path) -> EmageConfig | None:
    """The configuration that `save` wrote; None where there is none, or one of another kind (the published release has one)."""
    path = folder / "config.json"
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8")
    return EmageConfig.from_json(text) if '"codecs"' in text else None


def load(path: Path | str, config: EmageConfig | None = None) -> Emage:
    """A model from a folder: one that `save` wrote, or the published release — the generator's file (model.safetensors,
    pytorch_model.bin, emage_audio.bin) at the top, the codecs in emage_vq/<part>/, <part>/ or pretrained_vq/.

    config: sizes, where no config.json of ours is there and they are not the published ones; the number of speakers is
    taken from the file. Only numbers are read, never code. Raises UserError that names what is missing, left over or damaged.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}.", "Give the folder that holds EMAGE's files.")
    own = _own_config(folder)
    if own is not None:
        file = find_file(folder, ("model",))
        return apply_state(Emage(own), read_state(file), file.name, "EMAGE").eval()
    file = find_file(folder, _NETWORK_STEMS)
    model = Emage(config or published_config(read_state(file)))
    load_network(model.network, file)
    for part in PARTS:
        load_codec(model.codecs[part], _codec_file(folder, part), part)
    load_codec(model.codecs.global_motion, _codec_file(folder, "global"), "global")
    return model.eval()


def published_config(state: dict[str, Tensor]) -> EmageConfig:
    """The published sizes with as many speakers as a generator's state has."""
    import dataclasses

    rows = state.get("speaker_embedding_body.weight")
    return dataclasses.replace(
        EmageConfig.named("published"), speakers=1 if rows is None or rows.ndim != 2 else len(rows)
    )


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
