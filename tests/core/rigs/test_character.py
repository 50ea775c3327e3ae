# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found out about a character once: its bones, its axes, and which of them hang on the torso."""

from __future__ import annotations

import numpy as np

from core.rigs.character import Character
from core.rigs.conventions import bone_conventions
from core.rigs.detection.mapping import CharacterMapping
from core.rigs.retargeting.self_collision import canonical_body
from core.rigs.spaces import BLENDER_AXES
from tests.core.rigs.retargeting.test_body import PARENTS, figure
from tests.core.rigs.rig_building import rig


def rigify() -> Character:
    names: dict[str, str] = {}
    for bone, joint in bone_conventions()["rigify_controls"].bones.items():
        names.setdefault(joint, bone)
    description = rig(names, places=figure(0.0), parents=PARENTS)
    return Character.of(description, CharacterMapping("rigify", bones={**names, "jaw": "gone"}, controls="rigify"))


def test_roles_are_those_of_bones_that_are_there():
    character = rigify()
    assert character.roles["head"] == "head" and "jaw" not in character.roles
    assert np.array_equal(character.axes, BLENDER_AXES)
    assert character.control_table is not None and character.control_table.identifier == "rigify"


def test_the_canonical_body_is_its_own_character():
    character = canonical_body()[0]
    assert np.array_equal(character.axes, np.eye(3))
    assert all(link.bone == link.joint for link in character.skeleton.links.values())


def test_a_control_rigs_head_stands_by_itself_while_the_torso_is_not_driven():
    character = rigify()
    alone, whole = (
        character.driven_by(frozenset(joints)).skeleton for joints in (("head", "neck"), ("head", "spine3"))
    )
    assert alone.links["head"].free and not whole.links["head"].free
    assert alone.links.keys() == whole.links.keys() == character.skeleton.links.keys()
    assert not alone.links["upper_arm_fk.L"].free
