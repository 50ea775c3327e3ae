# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person did to the character while a job ran: found when its take is written, and said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import bpy
import numpy as np

from ..errors import UserError
from ..rigs.description import Bone
from ..wording import first_few
from . import characters, compat
from .compat import Animated
from .keying import fcurves
from .sounds import scene_time
from .takes.adding import Track
from .takes.playing_keys import character_owners

# Session id of a data-block, data path, component → (K, 2) frames and values.
KeysBefore = Mapping[tuple[int, str, int], np.ndarray]


def keys_now(root: bpy.types.Object, scene: bpy.types.Scene) -> KeysBefore:
    """The keys that play on a character before the work begins; what is not finite is left out."""
    return {
        (compat.session_id(owner), curve.data_path, curve.array_index): places[np.isfinite(places).all(1)]
        for owner in character_owners(root, scene)
        if (curves := compat.active_curves(owner)) is not None
        for curve in curves.fcurves
        for places in (fcurves.places(curve),)
    }


def notes(root: bpy.types.Object, scene: bpy.types.Scene, before: KeysBefore) -> list[str]:
    """A sentence if keys were set or changed since: before the take is written, which does not know of them."""
    changed: dict[str, float] = {}
    for (owner, path, index), now in keys_now(root, scene).items():
        known = before.get((owner, path, index), np.empty((0, 2), np.float32))
        if np.array_equal(now, known):
            continue
        same = {tuple(pair) for pair in known.tolist()}
        new = [frame for frame, value in now.tolist() if (frame, value) not in same]
        if new:
            changed.setdefault(_name(path), new[0])
    if not changed:
        return []
    named = first_few(f"{name} at frame {frame:g}" for name, frame in changed.items())
    return [
        f"Keys that were set meanwhile, while the sound was worked on, are not in this take: {named}. "
        "They are in what played before; generate from there to keep them."
    ]


def without_lost(tracks: list[Track]) -> tuple[list[Track], list[str]]:
    """The tracks without curves of bones and shapes that are gone or have other names since, and a sentence about those.

    Raises UserError if nothing is left.
    """
    lost: dict[str, None] = {}
    found: list[Track] = []
    for track in tracks:
        there = []
        for keys in track.keys:
            if _is_there(track.owner, keys.path):
                there.append(keys)
            else:
                lost[_name(keys.path)] = None
        found.append(track if len(there) == len(track.keys) else replace(track, keys=tuple(there)))
    if not lost:
        return tracks, []
    said = f"{first_few(lost)} {'was' if len(lost) == 1 else 'were'} renamed or removed meanwhile, while the sound was worked on"
    if not any(track.keys for track in found):
        raise UserError(f"{said}.", "Generate again.")
    return found, [f"{said}, and got no keys. Generate again."]


def changed_rate(scene: bpy.types.Scene, frames_per_second: float) -> list[str]:
    """A sentence if the scene's frames pass at another pace now than the keys were made for."""
    now = scene_time.frames_per_second(scene) * scene_time.key_frames_a_frame(scene)
    if abs(now - frames_per_second) < 1e-6 * frames_per_second:
        return []
    return [
        f"The frame rate was changed meanwhile, while the sound was worked on: the keys lie as {frames_per_second:g} frames a second "
        f"have them, and now there are {now:g}. Generate again."
    ]


def changed_modes(root: bpy.types.Object, bones: Mapping[str, Bone], tracks: list[Track]) -> list[str]:
    """A sentence about bones that turn by another rotation mode now, so that their keys do not show. bones: as they were."""
    keyed = {
        characters.bone_of_path(keys.path)
        for track in tracks
        if track.owner == root
        for keys in track.keys
        if keys.path.endswith(tuple(characters.REST_ROTATIONS))
    }
    there = root.pose.bones if root.pose is not None else {}
    other = [
        name
        for name, bone in bones.items()
        if name in keyed and name in there and there[name].rotation_mode != bone.rotation_mode
    ]
    if not other:
        return []
    return [
        f"The rotation mode of {first_few(other)} was changed meanwhile, while the sound was worked on: the keys are for the one before. "
        "Generate again."
    ]


def _is_there(owner: Animated, path: str) -> bool:
    bone, shape = characters.bone_of_path(path), characters.shape_of_path(path)
    if bone and isinstance(owner, bpy.types.Object):
        return owner.pose is None or owner.pose.bones.get(bone) is not None
    return not shape or not isinstance(owner, bpy.types.Key) or owner.key_blocks.get(shape) is not None


def _name(path: str) -> str:
    return characters.bone_of_path(path) or characters.shape_of_path(path) or path
