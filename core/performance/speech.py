# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipeline from a voice to a performance: lips from the speech model, all else by its prosody, strengths and
parts."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Protocol

import numpy as np

from ..audio import prosody as hearing
from ..audio.clip import AudioClip
from ..audio.contours import measure
from ..audio.prosody import Prosody
from ..errors import UserError
from ..models.speech import SpeechModel
from ..motion.clip import Clip
from ..motion.face_track import FACE_NAMES, FACE_RATE_HZ, FaceTrack, Phone
from ..progress import Progress
from ..prompts.blending import blend_clip_through
from ..prompts.model import PosePrompts
from ..settings import GenerateSettings
from . import loaded_models
from .beginning import begin
from .beside import beside
from .body.composition import compose_body
from .body.generation import generate_body, prepare_body
from .device import alone, side_by_side, threads
from .face.control_sources import FaceControls
from .face.controls import are_at_rest, keep_looking, need_model, with_controls
from .face.generation import generate_face
from .face.head_answers import answer_head
from .face.sampled_face import sampled_face
from .keyed_settings import acts
from .parts import EXPRESSION, EYES, HANDS, HEAD, LIPS, driven_shapes, in_body
from .performance import Performance
from .performer.body_said import said_of_body
from .performer.mouth import ListenedOnce, speak_as

log = logging.getLogger(__name__)
# Of a sound: with so many windows preparing the body pays at once, with fewer from the second time on.
LONG_S = 60.0


class Speaker(Protocol):
    """What `perform` needs of a speech model."""

    def infer(self, clip: AudioClip, progress: Progress | None = None) -> tuple[FaceTrack, tuple[Phone, ...]]: ...


def perform(
    clip: AudioClip,
    settings: GenerateSettings | None = None,
    progress: Progress | None = None,
    model: Speaker | None = None,
    prompts: PosePrompts | None = None,
    character: str = "",
    controls: FaceControls | None = None,
) -> Performance:
    """What a character does to a voice: face and body at 60 Hz.

    The same clip, settings and character give the same result. Memory grows by about 0.2 MB a second of sound.

    Args:
        clip: the voice.
        settings: what is generated, and how; the defaults where None.
        progress: told how far it is.
        model: instead of the speech model that came with the extension.
        prompts: the animator's keys, which steer the body.
        character: its name; another one blinks, glances and nods at other moments.
        controls: what lips, head, eyes or expression play in place of this sound, and keyed settings.

    Raises:
        UserError: where nothing is chosen, or weights or statistics are missing.
        Cancelled: when progress says so.
    """
    settings = settings or GenerateSettings()
    progress, controls = progress or Progress(), controls or FaceControls()
    if not settings.parts:
        raise UserError(
            "Nothing that speech can drive is chosen.", "Switch on Lips, Expression, Eyes, Head, Body or Hands."
        )
    moves = bool(in_body(settings.parts)) or HANDS in settings.parts
    listened, heard = (0.45, 0.55) if moves else (0.72, 0.88)
    begun = begin(clip, settings, prompts, character, progress)
    device, own, prompts, notes = begun.device, begun.own, begun.prompts, [*begun.notes]
    ways = controls.performer.body if controls.performer is not None else None
    own = own if ways is None else replace(own, head_strength=own.head_strength * ways.factors.head)
    together = settings.threads or (alone() if moves else side_by_side())

    with beside() as other:
        contours = other.begin(lambda: measure(clip, progress.unseen()))
        if moves and (clip.duration_s > LONG_S or loaded_models.is_body_loaded(device)):
            other.begin(lambda: prepare_body(loaded_models.body_model(device)))
        # the drawn face has its turn while the body moves; without a body, while lips are read
        drawn = None if moves else other.begin(lambda: drawn_face(clip, own, device, progress.unseen()))
        progress.report(0.03, "Listening to the speech")
        with threads(together):
            values, phones, said = mouth_of(clip, settings, controls, device, model, progress.part(0.03, listened))
        notes += said
        prosody = hearing.prosody_of(clip, contours(), phones)
        if not prosody.phrases:
            notes.append("No voice was found in the sound: the character only idles.")
        progress.report(heard, "Bringing the face to life")

        def living() -> tuple[Clip, tuple[str, ...]]:
            brows = drawn() if drawn is not None else drawn_face(clip, own, device, progress.unseen())
            shown = progress.unseen() if moves else progress.part(heard, 1.0)
            return living_face(values, prosody, own, shown, brows, controls)

        face = other.begin(living) if moves else living
        if moves:
            progress.report(0.6, "Moving the body")
            emage = loaded_models.body_model(device)
            moved = generate_body(emage, prosody, phones, settings, prompts, progress.part(0.6, 0.98), character, ways)
            body, said = face()
            body = compose_body(body, moved, acts(controls.keyed.strength(settings, HEAD, len(values))))
        else:
            body, said = face()
        notes += said
        if controls.performer is not None:
            notes += said_of_body(controls.performer, settings)
        body = through_prompts(values, body, prompts, prosody, settings)
        body, said = keep_looking(values, body, settings, controls)
        notes += said
    log.info("%s: %.1f s, %d phones, %d phrases", clip.name, clip.duration_s, len(phones), len(prosody.phrases))
    progress.report(1.0)
    return Performance(clip.name, clip.duration_s, FaceTrack(values), body, phones, tuple(notes))


