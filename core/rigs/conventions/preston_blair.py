# SPDX-License-Identifier: GPL-3.0-or-later
"""Preston Blair's mouths, as Papagayo and Moho write them. Names: Papagayo's and Moho's .dat files. Mixes are ours, by
eye."""

from __future__ import annotations

from .table import ShapeConvention
from .visemes import BACK_CLOSE, BACK_MID, CLOSED, FRONT_CLOSE, GLIDE_ROUND, LIP_TEETH, NASAL, OPEN, RIDGE, SILENCE

SHAPES = (
    ShapeConvention(
        "preston_blair_papagayo",
        "Preston Blair",
        {
            "AI": OPEN,
            "E": FRONT_CLOSE,
            "O": BACK_MID,
            "U": BACK_CLOSE,
            "etc": RIDGE,
            "WQ": GLIDE_ROUND,
            "L": NASAL,
            "MBP": CLOSED,
            "FV": LIP_TEETH,
            "rest": SILENCE,
        },
        "Papagayo/Moho .dat files",
        kind="visemes",
        minimum=7,
        exact_case=True,
        prefixes=("phoneme_", "mouth_", "Mouth_", "viseme_", "pb_"),
        spellings={"CDGKNRSThYZ": "etc", "Rest": "rest", "Etc": "etc", "ETC": "etc", "REST": "rest", "MPB": "MBP"},
    ),
)
