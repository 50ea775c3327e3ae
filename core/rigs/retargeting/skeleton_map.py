# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bones of a character the canonical body turns, in what order, and by what share.

A link is one bone that is turned. Most follow one joint. Of a spine or neck with more or fewer bones than the canonical one
each bone takes a place between two joints, so that the whole bends as far and evenly; the topmost stands as the chest or neck
does. So do fingers with fewer bones. A bone between elbow and wrist, or a twist bone beside the forearm, takes its share of
the hand's turn about the forearm; without one the forearm takes half. Twist bones beside the upper arm give back what the arm
turns about itself, the more the nearer they are to the shoulder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ...motion.joints import FACE_JOINTS, FINGERS, JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS, SIDES
from ...motion.rotations import IDENTITY
from ...wording import count
from ..conventions.control_table import ControlTable
from ..description import RigDescription
from ..detection.spelling import normalise
from ..spaces import rest_head
from .rest_pose import RestPose, finger_places, rest_pose

_TORSO = ("pelvis", "spine1", "spine2", "spine3")
_TWIST_WORDS = ("twist", "roll", "捩")
HALF = 0.5


@dataclass(frozen=True)
class Link:
    """One bone that is turned.

    joint: the canonical joint whose driving it follows. low, high, share: it stands between these two joints, `share` of the
    way from the first to the second. turn: A of `rest_pose`, quaternion wxyz (4,). above: the link's bone that carries it, ""
    if none. free: it keeps its own rotation whatever `above` does. isolated: it does so as long as the torso is not driven (a
    control rig's head, until its switch is set). twist: share that is added of the hand's turn about the forearm
    (joint is an elbow) or of the upper arm's about itself (joint is a shoulder); side: of that arm, "" if twist is 0.
    """

    bone: str
    joint: str
    low: str
    high: str
    share: float = 0.0
    turn: np.ndarray = field(default_factory=lambda: IDENTITY.astype(np.float64))
    above: str = ""
    free: bool = False
    isolated: bool = False
    twist: float = 0.0
    side: str = ""

    @property
    def joints(self) -> tuple[str, ...]:
        """The joints that it follows."""
        return (self.low,) if self.share == 0.0 else (self.high,) if self.share == 1.0 else (self.low, self.high)


@dataclass(frozen=True)
class SkeletonMap:
    """links: bone → link, those above before those below. rest: see `rest_pose`. carrier: the bone that takes the body's
    translation, "" if none can. travel: the bone that takes its path over the ground ("" = the carrier). notes: sentences."""

    links: dict[str, Link]
    rest: RestPose
    carrier: str = ""
    travel: str = ""
    notes: tuple[str, ...] = ()

    def bone_of(self, joint: str) -> str:
        """The bone that stands exactly as a joint does, "" if none."""
        return next((bone for bone, link in self.links.items() if link.joints == (joint,) and link.joint == joint), "")

    def driven_by(self, joints: frozenset[str]) -> SkeletonMap:
        """The map while only these joints are driven: without the torso, isolated bones keep their own rotation."""
        if joints & {*_TORSO}:
            return self
        links = {name: replace(link, free=True) if link.isolated else link for name, link in self.links.items()}
        return replace(self, links=links)


def parents_of(description: RigDescription, bone: str) -> Iterator[str]:
    """The bones above a bone, nearest first."""
    name = description.bones[bone].parent if bone in description.bones else ""
    while name and name in description.bones:
        yield name
        name = description.bones[name].parent


