# SPDX-License-Identifier: GPL-3.0-or-later
"""What the generator of tokens is given of a window: the published kinds, and hints as they are given in use.

Each window of a batch has a kind of its own, in place of three passes over all of them.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ...motion.gesture_plan import HANDEDNESS, LEXEMES, RHYTHM_CHANNELS
from ...motion.joints import FINGER_JOINTS, SIDES
from ...motion.spans import spans
from .masks import ARM, animator_mask, rotation_channels

_CHANNELS = 337
_KINDS = {"seeded": 0.3, "strokes": 0.36, "animator": 0.12, "tokens": 0.12, "cells": 0.1}
_RAISED, _EMPHASIS, _RETRACTING = (RHYTHM_CHANNELS.index(name) for name in ("raised", "emphasis", "retracting"))


_ARMS = {side: rotation_channels([f"{side}_{part}" for part in ARM]) for side in SIDES}
_FINGERS = {side: rotation_channels([name for name in FINGER_JOINTS if name.startswith(side)]) for side in SIDES}
_ALL_FINGERS = rotation_channels(FINGER_JOINTS)


def token_masks(
    content: np.ndarray,
    rhythm: np.ndarray,
    fingers: np.ndarray,
    ratio: float,
    config_frames: tuple[int, int],
    random: np.random.Generator,
) -> Tensor:
    """Masks of a batch.

    Args:
        content: (B, T, …) of the windows.
        rhythm: (B, T, …).
        fingers: bool (B,), recorded; those that were not are hidden.
        ratio: share of hidden cells of the kind "cells".
        config_frames: seed frames, frames a token.
        random: of all draws.

    Returns:
        float32 (B, T, 337), 1 = hidden.
    """
    batch, frames = content.shape[:2]
    seed, stride = config_frames
    mask = np.ones((batch, frames, _CHANNELS), np.float32)
    kinds = random.choice(list(_KINDS), batch, p=list(_KINDS.values()))
    for row, (kind, own) in enumerate(zip(kinds, mask)):
        if kind == "animator":
            own[:] = animator_mask(1, frames, _CHANNELS, random, seed)[0].numpy()
        elif kind == "cells":
            own[:] = random.random(own.shape) < ratio
        elif kind == "tokens":
            given = random.random(-(-frames // stride)) < random.random()
            own[np.repeat(given, stride)[:frames]] = 0.0
        elif kind == "strokes":
            give_strokes(own, content[row], rhythm[row], random)
        if random.random() < 0.92:
            own[:seed] = 0.0
    mask[np.ix_(~fingers, np.arange(frames), _ALL_FINGERS)] = 1.0
    return torch.from_numpy(mask)


def give_strokes(mask: np.ndarray, content: np.ndarray, rhythm: np.ndarray, random: np.random.Generator) -> None:
    """Unmask arms and fingers of the gesturing hands at the apexes of strokes and beats, at times also where a hold is left and
    where hands rest.

    Args:
        mask: (T, 337), changed.
        content: (T, …).
        rhythm: (T, …).
        random: of what is given.
    """
    moments = [
        (start + int(rhythm[start:end, _EMPHASIS].argmax()), 0.85) for start, end in spans(rhythm[:, _EMPHASIS] > 0.5)
    ]
    moments += [(start, 0.4) for start, _ in spans(rhythm[:, _RETRACTING] > 0.0) if start]
    resting = rhythm[:, _RAISED] <= 0.01
    moments += [(frame, 0.3) for start, end in spans(resting) for frame in (start, end - 1)]
    for frame, often in moments:
        if random.random() > often:
            continue
        hands = content[frame, len(LEXEMES) : len(LEXEMES) + len(HANDEDNESS)]
        hand = HANDEDNESS[int(hands.argmax())] if hands.any() else "both"
        at = int(np.clip(frame + random.integers(-1, 2), 0, len(mask) - 1))
        for side in SIDES if hand == "both" else (hand,):
            mask[at : at + int(random.integers(1, 3)), _ARMS[side]] = 0.0
            if random.random() < 0.85:
                mask[at : at + 1, _FINGERS[side]] = 0.0
