# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipeline from music to a performance: its beats, a choreography in codes, the body on its stage, a living face."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import numpy as np

from ...audio.clip import AudioClip
from ...audio.music.analysis import MusicAnalysis, analyse
from ...audio.music.heard import CURVE_RATE_HZ
from ...audio.sound_kind import SoundKind, sound_kind
from ...errors import UserError
from ...models.bailando.trained import TrainedBailando
from ...motion.clip import Clip
from ...motion.face_track import FACE_NAMES, FACE_RATE_HZ, FaceTrack
from ...motion.skeleton import average_adult
from ...motion.smoothing import gaussian_smooth
from ...progress import Progress
from ...prompts.blending import blend_clip_through
from ...prompts.model import PosePrompts
from ...settings import GenerateSettings
from .. import loaded_models
from ..beginning import begin
from ..body.answers import answer_arms
from ..body.composition import compose_body
from ..body.decoded_motion import posture_of
from ..body.generation import speaker_of
from ..body.prompted_feet import above_the_hips, stand_by_prompts
from ..device import threads
from ..face.control_sources import FaceControls
from ..face.controls import keep_looking
from ..parts import HANDS, LIPS, as_whole_body, in_body, moved_joints
from ..performance import Performance
from ..speech import from_elsewhere, lips_of
from ..speech import through_prompts as through_all_prompts
from .body import danced_body, standing
from .choreography import Choreographer
from .dance_notes import notes_of
from .dance_style import chosen_style, token_of
from .dancing_hands import dancing_fingers
from .decoded_dance import LocalDance, local_dance, on_the_same_way
from .face import dance_face, silent
from .occasions import SETTING_OFF_S, Occasion, dancing_share, is_speech_alone, occasions_of, span_s
from .phrases import Phrase, phrases_of
from .prompted_codes import through_prompts
from .repeated_phrases import Repeat, repeats_of, through_repeats

log = logging.getLogger(__name__)

_FULL_DB, _SOFT_DB = (
    -4.0,
    -20.0,
)  # of the music, over two seconds, against its loud parts: danced large, and small; by ear
_LOUD_PARTS = 90  # percentile
_LOUDNESS_S = 1.0


@dataclass(frozen=True, eq=False)
class Heard:
    """What was heard, at the frames that are danced.

    occasions: when there is something to dance to. times_s: (T,). share: (T,) 0..1, how far it is danced. loud: (T,) 0 soft .. 1 full.
    phrases: of each occasion. repeats: where phrases that the animator kept are danced.
    """

    music: MusicAnalysis
    occasions: tuple[Occasion, ...]
    times_s: np.ndarray
    share: np.ndarray
    loud: np.ndarray
    phrases: tuple[tuple[Phrase, ...], ...]
    repeats: tuple[Repeat, ...] = ()


def perform(
    clip: AudioClip,
    settings: GenerateSettings | None = None,
    progress: Progress | None = None,
    prompts: PosePrompts | None = None,
    character: str = "",
    controls: FaceControls | None = None,
    model: TrainedBailando | None = None,
    kind: SoundKind | None = None,
) -> Performance:
    """What a character does to music: body and face at 60 Hz.

    The same clip, settings and character give the same result.

    Args:
        clip: the music.
        settings: what is generated, and how; the defaults where None.
        progress: told how far it is.
        prompts: the animator's keys, which steer the body.
        character: its name; another one dances another dance.
        controls: what lips, head, eyes or expression play in place of this sound, and keyed settings.
        model: instead of the Bailando that came with the extension.
        kind: what the sound was taken for, where that is known.

    Raises:
        UserError: where nothing is chosen, or weights or statistics are missing.
        Cancelled: when progress says so.
    """
    settings = settings or GenerateSettings()
    progress, controls = progress or Progress(), controls or FaceControls()
    if not settings.parts:
        raise UserError("Nothing that music can drive is chosen.", "Switch on Body, Hands, Head, Eyes or Expression.")
    begun = begin(clip, settings, prompts, character, progress)
    device, own, prompts, notes = begun.device, begun.own, begun.prompts, [*begun.notes]
    with threads(settings.threads):
        progress.report(0.02, "Listening to the music")
        music = analyse(clip.samples)
        kind = kind or sound_kind(clip.samples)
        occasions = () if is_speech_alone(kind) else occasions_of(music)
        frames = int(clip.duration_s * FACE_RATE_HZ) + 1
        heard = _heard(music, occasions, np.arange(frames) / FACE_RATE_HZ, clip.duration_s)
        notes += notes_of(music, occasions, clip.duration_s, kind, settings)
        if prompts is not None and prompts.phrases and in_body(settings.parts):
            repeats, said = repeats_of(prompts.phrases, music, [one for some in heard.phrases for one in some])
            heard, notes = replace(heard, repeats=repeats), [*notes, *said]
        body = _body(device, model, heard, own, prompts, progress.part(0.15, 0.8))
        values, phones = np.zeros((frames, len(FACE_NAMES)), np.float32), ()
        if settings.dance_sings and LIPS in settings.parts:
            speech = loaded_models.speech_model(device)
            values, phones = lips_of(speech, clip, frames, progress.part(0.8, 0.9))
        progress.report(0.9, "Bringing the face to life")
        prosody = silent(clip.duration_s)
        loud = heard.loud * heard.share
        face = dance_face(
            values, prosody, body, heard.share, music.beats_s, music.downbeats_s, own, loud, controls.keyed
        )
        face, said = from_elsewhere(values, face, own, controls, prosody)
        notes += said
        whole = _composed(face, body, settings)
        whole = through_all_prompts(values, whole, prompts, prosody, settings)
        whole, said = keep_looking(values, whole, settings, controls)
        notes += said
    log.info("%s: %.1f s, %d beats, %d dances", clip.name, clip.duration_s, len(music.beats_s), len(occasions))
    progress.report(1.0)
    beats_s, downbeats_s = (found if occasions else np.zeros(0) for found in (music.beats_s, music.downbeats_s))
    track = FaceTrack(values)
    return Performance(
        clip.name, clip.duration_s, track, whole, phones, tuple(notes), beats_s=beats_s, downbeats_s=downbeats_s
    )


