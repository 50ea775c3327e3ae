# SPDX-License-Identifier: GPL-3.0-or-later
"""Rhubarb Lip Sync's mouths. Names: its README (A to H, X). Mixes are ours, by eye."""

from __future__ import annotations

from .table import ShapeConvention, mix
from .visemes import CLOSED, FRONT_MID, LIP_TEETH, OPEN, SILENCE

SHAPES = (
    ShapeConvention(
        "rhubarb",
        "Rhubarb",
        {
            "A": CLOSED,
            "B": mix("jawOpen 0.1, mouthLowerDown* 0.3, mouthUpperUp* 0.18, mouthStretch* 0.25, tongueTipUp 0.4"),
            "C": FRONT_MID,
            "D": OPEN,
            "E": mix("jawOpen 0.32, mouthFunnel 0.4, mouthPucker 0.25"),
            "F": mix("jawOpen 0.1, mouthFunnel 0.25, mouthPucker 0.85"),
            "G": LIP_TEETH,
            "H": mix("jawOpen 0.3, mouthLowerDown* 0.2, mouthUpperUp* 0.1, tongueTipUp"),
            "X": SILENCE,
        },
        "Rhubarb Lip Sync README (A to H, X)",
        kind="visemes",
        minimum=6,
        exact_case=True,
        prefixes=("rhubarb_", "mouth_", "viseme_", "MOUTH_", "Mouth_", "phoneme_", "LipSync_"),
    ),
)
