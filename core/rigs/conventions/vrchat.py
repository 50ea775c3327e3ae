# SPDX-License-Identifier: GPL-3.0-or-later
"""VRChat's visemes. Names: cats-blender-plugin. Mixes are those of Oculus."""

from __future__ import annotations

from .oculus import OCULUS, OTHER_NAMES
from .table import ShapeConvention, mix
from .visemes import FRONT_MID

_BLINKS = {"vrc.blink_left": mix("eyeBlinkLeft"), "vrc.blink_right": mix("eyeBlinkRight"), "Blink": mix("eyeBlink*")}
_VRCHAT = {f"vrc.v_{OTHER_NAMES.get(name, name).lower()}": shape for name, shape in OCULUS.items() if name != "E"}
_VRCHAT["vrc.v_e"] = FRONT_MID

SHAPES = (
    ShapeConvention(
        "vrchat_visemes",
        "VRChat",
        {**_VRCHAT, **_BLINKS},
        "cats-blender-plugin",
        kind="visemes",
        minimum=5,
        spellings={"vrc_v_ee": "vrc.v_e"},
    ),
)
