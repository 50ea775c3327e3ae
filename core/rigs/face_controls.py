# SPDX-License-Identifier: GPL-3.0-or-later
"""Controls and bones that shape a face by being moved: lips, brows, cheeks, tongue, lids, gaze targets.

A table says which bone of a rig plays which role. How far a role moves follows from what a viewer sees of the intended
face (`visible`), scaled to the size of the character's own mouth and eyes; what the jaw bone already does is taken off.

Names: Rigify's human face (generated with Blender 5.0), public Auto-Rig Pro remap presets, Microsoft Rocketbox avatars (MIT).
"""
from __future__ import annotations

from dataclasses import dataclass, field

_SIDED = ("lip_corner", "lip_upper", "lip_lower", "brow_inner", "brow_middle", "brow_outer", "cheek", "nose",
          "gaze_target", "gaze_centre")
ROLES = ("lip_upper", "lip_lower", "tongue", *(f"{side}_{role}" for side in ("left", "right") for role in _SIDED))


@dataclass(frozen=True)
class ControlTable:
    """identifier: as in `BoneConvention.face_controls`. roles: role → bone name. jaw: how much of the jaw's motion a role
    already follows, 0..1; roles not listed follow by hierarchy (wholly below the jaw bone, else not at all).
    isolated: joints whose bone ignores the rotation of the bones above it. minimum: bones that must be there for the table to
    count on a rig of another convention."""

    identifier: str
    roles: dict[str, str]
    jaw: dict[str, float] = field(default_factory=dict)
    isolated: frozenset[str] = frozenset()
    minimum: int = 4

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

CONTROL_TABLES = {table.identifier: table for table in (
    ControlTable("rigify", {
        "lip_upper": "lip.T", "lip_lower": "lip.B", "tongue": "tongue",
        **_both({"lip_corner": "lips.L", "brow_inner": "brow.T.L.003", "brow_middle": "brow.T.L.002",
                 "brow_outer": "brow.T.L.001", "cheek": "cheek.B.L.001", "nose": "nose.L.001", "gaze_target": "eye.L",
                 "gaze_centre": "master_eye.L"}, (".L", ".R"))}, _RIGIFY_JAW, frozenset(("head",))),
    ControlTable("auto_rig_pro", {
        "lip_upper": "c_lips_top.x", "lip_lower": "c_lips_bot.x", "tongue": "c_tong_03.x",
        **_both({"lip_corner": "c_lips_smile.l", "lip_upper": "c_lips_top.l", "lip_lower": "c_lips_bot.l",
                 "brow_inner": "c_eyebrow_01.l", "brow_middle": "c_eyebrow_02.l", "brow_outer": "c_eyebrow_03.l",
                 "cheek": "c_cheek_inflate.l"}, (".l", ".r"))},
        {"lip_lower": 1.0, "lip_upper": 0.0, "left_lip_corner": 0.5, "right_lip_corner": 0.5, "left_lip_lower": 0.9,
         "right_lip_lower": 0.9, "left_lip_upper": 0.1, "right_lip_upper": 0.1, "tongue": 1.0}),
    ControlTable("rocketbox", {
        "lip_upper": "MUpperLip", "lip_lower": "MBottomLip", "tongue": "MTongue",
        **_both({"lip_corner": "LMouthCorner", "lip_upper": "LUpperlip", "lip_lower": "LMouthBottom",
                 "brow_inner": "LInnerEyebrow", "brow_outer": "LOuterEyebrow", "cheek": "LCheek"}, ("L", "R"))}),
)}
