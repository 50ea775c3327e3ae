# SPDX-License-Identifier: GPL-3.0-or-later
"""The face of a dancer: eyes that hold on to the front while the head moves, blinks between the beats, a mood that grows with the
music."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...audio.contours import FRAME_RATE_HZ, Contours
from ...audio.prosody import Prosody
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.face_track import FACE_INDEX, FACE_RATE_HZ
from ...motion.joints import JOINT_INDEX, TORSO_JOINTS
from ...motion.kinematics.forward import turned_in_the_world
from ...motion.smoothing import gaussian_smooth
from ...settings import GenerateSettings
from ..face import blinks, emotion, gaze, head
from ..face.generation import STYLES, face_joints, scale_shapes
from ..face.movement import add_bump
from ..keyed_settings import NOTHING_KEYED, KeyedSettings, acts, at_most_one
from ..mood import FROM_VOICE, Layer, layers_of, mood_of
from ..parts import EXPRESSION, EYES, HEAD, LIPS
from ..seeding import generator_for

# By eye.
_AFTER_S, _NEARLY_OPEN = (
    0.03,
    0.5,
)  # blinks begin so soon after a beat; in the last half of their opening one sees again
_HOLDS_S, _LEADS_S = (
    0.28,
    0.07,
)  # how long the gaze stays where the head was; how much sooner it is where the head will be
_EYES_DEG = 16.0
_GLANCES = 0.5  # of the glances of someone who listens are left while he dances
_JOY = 0.5  # with music as loud as it gets
_FLASH, _FLASH_CHANCE = 0.3, 0.35  # brows at the beginning of a bar


def silent(duration_s: float) -> Prosody:
    """The prosody of a sound in which nobody speaks: those who hear it only idle."""
    frames = int(duration_s * FRAME_RATE_HZ) + 1
    quiet, none = np.full(frames, -86.0, np.float32), np.zeros(frames, np.float32)
    return Prosody(duration_s, Contours(quiet, quiet, none, none, none, none), (), ())


def dance_face(
    values: np.ndarray,
    prosody: Prosody,
    body: Clip,
    share: np.ndarray,
    beats_s: np.ndarray,
    downbeats_s: np.ndarray,
    settings: GenerateSettings,
    loud: np.ndarray,
    keyed: KeyedSettings = NOTHING_KEYED,
) -> Clip:
    """The living face, into values in place, and the joints of face and head.

    Args:
        values: float32 (frames, 55) at FACE_RATE_HZ: what the lips sing, or zeros.
        prosody: of nobody's speech, as long as the sound.
        body: the dance, at the same frames; where it drives neck and head they count.
        share: (frames,) 0..1, how far it is danced.
        beats_s: (n,).
        downbeats_s: (m,).
        settings: seed, parts, emotion and strengths count.
        loud: (frames,) 0..1, how loud the music is.
        keyed: settings that change over the sound.
    """
    frames, seed = len(values), settings.seed
    curves = prosody.at(FACE_RATE_HZ, frames)
    strengths = {part: keyed.strength(settings, part, frames) for part in (LIPS, EXPRESSION, EYES, HEAD)}
    mood = mood_of(prosody, _layers(settings, keyed, loud, frames), frames)
    looks = gaze.fixations(prosody, seed, STYLES[settings.style].rate)
    idle = head.head_angles(prosody, seed, 1.0, 1.0)
    angles = {name: curve[:frames] * (1.0 - share) * strengths[HEAD] for name, curve in idle.items()}
    if EXPRESSION in settings.parts:
        _brows(values, downbeats_s, share, seed)
    emotion.add_mood(curves, values, mood, seed)
    look_yaw, look_pitch = np.zeros((2, frames))
    if acts(strengths[EYES]):
        yaw, pitch = gaze.gaze_angles(looks, seed, frames)
        glance = 1.0 - (1.0 - _GLANCES) * share
        held_yaw, held_pitch = held_gaze(body, share)
        look_yaw = strengths[EYES] * (yaw * glance + held_yaw)
        look_pitch = strengths[EYES] * (pitch * glance + held_pitch)
        gaze.look_shapes(values, look_yaw, look_pitch)
        found = between_beats(blinks.blinks(prosody, seed, gaze.large_shifts_s(looks)), beats_s)
        blinks.shut_lids(values, blinks.lid_curve(curves, found) * at_most_one(strengths[EYES]))
    scale_shapes(values, settings, strengths)
    clip = face_joints(values, settings, strengths, angles, (look_yaw, look_pitch))
    if acts(strengths[HEAD]) and HEAD in settings.parts:
        for joint in ("neck", "head"):
            index = JOINT_INDEX[joint]
            both = rot.multiply(
                body.rotations[:, index].astype(np.float64), clip.rotations[:, index].astype(np.float64)
            )
            clip.rotations[:, index] = both
    return clip


def _layers(settings: GenerateSettings, keyed: KeyedSettings, loud: np.ndarray, frames: int) -> list[Layer]:
    """What the settings say of the mood. Where the voice was to say it, it is joy by the loudness of the music."""
    found = []
    for chosen, much in layers_of(settings, keyed, frames):
        words = np.asarray(chosen)
        voice = words == FROM_VOICE
        if voice.any():
            much = np.where(voice, much * _JOY * loud, much)
            chosen = np.where(voice, "HAPPY", words) if words.ndim else "HAPPY"
        found.append((chosen, much))
    return found


def _brows(values: np.ndarray, downbeats_s: np.ndarray, share: np.ndarray, seed: int) -> None:
    """Brows that go up with some bars, in place."""
    random, curve = generator_for(seed, "dance brows"), np.zeros(len(values))
    for time_s in downbeats_s.tolist():
        chance, size = random.random(2)
        if chance < _FLASH_CHANCE:
            add_bump(curve, FACE_RATE_HZ, time_s - 0.18, 0.2, 0.12, 0.45, _FLASH * (0.5 + size))
    curve *= share
    for name, part in (("browInnerUp", 0.8), ("browOuterUpLeft", 1.0), ("browOuterUpRight", 1.0)):
        values[:, FACE_INDEX[name]] += part * curve


def held_gaze(body: Clip, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Yaw and pitch of eyes in degrees, (T,) each, that stay on where the face was turned to and are soon where it will be."""
    world = turned_in_the_world(body.rotations, (*TORSO_JOINTS, "neck", "head"))
    ahead = rot.rotate(world, np.array([[0.0, 0.0, 1.0]]))
    later = np.minimum(np.arange(len(ahead)) + int(_LEADS_S * body.rate_hz), len(ahead) - 1)
    target = gaussian_smooth(ahead, _HOLDS_S * body.rate_hz)[later]
    seen = rot.rotate(rot.inverse(world), target / np.maximum(np.linalg.norm(target, axis=1, keepdims=True), 1e-6))
    yaw = np.degrees(np.arctan2(seen[:, 0], np.maximum(seen[:, 2], 1e-3)))
    pitch = -np.degrees(np.arcsin(seen[:, 1].clip(-1.0, 1.0)))
    return tuple(share * _EYES_DEG * np.tanh(angle / _EYES_DEG) for angle in (yaw, pitch))


def between_beats(events: tuple[blinks.Blink, ...], beats_s: np.ndarray) -> tuple[blinks.Blink, ...]:
    """The blinks, those that would be shut on a beat put off until after it."""
    found: list[blinks.Blink] = []
    for blink in events:
        shut = beats_s[(beats_s > blink.start_s) & (beats_s < blink.end_s - _NEARLY_OPEN * blink.opening_s)]
        if len(shut):
            blink = replace(blink, start_s=float(shut[-1]) + _AFTER_S)
        if not found or blink.start_s > found[-1].end_s:
            found.append(blink)
    return tuple(found)
