# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is to draw of a character, as plain arrays: the poses that its prompts ask for, the ways of its hands and hips."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import bpy
import numpy as np

from ...motion.joints import BODY_JOINTS
from .. import characters
from ..sounds import scene_time
from .posing import bone_places

TRAILS = ("left_wrist", "right_wrist", "pelvis")
_MOST_GHOSTS = 24  # those nearest to the playhead
_MOST_STEPS = 600  # of a trail; longer shots get a point every few frames
_NOT_A_POSE = "Face"  # the group of prompts that turn no bone of the body


@dataclass(frozen=True)
class Figures:
    """ghosts: {frame: float32 (B, 2, 3)}, begin and end of each bone, world space. trails: {joint: float32 (F, 3)} at the frames (F,)."""

    ghosts: dict[float, np.ndarray]
    trails: dict[str, np.ndarray]
    frames: np.ndarray


def figures(
    root: bpy.types.Object,
    scene: bpy.types.Scene,
    roles: Mapping[str, str],
    with_ghosts: bool = True,
    with_trails: bool = True,
) -> Figures:
    """What there is to draw of a character. Changes nothing. roles: joint → bone, as `Character.roles`."""
    a_frame = scene_time.key_frames_a_frame(scene)
    ghosts: dict[float, np.ndarray] = {}
    prompted = _prompted_frames(root, scene) if with_ghosts else []
    if prompted:
        bones = [roles[joint] for joint in BODY_JOINTS if joint in roles]
        places = bone_places(root, bones, [frame * a_frame for frame in prompted])
        ghosts = dict(zip(prompted, places)) if places.shape[1] else {}
    joints = [joint for joint in TRAILS if joint in roles] if with_trails else []
    first, last = scene.frame_start, scene.frame_end
    step = max(1, -(-(last - first) // _MOST_STEPS))
    frames = np.arange(first, last + 1, step) if joints else np.empty(0, np.int64)
    places = bone_places(root, [roles[joint] for joint in joints], [frame * a_frame for frame in frames.tolist()])
    trails = {joint: places[:, column, 0] for column, joint in enumerate(joints)} if len(frames) else {}
    return Figures(ghosts, trails, frames)


def _prompted_frames(root: bpy.types.Object, scene: bpy.types.Scene) -> list[float]:
    """The frames of prompted poses, in order: those nearest to the playhead."""
    rows = characters.memory(root).prompts
    found = sorted({float(row.frame) for row in rows if row.group != _NOT_A_POSE})
    near = sorted(found, key=lambda frame: abs(frame - scene.frame_current))
    return sorted(near[:_MOST_GHOSTS])
