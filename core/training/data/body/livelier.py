# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded gestures on livelier torsos and legs: who stands still while he gestures stands as somebody else does.

Legs, pelvis and root become the other's; spine, neck and head add what the other's do about their own mean. Arms and fingers
go on as recorded, from the shoulders that they now hang on.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ....models.emage.body_parts import LOWER_JOINTS
from ....motion import rotations as rot
from ....motion.clip import Clip
from ....motion.joints import JOINT_INDEX
from .corpus import RATE_HZ, BodyClip
from .stitching import Tape, warped

_TORSO = [JOINT_INDEX[name] for name in ("spine1", "spine2", "spine3", "neck", "head")]
_LEGS = list(LOWER_JOINTS)
_PIECE_S = (6.0, 16.0)
_PACE = (0.88, 1.14)  # people's own ways of the same thing differ more; by eye
_BLEND_FRAMES = 24
_SHARES = (0.7, 1.1)  # of the other's torso


def livelier(clip: Clip, others: list[BodyClip], random: np.random.Generator) -> Clip:
    """The clip on the torso and legs of pieces of one of the others' recordings after another."""
    tape = Tape(np.zeros((0, *clip.rotations.shape[1:]), np.float32), np.zeros((0, 3), np.float32))
    while len(tape) < len(clip):
        source = others[int(random.integers(len(others)))].clip
        frames = min(int(random.uniform(*_PIECE_S) * RATE_HZ), len(source))
        first = int(random.integers(len(source) - frames + 1))
        piece = replace(
            source,
            rotations=source.rotations[first : first + frames],
            root_translation_m=source.root_translation_m[first : first + frames],
            contacts=source.contacts[first : first + frames],
        )
        piece = warped(piece, float(random.uniform(*_PACE)))
        root = piece.root_translation_m.copy()
        if len(tape):  # it goes on where the last one stands
            root[:, [0, 2]] += tape.root[-1, [0, 2]] - root[0, [0, 2]]
        tape.append(piece.rotations, root, _BLEND_FRAMES)
    under = tape.rotations[: len(clip)].astype(np.float64)
    rotations = clip.rotations.astype(np.float64)
    rotations[:, _LEGS] = under[:, _LEGS]
    mean = rot.normalised(rot.continuous(under[:, _TORSO]).mean(axis=0))
    away = rot.multiply(rot.inverse(mean)[None], under[:, _TORSO])
    rotations[:, _TORSO] = rot.multiply(rotations[:, _TORSO], rot.scaled(away, random.uniform(*_SHARES)))
    return replace(
        clip,
        rotations=rot.continuous(rot.normalised(rotations)).astype(np.float32),
        root_translation_m=tape.root[: len(clip)],
    )
