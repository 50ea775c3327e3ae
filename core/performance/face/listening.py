# SPDX-License-Identifier: GPL-3.0-or-later
"""Listening in a dialogue: while others speak the mouth is closed, eyes and head turn to who speaks, and the face answers
(`backchannels`). All else, blinks and glances and drift, is what silence gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...audio.prosody import ProsodyCurves
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.easing import smooth_step
from ...motion.face_track import FACE_INDEX, FACE_NAMES, FaceTrack
from ...motion.joints import FACE_JOINTS, JOINT_INDEX
from ...motion.lid_closures import LIDS
from ...motion.spans import spans
from ...settings import GenerateSettings
from ...statistics import NONVERBAL, statistics_of
from ..parts import EXPRESSION, EYES, HEAD
from ..performance import Performance
from ..seeding import generator_for
from . import backchannels, blinks, gaze
from .generation import STYLES

# By eye.
_BEFORE_S, _BEHIND_S, _EASE_S = 0.25, 0.35, 0.25  # of one's own line: how long before and behind it lips may move
_LATE_S, _TURN_S = 0.25, 0.6  # how long after a word begins a listener turns to the speaker, and how long that takes
_LEAD_S, _EYES_TURN_S = 0.12, 0.2  # the eyes are off before the head (Freedman 2008), and how long they take
_MOST_DEG = (75.0, 30.0)  # sideways, up or down: further a head does not turn to listen
_EYES, _EYES_MOST_DEG = 0.35, (18.0, 10.0)  # the eyes' share of it in the end
_LEADING_MOST_DEG = (28.0, 15.0)  # and while they lead
_NECK = 0.4  # the neck's share of the head's
_CENTRED = 0.6  # how much of the eyes' own glances is given up for the speaker
_BLINK_DEG = 20.0  # a turn so far comes with a blink (Evinger et al. 1994)
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
    the character's left, pitch_deg down. phrases_s: (begin, end) of what is said, in order; all of it where that is not known."""

    start_s: float
    end_s: float
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    phrases_s: tuple[tuple[float, float], ...] = ()

    @property
    def ends_s(self) -> tuple[float, ...]:
        """When phrases end."""
        return tuple(end for _, end in self.phrases_s) or (self.end_s,)


@dataclass(frozen=True)
class Listening:
    """own_s: (begin, end) of the character's own lines, seconds of the sound, in order. speakers: the others, in order."""

    own_s: tuple[tuple[float, float], ...]
    speakers: tuple[Speaker, ...] = ()

    @property
    def heard_s(self) -> tuple[tuple[float, float], ...]:
        """(begin, end) of what others say while this character does not, in order; they do not overlap."""
        found: list[tuple[float, float]] = []
        for speaker in self.speakers:
            pieces = [(max(speaker.start_s, found[-1][1] if found else -np.inf), speaker.end_s)]
            for own, over in self.own_s:
                left = [part for begin, end in pieces for part in ((begin, min(end, own)), (max(begin, over), end))]
                pieces = [(begin, end) for begin, end in left if end > begin]
            found += [(begin, end) for begin, end in pieces if end > begin]
        return tuple(found)


@dataclass(frozen=True)
class _Turn:
    """What listening does to head and eyes, degrees (T,) each: to the character's left, down, to its right. share 0..1: how much
    it attends to someone."""

    head_yaw: np.ndarray
    head_pitch: np.ndarray
    head_roll: np.ndarray
    eyes_yaw: np.ndarray
    eyes_pitch: np.ndarray
    share: np.ndarray


