# SPDX-License-Identifier: GPL-3.0-or-later
"""Tongue shapes: this project's three, and the ones that Audio2Face adds to ARKit.

Names: the open Audio2Face-3D SDK's tests name the first (tongueTipUp), the last (tongueNarrow) and tongueRollLeft of
16; the others could not be checked and are left out. Only the tip says something that speech has.
"""

from __future__ import annotations

from ...motion.face import TONGUE_NAMES
from .table import ShapeConvention

_OWN = {name: {name: 1.0} for name in TONGUE_NAMES}

SHAPES = (
    ShapeConvention(
        "tongue_speech",
        "Tongue",
        _OWN,
        "this project",
        minimum=1,
        prefixes=("head", "face", "blendshape1", "bs"),
        spellings={
            "tongueUp": "tongueTipUp",
            "HB_12_TongueUp": "tongueTipUp",
            "tongue_tip_up": "tongueTipUp",
            "tongueRaise": "tongueBodyUp",
            "tongueBack": "tongueBackUp",
        },
    ),
    ShapeConvention(
        "audio2face_tongue_16",
        "Audio2Face tongue",
        {"tongueTipUp": {"tongueTipUp": 1.0}, "tongueRollLeft": {}, "tongueNarrow": {}},
        "Audio2Face-3D SDK (MIT), test file",
        minimum=2,
    ),
)
