# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto-Rig Pro: its controls and the bones that deform. Names: public Auto-Rig Pro data and remap presets."""

from __future__ import annotations

from .control_table import ControlTable, both_sides, limb_switches
from .table import BoneConvention, humanoid

BONES = (
    BoneConvention(
        "auto_rig_pro_controls",
        "Auto-Rig Pro",
        humanoid(
            """
            pelvis=c_root_master.x; spine1=c_spine_01.x; spine2=c_spine_02.x; spine3=c_spine_03.x; neck=c_neck.x;
            head=c_head.x; jaw=c_jawbone.x
            """,
            """
            collar=c_shoulder.l; shoulder=c_arm_fk.l; elbow=c_forearm_fk.l; wrist=c_hand_fk.l; hip=c_thigh_fk.l;
            knee=c_leg_fk.l; ankle=c_foot_fk.l; foot=c_toes_fk.l; eye_smplhf=c_eye.l; thumb1=c_thumb1.l;
            thumb2=c_thumb2.l; thumb3=c_thumb3.l; index1=c_index1.l; index2=c_index2.l; index3=c_index3.l;
            middle1=c_middle1.l; middle2=c_middle2.l; middle3=c_middle3.l; ring1=c_ring1.l; ring2=c_ring2.l;
            ring3=c_ring3.l; pinky1=c_pinky1.l; pinky2=c_pinky2.l; pinky3=c_pinky3.l; lid_upper=c_eyelid_top.l;
            lid_lower=c_eyelid_bot.l
            """,
            (".l", ".r"),
        ),
        "public Auto-Rig Pro remap presets",
        signs=("c_root_master.x", "c_traj"),
        face_controls="auto_rig_pro",
    ),
)

DEFORM_BONES = (
    BoneConvention(
        "auto_rig_pro_deform",
        "Auto-Rig Pro deform",
        humanoid(
            """
            pelvis=root.x; spine1=spine_01.x; spine2=spine_02.x; spine3=spine_03.x; neck=neck.x; head=head.x;
            jaw=jawbone.x
            """,
            """
            collar=shoulder.l; shoulder=arm_stretch.l; elbow=forearm_stretch.l; wrist=hand.l; hip=thigh_stretch.l;
            knee=leg_stretch.l; ankle=foot.l; foot=toes_01.l; thumb1=thumb1.l; thumb2=c_thumb2.l; thumb3=c_thumb3.l;
            index1=index1.l; index2=c_index2.l; index3=c_index3.l; middle1=middle1.l; middle2=c_middle2.l;
            middle3=c_middle3.l; ring1=ring1.l; ring2=c_ring2.l; ring3=c_ring3.l; pinky1=pinky1.l; pinky2=c_pinky2.l;
            pinky3=c_pinky3.l
            """,
            (".l", ".r"),
        ),
        "public Auto-Rig Pro data",
        signs=("root.x", "spine_01.x"),
    ),
)

CONTROLS = ControlTable(
    "auto_rig_pro",
    {
        "lip_upper": "c_lips_top.x",
        "lip_lower": "c_lips_bot.x",
        "tongue": "c_tong_03.x",
        **both_sides(
            {
                "lip_corner": "c_lips_smile.l",
                "lip_upper": "c_lips_top.l",
                "lip_lower": "c_lips_bot.l",
                "brow_inner": "c_eyebrow_01.l",
                "brow_middle": "c_eyebrow_02.l",
                "brow_outer": "c_eyebrow_03.l",
                "cheek": "c_cheek_inflate.l",
            },
            (".l", ".r"),
        ),
    },
    {
        "lip_lower": 1.0,
        "lip_upper": 0.0,
        "left_lip_corner": 0.5,
        "right_lip_corner": 0.5,
        "left_lip_lower": 0.9,
        "right_lip_lower": 0.9,
        "left_lip_upper": 0.1,
        "right_lip_upper": 0.1,
        "tongue": 1.0,
    },
    switches=limb_switches("c_hand_ik", "c_foot_ik", '["ik_fk_switch"]', (".l", ".r")),
    above={"c_spine_01.x": "c_root_master.x"},
    carrier="c_root_master.x",
    travel="c_traj",
)
