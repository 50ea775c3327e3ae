# SPDX-License-Identifier: GPL-3.0-or-later
"""Bones of humanoid rigs: which joint of the canonical body each one is.

Each table lists the centre bones and the left ones ("joint=bone; …"); the right ones mirror the left by their side marks.
Lids and what a source leaves out (Rocketbox's neck, Mixamo's eyes) are added here. Names are facts about other programs.
"""

from __future__ import annotations

from .table import BoneConvention


def _mirror(name: str, marks: tuple[str, ...]) -> str:
    """The right-hand name of a left-hand bone."""
    for left, right in zip(marks[::2], marks[1::2]):
        if name.endswith(left):
            return name[: -len(left)] + right
        if name.startswith(left):
            return right + name[len(left) :]
        if left in name:
            return name.replace(left, right, 1)
    raise ValueError(f"{name} has none of the side marks {marks}")


def _rows(text: str) -> list[list[str]]:
    return [entry.strip().split("=", 1) for entry in text.split(";") if entry.strip()]


def _table(identifier: str, label: str, marks: tuple[str, ...], centre: str, left: str, **more) -> BoneConvention:
    bones = {bone: joint for joint, bone in _rows(centre)}
    for joint, bone in _rows(left):
        bones[bone] = f"left_{joint}"
        bones[_mirror(bone, marks)] = f"right_{joint}"
    # mmd_tools turns 左腕 into 腕.L
    spellings = {
        f"{bone[1:]}.{mark}": bone for bone in bones for side, mark in (("左", "L"), ("右", "R")) if bone[0] == side
    }
    return BoneConvention(identifier, label, bones, spellings=spellings, **more)


