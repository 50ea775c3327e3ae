# SPDX-License-Identifier: GPL-3.0-or-later
"""MakeHuman's rigs. Names: the default and the game engine rig of MPFB2 (CC0)."""

from __future__ import annotations

from .table import BoneConvention, humanoid
from .unreal import LEFT_LIMBS

BONES = (
    BoneConvention(
        "mpfb_default",
        "MakeHuman default",
        humanoid(
            """
            jaw=jaw; head=head; neck=neck01; spine3=spine02; spine2=spine03; spine1=spine04; pelvis=root
            """,
            """
            eye_smplhf=eye.L; collar=shoulder01.L; shoulder=upperarm01.L; elbow=lowerarm01.L; wrist=wrist.L;
            hip=upperleg01.L; knee=lowerleg01.L; ankle=foot.L; thumb1=finger1-1.L; thumb2=finger1-2.L;
            thumb3=finger1-3.L; index1=finger2-1.L; index2=finger2-2.L; index3=finger2-3.L; middle1=finger3-1.L;
            middle2=finger3-2.L; middle3=finger3-3.L; ring1=finger4-1.L; ring2=finger4-2.L; ring3=finger4-3.L;
            pinky1=finger5-1.L; pinky2=finger5-2.L; pinky3=finger5-3.L; foot=toe1-1.L; lid_upper=orbicularis03.L;
            lid_lower=orbicularis04.L
            """,
            (".L", ".R"),
        ),
        "MPFB2 default rig (CC0)",
        signs=("clavicle.L", "lowerarm01.L"),
    ),
    BoneConvention(
        "mpfb_game_engine",
        "MakeHuman game engine",
        humanoid(
            """
            head=head; neck=neck_01; spine3=spine_03; spine2=spine_02; spine1=spine_01; pelvis=pelvis
            """,
            LEFT_LIMBS,
            ("_l", "_r"),
        ),
        "MPFB2 game engine rig (CC0)",
    ),
)
