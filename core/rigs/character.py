# SPDX-License-Identifier: GPL-3.0-or-later
"""A character as retargeting needs it: what it is, what drives what, and how its skeleton follows the canonical one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .conventions import control_tables
from .conventions.control_table import ControlTable
from .description import RigDescription
from .detection.mapping import CharacterMapping, map_character
from .retargeting.bone_links import SkeletonMap
from .retargeting.skeleton_map import map_skeleton
from .spaces import character_axes


@dataclass(frozen=True)
class Character:
    """All that is found out about a character once, before a performance is fitted to it.

    roles: role → bone name, of `mapping.bones` those that the armature has. axes: float64 (3, 3), the canonical axes in
    armature space (see `spaces.character_axes`). control_table: of the control rig that it follows, None if it has
    none.
    """

    description: RigDescription
    mapping: CharacterMapping
    roles: dict[str, str]
    axes: np.ndarray
    control_table: ControlTable | None
    skeleton: SkeletonMap

    @classmethod
    def of(cls, description: RigDescription, mapping: CharacterMapping | None = None) -> Character:
        """Work it all out. mapping: None finds it, without corrections by hand."""
        mapping = map_character(description) if mapping is None else mapping
        roles = {role: name for role, name in mapping.bones.items() if name in description.bones}
        axes = character_axes(description, roles)
        table = control_tables().get(mapping.controls)
        return cls(description, mapping, roles, axes, table, map_skeleton(description, roles, axes, table))

    def driven_by(self, joints: frozenset[str]) -> Character:
        """The character as its bones carry each other while only these canonical joints are driven."""
        return replace(self, skeleton=self.skeleton.driven_by(joints))
