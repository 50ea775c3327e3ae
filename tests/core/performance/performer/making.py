# SPDX-License-Identifier: GPL-3.0-or-later
"""A made-up performer: stands leaning, rests the hands on the belly, and gestures rarely, near the body, with the left hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from core.evaluation.material.bvh_files import write_bvh
from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.easing import minimum_jerk
from core.motion.joints import JOINT_INDEX
from core.performance.body.resting import _BELLY, _arm_at

LEAN_DEG = 9.0
EVERY_S, WAY_S, HELD_S = 4.0, 0.5, 0.5


def voice(seconds: float, pitch_hz: float = 120.0) -> np.ndarray:
    """Float32 at 16 kHz: syllables in phrases, some louder than others."""
    time_s = np.arange(int(seconds * 16000)) / 16000
    pitch = pitch_hz * (1 + 0.2 * np.sin(2 * np.pi * 0.4 * time_s))
    phase = 2 * np.pi * np.cumsum(pitch) / 16000
    buzz = sum(np.sin(k * phase) / k for k in range(1, 12))
    syllables = np.clip(np.sin(2 * np.pi * 2.1 * time_s), 0, 1) * (0.6 + 0.4 * np.sin(2 * np.pi * 0.53 * time_s))
    noise = 2e-4 * np.random.default_rng(0).standard_normal(len(time_s))
    return (0.15 * buzz * syllables * ((time_s % 3.3) < 2.5) + noise).astype(np.float32)


def habitual_body(seconds: float, rate_hz: float = 30.0) -> Clip:
    """The performer for so long; without fingers."""
    frames = int(seconds * rate_hz)
    clip = Clip.still(frames, rate_hz)
    clip.rotations[:, JOINT_INDEX["spine1"]] = rot.from_axis_angle(np.array([np.radians(LEAN_DEG), 0.0, 0.0]))
    posture = clip.rotations[0].astype(np.float64)
    for side in ("left", "right"):
        joints = [JOINT_INDEX[f"{side}_{part}"] for part in ("shoulder", "elbow", "wrist")]
        clip.rotations[:, joints] = _arm_at(posture, side, _BELLY)
    times_s = np.arange(frames) / rate_hz
    since = times_s % EVERY_S
    up = minimum_jerk(np.clip((since - 1.0) / WAY_S, 0, 1)) - minimum_jerk(
        np.clip((since - 1.0 - WAY_S - HELD_S) / WAY_S, 0, 1)
    )
    elbow = JOINT_INDEX["left_elbow"]
    raised = rot.from_axis_angle(up[:, None] * np.array([0.0, -0.8, 0.3]))
    clip.rotations[:, elbow] = rot.multiply(clip.rotations[:, elbow].astype(np.float64), raised)
    breath = rot.from_axis_angle(np.radians(0.7) * np.sin(times_s)[:, None] * np.array([1.0, 0.6, 0.0]))
    clip.rotations[:, JOINT_INDEX["spine2"]] = breath
    return clip


def write_take(folder: Path, name: str = "take1", seconds: float = 40.0, rate_hz: float = 30.0) -> None:
    """A sound with the performer's body beside it."""
    soundfile.write(folder / f"{name}.wav", voice(seconds), 16000)
    write_bvh(folder / f"{name}.bvh", habitual_body(seconds, rate_hz), fingers=False)