TABLES = (
    _table(
        "rigify_controls",
        "Rigify",
        (".L", ".R"),
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
        source="Rigify, generated from the stock human metarig",
        signs=("MCH-torso.parent", "torso", "jaw_master", "ORG-spine"),
        face_controls="rigify",
    ),
    _table(
        "auto_rig_pro_controls",
        "Auto-Rig Pro",
        (".l", ".r"),
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
        source="public Auto-Rig Pro remap presets",
        signs=("c_root_master.x", "c_traj"),
        face_controls="auto_rig_pro",
    ),
    _table(
        "smplx_55",
        "SMPL-X",
        ("left", "right"),
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
        source="smplx joint_names.py",
        signs=("left_eye_smplhf", "right_eye_smplhf", "spine3"),
    ),
    _table(
        "mixamo",
        "Mixamo",
        ("Left", "Right"),
        """
        head=mixamorig:Head; neck=mixamorig:Neck; spine3=mixamorig:Spine2; spine2=mixamorig:Spine1;
        spine1=mixamorig:Spine; pelvis=mixamorig:Hips
    """,
        """
        collar=mixamorig:LeftShoulder; shoulder=mixamorig:LeftArm; elbow=mixamorig:LeftForeArm;
        wrist=mixamorig:LeftHand; hip=mixamorig:LeftUpLeg; knee=mixamorig:LeftLeg; ankle=mixamorig:LeftFoot;
        foot=mixamorig:LeftToeBase; thumb1=mixamorig:LeftHandThumb1; thumb2=mixamorig:LeftHandThumb2;
        thumb3=mixamorig:LeftHandThumb3; index1=mixamorig:LeftHandIndex1; index2=mixamorig:LeftHandIndex2;
        index3=mixamorig:LeftHandIndex3; middle1=mixamorig:LeftHandMiddle1; middle2=mixamorig:LeftHandMiddle2;
        middle3=mixamorig:LeftHandMiddle3; ring1=mixamorig:LeftHandRing1; ring2=mixamorig:LeftHandRing2;
        ring3=mixamorig:LeftHandRing3; pinky1=mixamorig:LeftHandPinky1; pinky2=mixamorig:LeftHandPinky2;
        pinky3=mixamorig:LeftHandPinky3; eye_smplhf=mixamorig:LeftEye
    """,
        source="Mixamo exports; VRM Add-on for Blender",
        prefixes=("mixamorig",),
    ),
    _table(
        "ready_player_me",
        "Ready Player Me",
        ("Left", "Right"),
        """
        head=Head; neck=Neck; spine3=Spine2; spine2=Spine1; spine1=Spine; pelvis=Hips
    """,
        """
        eye_smplhf=LeftEye; collar=LeftShoulder; shoulder=LeftArm; elbow=LeftForeArm; wrist=LeftHand; hip=LeftUpLeg;
        knee=LeftLeg; ankle=LeftFoot; foot=LeftToeBase; thumb1=LeftHandThumb1; thumb2=LeftHandThumb2;
        thumb3=LeftHandThumb3; index1=LeftHandIndex1; index2=LeftHandIndex2; index3=LeftHandIndex3;
        middle1=LeftHandMiddle1; middle2=LeftHandMiddle2; middle3=LeftHandMiddle3; ring1=LeftHandRing1;
        ring2=LeftHandRing2; ring3=LeftHandRing3; pinky1=LeftHandPinky1; pinky2=LeftHandPinky2; pinky3=LeftHandPinky3
    """,
        source="Ready Player Me avatars; VRM Add-on for Blender",
        prefixes=(),
    ),
    _table(
        "vroid",
        "VRoid",
        ("_L_", "_R_"),
        """
        pelvis=J_Bip_C_Hips; spine1=J_Bip_C_Spine; spine2=J_Bip_C_Chest; spine3=J_Bip_C_UpperChest; neck=J_Bip_C_Neck;
        head=J_Bip_C_Head
    """,
        """
        eye_smplhf=J_Adj_L_FaceEye; hip=J_Bip_L_UpperLeg; knee=J_Bip_L_LowerLeg; ankle=J_Bip_L_Foot;
        foot=J_Bip_L_ToeBase; collar=J_Bip_L_Shoulder; shoulder=J_Bip_L_UpperArm; elbow=J_Bip_L_LowerArm;
        wrist=J_Bip_L_Hand; thumb1=J_Bip_L_Thumb1; thumb2=J_Bip_L_Thumb2; thumb3=J_Bip_L_Thumb3;
        index1=J_Bip_L_Index1; index2=J_Bip_L_Index2; index3=J_Bip_L_Index3; middle1=J_Bip_L_Middle1;
        middle2=J_Bip_L_Middle2; middle3=J_Bip_L_Middle3; ring1=J_Bip_L_Ring1; ring2=J_Bip_L_Ring2;
        ring3=J_Bip_L_Ring3; pinky1=J_Bip_L_Little1; pinky2=J_Bip_L_Little2; pinky3=J_Bip_L_Little3
    """,
        source="VRoid Studio exports; VRM Add-on for Blender",
        signs=("J_Bip_C_Hips",),
    ),
    _table(
        "mmd_bones",
        "MMD",
        ("左", "右"),
        """
        head=頭; neck=首; spine2=上半身2; spine1=上半身; pelvis=センター
    """,
        """
       eye_smplhf=左目; collar=左肩; shoulder=左腕; elbow=左ひじ; wrist=左手; wrist=左手首; hip=左足; knee=左ひざ;
       ankle=左足首; foot=左つま先;
       foot=左足先EX; thumb1=左親指０; thumb2=左親指１; thumb3=左親指２; index1=左人指１; index2=左人指２;
       index3=左人指３; middle1=左中指１;
       middle2=左中指２; middle3=左中指３; ring1=左薬指１; ring2=左薬指２; ring3=左薬指３; pinky1=左小指１;
       pinky2=左小指２; pinky3=左小指３
    """,
        source="MMD semi-standard bones; mmd_tools",
        signs=("センター", "上半身"),
    ),
    _table(
        "microsoft_rocketbox",
        "Microsoft Rocketbox",
        ("L", "R"),
        """
        head=Head; jaw=MJaw; spine2=Spine2; spine1=Spine1; pelvis=Pelvis; neck=Neck
    """,
        """
        eye_smplhf=LEye; collar=L Clavicle; shoulder=L UpperArm; elbow=L Forearm; wrist=L Hand; hip=L Thigh;
        knee=L Calf; ankle=L Foot; foot=L Toe0; thumb1=L Finger0; thumb2=L Finger01; thumb3=L Finger02;
        index1=L Finger1; index2=L Finger11; index3=L Finger12; middle1=L Finger2; middle2=L Finger21;
        middle3=L Finger22; ring1=L Finger3; ring2=L Finger31; ring3=L Finger32; pinky1=L Finger4; pinky2=L Finger41;
        pinky3=L Finger42; lid_upper=LEyeBlinkTop; lid_lower=LEyeBlinkBottom
    """,
        source="Microsoft Rocketbox avatars (MIT)",
        signs=("MJaw",),
        prefixes=("Bip01", "Bip02"),
    ),
    _table(
        "biped_3dsmax",
        "3ds Max Biped",
        (" L ", " R "),
        """
        pelvis=Bip01 Pelvis; spine1=Bip01 Spine; spine2=Bip01 Spine2; neck=Bip01 Neck; head=Bip01 Head
    """,
        """
        collar=Bip01 L Clavicle; shoulder=Bip01 L UpperArm; elbow=Bip01 L Forearm; wrist=Bip01 L Hand;
        hip=Bip01 L Thigh; knee=Bip01 L Calf; ankle=Bip01 L Foot; foot=Bip01 L Toe0; thumb1=Bip01 L Finger0;
        thumb2=Bip01 L Finger01; thumb3=Bip01 L Finger02; index1=Bip01 L Finger1; index2=Bip01 L Finger11;
        index3=Bip01 L Finger12; middle1=Bip01 L Finger2; middle2=Bip01 L Finger21; middle3=Bip01 L Finger22;
        ring1=Bip01 L Finger3; ring2=Bip01 L Finger31; ring3=Bip01 L Finger32; pinky1=Bip01 L Finger4;
        pinky2=Bip01 L Finger41; pinky3=Bip01 L Finger42
    """,
        source="3ds Max Biped; VRM Add-on for Blender",
        signs=("Bip01 Pelvis",),
        prefixes=("Bip01", "Bip001", "ValveBiped.Bip01"),
    ),
    _table(
        "cc_reallusion",
        "Character Creator",
        ("_L_", "_R_"),
        """
        head=CC_Base_Head; spine1=CC_Base_Waist; pelvis=CC_Base_Hip; neck=CC_Base_NeckTwist01; spine3=CC_Base_Spine02;
        spine2=CC_Base_Spine01; jaw=CC_Base_JawRoot
    """,
        """
        shoulder=CC_Base_L_Upperarm; elbow=CC_Base_L_Forearm; wrist=CC_Base_L_Hand; hip=CC_Base_L_Thigh;
        knee=CC_Base_L_Calf; ankle=CC_Base_L_Foot; eye_smplhf=CC_Base_L_Eye; collar=CC_Base_L_Clavicle;
        foot=CC_Base_L_ToeBase; thumb1=CC_Base_L_Thumb1; thumb1=CC_Base_L_Finger00; thumb2=CC_Base_L_Thumb2;
        thumb2=CC_Base_L_Finger01; thumb3=CC_Base_L_Thumb3; thumb3=CC_Base_L_Finger02; index1=CC_Base_L_Index1;
        index1=CC_Base_L_Finger10; index2=CC_Base_L_Index2; index2=CC_Base_L_Finger11; index3=CC_Base_L_Index3;
        index3=CC_Base_L_Finger12; middle1=CC_Base_L_Mid1; middle1=CC_Base_L_Finger20; middle2=CC_Base_L_Mid2;
        middle2=CC_Base_L_Finger21; middle3=CC_Base_L_Mid3; middle3=CC_Base_L_Finger22; ring1=CC_Base_L_Ring1;
        ring1=CC_Base_L_Finger30; ring2=CC_Base_L_Ring2; ring2=CC_Base_L_Finger31; ring3=CC_Base_L_Ring3;
        ring3=CC_Base_L_Finger32; pinky1=CC_Base_L_Pinky1; pinky1=CC_Base_L_Finger40; pinky2=CC_Base_L_Pinky2;
        pinky2=CC_Base_L_Finger41; pinky3=CC_Base_L_Pinky3; pinky3=CC_Base_L_Finger42
    """,
        source="CC/iC Blender Tools",
        signs=("CC_Base_Hip", "CC_Base_Head"),
        inert=("CC_Base_Pelvis", "CC_Base_NeckTwist02"),
    ),
    _table(
        "unreal_ue5_metahuman",
        "MetaHuman",
        ("_l", "_r", "_L_", "_R_"),
        """
        pelvis=pelvis; spine1=spine_01; spine1=spine_02; spine2=spine_03; neck=neck_01; head=head; spine3=spine_04;
        spine3=spine_05; jaw=FACIAL_C_Jaw
    """,
        """
        collar=clavicle_l; shoulder=upperarm_l; elbow=lowerarm_l; wrist=hand_l; hip=thigh_l; knee=calf_l;
        ankle=foot_l; foot=ball_l; thumb1=thumb_01_l; thumb2=thumb_02_l; thumb3=thumb_03_l; index1=index_01_l;
        index2=index_02_l; index3=index_03_l; middle1=middle_01_l; middle2=middle_02_l; middle3=middle_03_l;
        ring1=ring_01_l; ring2=ring_02_l; ring3=ring_03_l; pinky1=pinky_01_l; pinky2=pinky_02_l; pinky3=pinky_03_l;
        eye_smplhf=FACIAL_L_Eye
    """,
        source="public UE5 and MetaHuman skeleton lists",
        signs=("spine_05", "neck_02"),
        inert=(
            "root",
            "neck_02",
            *(f"{finger}_metacarpal_{side}" for finger in ("index", "middle", "ring", "pinky") for side in "lr"),
        ),
    ),
    _table(
        "unreal_ue4_mannequin",
        "Unreal mannequin",
        ("_l", "_r"),
        """
        pelvis=pelvis; spine1=spine_01; spine2=spine_02; spine3=spine_03; neck=neck_01; head=head
    """,
        """
        collar=clavicle_l; shoulder=upperarm_l; elbow=lowerarm_l; wrist=hand_l; hip=thigh_l; knee=calf_l;
        ankle=foot_l; foot=ball_l; thumb1=thumb_01_l; thumb2=thumb_02_l; thumb3=thumb_03_l; index1=index_01_l;
        index2=index_02_l; index3=index_03_l; middle1=middle_01_l; middle2=middle_02_l; middle3=middle_03_l;
        ring1=ring_01_l; ring2=ring_02_l; ring3=ring_03_l; pinky1=pinky_01_l; pinky2=pinky_02_l; pinky3=pinky_03_l
    """,
        source="Unreal mannequin; VRM Add-on for Blender",
        signs=("clavicle_l", "calf_l"),
    ),
    _table(
        "mpfb_default",
        "MakeHuman default",
        (".L", ".R"),
        """
        jaw=jaw; head=head; neck=neck01; spine3=spine02; spine2=spine03; spine1=spine04; pelvis=root
    """,
        """
        eye_smplhf=eye.L; collar=shoulder01.L; shoulder=upperarm01.L; elbow=lowerarm01.L; wrist=wrist.L;
        hip=upperleg01.L; knee=lowerleg01.L; ankle=foot.L; thumb1=finger1-1.L; thumb2=finger1-2.L; thumb3=finger1-3.L;
        index1=finger2-1.L; index2=finger2-2.L; index3=finger2-3.L; middle1=finger3-1.L; middle2=finger3-2.L;
        middle3=finger3-3.L; ring1=finger4-1.L; ring2=finger4-2.L; ring3=finger4-3.L; pinky1=finger5-1.L;
        pinky2=finger5-2.L; pinky3=finger5-3.L; foot=toe1-1.L; lid_upper=orbicularis03.L; lid_lower=orbicularis04.L
    """,
        source="MPFB2 default rig (CC0)",
        signs=("clavicle.L", "lowerarm01.L"),
    ),
    _table(
        "mpfb_game_engine",
        "MakeHuman game engine",
        ("_l", "_r"),
        """
        head=head; neck=neck_01; spine3=spine_03; spine2=spine_02; spine1=spine_01; pelvis=pelvis
    """,
        """
        collar=clavicle_l; shoulder=upperarm_l; elbow=lowerarm_l; wrist=hand_l; hip=thigh_l; knee=calf_l;
        ankle=foot_l; foot=ball_l; thumb1=thumb_01_l; thumb2=thumb_02_l; thumb3=thumb_03_l; index1=index_01_l;
        index2=index_02_l; index3=index_03_l; middle1=middle_01_l; middle2=middle_02_l; middle3=middle_03_l;
        ring1=ring_01_l; ring2=ring_02_l; ring3=ring_03_l; pinky1=pinky_01_l; pinky2=pinky_02_l; pinky3=pinky_03_l
    """,
        source="MPFB2 game engine rig (CC0)",
        prefixes=(),
    ),
    _table(
        "auto_rig_pro_deform",
        "Auto-Rig Pro deform",
        (".l", ".r"),
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
        source="public Auto-Rig Pro data",
        signs=("root.x", "spine_01.x"),
    ),
    _table(
        "rigify_deform",
        "Rigify deform",
        (".L", ".R"),
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
        source="Rigify, generated from the stock human metarig",
        signs=("DEF-spine",),
    ),
    _table(
        "rigify_metarig",
        "Rigify metarig",
        (".L", ".R"),
        """
        head=spine.006; spine1=spine.001; pelvis=spine; jaw=jaw; neck=spine.004; spine3=spine.003; spine2=spine.002
    """,
        """
        shoulder=upper_arm.L; elbow=forearm.L; wrist=hand.L; hip=thigh.L; knee=shin.L; ankle=foot.L; eye_smplhf=eye.L;
        collar=shoulder.L; foot=toe.L; thumb1=thumb.01.L; thumb2=thumb.02.L; thumb3=thumb.03.L; index1=f_index.01.L;
        index2=f_index.02.L; index3=f_index.03.L; middle1=f_middle.01.L; middle2=f_middle.02.L; middle3=f_middle.03.L;
        ring1=f_ring.01.L; ring2=f_ring.02.L; ring3=f_ring.03.L; pinky1=f_pinky.01.L; pinky2=f_pinky.02.L;
        pinky3=f_pinky.03.L
    """,
        source="Rigify human metarig",
        prefixes=(),
    ),
    _table(
        "vrm1_humanoid",
        "VRM 1 humanoid",
        ("left", "right"),
        """
        pelvis=hips; spine1=spine; spine2=chest; spine3=upperChest; neck=neck; head=head; jaw=jaw
    """,
        """
        eye_smplhf=leftEye; collar=leftShoulder; shoulder=leftUpperArm; elbow=leftLowerArm; wrist=leftHand;
        hip=leftUpperLeg; knee=leftLowerLeg; ankle=leftFoot; foot=leftToes; thumb1=leftThumbMetacarpal;
        thumb2=leftThumbProximal; thumb3=leftThumbDistal; index1=leftIndexProximal; index2=leftIndexIntermediate;
        index3=leftIndexDistal; middle1=leftMiddleProximal; middle2=leftMiddleIntermediate; middle3=leftMiddleDistal;
        ring1=leftRingProximal; ring2=leftRingIntermediate; ring3=leftRingDistal; pinky1=leftLittleProximal;
        pinky2=leftLittleIntermediate; pinky3=leftLittleDistal
    """,
        source="VRM 1.0 specification, humanoid",
        signs=("leftUpperArm", "upperChest"),
    ),
    _table(
        "vrm0_humanoid",
        "VRM 0 humanoid",
        ("left", "right"),
        """
        pelvis=hips; spine1=spine; spine2=chest; spine3=upperChest; neck=neck; head=head; jaw=jaw
    """,
        """
        eye_smplhf=leftEye; collar=leftShoulder; shoulder=leftUpperArm; elbow=leftLowerArm; wrist=leftHand;
        hip=leftUpperLeg; knee=leftLowerLeg; ankle=leftFoot; foot=leftToes; thumb1=leftThumbProximal;
        thumb2=leftThumbIntermediate; thumb3=leftThumbDistal; index1=leftIndexProximal; index2=leftIndexIntermediate;
        index3=leftIndexDistal; middle1=leftMiddleProximal; middle2=leftMiddleIntermediate; middle3=leftMiddleDistal;
        ring1=leftRingProximal; ring2=leftRingIntermediate; ring3=leftRingDistal; pinky1=leftLittleProximal;
        pinky2=leftLittleIntermediate; pinky3=leftLittleDistal
    """,
        source="VRM 0.x specification, humanoid",
        signs=("leftThumbIntermediate",),
    ),
)
