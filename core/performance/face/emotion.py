# SPDX-License-Identifier: GPL-3.0-or-later
"""Mood: shapes on top of what is said, that leave closed lips closed and round ones round."""

from __future__ import annotations

import numpy as np

from ...audio.prosody import ProsodyCurves
from ...motion.face_track import FACE_INDEX, FACE_NAMES
from ...motion.resampling import lip_opening
from ..seeding import generator_for
from .movement import drift

# Prototypes after the action units of EMFACS (Friesen and Ekman 1983): happy 6+12, sad 1+4+15, angry 4+5+7+23,
# surprised 1+2+5, afraid 1+2+4+5+20, disgusted 9+10+15. Names without side stand for both sides.
PROTOTYPES: dict[str, dict[str, float]] = {
    "NEUTRAL": {},
    "HAPPY": {"mouthSmile": 0.6, "cheekSquint": 0.55, "eyeSquint": 0.22, "browOuterUp": 0.12, "mouthDimple": 0.12},
    "SAD": {"browInnerUp": 0.75, "browDown": 0.18, "mouthFrown": 0.55, "mouthShrugLower": 0.18, "eyeSquint": 0.12},
    "ANGRY": {
        "browDown": 0.85,
        "eyeWide": 0.18,
        "eyeSquint": 0.4,
        "noseSneer": 0.3,
        "mouthPress": 0.2,
        "mouthFrown": 0.2,
    },
    "SURPRISED": {"browInnerUp": 0.8, "browOuterUp": 0.8, "eyeWide": 0.65, "mouthFunnel": 0.06},
    "AFRAID": {"browInnerUp": 0.8, "browOuterUp": 0.35, "browDown": 0.25, "eyeWide": 0.6, "mouthStretch": 0.4},
    "DISGUSTED": {
        "noseSneer": 0.75,
        "mouthUpperUp": 0.35,
        "mouthFrown": 0.3,
        "browDown": 0.4,
        "eyeSquint": 0.35,
        "cheekSquint": 0.2,
    },
}
_OPENS_LIPS = ("mouthUpperUp", "mouthFunnel")  # only as far as the lips are apart anyway
_CLOSES_LIPS = ("mouthPress", "mouthShrugLower")  # only where they are not: in silence and on closed sounds
_SPREADS_LIPS = ("mouthSmile", "mouthStretch", "mouthDimple", "mouthFrown")  # less where they are round
_HAS_SIDES = frozenset(name[:-4] for name in FACE_NAMES if name.endswith("Left"))


def add_mood(curves: ProsodyCurves, values: np.ndarray, emotion: str, strength: float, seed: int) -> None:
    """Add a mood to the face.

    Args:
        curves: of the voice, at the face's rate.
        values: float (frames, 55), changed in place.
        emotion: of PROTOTYPES.
        strength: 0..1; 0 adds nothing.
        seed: of how the mood comes and goes.
    """
    prototype = PROTOTYPES[emotion]
    if not prototype or strength <= 0.0:
        return
    random = generator_for(seed, "mood")
    # it comes and goes over seconds and grows with the voice
    swell = (
        0.82
        + drift(random, curves.frames, curves.rate_hz, ((0.03, 0.12), (0.12, 0.4)), (0.14, 0.07))
        + 0.2 * curves.loudness
    )
    level = strength * np.clip(swell, 0.35, 1.15)
    apart = np.clip(lip_opening(values) / 0.12, 0.0, 1.0)
    round_ = np.clip(np.maximum(values[:, FACE_INDEX["mouthPucker"]], values[:, FACE_INDEX["mouthFunnel"]]), 0.0, 1.0)
    for name, weight in prototype.items():
        share = np.ones(curves.frames)
        if name in _OPENS_LIPS:
            share = apart
        elif name in _CLOSES_LIPS:
            share = 1.0 - apart
        elif name in _SPREADS_LIPS:
            share = 1.0 - 0.75 * round_
        for shape in (f"{name}Left", f"{name}Right") if name in _HAS_SIDES else (name,):
            values[:, FACE_INDEX[shape]] += weight * level * share
