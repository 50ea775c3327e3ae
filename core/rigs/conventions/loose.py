# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that people give by hand: "Blink.L", "Mouth Open", "Smile", "Brows Up".

No program prescribes them; each is taken at its word. They only serve where no convention gave the shape.
"""

from __future__ import annotations

from .table import ShapeConvention, mixes

# fmt: off
_SPELLINGS = {
    "blinkLeft": ("blink_L", "L_blink", "left_blink", "eyeClosed_L", "eyeClose_L", "eyeCloseLeft", "eyeClosedLeft",
                  "closeEye_L", "eyelidClose_L", "wink_L", "winkLeft", "blinkL"),
    "blinkRight": ("blink_R", "R_blink", "right_blink", "eyeClosed_R", "eyeClose_R", "eyeCloseRight",
                   "eyeClosedRight", "closeEye_R", "eyelidClose_R", "wink_R", "winkRight", "blinkR"),
    "blink": ("blinks", "blinkBoth", "eyeBlink", "eyesBlink", "eyesClosed", "eyesClose", "closeEyes", "eyeClose",
              "eyeClosed"),
    "mouthOpen": ("openMouth", "jaw_open", "jawDown", "openJaw", "jawDrop"),
    "mouthSmile": ("smile", "smiling"), "mouthFrown": ("frown",),
    "browsUp": ("browUp", "eyebrowsUp", "browRaise", "raiseBrows", "browsRaised"),
    "browsDown": ("browDown", "eyebrowsDown", "browLower", "browsAngry"),
    "browUpLeft": ("browUp_L", "browRaise_L", "eyebrowUp_L"), "browUpRight": ("browUp_R", "browRaise_R", "eyebrowUp_R"),
    "eyesWide": ("wideEyes", "eyeWide"), "squint": ("eyeSquint", "eyesSquint"),
    "lookUp": ("eyesUp",), "lookDown": ("eyesDown",), "lookLeft": ("eyesLeft",), "lookRight": ("eyesRight",),
    "mouthPucker": ("pucker", "kiss", "mouthKiss"), "mouthWide": ("wideMouth", "mouthStretch"),
}
# fmt: on

SHAPES = (
    ShapeConvention(
        "loose",
        "Names by hand",
        mixes("""
        blinkLeft = eyeBlinkLeft
        blinkRight = eyeBlinkRight
        blink = eyeBlink*
        mouthOpen = jawOpen
        mouthSmile = mouthSmile*
        mouthFrown = mouthFrown*
        mouthPucker = mouthPucker
        mouthWide = mouthStretch*
        browUpLeft = browOuterUpLeft
        browUpRight = browOuterUpRight
        browsUp = browInnerUp, browOuterUp*
        browsDown = browDown*
        eyesWide = eyeWide*
        squint = eyeSquint*
        lookUp = eyeLookUp*
        lookDown = eyeLookDown*
        lookLeft = eyeLookOutLeft, eyeLookInRight
        lookRight = eyeLookInLeft, eyeLookOutRight
    """),
        "plain words",
        minimum=1,
        prefixes=("face", "head", "key", "shape", "expr", "exp"),
        spellings={spelling: name for name, spellings in _SPELLINGS.items() for spelling in spellings},
    ),
)
