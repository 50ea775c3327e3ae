# SPDX-License-Identifier: GPL-3.0-or-later
"""Keypoints of a person in a video over time: the face's landmarks and the body's joints in a picture, with confidences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# fmt: off
FACE_POINTS = 70  # 68 landmarks in dlib's order, then the person's right and left pupil: OpenPose's face
BODY_POINTS = (
    "nose", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist",
    "mid_hip", "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle", "right_eye", "left_eye",
    "right_ear", "left_ear", "left_big_toe", "left_small_toe", "left_heel", "right_big_toe", "right_small_toe",
    "right_heel",
)  # OpenPose's BODY_25
# fmt: on
LEAST_CONFIDENCE = 0.2  # of a point that counts; by eye


@dataclass(frozen=True, eq=False)
class Keypoints:
    """One person. face: float32 (T, 70, 3), body: float32 (T, 25, 3): x and y of a picture in pixels or any other unit that is the same
    both ways, y down, and confidence 0..1; what is not seen has confidence 0. Frame t is at t / rate_hz seconds."""

    face: np.ndarray
    body: np.ndarray
    rate_hz: float

    def __post_init__(self) -> None:
        frames = len(self.face)
        expected = ((frames, FACE_POINTS, 3), (frames, len(BODY_POINTS), 3))
        if (self.face.shape, self.body.shape) != expected:
            raise ValueError(f"face and body must be {expected}, not {(self.face.shape, self.body.shape)}")

    def __len__(self) -> int:
        return len(self.face)

    @classmethod
    def unseen(cls, frames: int, rate_hz: float) -> Keypoints:
        """Nobody for so many frames."""
        return cls(
            np.zeros((frames, FACE_POINTS, 3), np.float32), np.zeros((frames, len(BODY_POINTS), 3), np.float32), rate_hz
        )
