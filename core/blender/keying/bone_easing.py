# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast the bones of a character turn into prompts: bodies as people do, faces within a syllable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...motion.joints import FACE_JOINTS, JOINT_INDEX
from ...motion.kinematics.joint_limits import ROOT_ACCELERATION_M_S2, acceleration_limit
from ...prompts.acceleration_limit import AccelerationLimit
from ...prompts.blending import Easing
from ...prompts.expressions import easing_of_face_bone
from ...rigs.description import RigDescription

_USUAL_HEIGHT_M = 1.6  # of a person's highest joint
MARGIN = 0.8  # of what people do, for what simplifying adds; by eye


@dataclass(frozen=True)
class BoneEasing:
    """Which easing a bone takes. joints: bone → canonical joint or part of the face."""

    description: RigDescription
    joints: Mapping[str, str]

    @classmethod
    def of(cls, description: RigDescription, roles: Mapping[str, str]) -> BoneEasing:
        """roles: joint or part of the face → bone, as `CharacterMapping.bones`."""
        return cls(description, {bone: joint for joint, bone in roles.items()})

    def of_rotation(self, bone: str) -> Easing:
        """For the bone's rotation, radians/s²."""
        if self.is_face(bone):
            return easing_of_face_bone(self.joints.get(bone, ""))
        return AccelerationLimit(MARGIN * acceleration_limit(self.joint(bone) or "pelvis"))

    def of_location(self, bone: str) -> Easing:
        """For the bone's place, in units of the armature a s²."""
        if self.is_face(bone):
            return easing_of_face_bone(self.joints.get(bone, ""))
        return AccelerationLimit(MARGIN * ROOT_ACCELERATION_M_S2 * self._size)

    @cached_property
    def _size(self) -> float:
        """The armature's unit to the metre of a person as tall."""
        heads = np.array([bone.rest[:3, 3] for bone in self.description.bones.values()]).reshape(-1, 3)
        return max(float(np.ptp(heads, axis=0).max()), 1e-6) / _USUAL_HEIGHT_M if len(heads) else 1.0

    def joint(self, bone: str) -> str:
        """What a bone stands for, or the nearest one above; "" if nothing is known."""
        name = bone
        while name:
            if name in self.joints:
                return self.joints[name]
            name = self.description.bones[name].parent if name in self.description.bones else ""
        return ""

    def is_face(self, bone: str) -> bool:
        """Whether a bone belongs to the face, not to the body."""
        joint = self.joint(bone)
        return joint != "" and (
            joint in FACE_JOINTS or joint not in JOINT_INDEX or joint == "head" and bone not in self.joints
        )
