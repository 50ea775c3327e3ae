# SPDX-License-Identifier: GPL-3.0-or-later
"""A face in keypoints as what controls of a face play: while it is seen; else the sound plays on."""

from __future__ import annotations

import numpy as np

from ...capture.recordings import SeenPerson
from ...motion.face_track import FACE_RATE_HZ
from ...motion.spans import ramp_away_from, spans
from ..face.control_sources import Donor

_BRIDGED_S = 0.25  # a face that is gone for less goes on between its neighbours
_OVER_S = 0.3  # from the face to the sound, and back; by eye
LEAST_S = 0.5  # of a face that is worth using


def donor_of(person: SeenPerson, called: str) -> Donor | None:
    """None where no face is seen long enough."""
    if person.face is None or person.face_seen.sum() < LEAST_S * person.face.rate_hz:
        return None
    motion = person.face.motion
    lost = ~person.face_seen
    for first, end in spans(lost):
        if (end - first) / person.face.rate_hz <= _BRIDGED_S:
            lost[first:end] = False
    frames = np.minimum(np.arange(len(motion)) / FACE_RATE_HZ * person.face.rate_hz, len(lost) - 1).astype(int)
    share = ramp_away_from(lost[frames], int(_OVER_S * FACE_RATE_HZ)) if lost.any() else None
    return Donor(motion, called, share)
