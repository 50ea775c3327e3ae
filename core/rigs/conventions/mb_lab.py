# SPDX-License-Identifier: GPL-3.0-or-later
"""MB-Lab (ManuelbastioniLAB): expressions as shape keys, each with a key for its most and one for its least.

Names: MB-Lab's public list of base expressions. Mixes are ours, by eye. What leads sideways is left out: the list does not say
which side is the most.
"""

from __future__ import annotations

from .table import ShapeConvention, mixes

SHAPES = (
    ShapeConvention(
        "mb_lab",
        "MB-Lab",
        mixes("""
        Expressions_eyeClosedL_max = eyeBlinkLeft
        Expressions_eyeClosedR_max = eyeBlinkRight
        Expressions_eyeClosedL_min = eyeWideLeft
        Expressions_eyeClosedR_min = eyeWideRight
        Expressions_eyeSquintL_max = eyeSquintLeft
        Expressions_eyeSquintR_max = eyeSquintRight
        Expressions_browsMidVert_max = browInnerUp
        Expressions_browOutVertL_max = browOuterUpLeft
        Expressions_browOutVertR_max = browOuterUpRight
        Expressions_browSqueezeL_max = browDownLeft
        Expressions_browSqueezeR_max = browDownRight
        Expressions_cheekSneerL_max = noseSneerLeft
        Expressions_cheekSneerR_max = noseSneerRight
        Expressions_jawOut_max = jawForward
        Expressions_mouthOpen_max = jawOpen
        Expressions_mouthOpenO_max = jawOpen 0.4, mouthFunnel 0.6
        Expressions_mouthSmile_max = mouthSmile*
        Expressions_mouthSmile_min = mouthFrown*
        Expressions_mouthSmileL_max = mouthSmileLeft
        Expressions_mouthSmileR_max = mouthSmileRight
        Expressions_mouthInflated_max = cheekPuff
        Expressions_tongueOut_max = tongueOut
    """),
        "MB-Lab, base expressions",
        minimum=4,
    ),
)
