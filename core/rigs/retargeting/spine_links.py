# SPDX-License-Identifier: GPL-3.0-or-later
"""Spines and necks of any number of bones: each bone takes a place between two joints of the canonical one.

So the whole bends as far and evenly; the topmost stands as the chest or neck does.
"""

from __future__ import annotations

import numpy as np

from ...motion.joints import SIDES, TORSO_JOINTS
from ..description import RigDescription
from .bone_links import Link, parents_of


def torso_links(description: RigDescription, usable: dict[str, str], is_control_rig: bool) -> dict[str, Link]:
    """Pelvis and spine: bone → link. usable: joint → bone that may be keyed. is_control_rig: parents tell nothing of
    its bones."""
    links = {usable["pelvis"]: Link(usable["pelvis"], "pelvis", "pelvis", "pelvis")} if "pelvis" in usable else {}
    mapped = [usable[joint] for joint in TORSO_JOINTS[1:] if joint in usable]
    chain = mapped if is_control_rig else _spine_chain(description, usable) or mapped
    if is_control_rig and len(chain) == 3:
        return links | {name: Link(name, joint, joint, joint) for joint, name in zip(TORSO_JOINTS[1:], chain)}
    for number, name in enumerate(chain, 1):
        place = 3.0 * number / len(chain)
        low = min(int(place), 2)
        joint = TORSO_JOINTS[min(int(np.ceil(place - 1e-9)), 3)]
        links[name] = Link(name, joint, TORSO_JOINTS[low], TORSO_JOINTS[low + 1], place - low)
    return links


def _spine_chain(description: RigDescription, usable: dict[str, str]) -> list[str]:
    """All bones from the pelvis to the chest that may be turned, those with and without a role."""
    top = _chest(description, usable)
    if not top:
        return []
    path = [top, *parents_of(description, top)]
    pelvis = usable.get("pelvis", "")
    mapped = {usable[joint] for joint in TORSO_JOINTS[1:] if joint in usable}
    if pelvis in path:
        path = path[: path.index(pelvis)]
    elif mapped & set(path):  # a pelvis beside the spine, or none: begin with the lowest bone that has a role
        path = path[: max(index for index, name in enumerate(path) if name in mapped) + 1]
    else:
        return []
    if not mapped <= set(path):
        return []
    hips = {
        above for side in SIDES if f"{side}_hip" in usable for above in parents_of(description, usable[f"{side}_hip"])
    }
    chain = [name for name in reversed(path) if not description.bones[name].blocked]
    return [
        name for name in chain if name not in hips or name in mapped
    ]  # what carries the legs too belongs to the pelvis


def _chest(description: RigDescription, usable: dict[str, str]) -> str:
    """The bone that carries both arms, or what was mapped highest."""
    arms = [
        next((usable[joint] for joint in (f"{side}_collar", f"{side}_shoulder") if joint in usable), "")
        for side in SIDES
    ]
    highest = next((usable[joint] for joint in reversed(TORSO_JOINTS) if joint in usable), "")
    if not all(arms):
        return highest
    above = [list(parents_of(description, arm)) for arm in arms]
    shared = [name for name in above[0] if name in above[1]]
    body = {usable[joint] for joint in TORSO_JOINTS if joint in usable}
    neck = usable.get("neck", usable.get("head", ""))
    spine = set(parents_of(description, neck)) if neck else set(shared)
    top = next((name for name in shared if name in spine), "")
    if not top or top == usable.get("pelvis"):
        return highest if highest != usable.get("pelvis") else ""
    return top if body & {top, *parents_of(description, top)} else highest


def neck_links(description: RigDescription, usable: dict[str, str], is_control_rig: bool) -> dict[str, Link]:
    """Neck and head: bone → link. Arguments as of `torso_links`."""
    head, neck = usable.get("head", ""), usable.get("neck", "")
    links = {head: Link(head, "head", "head", "head")} if head else {}
    if not neck:
        return links
    if not head:
        return {neck: Link(neck, "neck", "head", "head")}  # it takes the head's turn as well
    chain = [neck]
    if not is_control_rig:
        above = list(parents_of(description, head))
        top = _chest(description, usable)
        if neck in above:
            chain = above[: above.index(neck) + 1]
            below = above[above.index(neck) + 1 :]
            if top in below:  # neck bones below the one that was mapped
                chain += below[: below.index(top)]
        chain = [name for name in reversed(chain) if not description.bones[name].blocked]
    for number, name in enumerate(chain, 1):
        share = number / len(chain)
        links[name] = (
            Link(name, "neck", "neck", "neck") if share == 1.0 else Link(name, "neck", "spine3", "neck", share)
        )
    return links
