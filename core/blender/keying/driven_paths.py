# SPDX-License-Identifier: GPL-3.0-or-later
"""What generating would write on a character, and which part of it that is: what a clip moves is kept by such parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...performance.parts import (
    BODY,
    EXPRESSION,
    EYES,
    HANDS,
    HEAD,
    LEFT_ARM,
    LEGS,
    LIPS,
    PART_OF_SHAPE,
    RIGHT_ARM,
    TORSO,
    in_body,
)
from ...rigs.sliders import Slider
from .body_groups import bone_groups, group_of
from .channels import location_channel, rotation_channel, shape_channel, slider_channel
from .steering_controls import paths_of, steering

if TYPE_CHECKING:
    from ...rigs.character import Character

# Hips carry the feet: one without the other would lift them off the floor.
_TOGETHER = {"Hips": "Hips and legs", "Left leg": "Hips and legs", "Right leg": "Hips and legs"}
FACE_GROUPS = ("Lips", "Expression", "Eyes")
PART_OF_GROUP = {
    "Lips": LIPS,
    "Expression": EXPRESSION,
    "Eyes": EYES,
    "Head": HEAD,
    "Torso": TORSO,
    "Hips and legs": LEGS,
    "Left arm": LEFT_ARM,
    "Right arm": RIGHT_ARM,
    "Left fingers": HANDS,
    "Right fingers": HANDS,
}


def chosen_groups(parts: Iterable[str]) -> frozenset[str]:
    """The groups of the character that these parts generate."""
    chosen = frozenset(parts)
    whole = chosen | in_body(chosen)
    found = {group for group, part in PART_OF_GROUP.items() if part in whole}
    for side in ("Left", "Right"):
        if f"{side} arm" in found and BODY not in chosen:
            found.add(f"{side} fingers")
    return frozenset(found)


@dataclass(frozen=True)
class Driven:
    """What generating would write.

    paths: (object, on its shape keys, data path) → group. beside: likewise what moves the same parts but is not of them:
    bones between the driven ones, and controls that steer them, such as IK hands; steering: those controls → group.
    bones, shapes, sliders: bone, (mesh, key) and slider → group, all there are.
    """

    paths: Mapping[tuple[str, bool, str], str]
    bones: Mapping[str, str]
    shapes: Mapping[tuple[str, str], str]
    sliders: Mapping[Slider, str] = field(default_factory=dict)
    beside: Mapping[tuple[str, bool, str], str] = field(default_factory=dict)
    steering: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, character: Character, parts: frozenset[str]) -> Driven:
        """For these parts of a character."""
        chosen = chosen_groups(parts)
        description = character.description
        groups = {
            name: _TOGETHER.get(group, group) for name, group in bone_groups(description, character.mapping).items()
        }
        by_role = {name: group_of_role(role) for role, name in character.roles.items()}
        bones = {name: by_role.get(name, _group_below(name, groups, by_role, character)) for name in description.bones}
        shapes = {
            (mesh, key): group_of_shape(mix)
            for mesh, keys in character.mapping.shapes.items()
            for key, mix in keys.items()
            if mix
        }
        paths: dict[tuple[str, bool, str], str] = {}
        for name, group in by_role.items():
            bone = description.bones[name]
            if group in chosen and not bone.blocked:
                for channel in (
                    rotation_channel(description.armature, name, bone.rotation_mode),
                    location_channel(description.armature, name),
                ):
                    paths[channel.target, False, channel.path] = group
        followed = {
            (mesh.name, key.name): key.slider.slider for mesh in description.meshes for key in mesh.keys if key.slider
        }
        sliders: dict[Slider, str] = {}
        for (mesh, key), group in shapes.items():
            channel = shape_channel(mesh, key)
            if (mesh, key) in followed:
                sliders.setdefault(followed[mesh, key], group)
                channel = slider_channel(followed[mesh, key])
            if group in chosen:
                paths[channel.target, channel.on_shape_keys, channel.path] = group
        controls = {bone: group for bone, group in steering(character).items() if group in chosen}
        between = {bone: bones[bone] for bone in character.skeleton.links if bones.get(bone) in chosen}
        beside = dict(paths_of(description.armature, {**between, **controls}))
        return cls(
            paths, bones, shapes, sliders, {path: beside[path] for path in beside.keys() - paths.keys()}, controls
        )


def group_of_role(role: str) -> str:
    """The part of the character that a joint or a bone of the face belongs to."""
    group = _TOGETHER.get(group_of(role), group_of(role))
    if group != "Face":
        return group
    if "eye" in role and "brow" not in role or "lid" in role:
        return "Eyes"
    return "Expression" if "brow" in role or "cheek" in role else "Lips"


def _group_below(name: str, groups: Mapping[str, str], by_role: Mapping[str, str], character: Character) -> str:
    """The group of a bone that is driven with another one, such as a part of the spine."""
    if groups.get(name, "Other") != "Face":
        return groups.get(name, "Other")
    bone = character.description.bones[name]
    while bone.parent and bone.parent not in by_role:
        bone = character.description.bones[bone.parent]
    return by_role.get(bone.parent, "Lips")


def group_of_shape(mix: Mapping[str, float]) -> str:
    """The part of the face that a shape key belongs to, by what it shows most of. mix: canonical shape → weight."""
    strongest = max(mix, key=lambda shape: abs(mix[shape]))
    return {LIPS: "Lips", EXPRESSION: "Expression", EYES: "Eyes"}[PART_OF_SHAPE.get(strongest, LIPS)]
