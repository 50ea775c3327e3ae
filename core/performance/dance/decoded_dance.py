# SPDX-License-Identifier: GPL-3.0-or-later
"""From codes to motion over the frames of the sound: poses against the heading, and how the root goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ...models.bailando import dancer_frames as dancer
from ...models.bailando.trained import TrainedBailando
from ...motion import rotations as rot
from ...motion.easing import minimum_jerk
from ...motion.joints import JOINT_INDEX
from ...motion.resampling import curves_at
from ...motion.spans import spans
from .choreography import Codes

_SMOOTH_S = 0.018  # the decoder trembles a little from token to token
_LEADS_S = 0.15  # over which a phrase that is danced later or sooner than its tokens gets there
_FASTEST_RAD_S, _BRIDGE_S = (
    20.0,
    0.12,
)  # recorded dancers' shoulders turn up to 15 rad/s; so far beside a jump it is led over
_STEPS = slice(dancer.UP_WIDTH + dancer.DOWN_TURNS, dancer.UP_WIDTH + dancer.DOWN_TURNS + 3)
_HEIGHT = _STEPS.stop
_BLOCK, _MARGIN = 256, 16  # tokens that are decoded at a time, and beside them what the decoder sees farther


@dataclass(frozen=True)
class LocalDance:
    """rotations: float64 (T, 55, 4), the pelvis against the heading; joints that are not danced rest. velocity: (T, 2) m/s along the
    heading's x and z. turning: (T,) rad/s. height: (T,) m over the rest pose."""

    rotations: np.ndarray
    velocity: np.ndarray
    turning: np.ndarray
    height: np.ndarray

    def __len__(self) -> int:
        return len(self.turning)


def local_dance(model: TrainedBailando, codes: Codes, times_s: np.ndarray) -> LocalDance:
    """The dance at times (T,) of the sound; beyond the ends of the codes it is the first or last frame, standing."""
    rate_hz = model.config.rate_hz
    vectors = gaussian_filter1d(decoded(model, codes.up, codes.down), _SMOOTH_S * rate_hz, axis=0)
    places = dance_times(codes, times_s, model.config.tokens_per_second)
    taken = curves_at(vectors, rate_hz, 0.0, places)
    faster = np.gradient(places) / np.gradient(times_s) if len(times_s) > 1 else np.ones(1)
    beyond = (places < 0.0) | (places > (len(vectors) - 1) / rate_hz)
    taken[:, _STEPS] *= np.where(beyond, 0.0, faster)[:, None]
    rotations = dancer.local_rotations(taken)
    for joint in (*dancer.UP_JOINTS, *dancer.DOWN_JOINTS, *dancer.SPINE[1:]):
        bridge_jumps(rotations[:, JOINT_INDEX[joint]], rate_hz)
    moving = taken[:, _STEPS].astype(np.float64)
    return LocalDance(rotations, moving[:, :2], moving[:, 2], taken[:, _HEIGHT].astype(np.float64))


def bridge_jumps(quaternions: np.ndarray, rate_hz: float) -> None:
    """Lead over where a joint (T, 4) turns faster than a body can, in place: codes that hardly ever follow one another give that."""
    if len(quaternions) < 2:
        return
    turned = np.radians(rot.angle_between_deg(quaternions[:-1], quaternions[1:])) * rate_hz
    reach = max(int(round(_BRIDGE_S * rate_hz)), 1)
    fast = maximum_filter1d(np.append(turned > _FASTEST_RAD_S, False).astype(np.int8), 2 * reach + 1) > 0
    for start, end in spans(fast):
        before, after = max(start - 1, 0), min(end, len(quaternions) - 1)
        share = minimum_jerk((np.arange(start, end) - before) / max(after - before, 1))
        whole = (end - start, 4)
        first, last = np.broadcast_to(quaternions[before], whole), np.broadcast_to(quaternions[after], whole)
        quaternions[start:end] = rot.slerp(first, last, share)


@torch.inference_mode()
def decoded(model: TrainedBailando, up: np.ndarray, down: np.ndarray) -> np.ndarray:
    """Codes (n,) → frames float32 (8 n, WIDTH), a stretch at a time."""
    device, step = next(model.parameters()).device, model.config.frames_per_token
    found = []
    for first in range(0, len(up), _BLOCK):
        low, high = max(first - _MARGIN, 0), min(first + _BLOCK + _MARGIN, len(up))
        halves = (torch.from_numpy(half[low:high].astype(np.int64))[None].to(device) for half in (up, down))
        frames = model.memory.decode(*halves)[0].float().cpu().numpy()
        found.append(frames[(first - low) * step : (min(first + _BLOCK, len(up)) - low) * step])
    return np.concatenate(found)


def dance_times(codes: Codes, times_s: np.ndarray, tokens_per_second: float) -> np.ndarray:
    """When in the dance, in seconds from its first token on, each time (T,) of the sound lies."""
    tokens = (times_s - codes.start_s) * tokens_per_second
    late_s = gaussian_filter1d(codes.late_s, _LEADS_S * tokens_per_second, mode="nearest")
    return times_s - codes.start_s - np.interp(tokens, np.arange(len(late_s)) + 0.5, late_s)


def on_the_same_way(dance: LocalDance, other: LocalDance) -> LocalDance:
    """Another dance, parts of which are anew, whose root comes to the same places and headings again after each of them."""
    velocity, turning = other.velocity.copy(), other.turning.copy()
    changed = np.abs(other.velocity - dance.velocity).max(1) + np.abs(other.turning - dance.turning) > 1e-6
    for start, end in spans(changed):
        weight = np.hanning(end - start + 2)[1:-1]
        weight /= weight.sum()
        velocity[start:end] -= weight[:, None] * (velocity - dance.velocity)[start:end].sum(0)
        turning[start:end] -= weight * (turning - dance.turning)[start:end].sum()
    return LocalDance(other.rotations, velocity, turning, other.height)
