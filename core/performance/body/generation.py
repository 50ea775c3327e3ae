# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of a voice: gestures planned from its stress, moved by EMAGE, with the animator's keys as unmasked
channels."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from ...audio.prosody import Prosody
from ...models.emage import Emage, MaskedMotion, NucleusSampling, SamplingOptions, generate
from ...motion.clip import Clip
from ...motion.face_track import Phone
from ...motion.gesture_plan import GestureUnit
from ...motion.locomotion.foot_planting import plant_feet
from ...motion.locomotion.root_motion import in_place
from ...motion.locomotion.step_plan import StepOptions
from ...motion.locomotion.stepping import walk_about
from ...motion.locomotion.weight_shift import add_postural_sway
from ...motion.skeleton import average_adult
from ...progress import Progress
from ...prompts.blending import blend_clip_through
from ...prompts.model import PosePrompts
from ...settings import GenerateSettings
from ..gestures.planner import plan
from ..parts import BODY, HANDS, JOINTS, ROOT, as_whole_body, moved_joints
from .conditioning_features import conditioning_features
from .decoded_motion import clip_of, posture_of, scaled
from .given_motion import given_motion
from .held_hands import with_free_hands
from .prompted_feet import above_the_hips, stand_by_prompts, without_steps
from .stroke_alignment import align_strokes_in_time
from .stroke_motion import interpolate_strokes
from .strokes import merged, stroke_prompts

log = logging.getLogger(__name__)

TOP_P, TEMPERATURE, GUIDANCE = 0.9, 0.7, 1.0  # chosen by the bench `gesture`


def generate_body(
    model: Emage,
    prosody: Prosody,
    phones: Sequence[Phone],
    settings: GenerateSettings,
    prompts: PosePrompts | None = None,
    progress: Progress | None = None,
) -> Clip:
    """Torso, limbs and hands at EMAGE's rate, feet standing.

    Args:
        model: on any device.
        prosody: of the voice.
        phones: what is said, or ().
        settings: seed, parts, style, locomotion, transcript and the strengths of body and hands count.
        prompts: the animator's keys.
        progress: told how far it is.

    Raises:
        Cancelled: when progress says so.
    """
    progress = progress or Progress()
    asked, settings = settings, as_whole_body(settings)
    planned = settings if asked.stance == "AS_POSED" else asked  # a seated figure shifts no weight in its pauses
    units = with_free_hands(plan(prosody, planned), settings.holds)
    log.info("%d gestures on %d syllables", len(units), len(prosody.syllables))
    speaker = speaker_of(model, settings.seed)
    strokes = stroke_prompts(model, units, speaker, settings, prompts)
    given = merged(above_the_hips(prompts), strokes)
    decoded = _decoded(model, prosody, units, phones, speaker, given, settings.seed, progress.part(0.0, 0.8))
    clip = scaled(clip_of(decoded, model.config.rate_hz, settings), model, speaker, settings)
    if model.strokes is None:
        clip = align_strokes_in_time(clip, units)
    else:
        clip = interpolate_strokes(clip, strokes, posture_of(model, speaker))
    progress.report(0.85, "Putting the feet on the floor")
    clip = _on_its_feet(blend_clip_through(clip, above_the_hips(prompts)), prosody, settings, prompts)
    progress.report(1.0)
    return replace(clip, driven=moved_joints(asked).intersection(JOINTS[BODY] | JOINTS[HANDS]))


def speaker_of(model: Emage, seed: int) -> int:
    """One of the postures and temperaments that the model learned, by the seed; those without fingers are left out."""
    return int(np.random.default_rng(seed).choice(model.config.usable_speakers or range(model.config.speakers)))


def _decoded(
    model: Emage,
    prosody: Prosody,
    units: tuple[GestureUnit, ...],
    phones: Sequence[Phone],
    speaker: int,
    given: PosePrompts,
    seed: int,
    progress: Progress,
) -> np.ndarray:
    """float32 (T, channels): what the model makes of the voice, the plan and what is given."""
    curves = prosody.at(model.config.rate_hz)
    content, rhythm = conditioning_features(units, curves, phones)
    motion, mask = given_motion(model, speaker, given, curves.frames)
    device = model.postures.device
    options = SamplingOptions(
        curves.frames, nucleus=NucleusSampling(TOP_P, TEMPERATURE, seed), face=False, guidance=GUIDANCE
    )
    generated = generate(
        model,
        (torch.from_numpy(content)[None].to(device), torch.from_numpy(rhythm)[None].to(device)),
        MaskedMotion(motion.to(device), mask.to(device)),
        options,
        speaker=torch.tensor([speaker], device=device),
        progress=progress,
    )
    return generated.decoded.motion[0].float().cpu().numpy()


def _on_its_feet(clip: Clip, prosody: Prosody, settings: GenerateSettings, prompts: PosePrompts | None) -> Clip:
    """The clip with standing feet; weight goes from foot to foot and steps are taken as the settings say, prompts
    kept."""
    body = average_adult()
    strength = settings.strength(BODY)
    clip = plant_feet(clip, body)
    # the model learned to stay on the spot; what it drifts all the same would add up. Steps are taken by `walk_about`.
    clip = plant_feet(in_place(clip), body, follow=False)
    if strength > 0.0:
        pauses, travels = prosody.pauses, ROOT in settings.parts
        if settings.locomotion == "FREE":
            still = without_steps(prompts)
            options = StepOptions(settings.style, travels, strength, pauses, still)
            clip = walk_about(clip, body, settings.seed, options)
        clip = add_postural_sway(
            clip, body, settings.seed, pauses, shifts=settings.locomotion != "OFF", strength=strength
        )
    return stand_by_prompts(clip, prompts, body)
