# SPDX-License-Identifier: GPL-3.0-or-later
"""How a character's bones follow the canonical skeleton: one link a bone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from ...motion.joints import TORSO_JOINTS
from ...motion.rotations import IDENTITY
from ..description import RigDescription
from .rest_pose import RestPose


@dataclass(frozen=True)
class Link:
    """One bone that is turned.

    joint: the canonical joint whose driving it follows. low, high, share: it stands between these two joints, `share`
    of the way from the first to the second. rest_turn: from the resting bone to the canonical rest pose (see
    `rest_pose`), quaternion wxyz (4,). above: the link's bone that carries it, "" if none. free: it keeps its own
    rotation whatever `above` does. isolated: it does so as long as the torso is not driven (a control rig's head, until
    its switch is set). twist: share that is added of the hand's turn about the forearm (joint is an elbow) or of the
    upper arm's about itself (joint is a shoulder); side: of that arm, "" if twist is 0.
    """

    bone: str
    joint: str
    low: str
    high: str
    share: float = 0.0
    rest_turn: np.ndarray = field(default_factory=lambda: IDENTITY.astype(np.float64))
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
    """How a character's bones follow the canonical skeleton.

    links: bone → link, those above before those below. rest: see `rest_pose`. carrier: the bone that takes the body's
    translation, "" if none can. travel: the bone that takes its path over the ground ("" = the carrier). notes:
    sentences.
    """

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
        if joints & {*TORSO_JOINTS}:
            return self
        links = {name: replace(link, free=True) if link.isolated else link for name, link in self.links.items()}
        return replace(self, links=links)


def parents_of(description: RigDescription, bone: str) -> Iterator[str]:
    """The bones above a bone, nearest first."""
    name = description.bones[bone].parent if bone in description.bones else ""
    while name and name in description.bones:
        yield name
        name = description.bones[name].parent
