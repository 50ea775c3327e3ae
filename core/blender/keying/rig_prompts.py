# SPDX-License-Identifier: GPL-3.0-or-later
"""The prompts of a character as retargeting takes them: poses by bone and by shape, in seconds of the sound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from ...prompts.model import TimedValues
from ...rigs.character import Character
from ...rigs.description import RigDescription
from ...rigs.prompts import OutOfRange, RigPrompts
from ...wording import count
from .channels import Channel, location_channel, rotation_channel, shape_channel, slider_channel
from .existing_keys import ExistingChannel
from .rotation_modes import to_quaternions
from .timing import Timing

_MOST_NOTES = 4


def rig_prompts(existing: Mapping[Channel, ExistingChannel], description: RigDescription, timing: Timing) -> RigPrompts:
    """The poses and shapes that are keyed in all their components; in a range only those inside. Any thread."""
    rotations: dict[str, TimedValues] = {}
    locations: dict[str, TimedValues] = {}
    shapes: dict[str, TimedValues] = {}
    for bone in description.bones.values() if existing else ():
        channel = rotation_channel(description.armature, bone.name, bone.rotation_mode)
        if found := _whole_prompts(existing.get(channel), timing):
            rotations[bone.name] = found[0], to_quaternions(found[1], bone.rotation_mode)
        if found := _whole_prompts(existing.get(location_channel(description.armature, bone.name)), timing):
            locations[bone.name] = found
    for mesh in description.meshes:
        for key in mesh.keys:
            if key.slider is not None:
                if found := _whole_prompts(existing.get(slider_channel(key.slider.slider)), timing):
                    shapes.setdefault(key.name, (found[0], key.slider.shape(found[1][:, 0])))
            elif found := _whole_prompts(existing.get(shape_channel(mesh.name, key.name)), timing):
                shapes.setdefault(key.name, (found[0], found[1][:, 0]))
    return RigPrompts(rotations, locations, shapes)


def have_prompts(existing: Mapping[Channel, ExistingChannel], character: Character, has_takes: bool) -> bool:
    """Whether any keys may be prompts. Those on bones that nothing drives, as ends of fingers, are none, unless there were takes, which
    may have driven them."""
    keyed = [channel for channel, found in existing.items() if len(found.frames)]
    if has_takes or not keyed:
        return bool(keyed)
    description = character.description
    driven = {part.path for slider in description.sliders for part in slider.written}
    for name in {*character.mapping.bones.values(), *character.skeleton.links} & description.bones.keys():
        driven.add(rotation_channel(description.armature, name, description.bones[name].rotation_mode).path)
        driven.add(location_channel(description.armature, name).path)
    on_bones = [channel for channel in keyed if not channel.on_shape_keys and channel.path.startswith("pose.bones")]
    return len(on_bones) < len(keyed) or any(channel.path in driven for channel in on_bones)


def _whole_prompts(channel: ExistingChannel | None, timing: Timing) -> TimedValues | None:
    if channel is None:
        return None
    whole = channel.keyed.all(1)
    if timing.region is not None:
        whole &= (channel.frames >= timing.region[0]) & (channel.frames <= timing.region[1])
    if not whole.any():
        return None
    return np.asarray(timing.time_s(channel.frames[whole]), np.float64), channel.values[whole].astype(np.float64)


def out_of_range_notes(found: Iterable[OutOfRange], timing: Timing) -> tuple[str, ...]:
    """A sentence for each of the first ones, and how many others there are."""
    found = tuple(found)
    notes = [
        f"The prompt on “{one.bone}” at frame {timing.frame(one.time_s):.0f} bends it {one.degrees:.0f}° further "
        "than people do; it is kept."
        for one in found[:_MOST_NOTES]
    ]
    others = len(found) - _MOST_NOTES
    if others > 0:
        notes.append(f"{count(others, 'other bone has', 'other bones have')} prompts beyond what people do.")
    return tuple(notes)
