# SPDX-License-Identifier: GPL-3.0-or-later
"""A handful of made recordings to pre-train on: talkers, dancers and pieces of music, and detectors that need no data."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from core.models.pretraining.motion_channels import FACE_CHANNELS, body_frames, known_of
from core.motion.clip import Clip
from core.motion.face_track import FACE_INDEX
from core.motion.joints import BODY_JOINTS
from core.motion.keypoints import FACE_POINTS, Keypoints
from core.training.data.pretraining.cameras import body_points
from core.training.data.pretraining.recording import MultimodalClip
from core.training.data.pretraining.store import PretrainingStore

LENGTH = 80


def talker(name: str, split: str, random: np.random.Generator) -> MultimodalClip:
    """A jaw that goes with the sound, and landmarks that go with the jaw."""
    loud = np.repeat(random.random(LENGTH // 4), 4)
    mel = -8.0 + 6.0 * np.repeat(loud, 4)[:, None] + random.normal(0.0, 0.3, (4 * LENGTH, 80))
    face = np.zeros((LENGTH, FACE_CHANNELS))
    face[:, FACE_INDEX["jawOpen"]] = loud
    face[:, FACE_INDEX["eyeBlinkLeft"]] = face[:, FACE_INDEX["eyeBlinkRight"]] = loud > 0.9
    points = np.ones((LENGTH, FACE_POINTS, 3))
    points[..., :2] = random.random((FACE_POINTS, 2)) * 100.0
    points[:, 57, 1] += 40.0 * loud
    told = (("speaker", name[:4]), ("language", "en"), ("sex", "f"), ("kind", "speech"))
    phones = random.integers(0, 5, 4 * LENGTH)
    known = np.ones(FACE_CHANNELS, bool)
    return MultimodalClip(name, "grid_s1", split, mel, phones, face, known, points=points, told=told)


def voice(name: str, split: str, random: np.random.Generator) -> MultimodalClip:
    """A talker whom nobody sees."""
    return replace(talker(name, split, random), corpus="voices", face=None, face_known=None, points=None)


def dancer(name: str, split: str, random: np.random.Generator) -> MultimodalClip:
    clip = Clip.still(LENGTH, 25.0, frozenset(BODY_JOINTS))
    clip.rotations[:, 16, 3] = 0.3 * np.sin(random.random() * 3.0 + np.arange(LENGTH) / 3.0)
    told = (("speaker", f"dancer {name}"), ("style", "krump"))
    return MultimodalClip(
        name, "dance", split, body=body_frames(clip), body_known=known_of(clip.driven), bpm=120.0, told=told
    )


def piece(name: str, split: str, random: np.random.Generator) -> MultimodalClip:
    mel = random.normal(-6.0, 2.0, (8 * LENGTH, 80))
    return MultimodalClip(name, "music", split, mel=mel, bpm=120.0, told=(("kind", "music"),))


def cameras() -> Any:
    """Detectors that need no data pack."""

    def face(values):
        return Keypoints(np.ones((len(values), FACE_POINTS, 3), np.float32), unseen(values).body, 25.0)

    def unseen(values):
        return Keypoints.unseen(len(values), 25.0)

    def body(values):
        points = body_points(values)[..., :2]
        return Keypoints(unseen(values).face, np.concatenate([points, np.ones((*points.shape[:2], 1))], -1), 25.0)

    def again(points):
        return Keypoints(points, unseen(points).body, 25.0)

    return SimpleNamespace(face=face, body=body, detected_again=again)


def made_store() -> PretrainingStore:
    """Four of each, for training and held out."""
    random = np.random.default_rng(0)
    return PretrainingStore.of(
        [
            make(f"{make.__name__[:2]}{split[:2]}{number}", split, random)
            for split in ("train", "validation")
            for make in (talker, dancer, piece)
            for number in range(4)
        ]
    )
