# SPDX-License-Identifier: GPL-3.0-or-later
"""Which joint of a recorded skeleton is which of ours: by the names that suits, cameras and rigs give, and by what hangs on what."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..joints import FINGERS, SIDES

_PREFIX = re.compile(
    r"^(?:.*[:|])?(?:mixamorig\d*|bip0*1|valvebiped|cc_base|j_bip|def|org|character\d*|actor\d*)?[\s_.:\-]*", re.I
)
_TOKENS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LEFT, _RIGHT = frozenset(("left", "l", "lf", "lft")), frozenset(("right", "r", "rt", "rgt"))
# Limbs by the word that tells them, in the order of preference. Where a skeleton has an upper arm, its shoulder is a collar bone.
_UPPER_ARM = ("upperarm", "uparm", "arm", "armbend", "shldrbend", "humerus")
_LIMBS = {
    "hip": ("upleg", "upperleg", "thigh", "thighbend", "hip", "femur"),
    "knee": ("leg", "lowerleg", "lowleg", "calf", "shin", "knee", "tibia"),
    "ankle": ("ankle", "foot"),
    "foot": ("toebase", "toe", "toes", "toe0", "ball", "foot"),
    "elbow": ("forearm", "lowerarm", "lowarm", "elbow", "forearmbend", "radius"),
    "wrist": ("hand", "wrist"),
}
_COLLAR = ("collar", "clavicle", "collarbone", "shoulder")
_PELVIS = ("hips", "pelvis", "hip")
_SEGMENTS = {"1": "1", "2": "2", "3": "3", "proximal": "1", "intermediate": "2", "distal": "3", "metacarpal": ""}


def joints_by_likeness(names: Sequence[str], parents: Sequence[int]) -> dict[str, str]:
    """Canonical joint → the recording's joint, as far as names and hierarchy tell.

    Args:
        names: of J joints.
        parents: (J,), -1 for the root, parents before their children.
    """
    told = [_told(name) for name in names]
    by_part: dict[tuple[str, str], int] = {}
    for index, key in enumerate(told):
        by_part.setdefault(key, index)
    found: dict[str, int] = {}
    for side in SIDES:
        for joint, words in {**_LIMBS, **_arm(by_part, side)}.items():
            hit = next((by_part[side, word] for word in words if (side, word) in by_part), None)
            if hit is not None and hit not in found.values():
                found[f"{side}_{joint}"] = hit
        for (own, part), index in by_part.items():
            if own == side and (finger := _finger(part)):
                found.setdefault(f"{side}_{finger}", index)
    pelvis = next((by_part["", word] for word in _PELVIS if ("", word) in by_part), None)
    if {"left_hip", "right_hip"} <= found.keys():
        shared = _ancestors(found["left_hip"], parents) & _ancestors(found["right_hip"], parents)
        if pelvis not in shared and shared:
            pelvis = max(shared)  # parents come first, so the last is the nearest
    if pelvis is not None:
        found["pelvis"] = pelvis
        found |= _spine(told, parents, pelvis)
    return {joint: names[index] for joint, index in found.items()}


def _told(name: str) -> tuple[str, str]:
    """The side, "" for the middle, and what is left of a name: `mixamorig:LeftUpLeg` is ("left", "upleg")."""
    plain = _PREFIX.sub("", name, count=1) or name
    tokens = [token.lower() for token in _TOKENS.findall(plain)]
    side = "left" if _LEFT.intersection(tokens) else "right" if _RIGHT.intersection(tokens) else ""
    kept = [token for token in tokens if token not in _LEFT | _RIGHT and token != "joint"]
    return side, "".join(token.lstrip("0") or "0" if token.isdigit() else token for token in kept)


def _arm(by_part: dict[tuple[str, str], int], side: str) -> dict[str, tuple[str, ...]]:
    if any((side, word) in by_part for word in _UPPER_ARM):
        return {"shoulder": _UPPER_ARM, "collar": _COLLAR}
    return {"shoulder": ("shoulder", "shldr"), "collar": _COLLAR[:-1]}


def _finger(part: str) -> str:
    """`index1` of `handindex1` or `indexproximal`; "" for all that is no finger."""
    match = re.fullmatch(r"(?:hand|finger)?(thumb|index|middle|mid|ring|pinky|little)(?:finger)?(\d|[a-z]+)", part)
    if not match or not (segment := _SEGMENTS.get(match[2], "")):
        return ""
    finger = {"mid": "middle", "little": "pinky"}.get(match[1], match[1])
    return f"{finger}{segment}" if finger in FINGERS else ""


def _spine(told: Sequence[tuple[str, str]], parents: Sequence[int], pelvis: int) -> dict[str, int]:
    """Spine, neck and head by the way from the pelvis to the head."""
    head = next((index for index, key in enumerate(told) if key == ("", "head")), None)
    if head is None or pelvis not in _ancestors(head, parents):
        return {}
    way = [index for index in sorted(_ancestors(head, parents)) if index > pelvis]
    necks = [index for index in way if told[index][1].startswith("neck")]
    spine = [index for index in way if index not in necks][-3:]
    found = dict(zip(("spine1", "spine2", "spine3"), spine)) | {"head": head}
    return found | ({"neck": necks[-1]} if necks else {})


def _ancestors(index: int, parents: Sequence[int]) -> set[int]:
    found: set[int] = set()
    while parents[index] >= 0:
        index = parents[index]
        found.add(index)
    return found
