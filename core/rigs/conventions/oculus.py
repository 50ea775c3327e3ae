# SPDX-License-Identifier: GPL-3.0-or-later
"""The fifteen visemes of Oculus (Meta), and their bare sounds.

Names: Meta's OVR LipSync reference; Ready Player Me documentation; Microsoft Rocketbox avatars. Mixes are ours, by eye.
"""

from __future__ import annotations

from .table import ShapeConvention
from .visemes import (
    BACK_CLOSE,
    BACK_MID,
    CLOSED,
    DENTAL,
    FRONT_CLOSE,
    FRONT_MID,
    HISS,
    HUSH,
    LIP_TEETH,
    LIQUID,
    NASAL,
    OPEN,
    RIDGE,
    SILENCE,
    SOFT_PALATE,
)

# OTHER_NAMES: the vowels as the reference also writes them.
OCULUS = {
    "sil": SILENCE,
    "PP": CLOSED,
    "FF": LIP_TEETH,
    "TH": DENTAL,
    "DD": RIDGE,
    "kk": SOFT_PALATE,
    "CH": HUSH,
    "SS": HISS,
    "nn": NASAL,
    "RR": LIQUID,
    "aa": OPEN,
    "E": FRONT_MID,
    "I": FRONT_CLOSE,
    "O": BACK_MID,
    "U": BACK_CLOSE,
}
OTHER_NAMES = {"I": "ih", "O": "oh", "U": "ou", "E": "ee"}

SHAPES = (
    ShapeConvention(
        "oculus_meta_15",
        "Oculus visemes",
        {f"viseme_{name}": shape for name, shape in OCULUS.items()},
        "Meta OVR LipSync reference; Ready Player Me documentation",
        kind="visemes",
        minimum=6,
        spellings={
            **{f"v_{name}": f"viseme_{name}" for name in OCULUS},
            **{f"viseme_{other}": f"viseme_{name}" for name, other in OTHER_NAMES.items() if name != "E"},
            **{f"v_{other}": f"viseme_{name}" for name, other in OTHER_NAMES.items() if name != "E"},
            **{f"AA_VI_{index:02d}_{name}": f"viseme_{name}" for index, name in enumerate(OCULUS)},
            **{f"Mouth_{name}": f"viseme_{name}" for name in ("PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR")},
        },
    ),
    # The bare sounds, as pose tools name them; two letters are no proof, hence the case and so many.
    ShapeConvention(
        "viseme_sounds",
        "Visemes",
        dict(OCULUS),
        "Meta OVR LipSync reference",
        kind="visemes",
        minimum=8,
        exact_case=True,
        prefixes=(
            "vis_",
            "phoneme_",
            "Phoneme_",
            "lip_",
            "Lip_",
            "mouth_",
            "Mouth_",
            "LipSync_",
            "lipsync_",
            "Viseme-",
        ),
        spellings={
            **{name.lower(): name for name in OCULUS if name.lower() != name},
            **{name.upper(): name for name in OCULUS if name.upper() != name},
            **{other: name for name, other in OTHER_NAMES.items()},
        },
    ),
)
