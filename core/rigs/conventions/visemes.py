# SPDX-License-Identifier: GPL-3.0-or-later
"""The mouths of speech sounds, of which the viseme sets of all rigs are made.

All mixes are ours, by eye: what an animator poses for the sound, with closures that close (lips pressed and a little
rolled in) and the lower lip under the upper teeth for f and v.
"""

from __future__ import annotations

from .table import Mix, mix

SILENCE: Mix = {}
CLOSED = mix("mouthPress* 0.45, mouthRollLower 0.35, mouthRollUpper 0.3")  # p b m
LIP_TEETH = mix("jawOpen 0.05, mouthRollLower 0.65, mouthShrugLower 0.2, mouthUpperUp* 0.3, mouthDimple* 0.1")  # f v
DENTAL = mix("jawOpen 0.16, mouthLowerDown* 0.2, mouthUpperUp* 0.12, tongueOut 0.4, tongueTipUp 0.4")  # th
RIDGE = mix("jawOpen 0.12, mouthLowerDown* 0.25, mouthUpperUp* 0.1, mouthStretch* 0.1, tongueTipUp 0.9")  # t d
NASAL = mix("jawOpen 0.14, mouthLowerDown* 0.18, mouthUpperUp* 0.08, tongueTipUp")  # n l
SOFT_PALATE = mix("jawOpen 0.18, mouthLowerDown* 0.18, mouthUpperUp* 0.12, tongueBackUp")  # k g ng
HISS = mix(
    "jawOpen 0.05, mouthLowerDown* 0.35, mouthUpperUp* 0.18, mouthStretch* 0.3, mouthDimple* 0.15, tongueTipUp 0.7"
)
HUSH = mix(
    "jawOpen 0.08, mouthFunnel 0.55, mouthPucker 0.25, mouthLowerDown* 0.1, tongueTipUp 0.5, tongueBodyUp 0.4"
)  # sh
LIQUID = mix("jawOpen 0.12, mouthFunnel 0.3, mouthPucker 0.35, tongueBodyUp 0.5")  # r
OPEN = mix("jawOpen 0.6, mouthLowerDown* 0.2, mouthUpperUp* 0.15, mouthStretch* 0.1")  # ah
FRONT_OPEN = mix("jawOpen 0.5, mouthLowerDown* 0.25, mouthUpperUp* 0.2, mouthStretch* 0.3")  # ae
FRONT_MID = mix(
    "jawOpen 0.32, mouthLowerDown* 0.22, mouthUpperUp* 0.15, mouthStretch* 0.3, mouthDimple* 0.15, tongueBodyUp 0.4"
)
FRONT_CLOSE = mix(
    "jawOpen 0.14, mouthLowerDown* 0.2, mouthUpperUp* 0.14, mouthStretch* 0.4, mouthSmile* 0.25, tongueBodyUp 0.8"
)  # ee
FRONT_LAX = mix(
    "jawOpen 0.2, mouthLowerDown* 0.2, mouthUpperUp* 0.12, mouthStretch* 0.25, mouthSmile* 0.1, tongueBodyUp 0.6"
)
BACK_MID = mix("jawOpen 0.36, mouthFunnel 0.55, mouthPucker 0.3, tongueBackUp 0.2")  # oh
BACK_OPEN = mix("jawOpen 0.5, mouthFunnel 0.45, mouthPucker 0.1")  # aw
BACK_CLOSE = mix("jawOpen 0.14, mouthFunnel 0.3, mouthPucker 0.8, tongueBackUp 0.4")  # oo
CENTRAL = mix("jawOpen 0.25, mouthLowerDown* 0.15, mouthUpperUp* 0.08")  # schwa
GLIDE_ROUND = mix("jawOpen 0.06, mouthFunnel 0.15, mouthPucker 0.95")  # w

# What a set of lip shapes must be able to show in order to speak.
SPOKEN = (
    CLOSED,
    LIP_TEETH,
    DENTAL,
    RIDGE,
    SOFT_PALATE,
    HISS,
    HUSH,
    LIQUID,
    OPEN,
    FRONT_OPEN,
    FRONT_MID,
    FRONT_CLOSE,
    FRONT_LAX,
    BACK_MID,
    BACK_OPEN,
    BACK_CLOSE,
    CENTRAL,
    GLIDE_ROUND,
)
