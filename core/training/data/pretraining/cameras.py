# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded motion as a detector of keypoints would see it in a video: from random places, with errors, and not always all of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ....models.pretraining.motion_channels import PLACES, RATE_HZ, ROOT, TURNS
from ....motion.face_track import FACE_INDEX, FACE_NAMES, LOOK_RAD
from ....motion.joints import BODY_JOINTS
from ....motion.keypoints import BODY_POINTS, FACE_POINTS, Keypoints
from ....motion.rotations import from_axis_angle, from_rot6d, from_yaw_pitch_roll, multiply, rotate
from ...meshtalk.head import delta_of

# The 68 landmarks among the vertices of ICT-FaceKit's head, as its authors give them.
# fmt: off
_VERTICES = (
    1225, 1888, 1052, 367, 1719, 1722, 2199, 1447, 966, 3661, 4390, 3927, 3924, 2608, 3272, 4088, 3443,
    268, 493, 1914, 2044, 1401, 3615, 4240, 4114, 2734, 2509, 978, 4527, 4942, 4857, 1140, 2075, 1147, 4269, 3360,
    1507, 1542, 1537, 1528, 1518, 1511, 3742, 3751, 3756, 3721, 3725, 3732,
    5708, 5695, 2081, 0, 4275, 6200, 6213, 6346, 6461, 5518, 5957, 5841, 5702, 5711, 5533, 6216, 6207, 6470, 5517, 5966,
)
# fmt: on
_EYES = (slice(23094, 23894), slice(21496, 22296))  # the person's right and left eyeball, whole
_EYE_CM = 1.2  # radius of an eyeball
_SPINE = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")
_SHAPES = len(FACE_NAMES)
# Where the points of the head lie before and above the head's joint, and to its left; metres of an average adult, by eye.
_OF_HEAD = {
    "nose": (0.0, 0.06, 0.13),
    "right_eye": (-0.033, 0.09, 0.10),
    "left_eye": (0.033, 0.09, 0.10),
    "right_ear": (-0.075, 0.07, 0.02),
    "left_ear": (0.075, 0.07, 0.02),
}
_JOINT_OF = {
    "neck": "neck",
    **{
        f"{side}_{point}": f"{side}_{point}"
        for side in ("left", "right")
        for point in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    },
}


@dataclass(frozen=True, eq=False)
class LandmarkHead:
    """A head's landmarks in cm: neutral (70, 3), deltas (55, 70, 3) of the shapes; the last two points are the pupils."""

    neutral: np.ndarray
    deltas: np.ndarray
    between_eyes: float

    @classmethod
    def read(cls, folder: Path) -> LandmarkHead:
        """From the data pack's linear face."""
        with np.load(next((folder / "rigs" / "ictfacekit_light").glob("*.npz"))) as data:
            vertices = data["neutral"].astype(np.float64)
            chosen = list(_VERTICES)
            found = dict(zip(data["names"].tolist(), data["deltas"][:, chosen].astype(np.float64), strict=True))
        deltas = np.zeros((_SHAPES, FACE_POINTS, 3))
        for name, index in FACE_INDEX.items():
            if not name.startswith("tongue"):
                deltas[index, : len(chosen)] = delta_of(found, name)
        pupils = np.stack([vertices[eye].mean(0) for eye in _EYES])
        neutral = np.concatenate([vertices[chosen], pupils])
        return cls(neutral, deltas, float(np.linalg.norm(neutral[45] - neutral[36])))

    def landmarks(self, face: np.ndarray, own: np.ndarray) -> np.ndarray:
        """Channels (T, 58) and a person's own neutral face (70, 3) → (T, 70, 3) cm about the neck, head turned."""
        points = own + np.tensordot(face[:, :_SHAPES], self.deltas, 1)
        points[:, 68:] += _EYE_CM * _gaze(face)
        yaw, pitch, roll = np.radians(face[:, _SHAPES:]).T
        turn = from_yaw_pitch_roll(yaw, pitch, roll)
        pivot = np.array([0.0, -6.0, -2.0])  # where neck and head meet, below and behind; by eye
        return rotate(turn[:, None], points - pivot) + pivot

    def somebody(self, random: np.random.Generator) -> np.ndarray:
        """A neutral face (70, 3) of somebody else: wider, longer, deeper or less, and each feature a little elsewhere."""
        stretched = self.neutral * (1.0 + 0.08 * random.normal(size=3))
        features = ((0, 17), (17, 22), (22, 27), (27, 36), (36, 42), (42, 48), (48, 68))
        for first, last in features:
            part = stretched[first:last]
            middle = part.mean(0)
            stretched[first:last] = (
                middle + (part - middle) * (1.0 + 0.1 * random.normal(size=3)) + 0.15 * random.normal(size=3)
            )
        for first, last, pupil in ((36, 42, 68), (42, 48, 69)):
            stretched[pupil, :2] = stretched[first:last, :2].mean(0)
        return stretched + 0.06 * random.normal(size=stretched.shape)


