# SPDX-License-Identifier: GPL-3.0-or-later
"""Rigify: the controls of its human rig, the bones that deform, and the metarig.

Names: the stock human metarig and the rig that Blender 5.0 generates from it.
"""

from __future__ import annotations

from .control_table import ControlTable, both_sides, limb_switches
from .table import BoneConvention, humanoid

BONES = (
    BoneConvention(
        "rigify_controls",
        "Rigify",
        humanoid(
            """
            pelvis=torso; spine1=spine_fk.001; spine2=spine_fk.002; spine3=spine_fk.003; neck=neck; head=head;
            jaw=jaw_master
            """,
            """
            eye_smplhf=eye.L; collar=shoulder.L; shoulder=upper_arm_fk.L; elbow=forearm_fk.L; wrist=hand_fk.L;
            hip=thigh_fk.L; knee=shin_fk.L; ankle=foot_fk.L; foot=toe_fk.L; thumb1=thumb.01.L; thumb2=thumb.02.L;
            thumb3=thumb.03.L; index1=f_index.01.L; index2=f_index.02.L; index3=f_index.03.L; middle1=f_middle.01.L;
            middle2=f_middle.02.L; middle3=f_middle.03.L; ring1=f_ring.01.L; ring2=f_ring.02.L; ring3=f_ring.03.L;
            pinky1=f_pinky.01.L; pinky2=f_pinky.02.L; pinky3=f_pinky.03.L; lid_upper=lid.T.L.002; lid_lower=lid.B.L.002
            """,
            (".L", ".R"),
        ),
        "Rigify, generated from the stock human metarig",
        signs=("MCH-torso.parent", "torso", "jaw_master", "ORG-spine"),
        face_controls="rigify",
    ),
)

DEFORM_BONES = (
    BoneConvention(
        "rigify_deform",
        "Rigify deform",
        humanoid(
            """
            head=DEF-spine.006; spine1=DEF-spine.001; pelvis=DEF-spine; jaw=DEF-jaw; neck=DEF-spine.004;
            spine3=DEF-spine.003; spine2=DEF-spine.002
            """,
            """
            shoulder=DEF-upper_arm.L; elbow=DEF-forearm.L; wrist=DEF-hand.L; hip=DEF-thigh.L; knee=DEF-shin.L;
            ankle=DEF-foot.L; collar=DEF-shoulder.L; foot=DEF-toe.L; thumb1=DEF-thumb.01.L; thumb2=DEF-thumb.02.L;
            thumb3=DEF-thumb.03.L; index1=DEF-f_index.01.L; index2=DEF-f_index.02.L; index3=DEF-f_index.03.L;
            middle1=DEF-f_middle.01.L; middle2=DEF-f_middle.02.L; middle3=DEF-f_middle.03.L; ring1=DEF-f_ring.01.L;
            ring2=DEF-f_ring.02.L; ring3=DEF-f_ring.03.L; pinky1=DEF-f_pinky.01.L; pinky2=DEF-f_pinky.02.L;
            pinky3=DEF-f_pinky.03.L
            """,
            (".L", ".R"),
        ),
        "Rigify, generated from the stock human metarig",
        signs=("DEF-spine",),
    ),
    BoneConvention(
        "rigify_metarig",
        "Rigify metarig",
        humanoid(
            """
            head=spine.006; spine1=spine.001; pelvis=spine; jaw=jaw; neck=spine.004; spine3=spine.003; spine2=spine.002
            """,
            """
            shoulder=upper_arm.L; elbow=forearm.L; wrist=hand.L; hip=thigh.L; knee=shin.L; ankle=foot.L;
            eye_smplhf=eye.L; collar=shoulder.L; foot=toe.L; thumb1=thumb.01.L; thumb2=thumb.02.L; thumb3=thumb.03.L;
            index1=f_index.01.L; index2=f_index.02.L; index3=f_index.03.L; middle1=f_middle.01.L;
            middle2=f_middle.02.L; middle3=f_middle.03.L; ring1=f_ring.01.L; ring2=f_ring.02.L; ring3=f_ring.03.L;
            pinky1=f_pinky.01.L; pinky2=f_pinky.02.L;
            pinky3=f_pinky.03.L
            """,
            (".L", ".R"),
        ),
        "Rigify human metarig",
    ),
)

# Shares measured on the generated rig: turning jaw_master moves lip.B wholly, the corners a third, lip.T an eighth.
_JAW = {"lip_lower": 1.0, "lip_upper": 0.12, "left_lip_corner": 0.33, "right_lip_corner": 0.33, "tongue": 1.0}
# The spine's controls fan out from the torso: one chain down to the pelvis and the legs, one up to the chest (measured
# on the generated rig). Neck and head follow the chest only with these two properties at 1.
_ABOVE = {
    "spine_fk.001": "torso",
    "spine_fk": "spine_fk.001",
    "spine_fk.002": "torso",
    "spine_fk.003": "spine_fk.002",
    "neck": "spine_fk.003",
    "shoulder.L": "spine_fk.003",
    "shoulder.R": "spine_fk.003",
    "thigh_fk.L": "spine_fk",
    "thigh_fk.R": "spine_fk",
}
_SWITCHES = (
    *limb_switches("upper_arm_parent", "thigh_parent", '["IK_FK"]', (".L", ".R")),
    ("torso", '["neck_follow"]', 1.0, ("neck", "head")),
    ("torso", '["head_follow"]', 1.0, ("neck", "head")),
)

CONTROLS = ControlTable(
    "rigify",
    {
        "lip_upper": "lip.T",
        "lip_lower": "lip.B",
        "tongue": "tongue",
        **both_sides(
            {
                "lip_corner": "lips.L",
                "brow_inner": "brow.T.L.003",
                "brow_middle": "brow.T.L.002",
                "brow_outer": "brow.T.L.001",
                "cheek": "cheek.B.L.001",
                "nose": "nose.L.001",
                "gaze_target": "eye.L",
                "gaze_centre": "master_eye.L",
            },
            (".L", ".R"),
        ),
    },
    _JAW,
    frozenset(("head",)),
    switches=_SWITCHES,
    above=_ABOVE,
    follow={"spine_fk": "pelvis"},
    carrier="torso",
    travel="root",
)
