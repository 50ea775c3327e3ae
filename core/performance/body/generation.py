# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of a voice: gestures planned from its stress, moved by EMAGE, with the animator's keys as unmasked channels."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from ...audio.prosody import Rhythm
from ...models.emage import Emage, Sampling
from ...models.emage.body_parts import CONTACT, LOWER_JOINTS, ROTATION_CHANNELS, TRANSLATION, rest_frames
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.face_track import FACE_INDEX, Phone
from ...motion.gesture_plan import GestureUnit
from ...motion.joints import BODY_JOINTS, FINGER_JOINTS, JOINT_INDEX, JOINT_NAMES
from ...motion.locomotion.foot_planting import in_place, lock_feet
from ...motion.locomotion.stepping import walk_about
from ...motion.locomotion.weight_shift import sway
from ...motion.skeleton import average_adult
from ...motion.smoothing import gaussian_smooth
from ...progress import Progress
from ...prompts.blending import blend_clip_through
from ...prompts.conditioning import on_frames
from ...prompts.model import PosePrompts
from ...settings import GenerateSettings
from ..face.score import Score
from ..gestures.planner import plan
from ..parts import BODY, HANDS, ROOT, driven_joints
from .conditioning_features import streams
from .prompted_feet import stand_by_prompts, without_steps
from .stroke_alignment import in_time
from .strokes import merged, stroke_prompts, through_strokes

log = logging.getLogger(__name__)

TOP_P, TEMPERATURE, GUIDANCE = 0.9, 0.7, 1.0
SMOOTH_S = 0.05  # codes change every frame; a shorter kernel than a stroke takes their tremble away
_FINGERS = [JOINT_INDEX[name] for name in FINGER_JOINTS]
_BODY = [JOINT_INDEX[name] for name in BODY_JOINTS]
_STANDING = [joint for joint in _BODY if joint in LOWER_JOINTS]
_MOVING = [joint for joint in _BODY if joint not in LOWER_JOINTS]
STANDS = 0.35  # codes of the lower body are few and drawn; people who talk bend their knees less than those do


def move(
    model: Emage,
    score: Score,
    phones: Sequence[Phone],
    heard: Rhythm,
    settings: GenerateSettings,
    prompts: PosePrompts | None = None,
    progress: Progress | None = None,
) -> tuple[Clip, tuple[GestureUnit, ...]]:
    """The body at EMAGE's rate, feet standing, and the gestures that it follows. Raises Cancelled."""
    progress = progress or Progress()
    rate = model.config.rate_hz
    frames = int(score.duration_s * rate) + 1
    times_s = np.arange(frames) / rate
    units = plan(score, phones, heard, settings, settings.transcript)
    content, rhythm = streams(units, score, phones, times_s)
    device = model.postures.device
    speaker = speaker_of(model, settings.seed)
    strokes = stroke_prompts(model, units, speaker, settings, prompts)
    motion, mask = _given(model, speaker, merged(prompts, strokes), frames, rate)
    audio = (torch.from_numpy(content)[None].to(device), torch.from_numpy(rhythm)[None].to(device))
    generated = model.generate(
        audio,
        motion.to(device),
        mask.to(device),
        frames=frames,
        speaker=torch.tensor([speaker], device=device),
        sampling=Sampling(TOP_P, TEMPERATURE, settings.seed),
        face=False,
        guidance=GUIDANCE,
        progress=progress.part(0.0, 0.8),
    )
    clip = _clip(generated.decoded.motion[0].float().cpu().numpy(), rate, settings)
    clip = _scaled(clip, model, speaker, settings)
    clip = in_time(clip, units) if model.strokes is None else through_strokes(clip, strokes, _posture(model, speaker))
    progress.report(0.85, "Putting the feet on the floor")
    clip = lock_feet(blend_clip_through(clip, prompts), average_adult())
    # the model learned to stay on the spot; what it drifts all the same would add up. Steps are taken by `walk_about`.
    clip = lock_feet(in_place(clip), average_adult(), follow=False)
    if BODY in settings.parts and settings.strength(BODY) > 0.0:
        if settings.locomotion == "FREE":
            clip = walk_about(
                clip,
                average_adult(),
                settings.seed,
                score.pauses,
                settings.style,
                ROOT in settings.parts,
                settings.strength(BODY),
                without_steps(prompts),
            )
        clip = sway(
            clip,
            average_adult(),
            settings.seed,
            score.pauses,
            shifts=settings.locomotion != "OFF",
            strength=settings.strength(BODY),
        )
    clip = stand_by_prompts(clip, prompts, average_adult())
    progress.report(1.0)
    return replace(clip, driven=driven_joints(settings.parts & {BODY, HANDS})), units