def _gaze(face: np.ndarray) -> np.ndarray:
    """(T, 2, 3): from the middle of each eye to its pupil, unit; right eye first."""
    found = np.zeros((len(face), 2, 3))
    for place, side in enumerate(("Right", "Left")):
        out, into, up, down = (
            LOOK_RAD[way] * face[:, FACE_INDEX[f"eyeLook{way}{side}"]] for way in ("Out", "In", "Up", "Down")
        )
        aside = (out - into) * (1.0 if side == "Left" else -1.0)
        found[:, place] = np.stack([np.sin(aside), np.sin(up - down), np.cos(aside)], -1)
    return found


def body_points(body: np.ndarray) -> np.ndarray:
    """Channels (T, 206) → (T, 25, 3) metres in the world: Y up, the way and the turning as the body goes."""
    frames = len(body)
    body = body.astype(np.float64)
    places = dict(zip(BODY_JOINTS, body[:, PLACES].reshape(frames, -1, 3).transpose(1, 0, 2), strict=True))
    turns = from_rot6d(body[:, TURNS].reshape(frames, len(BODY_JOINTS), 6))
    head = turns[:, 0]
    for joint in _SPINE[1:]:
        head = multiply(head, turns[:, BODY_JOINTS.index(joint)])
    found = {point: places[joint] for point, joint in _JOINT_OF.items()}
    found["mid_hip"] = (places["left_hip"] + places["right_hip"]) / 2
    for point, offset in _OF_HEAD.items():
        found[point] = places["head"] + rotate(head, np.array(offset))
    for side, outer in (("left", 1.0), ("right", -1.0)):
        ankle, ball = places[f"{side}_ankle"], places[f"{side}_foot"]
        ahead = ball - ankle
        across = np.cross(np.broadcast_to([0.0, 1.0, 0.0], ahead.shape), ahead) * outer
        found[f"{side}_big_toe"] = ball + 0.45 * ahead - 0.15 * across
        found[f"{side}_small_toe"] = ball + 0.3 * ahead + 0.35 * across
        found[f"{side}_heel"] = ankle - 0.35 * ahead + np.array([0.0, -0.05, 0.0])
    points = np.stack([found[name] for name in BODY_POINTS], 1)
    along, aside, turning, height = body[:, ROOT].T
    heading = from_axis_angle(np.cumsum(turning)[:, None] / RATE_HZ * np.array([0.0, 1.0, 0.0]))
    step = rotate(heading, np.stack([along, np.zeros(frames), aside], 1)) / RATE_HZ
    way = np.cumsum(step, 0)
    way[:, 1] = height
    return rotate(heading[:, None], points) + way[:, None]


