# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion as joint positions, for pictures and measures; clips in files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from ...errors import UserError
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.joints import JOINT_INDEX
from ...motion.kinematics.forward import forward
from ...motion.skeleton import Skeleton, average_adult
from ...training.data.recorded_motion import load_pack


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


def _forward(
    rotations: np.ndarray, root_translation_m: np.ndarray, skeleton: Skeleton
) -> tuple[np.ndarray, np.ndarray]:
    """Local quaternions (T, J, 4) and root (T, 3) → world positions (T, J, 3) and world rotations (T, J, 4), float32."""
    places, turns = forward(rotations, root_translation_m, skeleton.offsets_m.numpy(), skeleton.parents)
    return places.astype(np.float32), turns.astype(np.float32)


def of_clip(clip: Clip, skeleton: Skeleton | None = None) -> Figure:
    """A clip on a skeleton of the 55 joints (an average adult's if None)."""
    skeleton = skeleton or average_adult()
    positions, turns = _forward(clip.rotations, clip.root_translation_m, skeleton)
    return Figure(
        positions,
        skeleton.names,
        skeleton.parents,
        turns[:, JOINT_INDEX["head"]],
        clip.contacts,
        clip.rate_hz,
        clip.start_s,
    )


def positions_of(clip: Clip, skeleton: Skeleton | None = None) -> np.ndarray:
    """float32 (T, 55, 3): a clip's joints in the world."""
    return _forward(clip.rotations, clip.root_translation_m, skeleton or average_adult())[0]


def save_clip(path: Path | str, clip: Clip) -> None:
    """A clip as .npz, which `load_clip` and the command line of `stick_figure` read."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        rotations=clip.rotations,
        root_translation_m=clip.root_translation_m,
        contacts=clip.contacts,
        rate_hz=clip.rate_hz,
        start_s=clip.start_s,
        driven=np.array(sorted(clip.driven)),
    )


def load_clip(path: Path | str) -> Clip:
    """What `save_clip` wrote. Raises UserError."""
    path = Path(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return Clip(
            arrays["rotations"].astype(np.float32),
            arrays["root_translation_m"].astype(np.float32),
            arrays["contacts"].astype(np.float32),
            float(arrays["rate_hz"]),
            frozenset(str(name) for name in arrays["driven"]),
            float(arrays["start_s"]),
        )
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise UserError(
            f"{path.name} cannot be read as a clip: {error}.",
            "Give a file that core.evaluation.drawing.figures.save_clip wrote, or a clip of the data pack.",
        ) from error


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
    positions, turns = _forward(recording.rotations, recording.root_translation_m, recording.skeleton)
    names = recording.skeleton.names
    heads = [
        index
        for index, name in enumerate(names)
        if name.lower().rpartition(":")[2] in ("head", "jntskull", "skullbase", "jtskulla")
    ]
    head = turns[:, heads[0]] if heads else np.broadcast_to(rot.IDENTITY, (len(positions), 4))
    return Figure(positions, names, recording.skeleton.parents, head, None, recording.rate_hz)
