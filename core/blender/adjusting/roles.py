# SPDX-License-Identifier: GPL-3.0-or-later
"""Which slider each channel of a character belongs to, and what it is scaled about."""

from __future__ import annotations

import numpy as np

from ...motion.face_track import FACE_INDEX, FACE_NAMES
from ...motion.joints import FINGER_JOINTS, HEAD_JOINTS, LEG_JOINTS, TORSO_AND_LIMB_JOINTS
from ...motion.resampling import lip_opening
from ...rigs.character import Character
from ..keying.channels import Channel, location_channel, rotation_channel, shape_channel
from .adjustment import Role

_UPPER = ("brow", "eyeSquint", "eyeWide", "cheekSquint", "noseSneer")
_BONES = {"jaw": "jaw"} | dict.fromkeys(HEAD_JOINTS, "head")
_BONES |= {joint: "body" for joint in TORSO_AND_LIMB_JOINTS - LEG_JOINTS - {"pelvis"}} | dict.fromkeys(
    FINGER_JOINTS, "body"
)
_BY_WORD = {"eye_smplhf": "eyes", "gaze": "eyes", "lip": "lips", "tongue": "lips"}
_BY_WORD |= {"brow": "upper_face", "cheek": "upper_face", "nose": "upper_face"}
_JAW_TURN_RAD = 0.35  # of a jaw bone that opens the mouth as jawOpen 1 does, about; see `rigs.retargeting.face_bones`


def roles_of(character: Character) -> dict[Channel, Role]:
    """The role of each channel that a slider is about. Legs and hips have none, so that feet stay where they are; nor have blinks, which
    stay shut."""
    found: dict[Channel, Role] = {}
    opening = _opening_by_shape()
    description = character.description
    sliders = {(mesh.name, key.name): key.slider for mesh in description.meshes for key in mesh.keys if key.slider}
    for mesh, keys in character.mapping.shapes.items():
        for key, mix in keys.items():
            part = _part_of_mix(mix)
            if not part:
                continue
            response = sliders.get((mesh, key))
            if response is None:
                weight = float(sum(opening[name] * share for name, share in mix.items()))
                found[shape_channel(mesh, key)] = Role(part, 0.0, weight)
                continue
            for slider in response.slider.written if not response.slider.rotation_mode else ():
                found[Channel(slider.owner, slider.on_shape_keys, slider.path, 1, slider.index)] = Role(
                    part, slider.rest
                )
    by_bone = {bone: role for role, bone in character.roles.items()}
    for bone in description.bones.values():
        part = _part_of_bone(bone.name, by_bone, character)
        if part:
            rest = None if part in ("head", "body") else 0.0
            jaw = -1.0 / _JAW_TURN_RAD if part == "jaw" else 0.0
            found[rotation_channel(description.armature, bone.name, bone.rotation_mode)] = Role(part, rest, jaw)
            if part not in ("head", "body"):
                found[location_channel(description.armature, bone.name)] = Role(part)
    return found


def _opening_by_shape() -> dict[str, float]:
    """How far each canonical shape opens the lips."""
    one = np.eye(len(FACE_NAMES))
    return {name: float(lip_opening(one)[FACE_INDEX[name]]) for name in FACE_NAMES}


def _part_of_mix(mix: dict[str, float]) -> str:
    """By what a shape shows most; "" for blinks."""
    if not mix:
        return ""
    name = max(mix, key=lambda one: abs(mix[one]))
    if name.startswith("eyeBlink"):
        return ""
    if name.startswith("eyeLook"):
        return "eyes"
    if name.startswith(_UPPER):
        return "upper_face"
    return "jaw" if name.startswith(("jaw", "mouthClose")) else "lips"


def _part_of_bone(bone: str, by_bone: dict[str, str], character: Character) -> str:
    """By the role of a bone, or that of the nearest one that carries it and has one."""
    bones = character.description.bones
    while bone and bone not in by_bone:
        bone = bones[bone].parent if bone in bones else ""
    role = by_bone.get(bone, "")
    if role in _BONES:
        return _BONES[role]
    return next((part for word, part in _BY_WORD.items() if word in role and "lid" not in role), "")
