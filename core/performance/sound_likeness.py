# SPDX-License-Identifier: GPL-3.0-or-later
"""What a sound is like: a short vector to find others by, and whether it is unlike all that the models were trained on."""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from ..audio.clip import RATE_HZ, AudioClip
from ..audio.excerpts import excerpts_of
from ..models.pretraining import familiarity
from ..models.pretraining.familiarity import Familiarity
from ..paths import SOUND_LIKENESS_WEIGHTS
from ..private_paths import log_failure
from . import loaded_models

log = logging.getLogger(__name__)

WINDOW_S, WINDOWS = 6.0, 3  # of a long sound so many parts are heard: its beginning, its middle, its end
_SHORTEST_S = 1.0  # a shorter sound says too little
_SILENT_DB = -45.0  # against the loudest part: nothing is heard there
_LEAST = 3e-4  # root mean square of a sound that says anything
_UNFAMILIAR = (
    "This sound is unlike the voices and the music that the models have learned from. Look at the result with some care; if it is a voice, "
    "a recording with less noise around it may do better."
)


@dataclass(frozen=True, eq=False)
class SoundLikeness:
    """vector: float32 (2 W,), for `likeness`. distance: 1 and more where hardly any voice or piece of music is. mark: of the encoders."""

    vector: np.ndarray
    distance: float
    mark: str

    @property
    def unfamiliar(self) -> str:
        """A sentence for the report where the sound is unlike all of the training; else ""."""
        return _UNFAMILIAR if self.distance > 1.0 else ""

    @property
    def text(self) -> str:
        """As a take keeps it."""
        return f"{self.mark}:{base64.b64encode(self.vector.astype('<f2').tobytes()).decode()}"


def likeness(clip: AudioClip, folder: Path = SOUND_LIKENESS_WEIGHTS) -> SoundLikeness | None:
    """What a sound is like; None where it is too short or silent, or where the encoders did not come along."""
    encoders, familiar = loaded_models.pretrained_encoders(folder), _familiarity(folder)
    parts = excerpts(clip.samples)
    if encoders is None or familiar is None or not parts:
        return None
    described = np.stack([familiarity.description(encoders.hidden(part)) for part in parts])
    vector = familiar.vectors(described.mean(0, keepdims=True))[0]
    return SoundLikeness(vector.astype(np.float32), float(familiar.distances(described).min()), familiar.weights)


def similarity(first: np.ndarray, second: np.ndarray) -> float:
    """Of two vectors, -1..1: their cosine; 0 where one of them says nothing."""
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / lengths if lengths > 0.0 else 0.0


def begin(clip: AudioClip) -> Callable[[], SoundLikeness | None]:
    """Listen in a thread of its own, while others work; gives what to call for the outcome. What goes wrong is logged: nothing else
    depends on it."""
    found: list[SoundLikeness | None] = [None]

    def listen() -> None:
        try:
            found[0] = likeness(clip)
        except Exception:  # noqa: BLE001 -- logged with its trace
            log_failure(log, "what the sound is like is not known")

    thread = threading.Thread(target=listen, name="audio2rig sound likeness", daemon=True)
    thread.start()

    def outcome() -> SoundLikeness | None:
        thread.join()
        return found[0]

    return outcome


def kept_vector(text: str, folder: Path = SOUND_LIKENESS_WEIGHTS) -> np.ndarray | None:
    """The vector that a take keeps; None if it has none, or one of other encoders."""
    mark, _, written = text.partition(":")
    familiar = _familiarity(folder)
    if familiar is None or mark != familiar.weights:
        return None
    try:
        vector = np.frombuffer(base64.b64decode(written, validate=True), "<f2").astype(np.float32)
    except ValueError:
        return None
    return vector if vector.shape == familiar.mean.shape and np.isfinite(vector).all() else None


def excerpts(samples: np.ndarray) -> list[np.ndarray]:
    """Up to three parts of a sound (N,), those that are silent left out; none of one that says nothing."""
    if len(samples) < _SHORTEST_S * RATE_HZ:
        return []
    parts = excerpts_of(samples, WINDOW_S, WINDOWS)
    levels = [float(np.sqrt(np.mean(np.square(part, dtype=np.float64)))) for part in parts]
    least = max(_LEAST, max(levels) * 10.0 ** (_SILENT_DB / 20.0))
    return [part for part, level in zip(parts, levels) if level >= least]


def _familiarity(folder: Path) -> Familiarity | None:
    file = folder / familiarity.FILE
    return _kept(folder, file.stat().st_mtime_ns if file.is_file() else 0)


@lru_cache(maxsize=4)
def _kept(folder: Path, _changed_ns: int) -> Familiarity | None:
    return familiarity.read(folder)