def listen(
    performance: Performance, listening: Listening, settings: GenerateSettings | None = None, character: str = ""
) -> Performance:
    """The performance as one who hears what the others say.

    Args:
        performance: of all of the dialogue.
        listening: who speaks when, and from where.
        settings: seed, style and strengths; the defaults where None.
        character: its name; another one answers at other moments.

    Returns:
        The performance with a closed mouth outside of the character's own lines, turned to who speaks, and answering.
    """
    settings = settings or GenerateSettings()
    face, body = performance.face, performance.body
    values = face.values.astype(np.float64)
    values[:, _OPENING] *= _speaking(face.times_s, listening.own_s)[:, None]
    body = _with_jaw(body, listening)
    if listening.speakers:
        given = _answers(listening, settings, character)
        turn = _turn(face.times_s, listening, given, settings, character)
        _turn_eyes(values, turn)
        _show(values, face, given, turn, settings)
        body = _turned(body, _turn(_times_s(body), listening, given, settings, character))
    return replace(performance, face=FaceTrack(values.astype(np.float32), face.rate_hz, face.start_s), body=body)


def _random(listening: Listening, settings: GenerateSettings, character: str, name: str) -> np.random.Generator:
    """Other draws for every character and every dialogue."""
    said = ",".join(f"{end:.2f}" for speaker in listening.speakers for end in speaker.ends_s)
    return generator_for(settings.seed, f"{name} of {character} who hears {said}")


def _answers(listening: Listening, settings: GenerateSettings, character: str) -> tuple[backchannels.Answer, ...]:
    """The listener's answers, none of them within its own lines."""
    ends = sorted(end for speaker in listening.speakers for end in speaker.ends_s)
    random = _random(listening, settings, character, "answers")
    return tuple(
        answer
        for answer in backchannels.answers(ends, random, STYLES[settings.style].rate)
        if not any(
            begin - 0.3 < answer.time_s + answer.lasts_s and answer.time_s < end for begin, end in listening.own_s
        )
    )


def _turn(
    times_s: np.ndarray,
    listening: Listening,
    given: Sequence[backchannels.Answer],
    settings: GenerateSettings,
    character: str,
) -> _Turn:
    """Eyes go first, the head comes after and takes most of the way; while it nods the eyes stay on the speaker."""
    frames = len(times_s)
    rate_hz = (frames - 1) / (times_s[-1] - times_s[0]) if frames > 1 else 1.0
    start_s = float(times_s[0]) if frames else 0.0
    yaw, pitch, share = _direction(times_s, listening, _LATE_S, _TURN_S)
    first_yaw, first_pitch, _ = _direction(times_s, listening, _LATE_S - _LEAD_S, _EYES_TURN_S)
    kept_yaw, kept_pitch = (np.clip(_EYES * angle, -most, most) for angle, most in zip((yaw, pitch), _EYES_MOST_DEG))
    lively, head = STYLES[settings.style].amplitude, min(settings.strength(HEAD), 1.0)
    nods = head * lively * backchannels.nods_deg(given, frames, rate_hz, start_s)
    random = _random(listening, settings, character, "tilts")
    roll = head * lively * backchannels.tilts_deg(listening.heard_s, random, frames, rate_hz, start_s)
    ahead = (first_yaw - yaw, first_pitch - pitch)
    eyes_yaw, eyes_pitch = (
        np.clip(kept + lead, -most, most) for kept, lead, most in zip((kept_yaw, kept_pitch), ahead, _LEADING_MOST_DEG)
    )
    eyes_pitch = eyes_pitch - gaze.PARAMETERS.head_share * nods
    return _Turn(yaw - kept_yaw, pitch - kept_pitch + nods, roll, eyes_yaw, eyes_pitch, share)


def _show(
    values: np.ndarray, face: FaceTrack, given: Sequence[backchannels.Answer], turn: _Turn, settings: GenerateSettings
) -> None:
    """Smiles, brows and blinks into values (T, 55), in place."""
    strength = settings.strength(EXPRESSION) * STYLES[settings.style].amplitude
    for name, curve in backchannels.shapes(given, len(values), face.rate_hz, face.start_s).items():
        values[:, FACE_INDEX[name]] = np.clip(values[:, FACE_INDEX[name]] + strength * curve, 0.0, 1.0)
    lids = [FACE_INDEX[name] for name in LIDS]
    events = [
        *backchannels.blinks_of(given, values[:, lids].max(1), face.rate_hz, face.start_s),
        *_turning_blinks(values[:, lids].max(1), turn, face.rate_hz),
    ]
    if events and settings.strength(EYES) > 0.0:
        still = np.zeros(len(values))
        curves = ProsodyCurves(face.rate_hz, still, still, still)
        closed = min(settings.strength(EYES), 1.0) * blinks.lid_curve(curves, tuple(events))
        values[:, lids] = np.maximum(values[:, lids], closed[:, None])


