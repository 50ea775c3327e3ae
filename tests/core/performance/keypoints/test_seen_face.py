# SPDX-License-Identifier: GPL-3.0-or-later
"""What a network reads of a seen face stands in for what landmarks measure; what a file says itself stays."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.capture.captured_face import CHANNELS, CapturedFace
from core.capture.recordings import SeenPerson
from core.motion.face_motion import FaceMotion
from core.motion.face_track import FACE_INDEX, FACE_NAMES
from core.motion.keypoints import Keypoints
from core.performance.keypoints.seen_face import donor_of

FRAMES, SQUINT, BROW = 50, FACE_INDEX["cheekSquintLeft"], FACE_INDEX["browInnerUp"]


def person(says_squints: bool = False, head_said: bool = False) -> SeenPerson:
    """Two seconds at 25 frames a second, all shapes at 0.2, the head turned by 3 degrees; seen from the tenth frame on."""
    known = np.ones(len(CHANNELS), bool)
    known[SQUINT] = says_squints
    shapes, head = np.full((FRAMES, len(FACE_NAMES)), 0.2, np.float32), np.full((FRAMES, 3), 3.0, np.float32)
    seen = np.arange(FRAMES) >= 10
    return SeenPerson(CapturedFace(shapes, head, known, 25.0), seen, Keypoints.unseen(FRAMES, 25.0), head_said)


def face_of(tracks: Keypoints, known: np.ndarray) -> FaceMotion:
    """As a network reads it: shapes at 0.7, a head that is turned by 40 degrees and goes to and fro."""
    frames = round(len(tracks) / tracks.rate_hz * 60.0)
    head = 40.0 + 5.0 * np.sin(np.arange(frames) / 4.0)[:, None] * np.ones(3)
    return FaceMotion(np.full((frames, len(FACE_NAMES)), 0.7, np.float32), head.astype(np.float32), known)


READS: Any = SimpleNamespace(face_of=face_of)


def test_the_network_reads_squints_and_the_head_about_its_middle():
    donor = donor_of(person(), "a video", READS)
    assert donor is not None and donor.motion.known[SQUINT]
    assert donor.motion.values[30, SQUINT] == pytest.approx(0.7) and donor.motion.values[30, BROW] == pytest.approx(0.2)
    assert np.abs(donor.motion.head_deg).max() < 11.0 and np.ptp(donor.motion.head_deg[:, 0]) > 9.0


def test_what_a_file_says_itself_stays():
    donor = donor_of(person(says_squints=True, head_said=True), "a video", READS)
    assert donor is not None
    assert (donor.motion.values[:, SQUINT] < 0.3).all() and np.allclose(donor.motion.head_deg, 3.0)
    shapes_alone = donor_of(person(says_squints=True), "a video", READS)
    assert shapes_alone is not None and np.ptp(shapes_alone.motion.head_deg) > 9.0
    assert (shapes_alone.motion.values[:, SQUINT] < 0.3).all()


def test_a_part_of_a_recording_knows_what_was_said():
    whole = person(head_said=True)
    part = whole.since(20)
    assert part.head_said and len(part.tracks) == len(part.face_seen) == FRAMES - 20
    assert not replace(whole, head_said=False).since(1).head_said
