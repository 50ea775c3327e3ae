# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bones of a character move its head, jaw, eyes, lids, lips and brows.

First by the tables of naming conventions, then by the words in names, then by where bones are. What was only guessed
is said in a note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from ...motion.joints import BODY_JOINTS, FACE_JOINTS
from ..conventions import bone_conventions, control_tables
from ..conventions.control_table import ROLES
from ..conventions.table import BoneConvention
from ..description import Bone, RigDescription
from ..spaces import character_axes, rest_head, rest_tail
from .bone_geometry import find_body
from .spelling import normalise, stem

LIDS = tuple(f"{side}_lid_{edge}" for side in ("left", "right") for edge in ("upper", "lower"))
FACE_ROLES = ("head", "neck", *FACE_JOINTS, *LIDS, *ROLES)
_MINIMUM = 4
_NAMESPACE = re.compile(r"[:|]")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
# fmt: off
_NOT_THE_PART = frozenset(("target", "ik", "pole", "ctrl", "end", "nub", "leaf", "tip", "top", "lid", "eyelid", "brow",
                           "eyebrow", "lash", "lashes", "eyelash", "socket", "parent", "tgt", "helper", "mch", "org", "corner",
                           "bag", "twist", "hair", "hat", "accessory", "blink"))
# fmt: on


@dataclass(frozen=True)
class FoundBones:
    """bones: role (a joint's name, a lid or one of `control_table.ROLES`) → bone name. convention: the best match or None;
    found: how many of the 22 body joints it gave. axes: float64 (3, 3), see `spaces.character_axes`. notes: what was guessed
    or cannot be keyed."""

    bones: dict[str, str] = field(default_factory=dict)
    convention: BoneConvention | None = None
    found: int = 0
    axes: np.ndarray = field(default_factory=lambda: np.eye(3))
    notes: tuple[str, ...] = ()


@lru_cache(maxsize=64)
def _table(identifier: str) -> tuple[dict[str, str], tuple[re.Pattern, ...]]:
    """Every written form of the convention's bones → the bone in the table, and its prefixes with running numbers."""
    convention = bone_conventions()[identifier]
    prefixes = tuple(re.compile(rf"{re.escape(stem(normalise(prefix)))}\d*") for prefix in convention.prefixes)
    table = {normalise(spelling): bone for spelling, bone in convention.spellings.items()}
    table.update({normalise(bone): bone for bone in convention.bones})
    for written, bone in list(table.items()):
        for prefix in prefixes:
            # also without the prefix that the table was written with
            if short := _without(prefix, written):
                table.setdefault(short, bone)
    return table, prefixes


def _without(prefix: re.Pattern, written: str) -> str:
    match = prefix.match(written)
    return written[match.end() :] if match else ""


def match_convention(convention: BoneConvention, names: list[str]) -> dict[str, str]:
    """role → bone name for one convention. A known prefix with any number may stand before a name ("Bip01 ",
    "mixamorig2:"), or a namespace ("character:Head")."""
    table, prefixes = _table(convention.identifier)
    found: dict[str, str] = {}
    for name in names:
        written = normalise(name)
        native = table.get(written)
        for prefix in prefixes if native is None else ():
            native = native or table.get(_without(prefix, written))
        if native is None and (":" in name or "|" in name):
            native = table.get(normalise(_NAMESPACE.split(name)[-1]))
        if native is not None:
            found.setdefault(native, name)
    roles: dict[str, str] = {}
    for native, role in convention.bones.items():
        if native in found:
            roles.setdefault(role, found[native])
    return roles


