# SPDX-License-Identifier: GPL-3.0-or-later
"""Which naming convention a skeleton follows, and which of its bones is which joint by that."""

from __future__ import annotations

import re
from functools import lru_cache
from os.path import commonprefix

from ...motion.joints import BODY_JOINTS
from ..conventions import bone_conventions
from ..conventions.table import BoneConvention
from .spelling import normalise, stem

_MINIMUM = 4  # bones that a convention must explain to be looked at
_NAMESPACE = re.compile(r"[:|]")
_COPY = re.compile(r"\.\d{3}$")  # what Blender appends to a name that is taken


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


def _native(convention: BoneConvention, name: str) -> str | None:
    """The bone in the convention's table that a name is a spelling of."""
    table, prefixes = _table(convention.identifier)
    written = normalise(name)
    native = table.get(written)
    for prefix in prefixes if native is None else ():
        native = native or table.get(_without(prefix, written))
    if native is None and (":" in name or "|" in name):
        native = table.get(normalise(_NAMESPACE.split(name)[-1]))
    return native


def _shared_prefix(names: list[str]) -> str:
    """What stands before every bone's name, up to a separator: "Anna_" of Anna_Hips and Anna_Spine; "" if nothing does."""
    common = commonprefix(names) if len(names) >= _MINIMUM else ""
    return common[: max(common.rfind(separator) for separator in " _.-:|/") + 1]


def match_convention(convention: BoneConvention, names: list[str]) -> dict[str, str]:
    """role → bone name for one convention. A known prefix with any number may stand before a name ("Bip01 ",
    "mixamorig2:"), a namespace ("character:Head") or whatever all names share ("Anna_"); Blender's number after it."""
    found: dict[str, str] = {}
    present = frozenset(names)
    shared = _shared_prefix(names)
    for name in names:
        short = name[len(shared) :]
        native = _native(convention, name) or (_native(convention, short) if shared else None)
        bare = _COPY.sub("", name)
        if native is None and bare not in present:  # next to its original, a copy is another bone
            native = _native(convention, bare) or (_native(convention, bare[len(shared) :]) if shared else None)
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
