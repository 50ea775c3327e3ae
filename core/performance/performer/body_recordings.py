# SPDX-License-Identifier: GPL-3.0-or-later
"""A sound with the body that was captured along with it, made to fit one another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...audio.clip import AudioClip
from ...capture.bvh import read_bvh
from ...errors import UserError
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.joints import BODY_JOINTS, JOINT_INDEX
from ...progress import Progress
from .body_measures import RATE_HZ

_UNEQUAL_S = 0.5
_STILL_DEG_S = 0.2  # of the fastest joint on average; noise of a suit alone has more


@dataclass(frozen=True, eq=False)
class BodyRecording:
    """clip: at 16 kHz. motion: at RATE_HZ, its frame 0 where the sound begins. used: bool (frames,)."""

    name: str
    clip: AudioClip
    motion: Clip
    used: np.ndarray

    @property
    def seconds(self) -> float:
        return float(self.used.sum()) / RATE_HZ


def body_recording(name: str, clip: AudioClip, path: Path, progress: Progress) -> tuple[BodyRecording, list[str]]:
    """A sound with its BVH file, and sentences about it. Raises UserError for what cannot be used, Cancelled when progress says so."""
    motion, said = read_bvh(path, RATE_HZ, progress)
    notes = list(said)
    apart_s = len(motion) / RATE_HZ - clip.duration_s
    if abs(apart_s) > _UNEQUAL_S:
        longer = "body is" if apart_s > 0 else "sound is"
        notes.append(f"The {longer} {abs(apart_s):.1f} s longer: what both have was used.")
    frames = min(len(motion), int(clip.duration_s * RATE_HZ))
    motion = replace(
        motion,
        rotations=motion.rotations[:frames],
        root_translation_m=motion.root_translation_m[:frames],
        contacts=motion.contacts[:frames],
    )
    turned = motion.rotations[:, [JOINT_INDEX[joint] for joint in BODY_JOINTS]]
    if frames < 2 or RATE_HZ * rot.angle_between_deg(turned[:-1], turned[1:]).mean(axis=0).max() < _STILL_DEG_S:
        raise UserError("Its body does not move.", "Look at the capture.")
    return BodyRecording(name, clip, motion, np.ones(frames, bool)), notes
