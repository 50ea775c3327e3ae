# SPDX-License-Identifier: GPL-3.0-or-later
"""What the extractor sees of a clip: numbers of each frame, weighted by how much one sees of them, and windows of
them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.joints import JOINT_INDEX, JOINT_NAMES, LEG_JOINTS
from ...motion.kinematics.forward import forward
from ...motion.skeleton import average_adult
from .config import WINDOW

RATE_HZ = 30.0
JOINTS = tuple(range(22)) + tuple(range(25, 55))  # without jaw and eyes
BODY = tuple(range(22))
_ARMS = {
    JOINT_INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("collar", "shoulder", "elbow", "wrist")
}
_LEGS = {JOINT_INDEX[name] for name in LEG_JOINTS}
_ROTATION_WEIGHT = {"arm": 1.0, "leg": 0.3, "finger": 0.2, "trunk": 0.7}
_POSITION_WEIGHT = {"arm": 5.0, "leg": 1.5, "trunk": 2.5}  # a metre against a unit of rotation
_SPEED_WEIGHT = 0.25  # a metre a second against a metre
_LIVELY_WEIGHT = {"arm": 0.35, "leg": 0.15, "trunk": 0.25}  # of the two logarithms below
_LIVELY_SPEED_MPS, _LIVELY_ACCELERATION = 0.1, 5.0  # where their logarithms begin to grow; the second in m/s²
CHANNELS = 6 * len(JOINTS) + (2 * 3 + 2) * len(BODY)


def _group(joint: int) -> str:
    return "finger" if joint > 24 else "arm" if joint in _ARMS else "leg" if joint in _LEGS else "trunk"


def frame_channels(clip: Clip) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of each frame.

    rot6d by rows of the 52 joints (heading taken out of the pelvis), positions of the 22 body joints about the pelvis,
    their velocities, and the logarithms of their speed and acceleration (a convolution averages trembling away, these
    do not), each weighted by how much one sees of it: arms most, fingers and legs least.

    Args:
        clip: at 30 Hz.

    Returns:
        float32 (T, CHANNELS), and which channels were recorded, bool (CHANNELS,).

    Raises:
        ValueError: the clip has another rate.
    """
    if abs(clip.rate_hz - RATE_HZ) > 1e-6:
        raise ValueError(f"features are of motion at {RATE_HZ:g} Hz, not {clip.rate_hz:g}")
    rotations = _without_heading(clip.rotations.astype(np.float64))
    adult = average_adult()
    positions = forward(rotations, np.zeros((len(rotations), 3)), adult.offsets_m.numpy(), adult.parents)[0]
    positions = positions[:, list(BODY)] - positions[:, :1]
    velocity = np.gradient(positions, axis=0) * RATE_HZ if len(positions) > 1 else np.zeros_like(positions)
    rot6d = rot.to_rot6d(rotations[:, list(JOINTS)])
    rot6d *= np.array([_ROTATION_WEIGHT[_group(joint)] for joint in JOINTS])[:, None]
    weight = np.array([_POSITION_WEIGHT[_group(joint)] for joint in BODY])[:, None]
    parts = [rot6d, positions * weight, velocity * weight * _SPEED_WEIGHT, _liveliness(positions, velocity)]
    frames = np.concatenate([part.reshape(len(rotations), -1) for part in parts], axis=1)
    driven = np.array([JOINT_NAMES[joint] in clip.driven or _group(joint) != "finger" for joint in JOINTS])
    return frames.astype(np.float32), np.concatenate([np.repeat(driven, 6), np.ones(8 * len(BODY), bool)])


def _without_heading(rotations: np.ndarray) -> np.ndarray:
    """(T, 55, 4) with the pelvis turned so that on average its forward axis points along Z (windows of one clip share
    that)."""
    ahead = rot.rotate(rotations[:, 0], np.array([0.0, 0.0, 1.0])).mean(0)
    back = rot.from_axis_angle(np.array([0.0, -np.arctan2(ahead[0], ahead[2]), 0.0]))
    rotations[:, 0] = rot.multiply(back, rotations[:, 0])
    return rotations


def _liveliness(positions: np.ndarray, velocity: np.ndarray) -> np.ndarray:
    """(T, joints, 2): weighted logarithms of speed and acceleration."""
    acceleration = np.zeros_like(positions)
    acceleration[1:-1] = np.diff(positions, 2, axis=0) * RATE_HZ**2
    lively = np.stack(
        [
            np.log1p(np.linalg.norm(velocity, axis=-1) / _LIVELY_SPEED_MPS),
            np.log1p(np.linalg.norm(acceleration, axis=-1) / _LIVELY_ACCELERATION),
        ],
        axis=-1,
    )
    return lively * np.array([_LIVELY_WEIGHT[_group(joint)] for joint in BODY])[:, None]


def centred(clip: Clip, mean: np.ndarray) -> np.ndarray:
    """float32 (T, CHANNELS): `frame_channels` less their `mean` (CHANNELS,); joints that were not recorded count as the
    mean."""
    frames, recorded = frame_channels(clip)
    return (frames - mean) * recorded


def window_starts(frames: int, stride: int, glitches: Sequence[tuple[int, int]] = ()) -> list[int]:
    """Where windows begin; those that touch a glitch are left out, and a clip shorter than a window has none."""
    return [
        start
        for start in range(0, frames - WINDOW + 1, stride)
        if not any(start < end and begin < start + WINDOW for begin, end in glitches)
    ]
