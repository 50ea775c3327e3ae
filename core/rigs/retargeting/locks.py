# SPDX-License-Identifier: GPL-3.0-or-later
"""Axes that an animator has locked stay as they are; the others come as near to what was meant as they can."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...motion import euler
from ...motion.rotations import continuous, normalised
from ...wording import first_few
from ..animation import Controls
from ..character import Character
from ..description import Bone

_SHOWN = 4  # bones that a note names; by eye


def respect_locks(controls: Controls, character: Character) -> Controls:
    """What may be keyed of a character's curves, with locked axes of rotations where they are, and notes about all
    that.

    Constraints that move the controls of a control rig besides the keys belong to how it is made, and get no note.
    """
    bones, is_control_rig = character.description.bones, bool(character.mapping.controls)
    rotations, locations = dict(controls.rotations), dict(controls.locations)
    partly, moved, left = [], [], []
    for curves, reason in ((rotations, "blocked"), (locations, "blocked_location")):
        for name in [name for name in curves if getattr(bones[name], reason)]:
            del curves[name]
            left.append(f"{name} ({getattr(bones[name], reason)})")
    for name in dict.fromkeys((*rotations, *locations)):
        bone = bones[name]
        axes = ""
        if name in rotations and any(bone.locked):
            rotations[name] = nearest_allowed(rotations[name], bone)
            axes = "".join(axis for axis, lock in zip("XYZ", bone.locked) if lock)
        if name in locations and any(bone.locked_location):
            axes += f"{' and ' if axes else ''}location " + "".join(
                axis for axis, lock in zip("XYZ", bone.locked_location) if lock
            )
        if axes:
            partly.append(f"{name} ({axes})")
        moved += [f"{name}: {note}" for note in bone.notes if not is_control_rig]
    notes = list(controls.notes)
    if left:
        notes.append(f"Left as they are: {_some(left)}.")
    if partly:
        notes.append(
            f"Locked or driven axes stay as they are: {_some(partly)}. The rest was turned as near as they allow."
        )
    if moved:
        notes.append(f"Keys are not all that moves {'these bones' if len(moved) > 1 else 'this bone'}. {_some(moved)}.")
    return replace(controls, rotations=rotations, locations=locations, notes=tuple(notes))


def nearest_allowed(quaternions: np.ndarray, bone: Bone) -> np.ndarray:
    """The nearest rotations that leave a bone's locked axes where they are.

    Args:
        quaternions: (T, 4), wxyz, relative to rest.
        bone: tells what is locked, and at what angles.

    Returns:
        Quaternions wxyz float32 (T, 4), sign-continuous.
    """
    if bone.locked_components:
        free = np.array([True, *(not lock for lock in bone.locked)])
        return continuous(normalised(np.asarray(quaternions, np.float64) * free)).astype(np.float32)
    order = bone.rotation_mode if bone.rotation_mode in euler.ORDERS else "XYZ"
    angles = euler.nearest_with_locks(quaternions, order, bone.locked, np.array(bone.held))
    return continuous(euler.to_quaternions(angles, order)).astype(np.float32)


def locked_components(bone: Bone) -> tuple[int, ...]:
    """Which components of the property that holds the bone's rotation must not be written."""
    if bone.rotation_mode in euler.ORDERS:
        return tuple(axis for axis in range(3) if bone.locked[axis])
    return tuple(axis + 1 for axis in range(3) if bone.locked[axis]) if bone.locked_components else ()


def _some(phrases: list[str]) -> str:
    return first_few(phrases, _SHOWN)
