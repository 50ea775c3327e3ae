# SPDX-License-Identifier: GPL-3.0-or-later
"""One person's keypoints over time, face and body, as they were detected: what encoders see, where `face_geometry` measures."""

from __future__ import annotations

import numpy as np

from ..motion.keypoints import Keypoints
from ..wording import count
from .face_geometry import at_even_times
from .keypoints import Frames, one_person


def tracks_of(frames: Frames) -> tuple[Keypoints, tuple[str, ...]]:
    """The person with the largest face (or body) in every frame, and sentences about the others and about gaps.

    Args:
        frames: of a file, read with bodies.

    Raises:
        UserError: nobody is in any frame.
    """
    people, said = one_person(frames, with_bodies=True)
    notes = [said] if said else []
    people, taken_hz = at_even_times(people, frames, 0.0, notes)
    tracks = Keypoints.unseen(len(people), taken_hz)
    for row, person in enumerate(people):
        if person is None:
            continue
        tracks.face[row, : len(person.points)] = person.points
        seen = np.isfinite(person.pupils).all(1)
        tracks.face[row, len(person.points) :][seen] = np.concatenate([person.pupils, np.ones((2, 1))], 1)[seen]
        tracks.body[row] = person.body
    lost = sum(person is None for person in people)
    if lost:
        notes.append(f"Nobody is seen in {count(lost, 'frame')}.")
    return tracks, tuple(notes)
