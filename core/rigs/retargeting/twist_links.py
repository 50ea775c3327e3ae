# SPDX-License-Identifier: GPL-3.0-or-later
"""What arms turn about themselves: whose share of it goes to which bone.

A bone between elbow and wrist, or a twist bone beside the forearm, takes its share of the hand's turn about the
forearm; without one the forearm takes half. Twist bones beside the upper arm give back what the arm turns about itself,
the more the nearer they are to the shoulder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...motion.joints import SIDES
from ..description import RigDescription
from ..detection.spelling import normalise
from ..spaces import rest_head
from .bone_links import Link, parents_of
from .rest_pose import RestPose

_TWIST_WORDS = ("twist", "roll", "捩")
_HALF = 0.5  # of the hand's turn goes to a forearm of one bone; by eye


def add_twists(
    description: RigDescription, usable: Mapping[str, str], links: Mapping[str, Link], rest: RestPose
) -> dict[str, Link]:
    """Links with those of twist bones, and with the forearms' share of what hands turn about them.

    Args:
        description: the character.
        usable: joint → bone that may be keyed.
        links: bone → link, of what follows joints.
        rest: tells which arms there are.
    """
    bones, planned = description.bones, dict(links)
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
                forearm, bone=name, twist=max(_along(description, name, elbow, wrist), _HALF), side=side
            )
        for name in beside:
            planned[name] = replace(forearm, bone=name, twist=_along(description, name, elbow, wrist), side=side)
        if not inside and not beside:
            planned[elbow] = replace(forearm, twist=_HALF, side=side)
    return planned


def _twist_bones(description: RigDescription, limb: list[str], planned: Mapping[str, Link], further: str) -> list[str]:
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
