# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of a voice: gestures planned from its stress, moved by EMAGE, and limbs that the animator keyed moved again
with the keys as unmasked channels."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch

from ...audio.prosody import Prosody
from ...models.emage import Emage, MaskedMotion, NucleusSampling, SamplingOptions, generate, prepare
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
from ..gestures.context import style_of
from ..gestures.planner import plan
from ..parts import BODY, HANDS, JOINTS, ROOT, as_whole_body, moved_joints
from ..performer.body_ways import BodyWays, Factors
from .answers import answer_arms
from .as_performer import standing_as
from .conditioning_features import conditioning_features
from .corrections import nearer_to_strokes
from .decoded_motion import clip_of, posture_of, scaled
from .given_motion import given_motion
from .held_hands import with_free_hands
from .moving_hold import with_moving_holds
from .prompted_feet import above_the_hips, stand_by_prompts, without_steps
from .prompted_limbs import PromptedLimb, cleared, prompted_limbs, spliced, stretches
from .resting import RestFrom, resting, rests_of, with_living_arms
from .standing import with_a_foot_ahead
from .stroke_alignment import align_strokes_in_time
from .stroke_motion import interpolate_strokes
from .strokes import merged, stroke_prompts
from .trunk import as_lively, shift_manner, speed_deg_s

log = logging.getLogger(__name__)

TOP_P, TEMPERATURE, GUIDANCE = 0.9, 0.85, 1.0  # chosen by the bench `gesture`
STANDS_OUT = 0.65  # prominence of a syllable that movements beside the plan come to a halt on; by the bench
_ASKED_S = 0.15  # from a unit's emphasis to its key


def generate_body(
    model: Emage,
    prosody: Prosody,
    phones: Sequence[Phone],
    settings: GenerateSettings,
    prompts: PosePrompts | None = None,
    progress: Progress | None = None,
    character: str = "",
    ways: BodyWays | None = None,
) -> Clip:
    """Torso, limbs and hands at EMAGE's rate, feet standing.

    Args:
        model: on any device.
        prosody: of the voice.
        phones: what is said, or ().
        settings: seed, parts, style, locomotion, transcript and the strengths of body and hands count.
        prompts: the animator's keys.
        progress: told how far it is.
        character: its name; another one rests its hands elsewhere.
        ways: of the performer whom it moves like.

    Raises:
        Cancelled: when progress says so.
    """
    progress = progress or Progress()
    asked, settings = settings, as_whole_body(settings)
    planned = settings if asked.stance == "AS_POSED" else asked  # a seated figure shifts no weight in its pauses
    units = with_free_hands(plan(prosody, planned, ways), settings.holds)
    log.info("%d gestures on %d syllables", len(units), len(prosody.syllables))
    speaker = speaker_of(model, settings.seed)
    upper = above_the_hips(prompts)
    voice = Voice(model, prosody, units, phones, speaker, settings, character, ways)
    strokes = stroke_prompts(model, units, speaker, settings, voice.bearing, ways)
    decoded = voice.decoded(strokes, progress.part(0.0, 0.7))
    clip = voice.moved(decoded, strokes)
    limbs = prompted_limbs(upper, clip.driven)
    if upper is not None and limbs:
        own = cleared(strokes, limbs)
        again = voice.decoded_again(decoded, merged(upper, own), limbs, progress.part(0.7, 0.8))
        clip = spliced(clip, voice.moved(again, own), limbs)
    progress.report(0.85, "Putting the feet on the floor")
    clip = blend_clip_through(clip, upper)
    if upper is not None and limbs:
        clip = answer_arms(clip, upper, posture_of(model, speaker))
    clip = on_its_feet(clip, voice, prompts)
    progress.report(1.0)
    return replace(clip, driven=moved_joints(asked).intersection(JOINTS[BODY] | JOINTS[HANDS]))


def prepare_body(model: Emage) -> None:
    """Let bodies be generated sooner from now on: half a second of work, on any thread, and nothing to wait for."""
    prepare(model, _drawn_as(0))


def _drawn_as(seed: int, frames: int | None = None) -> SamplingOptions:
    nucleus = NucleusSampling(TOP_P, TEMPERATURE, seed)
    return SamplingOptions(frames, nucleus=nucleus, face=False, guidance=GUIDANCE, predictions=False)


def speaker_of(model: Emage, seed: int) -> int:
    """One of the postures and temperaments that the model learned, by the seed; those without fingers are left out."""
    return int(np.random.default_rng(seed).choice(model.config.usable_speakers or range(model.config.speakers)))


