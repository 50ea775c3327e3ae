# SPDX-License-Identifier: GPL-3.0-or-later
"""Controls of a rig that no performance drives, and the part of the character that each moves: IK hands and feet, poles, chest and hips.
A clip on them moves the character as one on the driven bones does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .. import characters

if TYPE_CHECKING:
    from ...rigs.character import Character

_MECHANISM = ("MCH-", "ORG-", "DEF-", "VIS_")  # bones that no animator keys
_IK = re.compile(r"(^|[^a-z])(ik|pole|poles)([^a-z]|$)|_ik", re.IGNORECASE)
_ARM, _LEG = (
    re.compile(r"hand|wrist|arm|elbow", re.IGNORECASE),
    re.compile(r"foot|feet|toe|leg|thigh|knee|shin", re.IGNORECASE),
)
_LEFT = re.compile(r"(^|[._\- ])l(eft)?([._\- ]|$)|left", re.IGNORECASE)
_TRUNK = {"chest": "Torso", "torso": "Hips and legs", "hips": "Hips and legs"}
_PROPERTIES = ("location", "rotation_quaternion", "rotation_euler", "rotation_axis_angle")


def steered_group(bone: str) -> str:
    """The part of the character that a control of a control rig steers, by its name; "" if none."""
    if bone.startswith(_MECHANISM):
        return ""
    if bone in _TRUNK:
        return _TRUNK[bone]
    if not _IK.search(bone):
        return ""
    if _LEG.search(bone):
        return "Hips and legs"
    return f"{'Left' if _LEFT.search(bone) else 'Right'} arm" if _ARM.search(bone) else ""


def steering(character: Character) -> dict[str, str]:
    """Bone → group, of the controls that steer what is driven; {} for a rig without switches from IK to FK."""
    table = character.control_table
    if table is None or not table.switches:
        return {}
    driven = {*character.roles.values(), *character.skeleton.links}
    found = {bone: steered_group(bone) for bone in character.description.bones if bone not in driven}
    return {bone: group for bone, group in found.items() if group}


def paths_of(armature: str, bones: dict[str, str]) -> Iterator[tuple[tuple[str, bool, str], str]]:
    """((object, on its shape keys, data path), group) of all that may be keyed on these bones."""
    for bone, group in bones.items():
        for name in _PROPERTIES:
            yield (armature, False, characters.bone_path(bone, name)), group
