# SPDX-License-Identifier: GPL-3.0-or-later
"""From a file of keypoints to what drives a generation: a face for its controls, poses for the body, and sentences about both."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...capture.recordings import SeenPerson, read_seen
from ...motion.joints import JOINT_INDEX, JOINT_NAMES
from ...motion.keypoints import Keypoints
from ...motion.resampling import rotations_at
from ...settings import GenerateSettings
from ...wording import count, listed
from .. import loaded_models
from ..face.control_sources import Donor
from ..parts import in_body, moved_joints
from .lifting import MEASURED, SURE, lifted
from .poses import poses_of
from .seen_face import donor_of

_UNEQUAL_S = 0.5  # of lengths: less is not worth a word


@dataclass(frozen=True, eq=False)
class Watched:
    """face: for controls, None: none is seen. poses: {joint: (times_s, quaternions)} for the body. notes: for the report."""

    face: Donor | None = None
    poses: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def watch(path: Path, settings: GenerateSettings, duration_s: float, start_s: float = 0.0) -> Watched:
    """What a video's keypoints show, at the times of its sound. Any thread.

    Args:
        path: of the file, or of OpenPose's folder.
        settings: `keypoints_drive` and the parts that are generated count.
        duration_s: of the sound.
        start_s: where in the video the sound begins, as with a strip whose beginning is cut off.

    Raises:
        UserError: the file cannot be read, or nobody is seen.
    """
    person, notes = read_seen(path)
    seconds, rate_hz = len(person.tracks) / person.tracks.rate_hz, person.tracks.rate_hz
    said = [f"Keypoints of “{path.name}”: {count(len(person.tracks), 'frame')}, {seconds:.1f} s.", *notes]
    if start_s > 0.0:
        first = int(round(start_s * rate_hz))
        if first >= len(person.tracks) - 1:
            return Watched(
                notes=(
                    *said,
                    f"The sound begins {start_s:.1f} s into the video, when the keypoints are over: it moves all alone.",
                )
            )
        person, seconds = person.since(first), seconds - first / rate_hz
    if abs(seconds - duration_s) > _UNEQUAL_S:
        said.append(
            f"The sound is {duration_s - seconds:.1f} s longer than the keypoints: from {seconds:.1f} s on it moves the character alone."
            if seconds < duration_s
            else f"The keypoints are {seconds - duration_s:.1f} s longer than the sound: their end is left out."
        )
    reads = loaded_models.seen_motion_model() if settings.keypoints_drive & settings.parts - {"BODY"} else None
    face = donor_of(person, f"the keypoints “{path.name}”", reads)
    said += _about_the_face(person, face, settings)
    poses: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    if "BODY" in settings.keypoints_drive and in_body(settings.parts):
        body = lifted(person.tracks, *_usual(person.tracks))
        counts: dict[str, int] = {}
        if body is not None:
            poses, counts = poses_of(body, rate_hz, moved_joints(settings), duration_s)
        said.append(_about_the_body(person.tracks, counts, body is not None))
    return Watched(face, poses, tuple(dict.fromkeys(said)))


def _usual(tracks: Keypoints) -> tuple[np.ndarray, tuple[float, float]]:
    """(T, 55, 4): what the network takes the body for; where it did not come along, hanging arms; and how much is measured beside it."""
    frames = len(tracks)
    whole = np.zeros((frames, len(JOINT_NAMES), 4))
    whole[..., 0] = 1.0
    reads = loaded_models.seen_motion_model()
    if reads is None:
        for side, angle in (("left", -1.0), ("right", 1.0)):  # down, from arms that reach aside
            whole[:, JOINT_INDEX[f"{side}_shoulder"]] = np.cos(angle / 2), 0.0, 0.0, np.sin(angle / 2)
        return whole, (1.0, 1.0)
    clip = reads.body_of(tracks)
    times_s = np.arange(frames) / tracks.rate_hz
    return rotations_at(clip.rotations.astype(np.float64), clip.rate_hz, 0.0, times_s), MEASURED


def _about_the_face(person: SeenPerson, face: Donor | None, settings: GenerateSettings) -> list[str]:
    if not settings.keypoints_drive - {"BODY"}:
        return []
    used, frames = int(person.face_seen.sum()), len(person.face_seen)
    if face is None:
        return [
            "No face is seen long enough in the keypoints: lips, head, eyes and expression are as this sound has them."
        ]
    if used == frames:
        return [f"The face is seen in all {frames} frames."]
    return [
        f"The face is seen well enough in {used} of {frames} frames; the other {frames - used} were left out, and this sound plays there."
    ]


def _about_the_body(tracks: Keypoints, counts: dict[str, int], is_seen: bool) -> str:
    frames = int((tracks.body[..., 2] >= SURE).any(1).sum())
    if not counts:
        why = "no arm is seen from shoulder to wrist" if is_seen else "no shoulders are seen from in front"
        return f"The body is as this sound has it: {why} in the keypoints."
    poses = listed([f"{count(number, 'pose')} of the {limb}" for limb, number in counts.items()])
    return f"The body passes through {poses}; it is seen in {frames} of {len(tracks)} frames. Legs and fingers are as this sound has them."
