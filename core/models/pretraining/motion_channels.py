# SPDX-License-Identifier: GPL-3.0-or-later
"""What the motion's encoder sees of a frame: the face's shapes with the head's angles, and the body wherever it stands and faces.

Face (58): the shapes of FACE_NAMES, then yaw, pitch and roll in degrees. Body (206): rot6d of the 22 body joints, the pelvis against its
heading; their places in metres about the pelvis, in the heading's frame; the root's velocity along the heading's x and z in m/s, its
turning in rad/s, its height over the rest pose in m; four contacts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...motion.clip import Clip
from ...motion.face_motion import CHANNELS as FACE_CHANNELS
from ...motion.face_motion import FaceMotion
from ...motion.face_track import FACE_NAMES, FACE_RATE_HZ
from ...motion.joints import BODY_JOINTS
from ...motion.kinematics.forward import forward
from ...motion.locomotion.contacts import velocities
from ...motion.resampling import clip_at, curves_at, frames_at
from ...motion.rotations import from_rot6d, inverse, multiply, rotate, to_rot6d
from ...motion.skeleton import average_adult
from ..bailando.dancer_frames import about_vertical, heading_rad

RATE_HZ = 25.0
_JOINTS = len(BODY_JOINTS)
TURNS = slice(0, 6 * _JOINTS)
PLACES = slice(TURNS.stop, TURNS.stop + 3 * _JOINTS)
ROOT = slice(PLACES.stop, PLACES.stop + 4)
CONTACTS = slice(ROOT.stop, ROOT.stop + 4)
BODY_CHANNELS = CONTACTS.stop


@dataclass(frozen=True, eq=False)
class MotionFrames:
    """At RATE_HZ. face: float32 (T, 58), body: float32 (T, 206); face_known, body_known: bool (58,), (206,). What is not known is 0."""

    face: np.ndarray
    face_known: np.ndarray
    body: np.ndarray
    body_known: np.ndarray

    def __len__(self) -> int:
        return len(self.face)


def motion_frames(face: FaceMotion | None, body: Clip | None) -> MotionFrames:
    """Face and body, of which one may be missing, as frames at RATE_HZ; as long as the shorter of the two.

    Raises:
        ValueError: both are missing.
    """
    of_face = None if face is None else face_frames(face)
    of_body = None if body is None else body_frames(body)
    frames = min(len(part) for part in (of_face, of_body) if part is not None)
    return MotionFrames(
        np.zeros((frames, FACE_CHANNELS), np.float32) if of_face is None else of_face[:frames],
        np.zeros(FACE_CHANNELS, bool) if face is None else face.known.astype(bool),
        np.zeros((frames, BODY_CHANNELS), np.float32) if of_body is None else of_body[:frames],
        np.zeros(BODY_CHANNELS, bool) if body is None else known_of(body.driven),
    )


def face_frames(face: FaceMotion) -> np.ndarray:
    """float32 (T, 58) at RATE_HZ."""
    frames = frames_at(len(face), FACE_RATE_HZ, RATE_HZ)
    whole = np.concatenate([face.values, face.head_deg], 1)
    sampled = curves_at(whole, FACE_RATE_HZ, 0.0, np.arange(frames) / RATE_HZ)
    return np.where(face.known, sampled, 0.0).astype(np.float32)


def known_of(driven: frozenset[str]) -> np.ndarray:
    """bool (206,): the channels of the joints that a clip moves; places and root always."""
    known = np.ones(BODY_CHANNELS, bool)
    known[TURNS] = np.repeat([joint in driven for joint in BODY_JOINTS], 6)
    return known


def body_frames(clip: Clip) -> np.ndarray:
    """float32 (T, 206) at RATE_HZ."""
    frames = frames_at(len(clip), clip.rate_hz, RATE_HZ)
    clip = clip_at(clip, RATE_HZ, clip.start_s, frames)
    heading = heading_rad(clip["pelvis"].astype(np.float64))
    back = inverse(about_vertical(heading))
    turned = clip.rotations.astype(np.float64)
    turned[:, 0] = multiply(back, turned[:, 0])
    adult = average_adult()
    places = forward(turned, np.zeros((frames, 3)), adult.offsets_m.numpy(), adult.parents)[0][:, :_JOINTS]
    root = clip.root_translation_m.astype(np.float64)
    velocity = rotate(back, velocities(root, RATE_HZ))
    travel = np.stack([velocity[:, 0], velocity[:, 2], velocities(heading, RATE_HZ), root[:, 1]], 1)
    parts = (to_rot6d(turned[:, :_JOINTS]), places - places[:, :1], travel, clip.contacts)
    return np.concatenate([part.reshape(frames, -1) for part in parts], 1).astype(np.float32)


def to_face(values: np.ndarray, known: np.ndarray) -> FaceMotion:
    """Frames (T, 58) at RATE_HZ → a face at the rate of faces. known: bool (58,), what of it counts."""
    frames = frames_at(len(values), RATE_HZ, FACE_RATE_HZ)
    sampled = curves_at(np.where(known, values, 0.0), RATE_HZ, 0.0, np.arange(frames) / FACE_RATE_HZ)
    sampled = sampled.astype(np.float32)
    shapes = len(FACE_NAMES)
    return FaceMotion(sampled[:, :shapes].clip(0.0, 1.0), np.ascontiguousarray(sampled[:, shapes:]), known)


def to_clip(values: np.ndarray, driven: frozenset[str] = frozenset(BODY_JOINTS)) -> Clip:
    """Frames (T, 206) at RATE_HZ → a clip that begins over the origin, facing +Z, and goes as its velocities say."""
    values = values.astype(np.float64)
    clip = Clip.still(len(values), RATE_HZ, driven)
    turns = from_rot6d(values[:, TURNS].reshape(len(values), _JOINTS, 6))
    heading = np.cumsum(values[:, ROOT][:, 2]) / RATE_HZ
    about = about_vertical(heading - heading[:1])
    turns[:, 0] = multiply(about, turns[:, 0])
    clip.rotations[:, :_JOINTS] = turns
    travel = values[:, ROOT]
    step = np.stack([travel[:, 0], np.zeros(len(values)), travel[:, 1]], 1)
    clip.root_translation_m[:] = np.cumsum(rotate(about, step), 0) / RATE_HZ
    clip.root_translation_m[:, 1] = travel[:, 3]
    clip.contacts[:] = values[:, CONTACTS].clip(0.0, 1.0)
    return clip
