# SPDX-License-Identifier: GPL-3.0-or-later
"""From what EMAGE decodes to a clip: smoothed, and scaled about the speaker's posture by the strengths."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...models.emage import Emage
from ...models.emage.body_parts import LOWER_JOINTS, ROTATION_CHANNELS, TRANSLATION
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.joints import BODY_JOINTS, FINGER_JOINTS, JOINT_INDEX, JOINT_NAMES
from ...motion.smoothing import gaussian_smooth
from ...settings import GenerateSettings
from ..parts import BODY, HANDS, driven_joints

SMOOTH_S = 0.045  # a shorter kernel than a stroke takes the tremble of what is drawn away; by the bench `gesture`, training sounds
# How much of what the model draws legs and pelvis make, a usual talker's: on feet that stand, knees that are nearly straight make
# much of little. So they turn about as fast as recorded talkers'. By token of one frame, whose codes are few, and of several.
STANDS, STANDS_FINELY = 0.35, 0.5
_AT_ONCE = 8  # joints, so that memory stays small
_FINGERS = [JOINT_INDEX[name] for name in FINGER_JOINTS]
_BODY = [JOINT_INDEX[name] for name in BODY_JOINTS]
_STANDING = [joint for joint in _BODY if joint in LOWER_JOINTS]
_MOVING = [joint for joint in _BODY if joint not in LOWER_JOINTS]


def posture_of(model: Emage, speaker: int) -> np.ndarray:
    """float64 (55, 4): how the speaker stands."""
    rot6d = model.postures[speaker, :ROTATION_CHANNELS].float().cpu().numpy().reshape(-1, 6)
    return rot.from_rot6d(rot6d.astype(np.float64))


def clip_of(decoded: np.ndarray, rate_hz: float, settings: GenerateSettings) -> Clip:
    """The body and hands as a smoothed clip; joints that are not asked for rest.

    Args:
        decoded: float32 (T, 337) rot6d, translation in metres and contacts.
        rate_hz: of its frames.
        settings: the parts count.
    """
    sigma = SMOOTH_S * rate_hz
    rot6d = decoded[:, :ROTATION_CHANNELS].reshape(len(decoded), len(JOINT_NAMES), 6)
    clip = Clip.still(len(decoded), rate_hz, driven_joints(settings.parts & {BODY, HANDS}))
    for part, joints in ((BODY, _BODY), (HANDS, _FINGERS)):
        if part not in settings.parts:
            continue
        for at in range(0, len(joints), _AT_ONCE):
            some = joints[at : at + _AT_ONCE]
            turned = rot.continuous(rot.from_rot6d(rot6d[:, some].astype(np.float64)))
            clip.rotations[:, some] = rot.normalised(gaussian_smooth(turned, sigma))
    root = gaussian_smooth(decoded[:, TRANSLATION].astype(np.float64), sigma).astype(np.float32)
    return replace(clip, root_translation_m=root if BODY in settings.parts else np.zeros_like(root))


def scaled(clip: Clip, model: Emage, speaker: int, settings: GenerateSettings, lively: float = 1.0) -> Clip:
    """The motion scaled about the speaker's own posture: by body_strength and hands_strength, pelvis and legs also by how much of
    it those make who stand, times `lively`."""
    posture = posture_of(model, speaker)
    stands = lively * (STANDS if model.config.token_frames == 1 else STANDS_FINELY)
    rotations = clip.rotations.astype(np.float64)
    for part, joints, share in ((BODY, _STANDING, stands), (BODY, _MOVING, 1.0), (HANDS, _FINGERS, 1.0)):
        strength = settings.strength(part) * share
        if part in settings.parts and strength != 1.0:
            away = rot.multiply(rot.inverse(posture[joints])[None], rotations[:, joints])
            rotations[:, joints] = rot.multiply(posture[joints][None], rot.scaled(away, strength))
    root = clip.root_translation_m
    if BODY in settings.parts:
        base = model.postures[speaker, TRANSLATION].float().cpu().numpy()
        root = (base + (root - base) * settings.strength(BODY) * stands).astype(np.float32)
    return replace(clip, rotations=rotations.astype(np.float32), root_translation_m=root)