def map_skeleton(
    description: RigDescription, roles: Mapping[str, str], axes: np.ndarray, table: ControlTable | None = None
) -> SkeletonMap:
    """How the body is driven on this character. roles: joint → bone name. axes: of `spaces.character_axes`. table: of a control
    rig, whose bones do not hang together by their parents."""
    bones = description.bones
    notes: list[str] = []
    fixed: dict[str, list[str]] = {}
    usable: dict[str, str] = {}
    for joint in JOINT_NAMES:
        name = roles.get(joint, "")
        if name not in bones or joint in FACE_JOINTS:
            continue
        if bones[name].blocked:
            fixed.setdefault(bones[name].blocked, []).append(name)
        else:
            usable[joint] = name
    notes += [
        f"{count(len(names), 'bone is left as it is', 'bones are left as they are')}, "
        f"{reason}: {', '.join(names[:3])}{' …' if len(names) > 3 else ''}."
        for reason, names in fixed.items()
    ]
    rest = rest_pose(description, {joint: roles[joint] for joint in JOINT_NAMES if roles.get(joint) in bones}, axes)
    controls = table is not None and bool(table.above)
    planned = {**_torso(description, usable, controls), **_neck(description, usable, controls)}
    for joint, name in usable.items():
        if joint in _TORSO or joint in ("neck", "head") or any(finger in joint for finger in FINGERS):
            continue
        planned[name] = Link(name, joint, joint, joint, 0.0, rest.turns.get(joint, IDENTITY.astype(np.float64)))
    for side in SIDES:
        for finger in FINGERS:
            joints = [joint for number in (1, 2, 3) if (joint := f"{side}_{finger}{number}") in usable]
            for joint, (low, high, share) in zip(joints, finger_places(len(joints)) if joints else []):
                planned[usable[joint]] = Link(
                    usable[joint],
                    joint,
                    f"{side}_{finger}{low}",
                    f"{side}_{finger}{high}",
                    share,
                    rest.turns.get(joint, IDENTITY.astype(np.float64)),
                )
    if table is not None:
        for name, joint in table.follow.items():
            if name in bones and not bones[name].blocked:
                planned[name] = Link(name, joint, joint, joint)
    if not controls:
        _forearms(description, usable, planned, rest)
    placed = _placed(description, planned, usable, table)
    carrier, travel, note = _carrier(description, usable, placed, table)
    return SkeletonMap(placed, rest, carrier, travel, (*notes, *note))


# ------------------------------------------------------------------------------------------------------- spine and neck


def _torso(description: RigDescription, usable: dict[str, str], controls: bool) -> dict[str, Link]:
    links = {usable["pelvis"]: Link(usable["pelvis"], "pelvis", "pelvis", "pelvis")} if "pelvis" in usable else {}
    mapped = [usable[joint] for joint in _TORSO[1:] if joint in usable]
    chain = mapped if controls else _spine_chain(description, usable) or mapped
    if controls and len(chain) == 3:
        return links | {name: Link(name, joint, joint, joint) for joint, name in zip(_TORSO[1:], chain)}
    for number, name in enumerate(chain, 1):
        place = 3.0 * number / len(chain)
        low = min(int(place), 2)
        joint = _TORSO[min(int(np.ceil(place - 1e-9)), 3)]
        links[name] = Link(name, joint, _TORSO[low], _TORSO[low + 1], place - low)
    return links


def _spine_chain(description: RigDescription, usable: dict[str, str]) -> list[str]:
    """All bones from the pelvis to the chest that may be turned, those with and without a role."""
    top = _chest(description, usable)
    if not top:
        return []
    path = [top, *parents_of(description, top)]
    pelvis = usable.get("pelvis", "")
    mapped = {usable[joint] for joint in _TORSO[1:] if joint in usable}
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
    highest = next((usable[joint] for joint in reversed(_TORSO) if joint in usable), "")
    if not all(arms):
        return highest
    above = [list(parents_of(description, arm)) for arm in arms]
    shared = [name for name in above[0] if name in above[1]]
    body = {usable[joint] for joint in _TORSO if joint in usable}
    neck = usable.get("neck", usable.get("head", ""))
    spine = set(parents_of(description, neck)) if neck else set(shared)
    top = next((name for name in shared if name in spine), "")
    if not top or top == usable.get("pelvis"):
        return highest if highest != usable.get("pelvis") else ""
    return top if body & {top, *parents_of(description, top)} else highest