def speaker_of(model: Emage, seed: int) -> int:
    """One of the postures and temperaments that the model learned, by the seed; those without fingers are left out."""
    return int(np.random.default_rng(seed).choice(model.config.usable_speakers or range(model.config.speakers)))


def _given(
    model: Emage, speaker: int, prompts: PosePrompts | None, frames: int, rate_hz: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """The motion that is given and its mask, (1, T, channels): the speaker's posture to begin from, and the prompts."""
    channels = model.config.motion_channels
    motion = rest_frames(1, frames, channels)
    mask = torch.ones_like(motion)
    motion[:, : model.config.seed_frames] = model.postures[speaker].float().cpu()
    if prompts is None or not prompts:
        return motion, mask
    at = on_frames(prompts, rate_hz, 0.0, frames)
    turned = torch.from_numpy(rot.to_rot6d(at.rotations).astype(np.float32)).flatten(-2)
    given = torch.from_numpy(at.joint_mask).repeat_interleave(6, dim=1)
    motion[0, :, :ROTATION_CHANNELS] = torch.where(given, turned, motion[0, :, :ROTATION_CHANNELS])
    mask[0, :, :ROTATION_CHANNELS] = (~given).float()
    root = torch.from_numpy(at.root_mask)
    motion[0, root, TRANSLATION] = torch.from_numpy(at.root_m)[root]
    mask[0, root, TRANSLATION] = 0.0
    for name, (times_s, values) in prompts.shapes.items():
        if name in FACE_INDEX and channels > 337:
            at_frames = np.rint(np.asarray(times_s) * rate_hz).astype(int)
            inside = (at_frames >= 0) & (at_frames < frames)
            column = CONTACT.stop + FACE_INDEX[name]
            motion[0, at_frames[inside], column] = torch.from_numpy(np.asarray(values, np.float32)[inside])
            mask[0, at_frames[inside], column] = 0.0
    return motion, mask


def _clip(decoded: np.ndarray, rate_hz: float, settings: GenerateSettings) -> Clip:
    """decoded (T, 337) → the body and hands as a smoothed clip; joints that are not asked for rest."""
    quaternions = rot.from_rot6d(
        decoded[:, :ROTATION_CHANNELS].reshape(len(decoded), len(JOINT_NAMES), 6).astype(np.float64)
    )
    quaternions = _smoothed(rot.continuous(quaternions), SMOOTH_S * rate_hz)
    clip = Clip.still(len(decoded), rate_hz, driven_joints(settings.parts & {BODY, HANDS}))
    for part, joints in ((BODY, _BODY), (HANDS, _FINGERS)):
        if part in settings.parts:
            clip.rotations[:, joints] = quaternions[:, joints]
    root = _smoothed(decoded[:, TRANSLATION].astype(np.float64), SMOOTH_S * rate_hz).astype(np.float32)
    return replace(clip, root_translation_m=root if BODY in settings.parts else np.zeros_like(root))


def _smoothed(values: np.ndarray, sigma_frames: float) -> np.ndarray:
    """Gaussian along the first axis, ends held; unit length is restored where the last axis is a quaternion."""
    smooth = gaussian_smooth(values, sigma_frames)
    return rot.normalised(smooth) if values.ndim == 3 else smooth


def _posture(model: Emage, speaker: int) -> np.ndarray:
    """(55, 4): how the speaker stands."""
    return rot.from_rot6d(
        model.postures[speaker, :ROTATION_CHANNELS].float().cpu().numpy().reshape(-1, 6).astype(np.float64)
    )


def _scaled(clip: Clip, model: Emage, speaker: int, settings: GenerateSettings) -> Clip:
    """The motion scaled about the speaker's own posture: by body_strength and hands_strength, pelvis and legs by STANDS as well."""
    posture = _posture(model, speaker)
    rotations = clip.rotations.astype(np.float64)
    for part, joints, share in ((BODY, _STANDING, STANDS), (BODY, _MOVING, 1.0), (HANDS, _FINGERS, 1.0)):
        strength = settings.strength(part) * share
        if part in settings.parts and strength != 1.0:
            away = rot.multiply(rot.inverse(posture[joints])[None], rotations[:, joints])
            rotations[:, joints] = rot.multiply(posture[joints][None], rot.scaled(away, strength))
    root = clip.root_translation_m
    if BODY in settings.parts:
        base = model.postures[speaker, TRANSLATION].float().cpu().numpy()
        root = (base + (root - base) * settings.strength(BODY) * STANDS).astype(np.float32)
    return replace(clip, rotations=rotations.astype(np.float32), root_translation_m=root)