class Cameras:
    """Random cameras and detectors. Shapes: T frames at 25 Hz."""

    def __init__(self, head: LandmarkHead, random: np.random.Generator):
        self.head, self.random = head, random

    def face(self, face: np.ndarray) -> Keypoints:
        """What is seen of a face (T, 58); nothing of the body."""
        random, frames = self.random, len(face)
        points = self.head.landmarks(face.astype(np.float64), self.head.somebody(random))
        yaw = np.radians(np.clip(random.normal(0.0, 18.0), -45.0, 45.0))
        places = self._pictured(points, yaw, np.radians(random.normal(0.0, 8.0)), random.uniform(40.0, 200.0))
        size = self.head.between_eyes / np.median(np.linalg.norm(points[0, 36] - points[0, 45]))
        places = self._detected(places / (self.head.between_eyes * size), 0.004 + 0.016 * random.random())
        seen = self._confidences(frames, FACE_POINTS)
        if abs(yaw) > np.radians(25.0) and random.random() < 0.7:  # the outline's far side is hidden
            seen[:, slice(0, 6) if yaw > 0 else slice(11, 17)] *= 0.1
        if random.random() < 0.4:
            seen[:, 68:] = 0.0
        if random.random() < 0.15:
            seen[:, :17] = 0.0
        return Keypoints(_joined(places, seen), Keypoints.unseen(frames, RATE_HZ).body, RATE_HZ)

    def body(self, body: np.ndarray) -> Keypoints:
        """What is seen of a body (T, 206); nothing of the face's landmarks."""
        random, frames = self.random, len(body)
        points = body_points(body)
        points = points - points[:, BODY_POINTS.index("mid_hip")].mean(0)
        yaw = random.uniform(-np.pi, np.pi) if random.random() < 0.15 else random.normal(0.0, 0.6)
        places = self._pictured(points, yaw, random.normal(0.0, 0.12), random.uniform(2.2, 7.0))
        places = self._detected(places / 0.5, 0.005 + 0.02 * random.random())
        seen = self._confidences(frames, len(BODY_POINTS))
        if random.random() < 0.25:  # down to the hips, as in an interview
            lower = [
                i
                for i, name in enumerate(BODY_POINTS)
                if any(part in name for part in ("knee", "ankle", "toe", "heel"))
            ]
            seen[:, lower] = 0.0
        return Keypoints(Keypoints.unseen(frames, RATE_HZ).face, _joined(places, seen), RATE_HZ)

    def detected_again(self, points: np.ndarray) -> Keypoints:
        """Keypoints of a face (T, 70, 3) that somebody detected, in another size, turned in the picture, with drop-outs."""
        random, size = self.random, np.linalg.norm(points[:, 45, :2] - points[:, 36, :2], axis=1)
        places = points[..., :2].astype(np.float64) / max(float(np.median(size)), 1e-6)
        angle = random.normal(0.0, 0.08)
        places = places @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        seen = self._confidences(len(points), FACE_POINTS) * (points[..., 2] > 0.0)
        return Keypoints(
            _joined(self._detected(places, 0.01 * random.random()), seen),
            Keypoints.unseen(len(points), RATE_HZ).body,
            RATE_HZ,
        )

    def _pictured(self, points: np.ndarray, yaw: float, pitch: float, distance: float) -> np.ndarray:
        """(T, P, 3) → (T, P, 2) by a camera at a distance that looks from the side and from above, held by somebody; y down."""
        random = self.random
        view = from_yaw_pitch_roll(np.float64(-yaw), np.float64(0.0), np.float64(0.0))
        view = multiply(from_yaw_pitch_roll(np.float64(0.0), np.float64(pitch), random.normal(0.0, 0.06)), view)
        seen = rotate(view, points)
        depth = np.maximum(distance - seen[..., 2], 0.2 * distance)
        places = np.stack([seen[..., 0], -seen[..., 1]], -1) * (distance / depth)[..., None]
        if random.random() < 0.3:  # a camera in a hand
            drift = np.cumsum(np.cumsum(random.normal(size=(len(points), 2)), 0), 0)
            places = places + (0.02 * random.random() * drift / np.abs(drift).max() * distance)[:, None]
        return places

    def _detected(self, places: np.ndarray, error: float) -> np.ndarray:
        """With errors that last for some frames."""
        random, noise = self.random, self.random.normal(size=places.shape)
        lasting = random.uniform(0.0, 0.8)
        for frame in range(1, len(noise)):
            noise[frame] = lasting * noise[frame - 1] + np.sqrt(1.0 - lasting**2) * noise[frame]
        return places + error * noise

    def _confidences(self, frames: int, points: int) -> np.ndarray:
        """(T, P): single points and whole stretches are lost; some detectors say 1 for all."""
        random = self.random
        seen = np.ones((frames, points)) if random.random() < 0.4 else random.uniform(0.5, 1.0, (frames, points))
        seen[random.random((frames, points)) < random.choice((0.0, 0.02, 0.1))] = 0.0
        if random.random() < 0.2:
            first, length = int(random.integers(frames)), int(random.integers(2, 10))
            seen[first : first + length] = 0.0
        for point in np.flatnonzero(random.random(points) < 0.02):
            seen[:, point] = 0.0
        return seen


def _joined(places: np.ndarray, seen: np.ndarray) -> np.ndarray:
    return np.concatenate([places, seen[..., None]], -1).astype(np.float32)