@dataclass(frozen=True)
class Voice:
    """What the model moves to."""

    model: Emage
    prosody: Prosody
    units: tuple[GestureUnit, ...]
    phones: Sequence[Phone]
    speaker: int
    settings: GenerateSettings
    character: str = ""
    ways: BodyWays | None = None

    @cached_property
    def heard(self) -> tuple[np.ndarray, np.ndarray]:
        """Content and rhythm, float32 (T, …) each, at the model's rate."""
        curves = self.prosody.at(self.model.config.rate_hz)
        content, rhythm = conditioning_features(self.units, curves, self.phones)
        return content[:, : self.model.config.content_width], rhythm

    @cached_property
    def bearing(self) -> float:
        """How lively trunk and legs are, as the style and the mood have it."""
        return style_of(self.prosody, self.settings, self.ways).bearing

    def decoded(self, given: PosePrompts, progress: Progress) -> np.ndarray:
        """float32 (T, channels): what the model makes of the voice, the plan and what is given."""
        frames = self.prosody.at(self.model.config.rate_hz).frames
        motion, mask = given_motion(self.model, self.speaker, given, frames)
        return self._decoded(slice(0, frames), motion, mask, progress)

    def decoded_again(
        self, decoded: np.ndarray, given: PosePrompts, limbs: Sequence[PromptedLimb], progress: Progress
    ) -> np.ndarray:
        """What was decoded, float32 (T, channels), made anew around the prompts of these limbs, from the motion
        before them on."""
        rate_hz, seed_frames = self.model.config.rate_hz, self.model.config.seed_frames
        motion, mask = given_motion(self.model, self.speaker, given, len(decoded))
        result = decoded.copy()
        for first_s, last_s in stretches(limbs, len(decoded) / rate_hz):
            first = max(int(first_s * rate_hz) - seed_frames, 0)
            rows = slice(first, min(int(last_s * rate_hz) + 1, len(decoded)))
            if first > 0:
                seed = torch.from_numpy(decoded[first : first + seed_frames])
                motion[0, first : first + seed_frames, : seed.shape[1]] = seed
            result[rows] = self._decoded(rows, motion[:, rows], mask[:, rows], progress)
        return result

    def moved(self, decoded: np.ndarray, strokes: PosePrompts) -> Clip:
        """The clip of what was decoded, arms nearer to the strokes, trunk as lively as the style has it, the strokes on time and
        arms that move without a reason slowed."""
        clip = clip_of(decoded, self.model.config.rate_hz, self.settings)
        factors = Factors() if self.ways is None else self.ways.factors
        lively = factors.chest * speed_deg_s("chest", self.bearing) / speed_deg_s("chest", 0.0)
        clip = scaled(clip, self.model, self.speaker, self.settings, lively)
        posture = posture_of(self.model, self.speaker)
        ends_s = [phrase.end_s for phrase in self.prosody.phrases]
        rests = rests_of(self.settings.seed, self.character, ends_s)
        if self.ways is not None:
            rests = (RestFrom(0.0, rests[0].rest, self.ways.posture_over(posture)),)
        clip = standing_as(clip, self.model, self.speaker, self.ways, self.settings)
        clip = resting(clip, posture, rests, self.settings)
        led = interpolate_strokes(clip, strokes, posture, self.bearing)
        clip, turned_deg = nearer_to_strokes(clip, led)
        log.info("towards strokes the network's arms were turned by %.0f degrees a joint on average", turned_deg)
        strength = self.settings.strength(BODY)
        if strength > 0.0:
            clip = with_living_arms(clip, self.settings.seed, strength * lively)
            clip = as_lively(clip, self._gesturing, self.bearing, strength, (factors.chest, factors.pelvis))
        # after the trunk, which carries the hands: their halts are what is seen
        timed = self._timed(strokes)
        clip = align_strokes_in_time(clip, timed, self.bearing, self._stresses_s)
        marks_s = [mark_s for unit in timed for mark_s in (unit.emphasis_s, *unit.beats_s)]
        return with_moving_holds(clip, marks_s, self._stresses_s)

    @cached_property
    def _stresses_s(self) -> list[float]:
        """When syllables are that stand out."""
        return [syllable.time_s for syllable in self.prosody.syllables if syllable.prominence > STANDS_OUT]

    def _timed(self, strokes: PosePrompts) -> list[GestureUnit]:
        """The units whose strokes are asked for: others are near an animator's keys, which have their own time."""
        if self.model.strokes is None:
            return list(self.units)
        keys_s = np.concatenate([np.zeros(0), *(times_s for times_s, _ in strokes.joints.values())])
        return [unit for unit in self.units if (np.abs(keys_s - unit.emphasis_s) < _ASKED_S).any()]

    @cached_property
    def _gesturing(self) -> np.ndarray:
        """bool (T,): where the plan has a hand raised."""
        times_s = self.prosody.at(self.model.config.rate_hz).times_s
        inside = np.zeros(len(times_s), bool)
        for unit in self.units:
            inside |= (times_s >= unit.start_s) & (times_s <= unit.end_s)
        return inside

    def _decoded(self, rows: slice, motion: torch.Tensor, mask: torch.Tensor, progress: Progress) -> np.ndarray:
        device = self.model.postures.device
        options = _drawn_as(self.settings.seed, motion.shape[1])
        content, rhythm = (torch.from_numpy(stream[rows])[None].to(device) for stream in self.heard)
        generated = generate(
            self.model,
            (content, rhythm),
            MaskedMotion(motion.to(device), mask.to(device)),
            options,
            speaker=torch.tensor([self.speaker], device=device),
            progress=progress,
        )
        return generated.decoded.motion[0].float().cpu().numpy()


def on_its_feet(clip: Clip, voice: Voice, prompts: PosePrompts | None) -> Clip:
    """The clip with standing feet; weight goes from foot to foot and steps are taken as the settings say, prompts
    kept."""
    body, settings = average_adult(), voice.settings
    strength = settings.strength(BODY)
    if strength > 0.0 and voice.ways is None:  # a performer's own feet stand as they do
        clip = with_a_foot_ahead(clip, settings, voice.character)
    clip = plant_feet(clip, body)
    # the model learned to stay on the spot; what it drifts all the same would add up. Steps are taken by `walk_about`.
    clip = plant_feet(in_place(clip), body, follow=False)
    if strength > 0.0:
        pauses, travels = voice.prosody.pauses, ROOT in settings.parts
        if settings.locomotion == "FREE":
            still = without_steps(prompts)
            options = StepOptions(settings.style, travels, strength, pauses, still)
            clip = walk_about(clip, body, settings.seed, options)
        clip = add_postural_sway(
            clip,
            body,
            settings.seed,
            pauses,
            shifts=settings.locomotion != "OFF",
            strength=strength if voice.ways is None else strength * voice.ways.factors.sway,
            manner=shift_manner(voice.bearing),
        )
    return stand_by_prompts(clip, prompts, body)
