# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a CUDA GPU give what the processor gives, and is it quicker? Every model that ships, and speech and dance as a whole.

`python -m core.evaluation cuda [--seconds 10]` takes less than five minutes. Without a GPU it says so and compares nothing; --device cpu
compares the processor with itself, which shows that the bench runs and that the same input gives the same result.

alike: share of the frames of a performance that lie within the tolerance; what is drawn from probabilities may go another way from a
frame on where two are almost the same, so a share is asked for, not the largest difference. seconds: the second run of each.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from ...audio.clip import AudioClip
from ...audio.decoding import from_samples
from ...motion.rotations import angle_between_deg
from ...performance import loaded_models
from ...performance.dance import pipeline
from ...performance.performance import Performance
from ...performance.speech import perform
from ...settings import GenerateSettings
from ..material.babble import babble
from ..tables import Column, header, line

SHAPE_TOLERANCE = 0.02  # of 1: less than anybody sees of a shape (by eye)
ANGLE_TOLERANCE_DEG = 1.0
LEAST_ALIKE = 0.95  # of the frames
DEVICES = ("cuda", "mps", "cpu")  # PyTorch's names; the setting's are the same in capitals
Perform = Callable[[AudioClip, GenerateSettings], Performance]
_SHORT_S = 2.0  # a line of a few words: is AUTO right to take the GPU?


@dataclass(frozen=True)
class Compared:
    """alike: share of the frames, 0 to 1. own_s, other_s: seconds on the processor and on the other device."""

    name: str
    alike: float
    own_s: float
    other_s: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=10.0, help="of sound")
    parser.add_argument("--device", default="cuda", choices=DEVICES, help="what is compared with the processor")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.device.startswith("cuda") and not torch.cuda.is_available():
        print("PyTorch finds no CUDA GPU here: nothing was compared.")
        return {"available": False}
    short = min(_SHORT_S, arguments.seconds)
    found = [
        compared(f"{name} {seconds:g} s", do, _sound(seconds, name == "dance"), arguments.device)
        for name, do in (("speech", perform), ("dance", _dance))
        for seconds in dict.fromkeys((short, arguments.seconds))
    ]
    columns = (
        Column("alike", "alike", ".3f", 8),
        Column("cpu", "cpu s", ".2f", 8),
        Column("other", arguments.device, ".2f", 8),
    )
    print(header(columns, "performance", 16))
    for one in found:
        print(line(columns, one.name, 16, {"alike": one.alike, "cpu": one.own_s, "other": one.other_s}))
    moved = models_run_on(arguments.device)
    print(f"\nalone on {arguments.device}: " + ", ".join(f"{name} {said or 'runs'}" for name, said in moved.items()))
    return {
        "available": True,
        "device": torch.cuda.get_device_name() if arguments.device.startswith("cuda") else arguments.device,
        "compared": [one.__dict__ for one in found],
        "models": moved,
        "passed": all(one.alike >= LEAST_ALIKE for one in found) and not any(moved.values()),
    }


def compared(name: str, do: Perform, clip: AudioClip, device: str) -> Compared:
    """The same on the processor and on another device."""
    own, own_s = _timed(do, clip, "cpu")
    other, other_s = _timed(do, clip, device)
    return Compared(name, share_alike(own, other), own_s, other_s)


def share_alike(one: Performance, other: Performance) -> float:
    """Share of the frames in which no shape and no joint differs by more than the tolerances."""
    faces = np.abs(one.face.values - other.face.values).max(1) <= SHAPE_TOLERANCE
    turned_deg = angle_between_deg(one.body.rotations, other.body.rotations).max(1)
    return float(min(faces.mean(), (turned_deg <= ANGLE_TOLERANCE_DEG).mean()))


def models_run_on(device: str) -> dict[str, str]:
    """{model: what went wrong, "" if nothing}: is all that it computes with on the device?"""
    found = {}
    for name, load in (
        ("speech", loaded_models.speech_model),
        ("body", loaded_models.body_model),
        ("face", loaded_models.face_model),
        ("dance", loaded_models.dance_model),
    ):
        model = load(device)
        tensors = [*model.parameters(), *model.buffers()] if model is not None else []
        elsewhere = {str(tensor.device) for tensor in tensors if tensor.device.type != torch.device(device).type}
        found[name] = "did not come along" if model is None else f"is on {elsewhere}" if elsewhere else ""
    return found


def _timed(do: Perform, clip: AudioClip, device: str) -> tuple[Performance, float]:
    """The second of two runs, when the models are loaded and the kernels chosen."""
    settings = GenerateSettings(seed=1, device=device.upper())
    do(clip, settings)
    began_s = time.perf_counter()
    made = do(clip, settings)
    return made, time.perf_counter() - began_s


def _dance(clip: AudioClip, settings: GenerateSettings) -> Performance:
    return pipeline.perform(clip, replace(settings, mode="DANCE"))


def _sound(seconds: float, is_music: bool) -> AudioClip:
    if not is_music:
        return from_samples(babble(seconds), 16000, "babble")
    times_s = np.arange(round(seconds * 16000)) / 16000
    beat = np.exp(-20.0 * (times_s % 0.5)) * np.sin(2 * np.pi * 90 * times_s)
    return from_samples((0.6 * beat + 0.1 * np.sin(2 * np.pi * 220 * times_s)).astype(np.float32), 16000, "beats")
