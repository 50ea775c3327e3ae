# SPDX-License-Identifier: GPL-3.0-or-later
"""The SMPL-X body, whose joints are the canonical ones. Names: joint_names.py of the smplx package."""

from __future__ import annotations

from .table import BoneConvention, humanoid

BONES = (
    BoneConvention(
        "smplx_55",
        "SMPL-X",
        humanoid(
            """
            pelvis=pelvis; spine1=spine1; spine2=spine2; spine3=spine3; neck=neck; head=head; jaw=jaw
            """,
            """
            hip=left_hip; knee=left_knee; ankle=left_ankle; foot=left_foot; collar=left_collar; shoulder=left_shoulder;
            elbow=left_elbow; wrist=left_wrist; eye_smplhf=left_eye_smplhf; index1=left_index1; index2=left_index2;
            index3=left_index3; middle1=left_middle1; middle2=left_middle2; middle3=left_middle3; pinky1=left_pinky1;
            pinky2=left_pinky2; pinky3=left_pinky3; ring1=left_ring1; ring2=left_ring2; ring3=left_ring3;
            thumb1=left_thumb1; thumb2=left_thumb2; thumb3=left_thumb3
            """,
            ("left", "right"),
        ),
        "smplx joint_names.py",
        signs=("left_eye_smplhf", "right_eye_smplhf", "spine3"),
    ),
)
