# SPDX-License-Identifier: GPL-3.0-or-later
"""What a table of controls holds: the bones that shape a face by being moved, and how a control rig's body hangs
together.

A table says which bone of a rig plays which role: lips, brows, cheeks, tongue, gaze targets. How far a role moves
follows from what a viewer sees of the intended face (`retargeting.mouth_appearance`), scaled to the size of the
character's own mouth and eyes; what the jaw bone already does is taken off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

_SEPARATOR = re.compile("[ :]")
# fmt: off
_SIDED = ("lip_corner", "lip_upper", "lip_lower", "brow_inner", "brow_middle", "brow_outer", "cheek", "nose",
          "gaze_target", "gaze_centre")
# fmt: on
ROLES = ("lip_upper", "lip_lower", "tongue", *(f"{side}_{role}" for side in ("left", "right") for role in _SIDED))


@dataclass(frozen=True)
class ControlTable:
    """Which bone of a rig plays which role, and how the mechanism of a control rig hangs its body together.

    identifier: as in `BoneConvention.face_controls`. roles: role → bone name. jaw: how much of the jaw's motion a role
    already follows, 0..1; roles not listed follow by hierarchy (wholly below the jaw bone, else not at all). isolated:
    joints whose bone ignores the rotation of the bones above it, unless `switches` are set. minimum: bones that must be
    there for the table to count on a rig of another convention. switches: what must be set for the body's controls to
    be seen: (bone, path below the pose bone, value, joints that need it). above: bone → the bone that carries it, where
    controls hang together by the rig's mechanism; those not listed hang on the bone of the joint above. follow: further
    bones that follow a joint. carrier, travel: the bones that take the body's translation and its path over the ground.
    """

    identifier: str
    roles: dict[str, str]
    jaw: dict[str, float] = field(default_factory=dict)
    isolated: frozenset[str] = frozenset()
    minimum: int = 4
    switches: tuple[tuple[str, str, float, tuple[str, ...]], ...] = ()
    above: dict[str, str] = field(default_factory=dict)
    follow: dict[str, str] = field(default_factory=dict)
    carrier: str = ""
    travel: str = ""

    def find(self, names: list[str]) -> dict[str, str]:
        """role → bone for the bones that are there; a shared prefix ("Bip01 ") may stand before."""
        have = set(names)
        found = {role: bone for role, bone in self.roles.items() if bone in have}
        if not found:
            behind = _behind(tuple(names))
            found = {role: behind[bone] for role, bone in self.roles.items() if bone in behind}
        return found


@lru_cache(maxsize=4)
def _behind(names: tuple[str, ...]) -> dict[str, str]:
    """What stands behind a space or a colon in a name → the first such name. Kept, for several tables ask for the same."""
    found: dict[str, str] = {}
    for name in names:
        for separator in _SEPARATOR.finditer(name):
            found.setdefault(name[separator.end() :], name)
    return found


def both_sides(left: dict[str, str], marks: tuple[str, str]) -> dict[str, str]:
    """Roles of both sides from those of the left: role → bone. marks: what tells left from right in a bone's name."""
    roles = {}
    for role, bone in left.items():
        mirrored = bone.replace(marks[0], marks[1], 1) if marks[0] in bone else marks[1] + bone[1:]
        roles[f"left_{role}"], roles[f"right_{role}"] = bone, mirrored
    return roles


def limb_switches(
    hand: str, foot: str, path: str, marks: tuple[str, str]
) -> tuple[tuple[str, str, float, tuple[str, ...]], ...]:
    """From IK to FK (1.0) for both arms and legs."""
    rows = []
    for side, mark in zip(("left", "right"), marks):
        rows.append((hand + mark, path, 1.0, tuple(f"{side}_{joint}" for joint in ("shoulder", "elbow", "wrist"))))
        rows.append((foot + mark, path, 1.0, tuple(f"{side}_{joint}" for joint in ("hip", "knee", "ankle", "foot"))))
    return tuple(rows)
