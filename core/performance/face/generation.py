# SPDX-License-Identifier: GPL-3.0-or-later
"""The face of a performance: non-verbal behaviour on top of the lips, scaled by the strengths, and the joints that go
with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...audio.prosody import Prosody
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.face_track import FACE_INDEX, FACE_RATE_HZ
from ...motion.joints import FACE_JOINTS, JOINT_INDEX
from ...progress import Progress
from ...settings import GenerateSettings
from ..keyed_settings import NOTHING_KEYED, KeyedSettings, Strength, acts, at_most_one
from ..mood import Mood, layers_of, mood_of
from ..parts import EXPRESSION, EYES, HEAD, LIPS, PART_OF_SHAPE, driven_joints
from . import blinks, breath, brows, emotion, gaze, head
from .jaw import jaw_rotations


@dataclass(frozen=True)
class Liveliness:
    """rate: how often people nod, blink and look away, against NATURAL; amplitude: how far they move."""

    rate: float
    amplitude: float


# by eye
STYLES = {
    "NATURAL": Liveliness(rate=1.0, amplitude=1.0),
    "CALM": Liveliness(rate=0.7, amplitude=0.65),
    "LIVELY": Liveliness(rate=1.3, amplitude=1.35),
}


def generate_face(
    values: np.ndarray,
    prosody: Prosody,
    settings: GenerateSettings,
    progress: Progress,
    drawn: np.ndarray | None = None,
    keyed: KeyedSettings = NOTHING_KEYED,
) -> Clip:
    """Add everything but speech to the face, scale it by the strengths, and move head, eyes and jaw with it.

    Args:
        values: float32 (frames, 55) at FACE_RATE_HZ, what the lips do; changed in place.
        prosody: of the voice.
        settings: seed, parts, style, emotion and the strengths count.
        progress: told how far it is.
        drawn: (frames, 55) a face drawn for the voice, whose brows count; without it they go by rules.
        keyed: settings that change over the sound.

    Returns:
        Neck, head, eyes and jaw, those of them that the settings ask for, with as many frames.

    Raises:
        Cancelled: when progress says so.
    """
    style, seed = STYLES[settings.style], settings.seed
    curves = prosody.at(FACE_RATE_HZ)
    mood = mood_of(prosody, layers_of(settings, keyed, curves.frames), curves.frames)
    pace = style.rate * mood.typical("pace")
    looks = gaze.fixations(prosody, seed, style.rate)
    strengths = {part: keyed.strength(settings, part, len(values)) for part in (LIPS, EXPRESSION, EYES, HEAD)}
    angles = head.head_angles(prosody, seed, pace, style.amplitude * mood.of("size"))
    if acts(strengths[EYES]):
        angles = head.follow_gaze(angles, looks, seed)
    progress.report(0.2)
    breath.breathe(prosody, values, angles["pitch"], breath.inhalations(prosody), seed, style.amplitude)
    if EXPRESSION in settings.parts and drawn is not None:
        brows.drawn_brows(prosody, values, drawn, seed, style.amplitude)
    elif EXPRESSION in settings.parts:
        brows.brows(prosody, values, seed, pace, style.amplitude)
    emotion.add_mood(curves, values, mood, seed)
    progress.report(0.4)
    shifts_s = np.concatenate([gaze.large_shifts_s(looks), head.turns_s(angles)])
    angles = {name: strengths[HEAD] * curve for name, curve in angles.items()}
    look_yaw = look_pitch = np.zeros(curves.frames)
    if acts(strengths[EYES]):
        look_yaw, look_pitch = _move_eyes(values, prosody, settings, looks, angles, mood, shifts_s, strengths[EYES])
    for axis in ("pitch", "roll"):  # eyes go with how a mood holds the head
        angles[axis] = angles[axis] + strengths[HEAD] * mood.of(f"{axis}_deg")
    progress.report(0.6)
    scale_shapes(values, settings, strengths)
    progress.report(0.7)
    return face_joints(values, settings, strengths, angles, (look_yaw, look_pitch))


def _move_eyes(
    values: np.ndarray,
    prosody: Prosody,
    settings: GenerateSettings,
    looks: tuple[gaze.Fixation, ...],
    head_deg: dict[str, np.ndarray],
    mood: Mood,
    shifts_s: np.ndarray,
    strength: Strength,
) -> tuple[np.ndarray, np.ndarray]:
    """Gaze and blinks, these with shifts of gaze and head at shifts_s (n,), into values (frames, 55) in place; yaw and
    pitch of the eyes in degrees, (frames,) each."""
    curves = prosody.at(FACE_RATE_HZ)
    yaw, pitch = gaze.gaze_angles(looks, settings.seed, curves.frames)
    yaw, pitch = yaw + mood.of("gaze_yaw_deg"), pitch + mood.of("gaze_pitch_deg")
    # the eyes stay on their target while the head turns
    taken_back = gaze.PARAMETERS.head_share
    look_yaw = strength * yaw - taken_back * head_deg["yaw"] * at_most_one(strength)
    look_pitch = strength * pitch - taken_back * head_deg["pitch"] * at_most_one(strength)
    gaze.look_shapes(values, look_yaw, look_pitch)
    found = blinks.blinks(prosody, settings.seed, shifts_s, STYLES[settings.style].rate ** 0.3)
    blinks.shut_lids(values, blinks.lid_curve(curves, found) * at_most_one(strength))
    return look_yaw, look_pitch


def scale_shapes(values: np.ndarray, settings: GenerateSettings, strengths: Mapping[str, Strength]) -> None:
    """Every shape (frames, 55) by the strength of its part, within 0..1, in place; the eyes' strength is in their
    angles."""
    for name, part in PART_OF_SHAPE.items():
        column = values[:, FACE_INDEX[name]]
        if part not in settings.parts or not acts(strengths[part]):
            column[:] = 0.0
        elif part != EYES:
            column *= strengths[part]
    np.clip(values, 0.0, 1.0, out=values)


def face_joints(
    values: np.ndarray,
    settings: GenerateSettings,
    strengths: Mapping[str, Strength],
    head_deg: dict[str, np.ndarray],
    looks_deg: tuple[np.ndarray, np.ndarray],
) -> Clip:
    """Neck, head, eyes and jaw that go with the shapes.

    Args:
        values: float (frames, 55), of the jaw.
        settings: which parts are driven.
        strengths: of the parts; what is 0 rests.
        head_deg: yaw, pitch and roll, (frames,) each.
        looks_deg: yaw and pitch of the eyes, (frames,) each.
    """
    clip = Clip.still(len(values), FACE_RATE_HZ, driven_joints(settings.parts & {LIPS, EYES, HEAD}))
    if acts(strengths[HEAD]):
        clip.rotations[:, JOINT_INDEX["neck"]], clip.rotations[:, JOINT_INDEX["head"]] = head.head_rotations(head_deg)
    if acts(strengths[EYES]):
        (look_yaw, look_pitch), most = looks_deg, gaze.PARAMETERS
        side = np.radians(np.clip(look_yaw, -most.most_side_deg, most.most_side_deg))
        down = np.radians(np.clip(look_pitch, -most.most_up_deg, most.most_down_deg))
        turned = rot.from_yaw_pitch_roll(side, down, np.zeros(1))
        for joint in FACE_JOINTS[1:]:
            clip.rotations[:, JOINT_INDEX[joint]] = turned
    if acts(strengths[LIPS]):
        clip.rotations[:, JOINT_INDEX["jaw"]] = jaw_rotations(values)
    return clip
