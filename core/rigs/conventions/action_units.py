# SPDX-License-Identifier: GPL-3.0-or-later
"""Action units of the Facial Action Coding System by their numbers: AU12, AU_12, AU12_L, au12_LipCornerPuller.

Numbers and names: the public lists of action units. Which ARKit shape one is follows their definitions. The keys of Rocketbox
avatars, which say number, side and name in an order of their own, stand in rocketbox.py.
"""

from __future__ import annotations

from .table import ShapeConvention, mix

_UNITS = {
    1: ("InnerBrowRaiser", "browInnerUp"),
    2: ("OuterBrowRaiser", "browOuterUp*"),
    4: ("BrowLowerer", "browDown*"),
    5: ("UpperLidRaiser", "eyeWide*"),
    6: ("CheekRaiser", "cheekSquint*"),
    7: ("LidTightener", "eyeSquint*"),
    9: ("NoseWrinkler", "noseSneer*"),
    10: ("UpperLipRaiser", "mouthUpperUp*"),
    12: ("LipCornerPuller", "mouthSmile*"),
    14: ("Dimpler", "mouthDimple*"),
    15: ("LipCornerDepressor", "mouthFrown*"),
    16: ("LowerLipDepressor", "mouthLowerDown*"),
    17: ("ChinRaiser", "mouthShrugLower"),
    18: ("LipPucker", "mouthPucker"),
    20: ("LipStretcher", "mouthStretch*"),
    22: ("LipFunneler", "mouthFunnel"),
    24: ("LipPressor", "mouthPress*"),
    26: ("JawDrop", "jawOpen"),
    27: ("MouthStretch", "jawOpen"),
    43: ("EyesClosed", "eyeBlink*"),
    45: ("Blink", "eyeBlink*"),
    61: ("EyesTurnLeft", "eyeLookOutLeft, eyeLookInRight"),
    62: ("EyesTurnRight", "eyeLookInLeft, eyeLookOutRight"),
    63: ("EyesUp", "eyeLookUp*"),
    64: ("EyesDown", "eyeLookDown*"),
}
_ONE_SIDE = {
    f"AU{number}_{side[0]}": (number, name, side, shape.replace("*", side))
    for number, (name, shape) in _UNITS.items()
    for side in ("Left", "Right")
    if shape.endswith("*")
}


def _spellings() -> dict[str, str]:
    """With two digits, with the name behind, the side before or behind it."""
    found = {}
    for number, (name, _) in _UNITS.items():
        for written in {f"AU{number}", f"AU{number:02d}"}:
            found |= {written: f"AU{number}", f"{written}_{name}": f"AU{number}"}
    for native, (number, name, side, _) in _ONE_SIDE.items():
        for written in {f"AU{number}", f"AU{number:02d}"}:
            for mark in (side, side[0]):
                forms = (
                    f"{written}_{mark}",
                    f"{mark}_{written}",
                    f"{written}_{name}_{mark}",
                    f"{written}_{mark}_{name}",
                )
                found |= dict.fromkeys(forms, native)
    return found


SHAPES = (
    ShapeConvention(
        "facs_numbers",
        "FACS by numbers",
        {
            **{f"AU{number}": mix(shape) for number, (_, shape) in _UNITS.items()},
            **{native: mix(shape) for native, (*_, shape) in _ONE_SIDE.items()},
        },
        "public lists of action units",
        spellings=_spellings(),
        minimum=5,
    ),
)
