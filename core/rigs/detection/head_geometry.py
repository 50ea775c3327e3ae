# SPDX-License-Identifier: GPL-3.0-or-later
"""Head, jaw and eyes by their place alone: what only position and symmetry tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...motion.joints import SIDES
from ...motion.vectors import norm
from ..description import Bone
from .spelling import words

# What hangs on a head and is neither jaw nor eye. Shares below are of the head bone's length, by eye on rigs of many
# makers.
_NOT_A_JAW = frozenset(
    """
    tongue teeth tooth hair hat beard nose brow eye lip cheek ear lid eyelid end leaf nub top helmet cape hood
    mask glasses neck horn
    """.split()
)
_NOT_AN_EYE = frozenset("ear hair brow cheek lip lid eyelid horn nose jaw".split())
_FEWEST_BONES = 5  # with fewer the highest bone need not be a head


@dataclass(frozen=True)
class _Places:
    """Where bones begin and end: name → (3,), canonical axes, units of the armature."""

    bones: dict[str, Bone]
    heads: dict[str, np.ndarray]
    tails: dict[str, np.ndarray]

    @classmethod
    def of(cls, bones: dict[str, Bone], axes: np.ndarray) -> _Places:
        rest = np.array([bone.rest for bone in bones.values()], np.float64).reshape(-1, 4, 4)
        lengths = np.array([bone.length for bone in bones.values()])
        along = rest[:, :3, 1] * (lengths / np.maximum(norm(rest[:, :3, 1]), 1e-12))[:, None]
        heads = rest[:, :3, 3] @ axes
        return cls(bones, dict(zip(bones, heads)), dict(zip(bones, heads + along @ axes)))


def head_by_place(bones: dict[str, Bone], roles: dict[str, str], axes: np.ndarray) -> tuple[dict[str, str], list[str]]:
    """Head, jaw and eyes that `roles` (role → bone) lacks: role → bone, and a sentence about each guess."""
    if all(role in roles for role in ("head", "jaw")) and any(f"{side}_eye_smplhf" in roles for side in SIDES):
        return {}, []
    places = _Places.of(bones, axes)
    found: dict[str, str] = {}
    notes: list[str] = []
    head = roles.get("head", "")
    if not head and (head := _head(places, roles)):
        found["head"] = head
        notes.append(f"The bone “{head}” was taken for the head by its place.")
    if not head:
        return found, notes
    near = [name for name, bone in bones.items() if bone.parent == head and bone.deform]
    if "jaw" not in roles and (jaw := _jaw(places, head, near)):
        found["jaw"] = jaw
        notes.append(f"The bone “{jaw}” was taken for the jaw by its place.")
    if not any(f"{side}_eye_smplhf" in roles for side in SIDES) and (eyes := _eyes(places, head, near)):
        found["left_eye_smplhf"], found["right_eye_smplhf"] = eyes
        notes.append(f"The bones “{eyes[0]}” and “{eyes[1]}” were taken for the eyes by their place.")
    return found, notes


def _head(places: _Places, roles: dict[str, str]) -> str:
    """What carries the jaw or an eye, else the highest upright bone in the middle; "" if there is none."""
    bones = places.bones
    if not bones:
        return ""
    eye, jaw = roles.get("left_eye_smplhf", ""), roles.get("jaw", "")
    parent = bones[jaw].parent if jaw else bones[eye].parent if eye else ""
    if parent or len(bones) < _FEWEST_BONES:
        return parent
    tall = max(point[1] for point in places.tails.values()) - min(point[1] for point in places.heads.values())
    middle = [
        name
        for name, bone in bones.items()
        if abs(places.heads[name][0]) < 0.02 * tall
        and bone.deform
        and abs(places.tails[name][0]) < 0.03 * tall
        and places.tails[name][1] > places.heads[name][1]
    ]
    top = max(middle, key=lambda name: places.tails[name][1], default="")
    return top if top and bones[top].parent else ""


def _jaw(places: _Places, head: str, near: list[str]) -> str:
    """The one bone below the head that lies low in its middle and points forward and down; "" if none or several do."""
    heads, tails = places.heads, places.tails
    size = max(places.bones[head].length, 1e-6)
    low = [
        name
        for name in near
        if abs(heads[name][0]) < 0.1 * size
        and not _NOT_A_JAW & set(words(name))
        and tails[name][2] > heads[name][2] + 0.1 * size  # points forward
        and tails[name][1] < heads[name][1]  # and down
        and heads[name][1] < heads[head][1] + 0.6 * size
    ]
    return low[0] if len(low) == 1 else ""


def _eyes(places: _Places, head: str, near: list[str]) -> tuple[str, str] | None:
    """The one pair of bones below the head that mirror each other and look ahead, left and right."""
    heads, tails = places.heads, places.tails
    size = max(places.bones[head].length, 1e-6)
    possible = [name for name in near if not _NOT_AN_EYE & set(words(name))]
    if not possible:
        return None
    there = np.array([heads[name] for name in possible])
    twins = []
    for one in possible:
        ahead = (tails[one] - heads[one])[2] > 0.8 * places.bones[one].length
        if heads[one][0] > 0.05 * size and heads[one][1] > heads[head][1] and ahead:
            mirrored = np.abs(heads[one] * [-1, 1, 1] - there) <= 0.03 * size
            twins += [(one, possible[index]) for index in np.flatnonzero(mirrored.all(1))]
    return twins[0] if len(twins) == 1 else None
