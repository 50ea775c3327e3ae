# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies for the sounds of a bench with a part of the way left out, which tells what that part carries.

"whole": all of it; "frozen": the generator gives the speaker's posture for all time, so that what is left comes of
plan, memory and rules; "alone": the generator by itself, without memory of strokes and without correction.
"""

from __future__ import annotations

import numpy as np

from ...audio.prosody import analyse
from ...motion.clip import Clip
from ...performance import loaded_models
from ...performance.body.decoded_motion import clip_of
from ...performance.body.generation import Voice, on_its_feet, speaker_of
from ...performance.body.strokes import stroke_prompts
from ...performance.gestures.planner import plan
from ...progress import Progress
from ...prompts.model import PosePrompts
from ...settings import GenerateSettings
from .gesture_sounds import BenchSound

WAYS = ("whole", "frozen", "alone")


def ablated(sound: BenchSound, seed: int, way: str, style: str = "NATURAL") -> Clip:
    """The body at the model's rate, head and face at rest. way: of WAYS."""
    model = loaded_models.body_model()
    settings = GenerateSettings(seed=seed, style=style)
    prosody = analyse(sound.clip)
    units = plan(prosody, settings)
    speaker = speaker_of(model, seed)
    voice = Voice(model, prosody, units, (), speaker, settings)
    strokes = stroke_prompts(model, units, speaker, settings, voice.bearing)
    if way == "alone":
        clip = clip_of(voice.decoded(PosePrompts(), Progress()), model.config.rate_hz, settings)
        return on_its_feet(clip, voice, None)
    decoded = voice.decoded(strokes, Progress())
    if way == "frozen":
        posture = model.postures[speaker].float().cpu().numpy()[: decoded.shape[1]]
        decoded = np.repeat(posture[None], len(decoded), axis=0)
    return on_its_feet(voice.moved(decoded, strokes), voice, None)
