# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes and bones that a person set by hand without a key, for a character's look or for a pose: a take moves them from there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from ...wording import first_few
from .. import characters, compat
from ..takes.adding import Track

_SEEN, _SEEN_DEG = 0.03, 5.0  # of a slider, of a bone's turn: less is nothing that anyone sees; by eye


def notes(tracks: Iterable[Track]) -> list[str]:
    """A sentence for the report about what is to be written and stands elsewhere than at rest while nothing animates it. To be called
    before it is written."""
    found: dict[str, None] = {}
    for track in tracks:
        animated = {path for path, _ in compat.curves_by_channel(track.owner)}
        paths = [path for path in dict.fromkeys(one.path for one in track.keys) if path not in animated]
        found |= dict.fromkeys(_shapes(track, paths) if track.on_shape_keys else _bones(track, paths))
    if not found:
        return []
    return [
        f"Set by hand without a key, and moved by the take from now on: {first_few(found, 4)}. Before Audio2Rig has them as they "
        "were. To have them in the take, go back to it, key them (I) and generate again."
    ]


def _shapes(track: Track, paths: Iterable[str]) -> Iterator[str]:
    keys = characters.shape_keys(track.target)
    if keys is None:
        return
    for path in paths:
        block = keys.key_blocks.get(characters.shape_of_path(path))
        if block is not None and abs(block.value) > _SEEN:
            yield f"{block.name} ({block.value:.2f})"


def _bones(track: Track, paths: Iterable[str]) -> Iterator[str]:
    pose = track.target.pose
    if pose is None:
        return
    for path in paths:
        bone = pose.bones.get(characters.bone_of_path(path))
        if bone is None or not path.endswith(f".{characters.rotation_property(bone.rotation_mode)}"):
            continue
        turned_deg = float(np.degrees(bone.matrix_basis.to_quaternion().angle))
        if min(turned_deg, 360.0 - turned_deg) > _SEEN_DEG:
            yield f"{bone.name} ({min(turned_deg, 360.0 - turned_deg):.0f}°)"
