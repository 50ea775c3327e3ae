# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipeline from a voice to a performance: lips from the speech model, life from the rhythm, strengths and parts."""

from __future__ import annotations

import logging
from typing import Protocol

import numpy as np

from ..audio import prosody
from ..audio.clip import AudioClip
from ..errors import UserError
from ..motion import rotations as rot
from ..motion.clip import Clip
from ..motion.face_track import FACE_INDEX, FACE_NAMES, FACE_RATE_HZ, FaceTrack, Phone
from ..motion.gesture_plan import GestureUnit
from ..motion.joints import JOINT_INDEX
from ..progress import Progress
from ..prompts.blending import blend_clip_through
from ..prompts.model import PosePrompts
from ..settings import GenerateSettings
from . import models
from .body import generation
from .body.composition import whole
from .face import blinks, breath, brows, emotion, gaze, head
from .face.score import Score, score_of
from .parts import BODY, EXPRESSION, EYES, HANDS, HEAD, LIPS, PART_OF_SHAPE, driven_joints
from .performance import Performance

log = logging.getLogger(__name__)

# (how often, how far) against NATURAL
STYLES = {"NATURAL": (1.0, 1.0), "CALM": (0.7, 0.65), "LIVELY": (1.3, 1.35)}
JAW_OPEN_DEG, JAW_SIDE_DEG = 20.0, 7.0  # of the jaw joint where the shape is 1


class Speaker(Protocol):
    """What `perform` needs of a speech model."""

    def infer(self, clip: AudioClip, progress: Progress | None = None) -> tuple[FaceTrack, tuple[Phone, ...]]: ...


def perform(
    clip: AudioClip,
    settings: GenerateSettings | None = None,
    progress: Progress | None = None,
    model: Speaker | None = None,
    prompts: PosePrompts | None = None,
) -> Performance:
    """What a character does to a voice: face and body at 60 Hz.

    The same clip and settings give the same result. model: instead of the speech model that came with the extension.
    prompts: the animator's keys, which steer the body. Raises UserError, Cancelled. Memory grows by about 0.2 MB a second of sound.
    """
    settings = settings or GenerateSettings()
    progress = progress or Progress()
    if not settings.parts:
        raise UserError(
            "Nothing that speech can drive is chosen.", "Switch on Lips, Expression, Eyes, Head, Body or Hands."
        )
    notes = list(clip.warnings)
    moves = bool(settings.parts & {BODY, HANDS})
    listening, hearing = (0.45, 0.55) if moves else (0.72, 0.88)
    progress.report(0.0, "Loading the models")
    device, note = models.choose_device(settings.device)
    notes += [note] if note else []
    with models.threads(settings.threads):
        phones: tuple[Phone, ...] = ()
        frames = int(clip.duration_s * FACE_RATE_HZ) + 1
        values = np.zeros((frames, len(FACE_NAMES)), np.float32)
        if LIPS in settings.parts:
            model = model or models.speech_model(device)
            progress.report(0.03, "Listening to the speech")
            track, phones = model.infer(clip, progress.part(0.03, listening))
            shared = min(frames, len(track))
            values[:shared] = track.values[:shared]
            values[shared:] = track.values[-1:] if len(track) else 0.0
        heard = prosody.analyse(clip, progress.part(listening, hearing))
        score = score_of(heard, clip.duration_s)
        if not score.phrases:
            notes.append("No voice was found in the sound: the character only idles.")
        progress.report(hearing, "Bringing the face to life")
        body = _enliven(values, score, settings, progress.part(hearing, 0.6 if moves else 1.0))
        gestures: tuple[GestureUnit, ...] = ()
        if moves:
            progress.report(0.6, "Moving the body")
            emage = models.body_model(device)
            moved, gestures = generation.move(emage, score, phones, heard, settings, prompts, progress.part(0.6, 0.98))
            body = whole(body, moved, settings.strength(HEAD) > 0.0)
        body = blend_clip_through(body, prompts)
    log.info(
        "%s: %.1f s, %d phones, %d phrases, %d accents, %d gestures",
        clip.name,
        clip.duration_s,
        len(phones),
        len(score.phrases),
        len(score.accents),
        len(gestures),
    )
    progress.report(1.0)
    return Performance(clip.name, clip.duration_s, FaceTrack(values), body, phones, tuple(notes))


