# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bones of a character the canonical body turns, in what order, and by what share.

Most bones follow one joint. Spines and necks (`spine_links`), fingers with fewer bones than the canonical ones, and
what arms turn about themselves (`twist_links`) are shared out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...motion.joints import (
    FACE_JOINTS,
    FINGERS,
    HEAD_JOINTS,
    JOINT_INDEX,
    JOINT_NAMES,
    JOINT_PARENTS,
    SIDES,
    TORSO_JOINTS,
)
from ...motion.rotations import IDENTITY
from ...wording import count
from ..conventions.control_table import ControlTable
from ..description import RigDescription
from .bone_links import Link, SkeletonMap, parents_of
from .rest_pose import RestPose, finger_places, rest_pose
from .spine_links import neck_links, torso_links
from .twist_links import add_twists


def map_skeleton(
    description: RigDescription, roles: Mapping[str, str], axes: np.ndarray, table: ControlTable | None = None
) -> SkeletonMap:
    """How the body is driven on a character.

    Args:
        description: the character.
        roles: joint → bone name.
        axes: (3, 3), of `spaces.character_axes`.
        table: of a control rig, whose bones do not hang together by their parents; None without one.

    Returns:
        The links, and notes about bones that cannot be keyed or moved.
    """
    usable, notes = _usable(description, roles)
    rest = rest_pose(
        description, {joint: roles[joint] for joint in JOINT_NAMES if roles.get(joint) in description.bones}, axes
    )
    is_control_rig = table is not None and bool(table.above)
    planned = {
        **torso_links(description, usable, is_control_rig),
        **neck_links(description, usable, is_control_rig),
        **_limb_links(usable, rest),
        **_finger_links(usable, rest),
    }
    if table is not None:
        for name, joint in table.follow.items():
            if name in description.bones and not description.bones[name].blocked:
                planned[name] = Link(name, joint, joint, joint)
    if not is_control_rig:
        planned = add_twists(description, usable, planned, rest)
    placed = _placed(description, planned, usable, table)
    carrier, travel, note = _carrier(description, usable, placed, table)
    return SkeletonMap(placed, rest, carrier, travel, (*notes, *note))


def _usable(description: RigDescription, roles: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """joint → bone, for bones of the body that may be keyed, and a sentence for each reason why others may not."""
    fixed: dict[str, list[str]] = {}
    usable: dict[str, str] = {}
    for joint in JOINT_NAMES:
        name = roles.get(joint, "")
        if name not in description.bones or joint in FACE_JOINTS:
            continue
        if reason := description.bones[name].blocked:
            fixed.setdefault(reason, []).append(name)
        else:
            usable[joint] = name
    notes = []
    for reason, names in fixed.items() if not description.bones_blocked else ():
        left = count(len(names), "bone is left as it is", "bones are left as they are")
        notes.append(f"{left}, {reason}: {', '.join(names[:3])}{' …' if len(names) > 3 else ''}.")
    return usable, notes


def _limb_links(usable: Mapping[str, str], rest: RestPose) -> dict[str, Link]:
    """Arms, without fingers, and legs: bone → link."""
    links = {}
    for joint, name in usable.items():
        if joint in TORSO_JOINTS or joint in HEAD_JOINTS or any(finger in joint for finger in FINGERS):
            continue
        links[name] = Link(name, joint, joint, joint, 0.0, _rest_turn(rest, joint))
    return links


def _finger_links(usable: Mapping[str, str], rest: RestPose) -> dict[str, Link]:
    """Fingers of one to three bones: bone → link."""
    links = {}
    for side in SIDES:
        for finger in FINGERS:
            joints = [joint for number in (1, 2, 3) if (joint := f"{side}_{finger}{number}") in usable]
            for joint, (low, high, share) in zip(joints, finger_places(len(joints)) if joints else []):
                between = f"{side}_{finger}{low}", f"{side}_{finger}{high}"
                links[usable[joint]] = Link(usable[joint], joint, *between, share, _rest_turn(rest, joint))
    return links


def _rest_turn(rest: RestPose, joint: str) -> np.ndarray:
    return rest.turns.get(joint, IDENTITY.astype(np.float64))


def _placed(
    description: RigDescription, planned: dict[str, Link], usable: dict[str, str], table: ControlTable | None
) -> dict[str, Link]:
    """Links with what carries them, those above first."""
    above: dict[str, str] = {}
    for name, link in planned.items():
        if table is not None and table.above:
            carrier = table.above.get(name, "") or _bone_above(link.joint, usable)
            above[name] = carrier if carrier in planned else ""
        else:
            above[name] = next((parent for parent in parents_of(description, name) if parent in planned), "")
    ordered: dict[str, Link] = {}

    def place(name: str, seen: tuple[str, ...] = ()) -> None:
        if name in ordered or name in seen:
            return
        if above[name]:
            place(above[name], (*seen, name))
        link = planned[name]
        free = not description.bones[name].inherits_rotation
        isolated = table is not None and link.joint in table.isolated and name == usable.get(link.joint)
        ordered[name] = replace(link, above=above[name], free=free, isolated=isolated)

    for name in planned:
        place(name)
    return ordered


def _bone_above(joint: str, usable: Mapping[str, str]) -> str:
    """The bone of the nearest joint above one that has a bone, "" if there is none."""
    index = JOINT_PARENTS[JOINT_INDEX[joint]]
    while index >= 0 and JOINT_NAMES[index] not in usable:
        index = JOINT_PARENTS[index]
    return usable[JOINT_NAMES[index]] if index >= 0 else ""


def _carrier(
    description: RigDescription, usable: dict[str, str], links: dict[str, Link], table: ControlTable | None
) -> tuple[str, str, tuple[str, ...]]:
    """The bone that moves the body and the one that travels, and what to say if there is none."""
    bones = description.bones

    def moves(name: str) -> bool:
        bone = bones[name]
        return not bone.blocked_location and not bone.connected

    if table is not None and table.carrier:
        carrier = table.carrier if table.carrier in bones and moves(table.carrier) else ""
        travel = table.travel if table.travel in bones and moves(table.travel) else ""
        return carrier, travel, ()
    legs = [usable[joint] for side in SIDES if (joint := f"{side}_hip") in usable]
    trunk = next((usable[joint] for joint in ("spine1", "spine2", "spine3", "neck", "head") if joint in usable), "")
    needed = [name for name in (*legs, trunk, usable.get("pelvis", "")) if name]
    if not needed or "pelvis" not in usable and not legs:
        return "", "", ()
    paths = [[name, *parents_of(description, name)] for name in needed]
    shared = [name for name in paths[0] if all(name in path for path in paths[1:])]
    able = [name for name in shared if moves(name)]
    if not able:
        reason = next((bones[name].blocked_location for name in shared if bones[name].blocked_location), "")
        told = f" ({reason})" if reason else ""
        note = f"No bone above both legs and spine can be moved{told}, so the body sways without shifting its weight."
        return "", "", (note,)
    carrier = able[0]
    roots = [name for name in able[1:] if name not in links]
    return carrier, roots[-1] if roots else "", ()