def _heard(music: MusicAnalysis, occasions: tuple[Occasion, ...], times_s: np.ndarray, duration_s: float) -> Heard:
    """What is danced to at times (T,)."""
    share = dancing_share(occasions, times_s, duration_s)
    ends_s = [span_s(occasion, float(times_s[-1]))[1] for occasion in occasions]
    phrases = tuple(phrases_of(music, occasion, end_s) for occasion, end_s in zip(occasions, ends_s))
    return Heard(music, occasions, times_s, share, loudness(music, times_s), phrases)


def loudness(music: MusicAnalysis, times_s: np.ndarray) -> np.ndarray:
    """How loud the music is around times (T,) of the sound, 0 soft .. 1 full, float64 (T,)."""
    # of powers, not of decibels: between the strokes of a drum it is not soft
    power = gaussian_smooth(10.0 ** (music.heard.level_db.astype(np.float64) / 10.0), _LOUDNESS_S * CURVE_RATE_HZ)
    level = 10.0 * np.log10(np.maximum(power, 1e-12))
    full = (level - np.percentile(level, _LOUD_PARTS) - _SOFT_DB) / (_FULL_DB - _SOFT_DB)
    return np.interp(times_s, np.arange(len(level)) / CURVE_RATE_HZ, full.clip(0.0, 1.0))


def energy_of(loud: np.ndarray, wish: float) -> np.ndarray:
    """How large it is danced against what was learned. loud: (T,) 0..1. wish: the setting, 0..2."""
    chosen = 0.4 + 0.6 * wish if wish < 1.0 else 1.0 + 0.35 * (wish - 1.0)  # by eye
    return chosen * (0.75 + 0.3 * loud)


def _body(
    device: str,
    model: TrainedBailando | None,
    heard: Heard,
    settings: GenerateSettings,
    prompts: PosePrompts | None,
    progress: Progress,
) -> Clip:
    """The body, danced and standing."""
    whole = as_whole_body(settings)
    emage = loaded_models.body_model(device)
    posture = posture_of(emage, speaker_of(emage, settings.seed))
    fingers = dancing_fingers(emage, heard.music.downbeats_s, heard.times_s, heard.loud, settings.seed)
    stand = standing(posture, fingers, FACE_RATE_HZ, whole)
    dance = None
    if heard.occasions:
        model = model or loaded_models.dance_model(device)
        dance = _dance(model, heard, whole, prompts, progress.part(0.05, 0.7))
    progress.report(0.7, "Putting the feet on the floor")
    energy = energy_of(heard.loud, settings.dance_energy)
    parts = whole.parts | settings.parts
    body = danced_body(stand, dance, heard.share, energy, replace(whole, parts=parts), heard.repeats)
    upper = above_the_hips(prompts)
    if upper is None:
        return body
    body = answer_arms(blend_clip_through(body, upper), upper, posture)
    return stand_by_prompts(body, prompts, average_adult())


def _dance(
    model: TrainedBailando, heard: Heard, settings: GenerateSettings, prompts: PosePrompts | None, progress: Progress
) -> LocalDance:
    """What is danced, one occasion after the other."""
    music, occasions, times_s = heard.music, heard.occasions, heard.times_s
    style = token_of(chosen_style(settings.dance_style, music))
    whole: LocalDance | None = None
    for number, (occasion, phrases) in enumerate(zip(occasions, heard.phrases)):
        dancer = Choreographer(model, music, style, settings.seed + number)
        part = progress.part(number / len(occasions), (number + 1) / len(occasions))
        codes = dancer.dance(
            phrases,
            occasion.first_s - SETTING_OFF_S,
            lambda time_s: float(np.interp(time_s, times_s, heard.loud)),
            part,
        )
        made = local_dance(model, codes, times_s)
        inside = [one for one in heard.repeats if phrases[0].start_s - 1e-3 <= one.first_s < phrases[-1].end_s]
        anew = through_prompts(dancer, through_repeats(dancer, codes, inside), prompts)
        if anew is not codes:
            made = on_the_same_way(made, local_dance(model, anew, times_s))
        if whole is None:
            whole = made
            continue
        rows = slice(int(np.searchsorted(times_s, occasion.first_s - SETTING_OFF_S)), None)
        for old, new in zip(
            (whole.rotations, whole.velocity, whole.turning, whole.height),
            (made.rotations, made.velocity, made.turning, made.height),
        ):
            old[rows] = new[rows]
    assert whole is not None
    return whole


def _composed(face: Clip, body: Clip, settings: GenerateSettings) -> Clip:
    """All joints that the settings ask for in one clip; the head is in the face's, over a torso that moves."""
    moved = moved_joints(settings)
    own = replace(body, driven=body.driven & moved - {"neck", "head"})
    if not in_body(settings.parts) and HANDS not in settings.parts:
        return face
    whole = compose_body(face, own, steady=False)
    return replace(whole, contacts=body.contacts, root_translation_m=body.root_translation_m)
