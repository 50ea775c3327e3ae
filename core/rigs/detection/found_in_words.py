# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found on a character and what was not, in the words that animators use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...motion.joints import BODY_JOINTS
from ..description import RigDescription
from .drivable_parts import undrivable_parts
from .shape_keys import detect

if TYPE_CHECKING:
    from .mapping import CharacterMapping

_FACE_BONES = {  # part of the face: roles of which one must be there
    "jaw": ("jaw",),
    "lips": ("lip_upper", "lip_lower"),
    "lids": ("left_lid_upper", "right_lid_upper"),
    "eyes": ("left_eye_smplhf", "right_eye_smplhf", "left_gaze_target", "right_gaze_target"),
    "brows": ("left_brow_inner", "right_brow_inner"),
}
_NEEDED = {  # part of a performance: what of the face it is seen in, and why it is not
    "LIPS": (("lips", "tongue"), "there are neither mouth shapes nor a jaw bone"),
    "EXPRESSION": (("brows", "cheeks", "eyes"), "nothing was found for brows, cheeks or lids"),
    "EYES": (("blink", "gaze"), "nothing was found for lids or gaze"),
}


def face_line(mapping: CharacterMapping) -> str:
    """What drives the face: "ARKit, 52 of 52", "bones of jaw and eyes", "none"."""
    rows = mapping.conventions[:-1] if mapping.bones else mapping.conventions
    if rows:
        return "; ".join(f"{label}, {found} of {total}" for label, found, total in rows)
    if mapping.shapes:
        return "shape keys, as told by hand"
    moved = [part for part, roles in _FACE_BONES.items() if any(role in mapping.bones for role in roles)]
    return f"bones of {', '.join(moved)}" if moved else "none"


def body_line(mapping: CharacterMapping) -> str:
    """What drives the body: "Rigify, 18 of 22", or "none"."""
    if not any(joint in mapping.bones for joint in BODY_JOINTS):
        return "none"
    label, found, total = mapping.conventions[-1]
    return f"{label}, {found} of {total}"


def cannot_be_driven(description: RigDescription, mapping: CharacterMapping) -> dict[str, str]:
    """{part: why}, of the face and below the neck; parts that can be driven are left out."""
    found = {
        part: reason
        for part, (needed, reason) in _NEEDED.items()
        if not any(mapping.coverage.get(name, (0, 0))[0] for name in needed)
    }
    if not {"head", "neck"} & mapping.bones.keys():
        found["HEAD"] = "no bone was recognised as head or neck" if description.bones else "there is no armature"
    return found | undrivable_parts(description, mapping.bones)


def why_unused(names: Iterable[str], mapping: CharacterMapping) -> dict[str, str]:
    """{shape key: why nothing drives it}, of keys that could be driven: another set does the same, or nobody knows what it shows."""
    names = list(names)
    driven = mapping.keys
    rows = mapping.conventions[:-1] if mapping.bones else mapping.conventions
    known = {key for match in detect(names) for key in match.keys}
    said = f"unused: {rows[0][0]} does it" if rows else "unused"
    return {key: said if key in known else "not recognised" for key in names if key not in driven}