def best_convention(names: list[str]) -> tuple[BoneConvention | None, dict[str, str]]:
    """The convention that explains most bones. One whose own signs are all there beats one that only shares names."""
    have = {normalise(name) for name in names}
    best: tuple[tuple, BoneConvention | None, dict[str, str]] = ((0,), None, {})
    for rank, convention in enumerate(bone_conventions().values()):
        roles = match_convention(convention, names)
        if len(roles) < _MINIMUM:
            continue
        signed = bool(convention.signs) and all(normalise(sign) in have for sign in convention.signs)
        controls = signed and bool(convention.face_controls)
        score = (controls, len(roles), signed, -rank)
        if score > best[0]:
            body = sum(joint in roles for joint in BODY_JOINTS)
            sure = signed or body >= len(BODY_JOINTS) // 2  # a few common words are not yet a convention
            best = (score, convention if sure else None, roles)
    return best[1], best[2]


def words(name: str) -> list[str]:
    """The words of a bone's name, lower case: "LeftEye_Jnt" → left, eye, jnt; "REyeBlinkTop" → r, eye, blink, top."""
    split = []
    for word in _WORDS.findall(name.replace("_", " ")):
        # a single side letter glued to a word: "LEye", "REye"
        if len(word) > 2 and word[0] in "LR" and word[1].isupper() and word[2:].islower():
            split += [word[0], word[1:]]
        else:
            split.append(word)
    return [word.casefold() for word in split]


def side_of(name: str) -> str:
    """ "left", "right" or "" by the words of a name."""
    parts = words(name)
    if "left" in parts or "l" in parts or parts[:1] == ["lft"]:
        return "left"
    if "right" in parts or "r" in parts or parts[:1] == ["rgt"]:
        return "right"
    return ""


def _by_words(names: list[str]) -> dict[str, str]:
    """Face roles by the words in names; the shortest name with a word wins."""
    found: dict[str, str] = {}
    for name in sorted(names, key=lambda name: (len(words(name)), len(name))):
        parts = set(words(name))
        joined = normalise(name)
        side = side_of(name)
        plain = not parts & _NOT_THE_PART
        if plain and ("head" in parts or joined in ("head", "kopf", "tete")):
            found.setdefault("head", name)
        elif plain and "neck" in parts:
            found.setdefault("neck", name)
        elif plain and parts & {"jaw", "mandible", "jawbone", "jawroot"} and not side:
            found.setdefault("jaw", name)
        elif plain and side and parts & {"eye", "eyeball"}:
            found.setdefault(f"{side}_eye_smplhf", name)
        elif (
            side
            and (parts & {"lid", "eyelid"} or "blink" in parts)
            and not parts & {"target", "ik", "ctrl", "mch", "org"}
        ):
            if parts & {"up", "upper", "top", "t"}:
                found.setdefault(f"{side}_lid_upper", name)
            elif parts & {"low", "lower", "bottom", "bot", "b", "down"}:
                found.setdefault(f"{side}_lid_lower", name)
    return found