def mouth_of(
    clip: AudioClip,
    settings: GenerateSettings,
    controls: FaceControls,
    device: str,
    model: Speaker | None,
    progress: Progress,
) -> tuple[np.ndarray, tuple[Phone, ...], list[str]]:
    """What lips, jaw and tongue do, float32 (frames, 55), as a performer speaks if there is one; the phones, and sentences about it."""
    frames = int(clip.duration_s * FACE_RATE_HZ) + 1
    if LIPS not in settings.parts:
        return np.zeros((frames, len(FACE_NAMES)), np.float32), (), []
    model, mouth = model or loaded_models.speech_model(device), None
    if controls.performer is not None:
        mouth = ListenedOnce(loaded_models.speech_model(device))
        model = mouth if isinstance(model, SpeechModel) else model
    values, phones = lips_of(model, clip, frames, progress)
    if controls.performer is None or mouth is None:
        return values, phones, []
    return values, phones, [*speak_as(controls.performer, values, mouth, clip, progress.unseen())]


def drawn_face(clip: AudioClip, settings: GenerateSettings, device: str, progress: Progress) -> np.ndarray | None:
    """A face that MeshTalk draws for the sound; None where nothing of it would be seen, or where it did not come along."""
    model = loaded_models.face_model(device) if EXPRESSION in settings.parts else None
    return None if model is None else sampled_face(model, clip, settings.seed, progress=progress)


def living_face(
    values: np.ndarray,
    prosody: Prosody,
    settings: GenerateSettings,
    progress: Progress,
    drawn: np.ndarray | None,
    controls: FaceControls,
) -> tuple[Clip, tuple[str, ...]]:
    """The face comes to life, in values (frames, 55), in place, and head and eyes with it; and sentences about it."""
    face = generate_face(values, prosody, settings, progress, drawn, controls.keyed)
    if controls.performer is not None:
        shapes = driven_shapes(settings.parts & {EXPRESSION})
        controls.performer.take_habits(values, shapes, settings.strength(EXPRESSION))
    return from_elsewhere(values, face, settings, controls, prosody)


def from_elsewhere(
    values: np.ndarray, clip: Clip, settings: GenerateSettings, controls: FaceControls, prosody: Prosody
) -> tuple[Clip, tuple[str, ...]]:
    """The face (values (frames, 55), in place, and joints) with what its controls do not take from this sound, and sentences about it."""
    if are_at_rest(settings):
        return clip, ()
    told_apart = loaded_models.controls_model() if need_model(settings) else None
    return with_controls(values, clip, settings, controls, prosody.at(FACE_RATE_HZ), told_apart)


def through_prompts(
    values: np.ndarray, body: Clip, prompts: PosePrompts | None, prosody: Prosody, settings: GenerateSettings
) -> Clip:
    """The body passing through the prompts; neck, eyes and lids (of values (frames, 55), in place) answer the head."""
    turned = blend_clip_through(body, prompts)
    if prompts is None:
        return turned
    answered = answer_head(values, body, turned, prompts, prosody.at(FACE_RATE_HZ), settings.strength(EYES) > 0.0)
    return blend_clip_through(answered, prompts) if answered is not turned else turned


def lips_of(model: Speaker, clip: AudioClip, frames: int, progress: Progress) -> tuple[np.ndarray, tuple[Phone, ...]]:
    """What the model gives for so many frames, float32 (frames, 55), its last frame held; and the phones."""
    track, phones = model.infer(clip, progress)
    values = np.zeros((frames, len(FACE_NAMES)), np.float32)
    shared = min(frames, len(track))
    values[:shared] = track.values[:shared]
    values[shared:] = track.values[-1:] if len(track) else 0.0
    return values, phones
