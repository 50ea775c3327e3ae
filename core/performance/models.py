# SPDX-License-Identifier: GPL-3.0-or-later
"""Models, loaded once for each folder and device, and the device to run them on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from ..models import emage, speech
from ..models.emage import Emage
from ..models.speech import SpeechModel
from ..paths import BODY_WEIGHTS, SPEECH_WEIGHTS

log = logging.getLogger(__name__)
Model = TypeVar("Model", bound=nn.Module)
_models: dict[tuple[str, str, int], nn.Module] = {}
_lock = threading.Lock()


def choose_device(wish: str) -> tuple[str, str]:
    """AUTO, CUDA, MPS or CPU → PyTorch's device name and a note for the person ("" where the wish was met).

    AUTO takes a CUDA device or the CPU: models this small run faster there than it takes to reach Apple's GPU.
    """
    if wish in ("AUTO", "CUDA") and torch.cuda.is_available():
        return "cuda", ""
    if wish == "MPS" and torch.backends.mps.is_available():
        return "mps", ""
    if wish in ("CUDA", "MPS"):
        return "cpu", f"{wish} was asked for but PyTorch finds none here; the CPU was used."
    return "cpu", ""


def speech_model(device: str = "cpu", path: Path | str | None = None) -> SpeechModel:
    """The speech model on a device, kept for the next time. Read again when its file has changed. Raises UserError."""
    return _kept(speech.load, Path(path) if path is not None else SPEECH_WEIGHTS, device)


def body_model(device: str = "cpu", path: Path | str | None = None) -> Emage:
    """EMAGE on a device, likewise."""
    return _kept(emage.load, Path(path) if path is not None else BODY_WEIGHTS, device)


def _kept(load: Callable[[Path], Model], folder: Path, device: str) -> Model:
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
        return _models[key]


def forget() -> None:
    """Free all models (when the extension is disabled)."""
    with _lock:
        _models.clear()


class _Threads:
    """PyTorch's number of threads while generations run. The number belongs to the whole process, so those that overlap share it: the
    last one to begin decides, and the last one to end gives back what was there before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted: list[int] = []  # of those that run, in the order in which they began
        self._before = 0

    def begin(self, count: int) -> None:
        with self._lock:
            if not self._wanted:
                self._before = torch.get_num_threads()
            self._wanted.append(count)
            torch.set_num_threads(count)

    def end(self, count: int) -> None:
        with self._lock:
            self._wanted.remove(count)
            torch.set_num_threads(self._wanted[-1] if self._wanted else self._before)


_threads = _Threads()


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let PyTorch use so many threads meanwhile, also in other threads; 0 leaves it as it is."""
    if count <= 0:
        yield
        return
    _threads.begin(count)
    try:
        yield
    finally:
        _threads.end(count)