def _turning_blinks(lid: np.ndarray, turn: _Turn, rate_hz: float) -> list[blinks.Blink]:
    """A blink with each large turn to someone, where the lids (T,) do not blink anyway."""
    found = []
    whole = turn.head_yaw + turn.eyes_yaw
    for first, last in spans(np.abs(np.gradient(whole)) * rate_hz > _BLINK_DEG if len(whole) > 1 else whole > np.inf):
        near = lid[max(first - round(0.5 * rate_hz), 0) : last + round(0.5 * rate_hz)].max(initial=0.0) > 0.5
        if abs(whole[last - 1] - whole[first]) > _BLINK_DEG and not near:
            found.append(blinks.Blink(first / rate_hz, closing_s=0.08, closed_s=0.04, opening_s=0.2))
    return found


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


def _direction(
    times_s: np.ndarray, listening: Listening, late_s: float, turn_s: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where the character turns, (T,) each: yaw and pitch in degrees, eased, and 0..1: how much it attends to someone."""
    yaw, pitch, share = np.zeros((3, len(times_s)))
    for speaker in listening.speakers:
        begin, end = speaker.start_s + late_s, speaker.end_s
        end = min([end + 1.0, *(own for own, _ in listening.own_s if own >= end)])  # until the answer, or for a moment
        leaves = end - 0.3 - (_LATE_S - late_s)
        weight = smooth_step(times_s, begin, begin + turn_s) - smooth_step(times_s, leaves, leaves + turn_s)
        weight = np.maximum(weight, 0.0)
        wanted = np.clip([speaker.yaw_deg, speaker.pitch_deg], -np.array(_MOST_DEG), _MOST_DEG)
        yaw += (wanted[0] - yaw) * weight
        pitch += (wanted[1] - pitch) * weight
        share += (1.0 - share) * weight
    return yaw, pitch, share


def _turn_eyes(values: np.ndarray, turn: _Turn) -> None:
    """The look shapes (T, 55) turned to the speaker, in place; blinks stay as they are."""
    table = statistics_of(NONVERBAL)["eyes"]

    def degrees(way: str, side: str) -> np.ndarray:
        return values[:, FACE_INDEX[f"eyeLook{way}{side}"]] * table[f"deg_per_look{way}"]

    lids = [FACE_INDEX[name] for name in LIDS]
    before = values[:, lids].copy()
    own = 1.0 - _CENTRED * turn.share
    gaze.look_shapes(
        values,
        own * (degrees("Out", "Left") - degrees("In", "Left")) + turn.eyes_yaw,
        own * (degrees("Down", "Left") - degrees("Up", "Left")) + turn.eyes_pitch,
    )
    values[:, lids] = before


def _turned(body: Clip, turn: _Turn) -> Clip:
    """Neck, head and eyes turned to the speaker, as far as they move at all."""
    if not len(body):
        return body
    still = np.zeros(len(body))
    rotations = body.rotations.copy()
    whole = (turn.head_yaw, turn.head_pitch, turn.head_roll)
    turns = {"neck": tuple(_NECK * angle for angle in whole), "head": tuple((1 - _NECK) * angle for angle in whole)}
    turns |= {joint: (turn.eyes_yaw, turn.eyes_pitch, still) for joint in FACE_JOINTS[1:]}
    for joint, angles in turns.items():
        if joint in body.driven:
            own = rot.from_yaw_pitch_roll(*(np.radians(angle) for angle in angles))
            rotations[:, JOINT_INDEX[joint]] = rot.multiply(own, rotations[:, JOINT_INDEX[joint]])
    return replace(body, rotations=rotations.astype(body.rotations.dtype))
