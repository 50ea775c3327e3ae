# SPDX-License-Identifier: GPL-3.0-or-later
"""PD-FGC from and to files: ours, and the published."""

from __future__ import annotations

from pathlib import Path

from ...networks.checkpoints import apply_state, find_file, read_config, read_model, read_state, write_model
from ...paths import PDFGC_WEIGHTS
from .config import PdfgcConfig, RigPdfgcConfig
from .network import Pdfgc
from .rig_network import RigPdfgc


def save(model: Pdfgc | RigPdfgc, folder: Path | str, half_precision: bool = False) -> None:
    """Write config.json and model.safetensors; half precision: half the size."""
    write_model(folder, model, model.config, half_precision)


def load(path: Path | str = PDFGC_WEIGHTS) -> RigPdfgc:
    """Our PD-FGC for rigs from a folder that `save` wrote.

    Raises:
        UserError: the weights are not there, damaged, or another model's.
    """
    return read_model(path, RigPdfgc(read_config(path, RigPdfgcConfig)), "PD-FGC")


def load_published(path: Path | str, config: PdfgcConfig | None = None) -> Pdfgc:
    """A model of pictures from a folder: one that `save` wrote, or the published audio_model and motion_model (.pth); the latter is
    optional.

    Args:
        path: the folder; or one file, the published audio model alone.
        config: sizes, if there is no config.json and they are not the published ones.

    Raises:
        UserError: names what is missing, left over or damaged.
    """
    path = Path(path)
    config = config or read_config(path, PdfgcConfig, PdfgcConfig())
    if (path / "model.safetensors").is_file():
        state = read_state(path / "model.safetensors")
        with_motion = any(key.startswith("motion_encoder.") for key in state)
        return read_model(path, Pdfgc(config, with_motion), "PD-FGC")
    audio = find_file(path, ("audio_model", "audio_encoder"))
    motion = None
    if path.is_dir():
        motion = next((file for stem in ("motion_model", "motion_encoder") for file in path.glob(f"{stem}.*")), None)
    model = Pdfgc(config, with_motion=motion is not None)
    apply_state(model.audio_encoder, read_state(audio), audio.name, "PD-FGC's audio encoder")
    if motion is not None and model.motion_encoder is not None:
        apply_state(model.motion_encoder, read_state(motion), motion.name, "PD-FGC's motion encoder")
    return model.eval()
