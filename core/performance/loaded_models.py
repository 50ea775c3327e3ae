# SPDX-License-Identifier: GPL-3.0-or-later
"""Models, loaded once for each folder and device."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from torch import nn

from ..models import bailando, emage, meshtalk, pdfgc, pretraining, speech
from ..models.bailando import TrainedBailando
from ..models.emage import Emage
from ..models.meshtalk import MeshTalk
from ..models.pdfgc import RigPdfgc
from ..models.pretraining import Pretraining, TrainedPretraining
from ..models.pretraining.seen_motion import TrainedSeenMotion, read_seen_motion
from ..models.speech import SpeechModel
from ..paths import BODY_WEIGHTS, DANCE_WEIGHTS, KEYPOINTS_WEIGHTS, MESHTALK_WEIGHTS, PDFGC_WEIGHTS, SPEECH_WEIGHTS

log = logging.getLogger(__name__)
Model = TypeVar("Model", bound=nn.Module)
_models: dict[tuple[str, str, int], nn.Module] = {}
_lock = threading.Lock()


def speech_model(device: str = "cpu", path: Path | str | None = None) -> SpeechModel:
    """The speech model on a device, kept for the next time. Read again when its file has changed. Raises UserError."""
    return _kept(speech.load, Path(path) if path is not None else SPEECH_WEIGHTS, device)


def body_model(device: str = "cpu", path: Path | str | None = None) -> Emage:
    """EMAGE on a device, likewise."""
    return _kept(emage.load, Path(path) if path is not None else BODY_WEIGHTS, device)


def is_body_loaded(device: str = "cpu") -> bool:
    """Whether EMAGE was loaded on a device before."""
    return any(key[:2] == (str(BODY_WEIGHTS), device) for key in _models)


def dance_model(device: str = "cpu", path: Path | str | None = None) -> TrainedBailando:
    """Bailando on a device, likewise."""
    return _kept(bailando.load, Path(path) if path is not None else DANCE_WEIGHTS, device)


def face_model(device: str = "cpu", path: Path | str | None = None) -> MeshTalk | None:
    """MeshTalk on a device, likewise; None where it did not come along."""
    folder = Path(path) if path is not None else MESHTALK_WEIGHTS
    return _kept(meshtalk.load, folder, device) if (folder / "model.safetensors").is_file() else None


def controls_model(path: Path | str | None = None) -> RigPdfgc | None:
    """PD-FGC, likewise, on the processor; None where it did not come along."""
    folder = Path(path) if path is not None else PDFGC_WEIGHTS
    return _kept(pdfgc.load, folder, "cpu") if (folder / "model.safetensors").is_file() else None


def seen_motion_model(path: Path | str | None = None) -> TrainedSeenMotion | None:
    """What tells motion from keypoints, likewise, on the processor; None where it did not come along."""
    folder = Path(path) if path is not None else KEYPOINTS_WEIGHTS
    if not (folder / "model.safetensors").is_file():
        return None
    return TrainedSeenMotion(_kept(read_seen_motion, folder, "cpu"))


def pretrained_encoders(folder: Path) -> TrainedPretraining | None:
    """Pre-trained encoders, likewise, on the processor; None where they did not come along."""
    if not (folder / "model.safetensors").is_file():
        return None
    model: Pretraining = _kept(pretraining.read, folder, "cpu")
    return TrainedPretraining(model, folder)


def _kept(load: Callable[[Path], Model], folder: Path, device: str) -> Model:
    """What `load` gives for the folder, moved to the device; where the device refuses it, it stays on the processor."""
    file = folder / "model.safetensors"
    key = (str(folder), device, file.stat().st_mtime_ns if file.is_file() else 0)
    with _lock:
        if key not in _models:
            for old in [other for other in _models if other[:2] == key[:2]]:
                del _models[old]
            model = load(folder)
            try:
                _models[key] = model.to(device)
            except RuntimeError as error:  # out of memory, a driver that does not fit
                log.warning("%s: %s", device, error)
                return model
        return cast(Model, _models[key])  # under this folder lies what this `load` gave


def forget() -> None:
    """Free all models (when the extension is disabled)."""
    with _lock:
        _models.clear()
