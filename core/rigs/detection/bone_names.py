# SPDX-License-Identifier: GPL-3.0-or-later
"""Which naming convention a skeleton follows, and which of its bones is which joint by that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from os.path import commonprefix

from ...motion.joints import BODY_JOINTS
from ..conventions import bone_conventions
from ..conventions.table import BoneConvention
from .spelling import normalise, stem

_MINIMUM = 4  # bones that a convention must explain to be looked at
_NAMESPACE = re.compile(r"[:|]")
_COPY = re.compile(r"\.\d{3}$")  # what Blender appends to a name that is taken


# of a name: how it may be meant, as it is normalised, with and without a namespace
_Forms = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Table:
    """bones: every written form of a convention's bones → the bone in its table. prefixes: with running numbers. begins: how these
    begin."""

    bones: dict[str, str]
    prefixes: tuple[re.Pattern, ...]
    begins: tuple[str, ...]

    def native(self, written: str, inside: str) -> str | None:
        """The bone in the table that a name is a spelling of, by its form and by that inside its namespace, "" if it has none."""
        native = self.bones.get(written)
        if native is None and written.startswith(self.begins):
            for prefix in self.prefixes:
                native = native or self.bones.get(_without(prefix, written))
        return self.bones.get(inside) if native is None and inside else native


@lru_cache(maxsize=64)
def _table(identifier: str) -> _Table:
    convention = bone_conventions()[identifier]
    begins = tuple(stem(normalise(prefix)) for prefix in convention.prefixes)
    prefixes = tuple(re.compile(rf"{re.escape(begin)}\d*") for begin in begins)
    table = {normalise(spelling): bone for spelling, bone in convention.spellings.items()}
    table.update({normalise(bone): bone for bone in convention.bones})
    for written, bone in list(table.items()):
        for prefix in prefixes:
            # also without the prefix that the table was written with
            if short := _without(prefix, written):
                table.setdefault(short, bone)
    return _Table(table, prefixes, begins)


def _without(prefix: re.Pattern, written: str) -> str:
    match = prefix.match(written)
    return written[match.end() :] if match else ""


def _shared_prefix(names: list[str]) -> str:
    """What stands before every bone's name, up to a separator: "Anna_" of Anna_Hips and Anna_Spine; "" if nothing does."""
    common = commonprefix(names) if len(names) >= _MINIMUM else ""
    return common[: max(common.rfind(separator) for separator in " _.-:|/") + 1]


def _form(name: str) -> tuple[str, str]:
    return normalise(name), normalise(_NAMESPACE.split(name)[-1]) if ":" in name or "|" in name else ""


@lru_cache(maxsize=4)
def _forms(names: tuple[str, ...]) -> tuple[_Forms, ...]:
    """How each name may be meant, the likeliest first: as it is, without what all names share, without Blender's number."""
    present, shared = frozenset(names), len(_shared_prefix(list(names)))
    found = []
    for name in names:
        meant = [name]
        bare = _COPY.sub("", name) if name[-4:-3] == "." else name
        if bare not in present:  # next to its original, a copy is another bone
            meant.append(bare)
        found.append(tuple(_form(form) for one in meant for form in ((one, one[shared:]) if shared else (one,))))
    return tuple(found)


def match_convention(convention: BoneConvention, names: Sequence[str]) -> dict[str, str]:
    """role → bone name for one convention. A known prefix with any number may stand before a name ("Bip01 ",
    "mixamorig2:"), a namespace ("character:Head") or whatever all names share ("Anna_"); Blender's number after it."""
    found: dict[str, str] = {}
    table = _table(convention.identifier)
    for name, forms in zip(names, _forms(tuple(names))):
        for written, inside in forms:
            if (native := table.native(written, inside)) is not None:
                found.setdefault(native, name)
                break
    roles: dict[str, str] = {}
    for native, role in convention.bones.items():
        if native in found:
            roles.setdefault(role, found[native])
    return roles


def best_convention(names: Sequence[str]) -> tuple[BoneConvention | None, dict[str, str]]:
    """The convention that explains most bones. One whose own signs are all there beats one that only shares names."""
    convention, roles = _best_convention(tuple(names))
    return convention, dict(roles)


@lru_cache(maxsize=4)
def _best_convention(names: tuple[str, ...]) -> tuple[BoneConvention | None, dict[str, str]]:
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
