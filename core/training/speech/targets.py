# SPDX-License-Identifier: GPL-3.0-or-later
"""What the mouth should do in each utterance: the rules where only phones are known, the capture where there is one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from ...audio.phones import UNKNOWN
from ...models.speech.config import CHANNELS
from ...models.speech.frontend import levelled_mel, loudness
from ..data import speech as speech_data
from ..data.speech.captured import LIP_NAMES, Capture, facegood, grid
from .coarticulation import articulate
from .decoder import channel_scale
from .features import Features

# The tracker of GRID is trusted for the lips' distances, not for shapes: the rules fill in what distances leave open.
GRID_RULE_WEIGHT = 0.25
SPEECH_RULE_WEIGHT = 1.0
FACEGOOD_WEIGHT = 1.0
_SPREAD_FLOOR = 0.03  # what moves less counts less than what moves
_LEAST_MOVEMENT = 0.01  # standard deviation of a captured curve that is worth following


def with_rules(item: Features, weight: float = SPEECH_RULE_WEIGHT) -> Features:
    """Curves by the rules of coarticulation from the utterance's phone segments. Unlabelled frames are at rest, unweighted."""
    segments = item.utterance.segments()
    if not segments:
        return item
    curves = articulate(segments, len(item.mel), loudness(torch.from_numpy(item.mel.astype(np.float32))).numpy())
    return replace(item, curves=curves.astype(np.float16), curve_weights=np.full(len(CHANNELS), weight, np.float32))


def resample(values: np.ndarray, rate_hz: float, frames: int, offset_s: float = 0.0) -> np.ndarray:
    """(T, C) at rate_hz → float32 (frames, C) at 100 Hz, linear; NaN outside the recording."""
    times_s = np.arange(frames) / 100.0 - offset_s
    source_s = np.arange(len(values)) / rate_hz
    return np.stack([np.interp(times_s, source_s, column, left=np.nan, right=np.nan) for column in values.T], 1).astype(
        np.float32
    )


def _captured(
    capture: Capture,
    curves: np.ndarray | None,
    weights: np.ndarray | None,
    lips: np.ndarray | None,
    base: Features | None,
) -> Features:
    if base is None:
        mel = levelled_mel(capture.audio.astype(np.float32) / 32768).astype(np.float16)
        samples = len(capture.audio)
        utterance = speech_data.Utterance(
            "",
            capture.id,
            capture.corpus,
            "",
            capture.corpus,
            "",
            "recorded",
            capture.split,
            "",
            0,
            samples,
            0,
            samples // 160,
            0,
            0,
        )
        base = Features(utterance, mel, np.full(len(mel), UNKNOWN, np.int16))
    return replace(base, curves=curves, curve_weights=weights, lips=lips)


def facegood_targets() -> list[Features]:
    """FACEGOOD's training clips: every curve that moves, each in units of its own standard deviation."""
    clips = [clip for clip in facegood() if clip.split == "train"]
    spread = np.concatenate([clip.values for clip in clips]).std(0)
    scale = channel_scale().numpy()
    weights = np.zeros(len(CHANNELS), np.float32)
    for name, value in zip(clips[0].names, spread):
        if name in CHANNELS and value >= _LEAST_MOVEMENT:
            weights[CHANNELS.index(name)] = (
                FACEGOOD_WEIGHT * (scale[CHANNELS.index(name)] / max(value, _SPREAD_FLOOR)) ** 2
            )
    result = []
    for clip in clips:
        frames = len(clip.audio) // 160 + 1
        curves = np.zeros((frames, len(CHANNELS)), np.float16)
        moved = np.nan_to_num(resample(clip.values, clip.rate_hz, frames))
        for column, name in enumerate(clip.names):
            if name in CHANNELS:
                curves[:, CHANNELS.index(name)] = moved[:, column]
        result.append(_captured(clip, curves, weights, None, None))
    return result


def grid_targets(labelled: dict[str, Features]) -> list[Features]:
    """GRID's training clips: lip opening and width in standard deviations, the rules (if its phones are known) for the rest."""
    columns = [LIP_NAMES.index("inner_opening"), LIP_NAMES.index("width")]
    clips = list(grid(split="train"))
    every = np.concatenate([clip.lips[:, columns] for clip in clips])
    centre, spread = every.mean(0), every.std(0)
    result = []
    for clip in clips:
        base = labelled.get(clip.id)
        if base is not None:
            base = with_rules(base, GRID_RULE_WEIGHT)
        frames = len(base.mel) if base is not None else len(clip.audio) // 160 + 1
        lips = resample((clip.lips[:, columns] - centre) / spread, clip.rate_hz, frames)
        result.append(
            _captured(
                clip, base.curves if base else None, base.curve_weights if base else None, lips.astype(np.float16), base
            )
        )
    return result


def load_targets(features: list[Features]) -> list[Features]:
    """The training parts of all speech with what the mouth should do: rules for speech, captures for FACEGOOD and GRID."""
    speech = [item for item in features if item.utterance.split == "train"]
    labelled = {item.utterance.id: item for item in speech if item.utterance.corpus == "grid_s1"}
    ruled = [with_rules(item) for item in speech if item.utterance.corpus != "grid_s1"]
    return ruled + facegood_targets() + grid_targets(labelled)
