# SPDX-License-Identifier: GPL-3.0-or-later
"""Fingers of a dance: hands that gesturing people were recorded with, which change with the bars, wide open to loud music and relaxed to
soft. Where the gesture model has a code for a hand, it goes over into the next as the decoder has it, never as a claw; else by the
short way from one recorded hand to the other."""

from __future__ import annotations

import numpy as np
import torch

from ...models.emage import Emage
from ...models.emage.recorded_hands import RECORDED_HANDS
from ...motion import rotations as rot
from ...motion.joints import FINGER_JOINTS
from ...motion.resampling import rotations_at
from ...motion.smoothing import gaussian_smooth
from ..seeding import generator_for

_RATE_HZ = 30.0  # of the codes
_SMOOTH_S = 0.07  # hands go over a little more slowly than codes change
_BLEND_S = 0.12  # and so from one recorded hand to the next; by eye
# By eye.
_CLOSED = 0.85  # share of the recorded hands, from the open ones on: what is beyond that is nearly a fist
_SOFT, _LOUD, _ASIDE = 0.75, 0.2, 0.22  # where among those a hand is taken from, and how far beside
_CHOICE = 10  # hands among which chance decides
_BETWEEN = 0.35  # chance of a change in the middle of a bar, too
_AHEAD_S = 0.12  # a hand begins to change before the beat


def hand_changes_s(downbeats_s: np.ndarray, seed: int) -> np.ndarray:
    """When hands change: with the bars, and now and then between."""
    if len(downbeats_s) < 2:
        return downbeats_s
    between = 0.5 * (downbeats_s[:-1] + downbeats_s[1:])
    chosen = generator_for(seed, "hands between").random(len(between)) < _BETWEEN
    return np.sort(np.concatenate((downbeats_s, between[chosen]))) - _AHEAD_S


@torch.inference_mode()
def dancing_fingers(
    model: Emage, downbeats_s: np.ndarray, times_s: np.ndarray, loud: np.ndarray, seed: int
) -> np.ndarray:
    """What fingers do to music.

    Args:
        model: with the codec of hands.
        downbeats_s: (n,) where bars begin.
        times_s: (T,) ascending, of the sound.
        loud: (T,) 0 soft .. 1 full.
        seed: which hands.

    Returns:
        float64 (T, 30, 4) in the order of `FINGER_JOINTS`.
    """
    codes, hands = RECORDED_HANDS.of(model)
    usable = max(int(round(_CLOSED * len(codes))), 1)
    random = generator_for(seed, "hands")
    frames = int(np.ceil(float(times_s[-1]) * _RATE_HZ)) + 2
    drawn = np.zeros(frames, np.int64)
    changes = np.concatenate(([0.0], hand_changes_s(downbeats_s, seed)))
    for start_s in changes.tolist():
        level = float(np.interp(start_s + 0.5, times_s, loud))
        place = _SOFT + (_LOUD - _SOFT) * level + _ASIDE * float(random.normal())
        first = int(np.clip(place * usable - 0.5 * _CHOICE, 0, max(usable - _CHOICE, 0)))
        drawn[max(int(round(start_s * _RATE_HZ)), 0) :] = min(first + int(random.integers(_CHOICE)), usable - 1)
    if model.config.token_frames > 1:
        turns, over_s = hands[drawn], _BLEND_S
    else:
        turns, over_s = _decoded(model, codes[drawn]), _SMOOTH_S
    turns = rot.normalised(gaussian_smooth(rot.continuous(turns), over_s * _RATE_HZ))
    return rotations_at(turns, _RATE_HZ, 0.0, times_s)


def _decoded(model: Emage, codes: np.ndarray) -> np.ndarray:
    """float64 (T, 30, 4): the hands of codes (T,)."""
    device = next(model.parameters()).device
    decoded = model.codecs["hands"].decode(torch.from_numpy(codes)[None].to(device))[0].float().cpu().numpy()
    return rot.from_rot6d(decoded.astype(np.float64).reshape(len(codes), len(FINGER_JOINTS), 6))
