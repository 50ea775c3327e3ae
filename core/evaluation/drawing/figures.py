# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion as joint positions, for pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from ...errors import UserError
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.joints import JOINT_INDEX
from ...motion.skeleton import Skeleton, average_adult
from ...training.data.recorded_motion import load_pack
from ..material.clip_files import load_clip
from ..metrics.positions import world_joints


@dataclass(frozen=True)
class Figure:
    """positions_m float32 (T, J, 3) in the world; names and parents of the J joints; head_turns (T, 4) world rotation of the
    head, wxyz; contacts (T, 4) or None. Frame t is at start_s + t / rate_hz seconds."""

    positions_m: np.ndarray
    names: tuple[str, ...]
    parents: tuple[int, ...]
    head_turns: np.ndarray
    contacts: np.ndarray | None
    rate_hz: float
    start_s: float = 0.0

    def __len__(self) -> int:
        return len(self.positions_m)

    @property
    def duration_s(self) -> float:
        return (len(self) - 1) / self.rate_hz

    def frame_at(self, time_s: float) -> int:
        """The frame that shows a moment of the sound; the first or last one beyond the ends."""
        return int(np.clip(round((time_s - self.start_s) * self.rate_hz), 0, len(self) - 1))


def of_clip(clip: Clip, skeleton: Skeleton | None = None) -> Figure:
    """A clip on a skeleton of the 55 joints (an average adult's if None)."""
    skeleton = skeleton or average_adult()
    positions, turns = world_joints(clip.rotations, clip.root_translation_m, skeleton)
    return Figure(
        positions,
        skeleton.names,
        skeleton.parents,
        turns[:, JOINT_INDEX["head"]],
        clip.contacts,
        clip.rate_hz,
        clip.start_s,
    )


def load_figure(path: Path | str) -> Figure:
    """A file of `save_clip`, or a clip of the data pack with a skeleton of its own. Raises UserError."""
    path = Path(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            packed = "offsets_m" in file.files
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise UserError(f"{path.name} cannot be read as motion: {error}.", "Check the path.") from error
    if not packed:
        return of_clip(load_clip(path))
    recording = load_pack(path)
    positions, turns = world_joints(recording.rotations, recording.root_translation_m, recording.skeleton)
    names = recording.skeleton.names
    heads = [
        index
        for index, name in enumerate(names)
        if name.lower().rpartition(":")[2] in ("head", "jntskull", "skullbase", "jtskulla")
    ]
    head = turns[:, heads[0]] if heads else np.broadcast_to(rot.IDENTITY, (len(positions), 4))
    return Figure(positions, names, recording.skeleton.parents, head, None, recording.rate_hz)
