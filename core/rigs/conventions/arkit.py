# SPDX-License-Identifier: GPL-3.0-or-later
"""ARKit's 52 shapes in their spellings, and tools that use the same names.

Names: Apple, ARFaceAnchor.BlendShapeLocation; Faceit (docs) creates the same; the splits into left and right halves of
browInnerUp and cheekPuff are ICT-FaceKit's.
"""

from __future__ import annotations

from ...motion.face import ARKIT_NAMES
from .table import ShapeConvention

_SIDES = {"Left": ("L", "Left"), "Right": ("R", "Right")}


def _spellings() -> dict[str, str]:
    """Other ways to write a side: eyeBlink_L, L_eyeBlink, leftEyeBlink; case and separators are not looked at."""
    other = {}
    for name in ARKIT_NAMES:
        for side, marks in _SIDES.items():
            if not name.endswith(side):
                continue
            stem = name[: -len(side)]
            for mark in marks:
                other[f"{stem}_{mark}"] = name
                # "L_jaw" for jawLeft is too close to a left jaw bone's corrective to be trusted
                if stem not in ("jaw", "mouth"):
                    other[f"{mark}_{stem}"] = name
    return {spelling: name for spelling, name in other.items() if spelling not in ARKIT_NAMES}


_HALVES = {
    "browInnerUpLeft": "browInnerUp",
    "browInnerUpRight": "browInnerUp",
    "cheekPuffLeft": "cheekPuff",
    "cheekPuffRight": "cheekPuff",
}
_HALF_SPELLINGS = {f"{half[:-4]}_L" if half.endswith("Left") else f"{half[:-5]}_R": half for half in _HALVES}
_IDENTITY = {name: {name: 1.0} for name in ARKIT_NAMES}

_PREFIXES = tuple(
    """
    blendshape1 blendshapes blendshape shapes bs facs facsbs facsjnt facsctrl facscbs head face arkit ak cc node
    wolf3dhead h c m key exp
    """.split()
)

SHAPES = (
    ShapeConvention(
        "arkit_52",
        "ARKit",
        _IDENTITY,
        "Apple ARFaceAnchor.BlendShapeLocation",
        spellings=_spellings(),
        prefixes=_PREFIXES,
        minimum=1,
    ),
    ShapeConvention(
        "arkit_halves",
        "ARKit, halved shapes",
        {half: {name: 1.0} for half, name in _HALVES.items()},
        "ICT-FaceKit",
        spellings=_HALF_SPELLINGS,
        minimum=2,
        parts=True,
        prefixes=("blendshape1", "bs", "facs", "head", "face"),
    ),
    # Faceit writes ARKit's own names on every registered mesh; only its label differs, so it never wins over ARKit.
    ShapeConvention("faceit", "Faceit (ARKit names)", _IDENTITY, "Faceit documentation", minimum=53),
)
