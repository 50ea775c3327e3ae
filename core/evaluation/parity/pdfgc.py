# SPDX-License-Identifier: GPL-3.0-or-later
"""Runners of PD-FGC's fixtures; see `core.evaluation.parity.checking`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ...models.pdfgc.audio_encoder import AudioEncoder
from ...models.pdfgc.config import PdfgcConfig
from ...models.pdfgc.control import smooth_mouth
from ...models.pdfgc.mel import mel_spectrogram, normalise_level
from ...models.pdfgc.motion_encoder import MotionEncoder
from .checking import Arrays, recorded_outputs
from .fill import fill

CONFIG = PdfgcConfig()
MODULES = {"audio_encoder": lambda: AudioEncoder(CONFIG), "motion_encoder": lambda: MotionEncoder(CONFIG)}


@lru_cache(maxsize=2)
def _filled(name: str) -> Any:
    return fill(MODULES[name]())


def free() -> None:
    _filled.cache_clear()


def audio_encoder(arrays: Arrays) -> dict:
    encoder = _filled("audio_encoder")
    network, mel = encoder.model, arrays.tensor("in.mel")
    watched = {name: getattr(network, name) for name in ("conv1", "bn1", "layer1", "layer2", "layer3", "layer4")}
    watched |= {"layer1_0_se": network.layer1[0].se, "attention": network.attention}
    with recorded_outputs(watched) as seen:
        feature = encoder.feature(mel)
    attention = seen.pop("attention")
    return {
        "out.feature": feature,
        "out.mouth": encoder(mel),
        "out.mouth_5d_input": encoder(mel[None]),
        "mid.attention": attention[:1, ::16],
        **{f"mid.{name}": value[:1, :8] for name, value in seen.items()},
    }


def mel(arrays: Arrays) -> dict:
    normalised = normalise_level(arrays.tensor("in.audio"), CONFIG.level)
    return {"out.normalised": normalised, "out.mel": mel_spectrogram(normalised, CONFIG)}


def motion_heads(arrays: Arrays) -> dict:
    return {
        f"out.{name}": value for name, value in _filled("motion_encoder").heads(arrays.tensor("in.feature")).items()
    }


def mouth_smoothing(arrays: Arrays) -> dict:
    return {"out.y": smooth_mouth(arrays.tensor("in.x"))}


FIXTURES = {
    "audio_encoder": audio_encoder,
    "mel": mel,
    "motion_heads": motion_heads,
    "mouth_smoothing": mouth_smoothing,
}
