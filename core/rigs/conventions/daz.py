# SPDX-License-Identifier: GPL-3.0-or-later
"""Daz Genesis 8's visemes. Names: public Genesis 8 tables; Diffeomorphic's DAZ Importer. Mixes are ours, by eye."""

from __future__ import annotations

from .table import ShapeConvention, mix
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
    RIDGE,
    SOFT_PALATE,
)

SHAPES = (
    ShapeConvention(
        "daz_genesis8_visemes",
        "Daz Genesis 8",
        {
            "eCTRLvAA": OPEN,
            "eCTRLvEE": FRONT_CLOSE,
            "eCTRLvEH": FRONT_MID,
            "eCTRLvER": LIQUID,
            "eCTRLvF": LIP_TEETH,
            "eCTRLvIH": FRONT_LAX,
            "eCTRLvIY": mix(
                "jawOpen 0.12, mouthLowerDown* 0.2, mouthUpperUp* 0.12, mouthStretch* 0.45, "
                "mouthSmile* 0.2, tongueBodyUp 0.9"
            ),
            "eCTRLvK": SOFT_PALATE,
            "eCTRLvL": NASAL,
            "eCTRLvM": CLOSED,
            "eCTRLvOW": BACK_MID,
            "eCTRLvS": HISS,
            "eCTRLvSH": HUSH,
            "eCTRLvT": RIDGE,
            "eCTRLvTH": DENTAL,
            "eCTRLvUW": BACK_CLOSE,
            "eCTRLvW": GLIDE_ROUND,
        },
        "public Daz Genesis 8 tables; Diffeomorphic DAZ Importer",
        kind="visemes",
        minimum=6,
        spellings={
            f"{prefix}{sound}": f"eCTRLv{sound}"
            for prefix in (
                "VSM",
                "CTRLVSM",
                "head__eCTRLv",
                "Genesis8Female__eCTRLv",
                "Genesis8Male__eCTRLv",
                "vsm",
                "facs_ctrl_v",
            )
            for sound in ("AA", "EE", "EH", "ER", "F", "IH", "IY", "K", "L", "M", "OW", "S", "SH", "T", "TH", "UW", "W")
        },
    ),
)