def _neck(description: RigDescription, usable: dict[str, str], controls: bool) -> dict[str, Link]:
    head, neck = usable.get("head", ""), usable.get("neck", "")
    links = {head: Link(head, "head", "head", "head")} if head else {}
    if not neck:
        return links
    if not head:
        return {neck: Link(neck, "neck", "head", "head")}  # it takes the head's turn as well
    chain = [neck]
    if not controls:
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


# -------------------------------------------------------------------------------------------------------------- forearms


def _forearms(description: RigDescription, usable: dict[str, str], planned: dict[str, Link], rest: RestPose) -> None:
    """Give the hand's turn about the forearm to twist bones, or half of it to the forearm. Changes `planned`."""
    bones = description.bones
    for side in SIDES:
        shoulder, elbow, wrist = (usable.get(f"{side}_{joint}", "") for joint in ("shoulder", "elbow", "wrist"))
        if shoulder and elbow and side in rest.upper_arms:
            for name in _twist_bones(description, [shoulder], planned, elbow):
                share = _along(description, name, shoulder, elbow) - 1.0
                planned[name] = replace(planned[shoulder], bone=name, twist=share, side=side if share else "")
        if not elbow or not wrist or side not in rest.forearms:
            continue
        forearm = planned[elbow]
        above = list(parents_of(description, wrist))
        if elbow not in above:
            continue
        inside = [
            name for name in reversed(above[: above.index(elbow)]) if not bones[name].blocked and name not in planned
        ]
        beside = _twist_bones(description, [elbow, *inside], planned, wrist)
        for name in inside:
            planned[name] = replace(
                forearm, bone=name, twist=max(_along(description, name, elbow, wrist), HALF), side=side
            )
        for name in beside:
            planned[name] = replace(forearm, bone=name, twist=_along(description, name, elbow, wrist), side=side)
        if not inside and not beside:
            planned[elbow] = replace(forearm, twist=HALF, side=side)


def _twist_bones(description: RigDescription, limb: list[str], planned: dict[str, Link], further: str) -> list[str]:
    """The twist bones beside a limb: those below its bones whose name says so, but not on the way to the next joint."""
    way = {further, *parents_of(description, further)}
    found: list[str] = []
    for name, bone in description.bones.items():  # parents first, so that a twist bone may hang on another
        if (
            bone.parent in (*limb, *found)
            and name not in planned
            and name not in way
            and not bone.blocked
            and any(word in normalise(name) for word in _TWIST_WORDS)
        ):
            found.append(name)
    return found


def _along(description: RigDescription, name: str, first: str, second: str) -> float:
    """Where a bone starts between two others, 0..1."""
    start = rest_head(description.bones[first])
    way = rest_head(description.bones[second]) - start
    return float(np.clip((rest_head(description.bones[name]) - start) @ way / max(way @ way, 1e-12), 0.0, 1.0))


# ------------------------------------------------------------------------------------------------ order, and what carries


def _placed(
    description: RigDescription, planned: dict[str, Link], usable: dict[str, str], table: ControlTable | None
) -> dict[str, Link]:
    """Links with what carries them, those above first."""
    above: dict[str, str] = {}
    for name, link in planned.items():
        if table is not None and table.above:
            carrier = table.above.get(name, "")
            if not carrier:
                joint = JOINT_PARENTS[JOINT_INDEX[link.joint]]
                while joint >= 0 and JOINT_NAMES[joint] not in usable:
                    joint = JOINT_PARENTS[joint]
                carrier = usable[JOINT_NAMES[joint]] if joint >= 0 else ""
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
        return (
            "",
            "",
            (f"No bone above both legs and spine can be moved{told}, so the body sways without shifting its weight.",),
        )
    carrier = able[0]
    roots = [name for name in able[1:] if name not in links]
    return carrier, roots[-1] if roots else "", ()
