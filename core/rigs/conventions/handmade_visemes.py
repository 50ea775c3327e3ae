# SPDX-License-Identifier: GPL-3.0-or-later
"""Mouths that people make by hand and call as they sound: Ah, Ee, Oh, M, F; A, E, I, O, U, M, L; M_Ah, phoneme_O.

No program prescribes them; each is taken at its word. Where a known set is there as a whole, that one is taken.
"""

from __future__ import annotations

from .table import ShapeConvention
from .visemes import (
    BACK_CLOSE,
    BACK_MID,
    CLOSED,
    DENTAL,
    FRONT_CLOSE,
    FRONT_LAX,
    FRONT_MID,
    GLIDE_ROUND,
    HISS,
    HUSH,
    LIP_TEETH,
    LIQUID,
    NASAL,
    OPEN,
    SILENCE,
)

_SPELLINGS = {
    "Ah": ("A", "Aah"),
    "Eh": ("E",),
    "Ee": ("I", "Eee", "Iy"),
    "Oh": ("O", "Ooh_Oh", "Ohh"),
    "Oo": ("U", "Ooh", "Uu", "Uh_Oo", "W_Oo"),
    "M": ("Mm", "MBP", "BMP", "PBM", "MPB", "BPM", "M_B_P"),
    "F": ("FV", "F_V", "Ff"),
    "L": ("Ll", "LN"),
    "Th": ("Dh",),
    "S": ("Ss", "SZ"),
    "Ch": ("Sh", "ChJ", "ShChJ"),
    "R": ("Rr",),
    "W": ("Ww", "WQ"),
    "Rest": ("Sil", "Closed", "Neutral"),
}
_PREFIXES = ("M", "mouth", "viseme", "vis", "v", "phoneme", "phon", "ph", "lip", "lips", "say", "talk", "sound")

SHAPES = (
    ShapeConvention(
        "handmade_visemes",
        "Visemes by hand",
        {
            "Ah": OPEN,
            "Eh": FRONT_MID,
            "Ee": FRONT_CLOSE,
            "Ih": FRONT_LAX,
            "Oh": BACK_MID,
            "Oo": BACK_CLOSE,
            "M": CLOSED,
            "F": LIP_TEETH,
            "L": NASAL,
            "Th": DENTAL,
            "S": HISS,
            "Ch": HUSH,
            "R": LIQUID,
            "W": GLIDE_ROUND,
            "Rest": SILENCE,
        },
        "plain words",
        kind="visemes",
        minimum=5,
        by_hand=True,
        spellings={
            **{spelling: name for name, spellings in _SPELLINGS.items() for spelling in spellings},
            **{
                f"{prefix}_{spelling}": name
                for name, spellings in {"Ih": (), **_SPELLINGS}.items()
                for spelling in (name, *spellings)
                for prefix in _PREFIXES
            },
        },
    ),
)
