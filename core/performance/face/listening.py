# SPDX-License-Identifier: GPL-3.0-or-later
"""Listening in a dialogue: while others speak the mouth is closed, and eyes and head turn to who speaks. All else, blinks and glances and
nods, is what silence gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.easing import smooth_step
from ...motion.face_track import FACE_INDEX, FACE_NAMES, FaceTrack
from ...motion.joints import FACE_JOINTS, JOINT_INDEX
from ...statistics import NONVERBAL, statistics_of
from ..performance import Performance
from . import gaze

# By eye.
_BEFORE_S, _BEHIND_S, _EASE_S = 0.25, 0.35, 0.25  # of one's own line: how long before and behind it lips may move
_LATE_S, _TURN_S = 0.25, 0.6  # how long after a word begins a listener turns to the speaker, and how long that takes
_MOST_DEG = (75.0, 30.0)  # sideways, up or down: further a head does not turn to listen
_EYES, _EYES_MOST_DEG = 0.35, (18.0, 10.0)  # the eyes' share of it
_NECK = 0.4  # the neck's share of the head's
_CENTRED = 0.6  # how much of the eyes' own glances is given up for the speaker
_OPENING = np.array(
    [
        FACE_INDEX[name]
        for name in FACE_NAMES
        if name.startswith(
            ("jaw", "tongue", "mouthFunnel", "mouthPucker", "mouthLowerDown", "mouthUpperUp", "mouthClose")
        )
    ]
)


@dataclass(frozen=True)
class Speaker:
    """One who speaks while this character listens: seconds of the sound, and where to look, in degrees from straight ahead: yaw_deg to
    the character's left, pitch_deg down."""

    start_s: float
    end_s: float
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0


@dataclass(frozen=True)
class Listening:
    """own_s: (begin, end) of the character's own lines, seconds of the sound, in order. speakers: the others, in order."""

    own_s: tuple[tuple[float, float], ...]
    speakers: tuple[Speaker, ...] = ()


def listen(performance: Performance, listening: Listening) -> Performance:
    """The performance with a closed mouth outside of the character's own lines, turned to who speaks."""
    face, body = performance.face, performance.body
    values = face.values.copy()
    times_s = face.times_s
    values[:, _OPENING] *= _speaking(times_s, listening.own_s)[:, None]
    body = _with_jaw(body, listening)
    yaw_deg, pitch_deg, share = _direction(times_s, listening)
    if share.any():
        _turn_eyes(values, yaw_deg, pitch_deg, share)
        body = _turned(body, listening)
    return replace(performance, face=FaceTrack(values.astype(np.float32), face.rate_hz, face.start_s), body=body)


def _speaking(times_s: np.ndarray, own_s: Sequence[tuple[float, float]]) -> np.ndarray:
    """float64 (T,): 1 in the character's own lines, 0 where it listens."""
    found = np.zeros(len(times_s))
    for begin, end in own_s:
        opens = smooth_step(times_s, begin - _BEFORE_S - _EASE_S, begin - _BEFORE_S)
        closes = smooth_step(times_s, end + _BEHIND_S, end + _BEHIND_S + _EASE_S)
        found = np.maximum(found, opens - closes)
    return found


def _with_jaw(body: Clip, listening: Listening) -> Clip:
    if not len(body) or "jaw" not in body.driven:
        return body
    rotations = body.rotations.copy()
    weight = _speaking(_times_s(body), listening.own_s)
    jaw = rotations[:, JOINT_INDEX["jaw"]]
    rest = np.zeros_like(jaw)
    rest[:, 0] = 1.0
    jaw = np.where(jaw[:, :1] < 0.0, -jaw, jaw)
    rotations[:, JOINT_INDEX["jaw"]] = rot.normalised(rest + (jaw - rest) * weight[:, None])
    return replace(body, rotations=rotations)


def _times_s(body: Clip) -> np.ndarray:
    return body.start_s + np.arange(len(body)) / body.rate_hz


def _direction(times_s: np.ndarray, listening: Listening) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where the character turns, (T,) each: yaw and pitch in degrees, eased, and 0..1: how much it attends to someone."""
    yaw, pitch, share = np.zeros((3, len(times_s)))
    for speaker in listening.speakers:
        begin, end = speaker.start_s + _LATE_S, speaker.end_s
        end = min([end + 1.0, *(own for own, _ in listening.own_s if own >= end)])  # until the answer, or for a moment
        weight = smooth_step(times_s, begin, begin + _TURN_S) - smooth_step(times_s, end - 0.3, end - 0.3 + _TURN_S)
        weight = np.maximum(weight, 0.0)
        wanted = np.clip([speaker.yaw_deg, speaker.pitch_deg], -np.array(_MOST_DEG), _MOST_DEG)
        yaw += (wanted[0] - yaw) * weight
        pitch += (wanted[1] - pitch) * weight
        share += (1.0 - share) * weight
    return yaw, pitch, share


def _eyes_deg(yaw_deg: np.ndarray, pitch_deg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return (
        np.clip(_EYES * yaw_deg, -_EYES_MOST_DEG[0], _EYES_MOST_DEG[0]),
        np.clip(_EYES * pitch_deg, -_EYES_MOST_DEG[1], _EYES_MOST_DEG[1]),
    )


def _turn_eyes(values: np.ndarray, yaw_deg: np.ndarray, pitch_deg: np.ndarray, share: np.ndarray) -> None:
    """The look shapes (T, 55) turned to the speaker, in place; blinks stay as they are."""
    table = statistics_of(NONVERBAL)["eyes"]

    def degrees(way: str, side: str) -> np.ndarray:
        return values[:, FACE_INDEX[f"eyeLook{way}{side}"]] * table[f"deg_per_look{way}"]

    lids = [FACE_INDEX["eyeBlinkLeft"], FACE_INDEX["eyeBlinkRight"]]
    blinks = values[:, lids].copy()
    own = 1.0 - _CENTRED * share
    eyes_yaw, eyes_pitch = _eyes_deg(yaw_deg, pitch_deg)
    gaze.look_shapes(
        values,
        own * (degrees("Out", "Left") - degrees("In", "Left")) + eyes_yaw,
        own * (degrees("Down", "Left") - degrees("Up", "Left")) + eyes_pitch,
    )
    values[:, lids] = blinks


def _turned(body: Clip, listening: Listening) -> Clip:
    """Neck, head and eyes turned to the speaker, as far as they move at all."""
    if not len(body):
        return body
    yaw_deg, pitch_deg, _ = _direction(_times_s(body), listening)
    eyes_yaw, eyes_pitch = _eyes_deg(yaw_deg, pitch_deg)
    head_yaw, head_pitch = yaw_deg - eyes_yaw, pitch_deg - eyes_pitch
    rotations = body.rotations.copy()
    turns = {"neck": (_NECK * head_yaw, _NECK * head_pitch), "head": ((1 - _NECK) * head_yaw, (1 - _NECK) * head_pitch)}
    turns |= {joint: (eyes_yaw, eyes_pitch) for joint in FACE_JOINTS[1:]}
    for joint, (yaw, pitch) in turns.items():
        if joint in body.driven:
            turn = rot.from_yaw_pitch_roll(np.radians(yaw), np.radians(pitch), np.zeros(len(yaw)))
            rotations[:, JOINT_INDEX[joint]] = rot.multiply(turn, rotations[:, JOINT_INDEX[joint]])
    return replace(body, rotations=rotations.astype(body.rotations.dtype))