def _enliven(values: np.ndarray, score: Score, settings: GenerateSettings, progress: Progress) -> Clip:
    """Add everything but speech to values (frames, 55) in place, scale by the strengths; the body that goes with it."""
    rate, amplitude = STYLES[settings.style]
    seed, parts = settings.seed, settings.parts
    angles = head.head_angles(score, seed, rate, amplitude)
    progress.report(0.2)
    breath.breathe(score, values, angles["pitch"], breath.inhalations(score, seed), seed, amplitude)
    if EXPRESSION in parts:
        brows.brows(score, values, seed, rate, amplitude)
    emotion.add_mood(score, values, settings.emotion, settings.emotion_strength, seed)
    progress.report(0.4)
    angles = {name: settings.strength(HEAD) * curve for name, curve in angles.items()}
    look_yaw = look_pitch = np.zeros(score.frames)
    if settings.strength(EYES) > 0.0:
        events = gaze.fixations(score, seed, rate)
        yaw, pitch = gaze.gaze_angles(score, events, seed)
        # the eyes stay on their target while the head turns
        look_yaw = settings.strength(EYES) * yaw - gaze.HEAD_SHARE * angles["yaw"] * min(settings.strength(EYES), 1.0)
        look_pitch = settings.strength(EYES) * pitch - gaze.HEAD_SHARE * angles["pitch"] * min(
            settings.strength(EYES), 1.0
        )
        gaze.look_shapes(values, look_yaw, look_pitch)
        lid = blinks.lid_curve(score, blinks.blinks(score, seed, gaze.large_shifts_s(events), rate**0.3))
        for name in ("eyeBlinkLeft", "eyeBlinkRight"):
            values[:, FACE_INDEX[name]] = np.maximum(
                values[:, FACE_INDEX[name]], lid * min(settings.strength(EYES), 1.0)
            )
    progress.report(0.6)
    for name, part in PART_OF_SHAPE.items():
        column = values[:, FACE_INDEX[name]]
        if part not in parts or settings.strength(part) == 0.0:
            column[:] = 0.0
        elif part != EYES:  # the eyes' strength is in their angles
            column *= settings.strength(part)
    np.clip(values, 0.0, 1.0, out=values)
    progress.report(0.7)
    return _body(values, score, settings, angles, look_yaw, look_pitch)


def _body(
    values: np.ndarray,
    score: Score,
    settings: GenerateSettings,
    angles: dict[str, np.ndarray],
    look_yaw: np.ndarray,
    look_pitch: np.ndarray,
) -> Clip:
    clip = Clip.still(score.frames, score.rate_hz, driven_joints(settings.parts & {LIPS, EYES, HEAD}))
    if settings.strength(HEAD) > 0.0:
        clip.rotations[:, JOINT_INDEX["neck"]], clip.rotations[:, JOINT_INDEX["head"]] = head.head_rotations(angles)
    if settings.strength(EYES) > 0.0:
        side = np.radians(np.clip(look_yaw, -gaze.MOST_SIDE_DEG, gaze.MOST_SIDE_DEG))
        down = np.radians(np.clip(look_pitch, -gaze.MOST_UP_DEG, gaze.MOST_DOWN_DEG))
        turned = rot.from_yaw_pitch_roll(side, down, np.zeros(1))
        for joint in ("left_eye_smplhf", "right_eye_smplhf"):
            clip.rotations[:, JOINT_INDEX[joint]] = turned
    if settings.strength(LIPS) > 0.0:
        sideways = values[:, FACE_INDEX["jawLeft"]] - values[:, FACE_INDEX["jawRight"]]
        clip.rotations[:, JOINT_INDEX["jaw"]] = rot.from_yaw_pitch_roll(
            np.radians(JAW_SIDE_DEG) * sideways,
            np.radians(JAW_OPEN_DEG) * values[:, FACE_INDEX["jawOpen"]],
            np.zeros(1),
        )
    return clip
