# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bone of a character is which joint, lid or control of the face.

First by the tables of naming conventions, then by the words in names, then by where bones are. What was only guessed
is said in a note.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from ...motion.joints import BODY_JOINTS, SIDES
from ...wording import count
from ..conventions import control_tables
from ..conventions.control_table import ROLES
from ..conventions.table import BoneConvention
from ..description import Bone, RigDescription
from ..spaces import character_axes
from .body_geometry import body_by_place
from .bone_names import best_convention
from .bone_words import body_by_words, face_by_words
from .face_roles import FACE_ROLES
from .head_geometry import head_by_place
from .words_for_bones import bone_in_words

_LARGE = frozenset(("pelvis", *(f"{side}_{joint}" for side in SIDES for joint in ("shoulder", "elbow", "hip", "knee"))))


@dataclass(frozen=True)
class FoundBones:
    """The bones found on a character.

    bones: role (a joint's name, a lid or one of `control_table.ROLES`) → bone name. convention: the best match or None.
    found: how many of the 22 body joints have a bone. notes: what was guessed or cannot be keyed.
    """

    bones: dict[str, str] = field(default_factory=dict)
    convention: BoneConvention | None = None
    found: int = 0
    notes: tuple[str, ...] = ()


def find_bones(description: RigDescription, override: Mapping[str, str] | None = None) -> FoundBones:
    """Find the bones of a character. override: role → bone name, or "" to leave the role alone."""
    bones = description.bones
    if not bones:
        return FoundBones()
    convention, named = best_convention(list(bones))
    roles = dict(named)
    by_place = cache(lambda: body_by_place(description))  # slow on thousands of bones
    if roles and _is_half_known(convention, roles, description, by_place):
        convention, roles = None, {}
    is_control_rig = convention is not None and bool(convention.face_controls)
    if not is_control_rig:  # a control rig's own mechanism carries the same words in its names
        taken = set(roles.values())
        roles = _filled(roles, face_by_words([name for name in bones if name not in taken]))
    roles = _filled(roles, _face_controls(list(bones), convention))
    notes: list[str] = []
    if convention is None and not _has_mechanism(list(bones)):
        body, told = _find_body(description, roles, by_place)
        roles |= body
        notes += told
    if not is_control_rig:
        guessed, guesses = head_by_place(bones, roles, character_axes(description, roles))
        roles = _filled(roles, guessed)
        notes += guesses
    notes += _by_hand(roles, bones, override or {})
    dropped = _drop_blocked(roles, bones)
    if reason := description.bones_blocked:
        dropped = [f"The bones of “{description.armature or description.name}” stay as they are: {_as_whole(reason)}."]
    notes += dropped
    return FoundBones(roles, convention, sum(joint in roles for joint in BODY_JOINTS), tuple(notes))


def _is_half_known(
    convention: BoneConvention | None,
    roles: Mapping[str, str],
    description: RigDescription,
    by_place: Callable[[], dict[str, str]],
) -> bool:
    """Whether a table leaves out large joints that words and places find: another program's skeleton that shares some names with it
    (Rokoko's and Xsens' with Mixamo's and VRM's), of which the table may take a collarbone for an arm."""
    missing = _LARGE - roles.keys()
    is_control_rig = convention is not None and bool(convention.face_controls)
    if not missing or is_control_rig or _has_mechanism(list(description.bones)):
        return False
    body, _ = _find_body(description, {}, by_place)
    return missing <= body.keys() and sum(joint in body for joint in BODY_JOINTS) >= sum(
        joint in roles for joint in BODY_JOINTS
    )


def _as_whole(reason: str) -> str:
    """Why a bone cannot be keyed, said of the armature."""
    if reason.startswith("its "):  # its rotation is locked
        return f"of each {reason}"
    return f"it is {reason}" if reason.startswith(("linked", "part of")) else f"each is {reason}"


def _filled(roles: dict[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Roles, and of `more` those that they lack."""
    return roles | {role: name for role, name in more.items() if role not in roles}


def _face_controls(names: list[str], convention: BoneConvention | None) -> dict[str, str]:
    """Bones of the tables of controls: of the one that the convention names, and of those that are there by enough."""
    found: dict[str, str] = {}
    for table in control_tables().values():
        present = table.find(names)
        if convention is not None and convention.face_controls == table.identifier or len(present) >= table.minimum:
            found = _filled(found, present)
    return found


def _has_mechanism(names: list[str]) -> bool:
    """Whether these are controls that do not hang together by their parents, which neither words nor places tell."""
    return any(table.above for table in control_tables().values() if len(table.find(names)) >= table.minimum)


def _find_body(
    description: RigDescription, taken: dict[str, str], by_place: Callable[[], dict[str, str]]
) -> tuple[dict[str, str], list[str]]:
    """Joints of the body that `taken` (role → bone) lacks → bones, and notes on what was only guessed by place. by_place:
    gives what places say."""
    found = body_by_words(description.bones, taken)
    known = {**taken, **found}
    if _LARGE - {"pelvis"} <= known.keys():
        return found, []
    used = set(known.values())
    placed = by_place()
    fresh = {joint: name for joint, name in placed.items() if joint not in known and name not in used}
    notes = []
    if fresh:
        some = ", ".join(f"{name} ({joint})" for joint, name in list(fresh.items())[:3])
        said = count(
            len(fresh),
            "bone of the body was recognised by its place",
            "bones of the body were recognised by their place",
        )
        more = " …" if len(fresh) > 3 else "."
        notes.append(f"{said} alone: {some}{more} Check under Mapping.")
    return {**found, **fresh}, notes


def _by_hand(roles: dict[str, str], bones: Mapping[str, Bone], override: Mapping[str, str]) -> list[str]:
    """Put what was given by hand into `roles`. Returns a sentence about each bone that is not there."""
    notes = []
    for role, name in override.items():
        if name and name in bones:
            roles[role] = name
            continue
        roles.pop(role, None)
        if name:
            notes.append(f"There is no bone “{name}” (given by hand for {role}).")
    return notes


def _drop_blocked(roles: dict[str, str], bones: Mapping[str, Bone]) -> list[str]:
    """Take bones of the face that cannot be keyed out of `roles`. Returns a sentence about each."""
    notes = []
    for role, name in list(roles.items()):
        moved_only = role in ROLES and "rotation" in bones[name].blocked  # lip controls move, they need not turn
        if bones[name].blocked and role in FACE_ROLES and not moved_only:
            notes.append(f"The bone “{name}” ({bone_in_words(role)}) stays as it is: {bones[name].blocked}.")
            del roles[role]
    return notes
