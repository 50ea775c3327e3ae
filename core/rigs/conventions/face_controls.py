# SPDX-License-Identifier: GPL-3.0-or-later
"""Controls and bones that shape a face by being moved: lips, brows, cheeks, tongue, lids, gaze targets.

A table says which bone of a rig plays which role. How far a role moves follows from what a viewer sees of the intended
face (`visible`), scaled to the size of the character's own mouth and eyes; what the jaw bone already does is taken off.

Names: Rigify's human face (generated with Blender 5.0), public Auto-Rig Pro remap presets, Microsoft Rocketbox avatars (MIT).
"""

from __future__ import annotations

from dataclasses import dataclass, field

# fmt: off
_SIDED = ("lip_corner", "lip_upper", "lip_lower", "brow_inner", "brow_middle", "brow_outer", "cheek", "nose",
          "gaze_target", "gaze_centre")
# fmt: on
ROLES = ("lip_upper", "lip_lower", "tongue", *(f"{side}_{role}" for side in ("left", "right") for role in _SIDED))


@dataclass(frozen=True)
class ControlTable:
    """identifier: as in `BoneConvention.face_controls`. roles: role → bone name. jaw: how much of the jaw's motion a role
    already follows, 0..1; roles not listed follow by hierarchy (wholly below the jaw bone, else not at all).
    isolated: joints whose bone ignores the rotation of the bones above it, unless `switches` are set. minimum: bones that must be
    there for the table to count on a rig of another convention. switches: what must be set for the body's controls to be
    seen: (bone, path below the pose bone, value, joints that need it). above: bone → the bone that carries it, where controls
    hang together by the rig's mechanism; those not listed hang on the bone of the joint above. follow: further bones that
    follow a joint. carrier, travel: the bones that take the body's translation and its path over the ground."""

    identifier: str
    roles: dict[str, str]
    jaw: dict[str, float] = field(default_factory=dict)
    isolated: frozenset[str] = frozenset()
    minimum: int = 4
    switches: tuple[tuple[str, str, float, tuple[str, ...]], ...] = ()
    above: dict[str, str] = field(default_factory=dict)
    follow: dict[str, str] = field(default_factory=dict)
    carrier: str = ""
    travel: str = ""

    def find(self, names: list[str]) -> dict[str, str]:
        """role → bone for the bones that are there; a shared prefix ("Bip01 ") may stand before."""
        have = set(names)
        found = {role: bone for role, bone in self.roles.items() if bone in have}
        if not found:
            for role, bone in self.roles.items():
                match = next((name for name in names if name.endswith(" " + bone) or name.endswith(":" + bone)), None)
                if match:
                    found[role] = match
        return found


def _both(left: dict[str, str], marks: tuple[str, str]) -> dict[str, str]:
    roles = {}
    for role, bone in left.items():
        mirrored = bone.replace(marks[0], marks[1], 1) if marks[0] in bone else marks[1] + bone[1:]
        roles[f"left_{role}"], roles[f"right_{role}"] = bone, mirrored
    return roles


# Jaw shares measured on the generated rig: turning jaw_master moves lip.B wholly, the corners a third, lip.T an eighth.
_RIGIFY_JAW = {"lip_lower": 1.0, "lip_upper": 0.12, "left_lip_corner": 0.33, "right_lip_corner": 0.33, "tongue": 1.0}


def _limb_switches(
    hand: str, foot: str, path: str, marks: tuple[str, str]
) -> tuple[tuple[str, str, float, tuple[str, ...]], ...]:
    """From IK to FK (1.0) for both arms and legs."""
    rows = []
    for side, mark in zip(("left", "right"), marks):
        rows.append((hand + mark, path, 1.0, tuple(f"{side}_{joint}" for joint in ("shoulder", "elbow", "wrist"))))
        rows.append((foot + mark, path, 1.0, tuple(f"{side}_{joint}" for joint in ("hip", "knee", "ankle", "foot"))))
    return tuple(rows)


# The spine's controls fan out from the torso: one chain down to the pelvis and the legs, one up to the chest (measured on the
# generated rig). Neck and head follow the chest only with these two properties at 1.
_RIGIFY_ABOVE = {
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
_RIGIFY_SWITCHES = (
    *_limb_switches("upper_arm_parent", "thigh_parent", '["IK_FK"]', (".L", ".R")),
    ("torso", '["neck_follow"]', 1.0, ("neck", "head")),
    ("torso", '["head_follow"]', 1.0, ("neck", "head")),
)

CONTROL_TABLES = {
    table.identifier: table
    for table in (
        ControlTable(
            "rigify",
            {
                "lip_upper": "lip.T",
                "lip_lower": "lip.B",
                "tongue": "tongue",
                **_both(
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
            _RIGIFY_JAW,
            frozenset(("head",)),
            switches=_RIGIFY_SWITCHES,
            above=_RIGIFY_ABOVE,
            follow={"spine_fk": "pelvis"},
            carrier="torso",
            travel="root",
        ),
        ControlTable(
            "auto_rig_pro",
            {
                "lip_upper": "c_lips_top.x",
                "lip_lower": "c_lips_bot.x",
                "tongue": "c_tong_03.x",
                **_both(
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
            switches=_limb_switches("c_hand_ik", "c_foot_ik", '["ik_fk_switch"]', (".l", ".r")),
            above={"c_spine_01.x": "c_root_master.x"},
            carrier="c_root_master.x",
            travel="c_traj",
        ),
        ControlTable(
            "rocketbox",
            {
                "lip_upper": "MUpperLip",
                "lip_lower": "MBottomLip",
                "tongue": "MTongue",
                **_both(
                    {
                        "lip_corner": "LMouthCorner",
                        "lip_upper": "LUpperlip",
                        "lip_lower": "LMouthBottom",
                        "brow_inner": "LInnerEyebrow",
                        "brow_outer": "LOuterEyebrow",
                        "cheek": "LCheek",
                    },
                    ("L", "R"),
                ),
            },
        ),
    )
}
