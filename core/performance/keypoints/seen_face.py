# SPDX-License-Identifier: GPL-3.0-or-later
"""A face in keypoints as what controls of a face play: while it is seen; else the sound plays on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...capture.recordings import SeenPerson
from ...models.pretraining.seen_motion import TrainedSeenMotion
from ...motion.face_motion import FaceMotion
from ...motion.face_track import FACE_INDEX, FACE_RATE_HZ
from ...motion.spans import ramp_away_from, spans
from ..face.control_sources import Donor

_BRIDGED_S = 0.25  # a face that is gone for less goes on between its neighbours
_OVER_S = 0.3  # from the face to the sound, and back; by eye
LEAST_S = 0.5  # of a face that is worth using

# What the network reads better from landmarks than they measure, or what they do not measure at all: by error and
# correlation on held-out faces that random cameras see. Brows, wide eyes, smiles and gaze are measured better.
_READ = (
    *("jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "mouthRollLower", "mouthRollUpper"),
    *(
        f"{name}{side}"
        for name in ("eyeBlink", "eyeSquint", "cheekSquint", "noseSneer", "mouthPress", "mouthLowerDown")
        for side in ("Left", "Right")
    ),
)
# No landmark shows it: shapes that have it come from a detector that says them itself.
_SAID_ALONE = FACE_INDEX["cheekSquintLeft"]


def donor_of(person: SeenPerson, called: str, reads: TrainedSeenMotion | None = None) -> Donor | None:
    """None where no face is seen long enough. reads: tells part of it, where it came along."""
    if person.face is None or person.face_seen.sum() < LEAST_S * person.face.rate_hz:
        return None
    motion = person.face.motion
    if reads is not None:
        motion = _with_what_is_read(motion, person, reads)
    lost = ~person.face_seen
    for first, end in spans(lost):
        if (end - first) / person.face.rate_hz <= _BRIDGED_S:
            lost[first:end] = False
    frames = np.minimum(np.arange(len(motion)) / FACE_RATE_HZ * person.face.rate_hz, len(lost) - 1).astype(int)
    share = ramp_away_from(lost[frames], int(_OVER_S * FACE_RATE_HZ)) if lost.any() else None
    return Donor(motion, called, share)


def _with_what_is_read(motion: FaceMotion, person: SeenPerson, reads: TrainedSeenMotion) -> FaceMotion:
    """The face with what the network reads of it, and the head, where the file does not say them itself."""
    columns = [] if motion.known[_SAID_ALONE] else [FACE_INDEX[name] for name in _READ]
    known = motion.known.copy()
    known[columns] = True
    if not person.head_said:
        known[len(FACE_INDEX) :] = True
    read = reads.face_of(person.tracks, known)
    rows = np.minimum(np.arange(len(motion)), len(read) - 1)
    values, head_deg = motion.values.copy(), motion.head_deg
    values[:, columns] = read.values[rows][:, columns]
    if not person.head_said:
        times = np.arange(len(motion)) / FACE_RATE_HZ * person.tracks.rate_hz
        seen = person.face_seen[np.minimum(times.astype(int), len(person.face_seen) - 1)]
        # a camera stands anywhere: how a person holds the head most of the time is straight
        head_deg = read.head_deg[rows] - np.median(read.head_deg[rows][seen], axis=0)
    return replace(motion, values=values, head_deg=head_deg.astype(np.float32), known=known)