def _guess(bones: dict[str, Bone], roles: dict[str, str], axes: np.ndarray) -> tuple[dict[str, str], list[str]]:
    """Head, jaw and eyes by place: what only position and symmetry tell."""
    found: dict[str, str] = {}
    notes: list[str] = []
    place = {name: axes.T @ rest_head(bone) for name, bone in bones.items()}
    tail = {name: axes.T @ rest_tail(bone) for name, bone in bones.items()}
    children: dict[str, list[str]] = {}
    for name, bone in bones.items():
        children.setdefault(bone.parent, []).append(name)
    head = roles.get("head", "")
    if not head and bones:
        eyes = [roles.get(f"{side}_eye_smplhf", "") for side in ("left", "right")]
        jaw = roles.get("jaw", "")
        parent = bones[jaw].parent if jaw else bones[eyes[0]].parent if eyes[0] else ""
        if parent:
            head = parent
        elif len(bones) >= 5:
            tall = max(point[1] for point in tail.values()) - min(point[1] for point in place.values())
            middle = [
                name
                for name in bones
                if abs(place[name][0]) < 0.02 * tall
                and bones[name].deform
                and abs(tail[name][0]) < 0.03 * tall
                and tail[name][1] > place[name][1]
            ]
            top = max(middle, key=lambda name: tail[name][1], default="")
            head = top if top and bones[top].parent else ""
        if head:
            found["head"] = head
            notes.append(f"The bone “{head}” was taken for the head by its place.")
    if not head:
        return found, notes
    size = max(bones[head].length, 1e-6)
    near = [name for name in children.get(head, []) if bones[name].deform]
    if "jaw" not in roles:
        avoid = {
            "tongue",
            "teeth",
            "tooth",
            "hair",
            "hat",
            "beard",
            "nose",
            "brow",
            "eye",
            "lip",
            "cheek",
            "ear",
            "lid",
            "eyelid",
            "end",
            "leaf",
            "nub",
            "top",
            "helmet",
            "cape",
            "hood",
            "mask",
            "glasses",
            "neck",
            "horn",
        }
        low = [
            name
            for name in near
            if abs(place[name][0]) < 0.1 * size
            and not avoid & set(words(name))
            and tail[name][2] > place[name][2] + 0.1 * size  # points forward
            and tail[name][1] < place[name][1]  # and down
            and place[name][1] < place[head][1] + 0.6 * size
        ]
        if len(low) == 1:
            found["jaw"] = low[0]
            notes.append(f"The bone “{low[0]}” was taken for the jaw by its place.")
    if not any(f"{side}_eye_smplhf" in roles for side in ("left", "right")):
        avoid = {"ear", "hair", "brow", "cheek", "lip", "lid", "eyelid", "horn", "nose", "jaw"}
        twins = [
            (one, other)
            for one in near
            for other in near
            if place[one][0] > 0.05 * size
            and not avoid & (set(words(one)) | set(words(other)))
            and np.allclose(place[one] * [-1, 1, 1], place[other], atol=0.03 * size)
            and (tail[one] - place[one])[2] > 0.8 * bones[one].length
            and place[one][1] > place[head][1]
        ]
        if len(twins) == 1:
            found["left_eye_smplhf"], found["right_eye_smplhf"] = twins[0]
            notes.append(f"The bones “{twins[0][0]}” and “{twins[0][1]}” were taken for the eyes by their place.")
    return found, notes


def find_bones(description: RigDescription, override: dict[str, str] | None = None) -> FoundBones:
    """Find the bones of a character. override: role → bone name, or "" to leave the role alone."""
    override = override or {}
    bones = description.bones
    if not bones:
        return FoundBones()
    names = list(bones)
    convention, roles = best_convention(names)
    notes: list[str] = []
    roles = dict(roles)
    if convention is not None and convention.face_controls:
        free: list[str] = []  # a control rig's own mechanism carries the same words in its names
    else:
        free = [name for name in names if name not in roles.values()]
    for role, name in _by_words(free).items():
        roles.setdefault(role, name)
    for table in control_tables().values():
        present = table.find(names)
        if convention is not None and convention.face_controls == table.identifier or len(present) >= table.minimum:
            for role, name in present.items():
                roles.setdefault(role, name)
    if convention is None and not any(
        table.above for table in control_tables().values() if len(table.find(names)) >= table.minimum
    ):
        body, told = find_body(description, roles)
        roles |= body
        notes += told
    axes = character_axes(description, roles)
    guessed, guesses = _guess(bones, roles, axes) if not (convention and convention.face_controls) else ({}, [])
    for role, name in guessed.items():
        roles.setdefault(role, name)
    notes += guesses
    for role, name in override.items():
        if name and name in bones:
            roles[role] = name
        else:
            roles.pop(role, None)
            if name:
                notes.append(f"There is no bone “{name}” (given by hand for {role}).")
    for role, name in list(roles.items()):
        moved_only = role in ROLES and "rotation" in bones[name].blocked  # lip controls move, they need not turn
        if bones[name].blocked and role in FACE_ROLES and not moved_only:
            notes.append(f"The bone “{name}” ({role}) is {bones[name].blocked} and stays as it is.")
            del roles[role]
    found = sum(joint in roles for joint in BODY_JOINTS)
    return FoundBones(roles, convention, found, character_axes(description, roles), tuple(notes))
