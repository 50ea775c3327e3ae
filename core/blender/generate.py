# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate from Audio, in three steps: gather on the main thread, work in any thread, write on the main thread.

Only `gather` and `write` touch bpy; between them travels plain data (`generation`), so that Blender stays usable and undo is one step.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from ..errors import UserError
from ..performance import modes
from ..private_paths import without_home
from ..progress import Progress
from ..settings import GenerateSettings, Overrides
from . import (
    bystanders,
    characters,
    compat,
    kept_phrases,
    left_out,
    meanwhile,
    new_take,
    pins,
    preferences,
    prompt_paces,
    properties,
    warming,
    writing,
)
from .generation import Gathered, Worked
from .keying.existing_keys import Span, read_existing
from .keying.lines import Line
from .keying.nla_channels import NlaChannels, read_nla
from .keying.timing import Timing
from .reading import motion_sources, pose_reading, rig_reading, unplayed_keys
from .report import Report
from .sounds import changed_lines, lengths, scene_time
from .sounds.source import SoundPart, SoundSource, read
from .sounds.start import chosen_sound
from .takes import take_memory
from .takes.playing_keys import character_owners, playing_keys
from .torch_import import import_torch
from .transaction import Transaction

if TYPE_CHECKING:
    from ..audio.clip import AudioClip
    from ..performance.face.control_sources import Donor
    from ..performance.performance import Performance
    from ..performance.sound_likeness import SoundLikeness
    from ..prompts.model import PosePrompts
    from .conditions import Conditions

logger = logging.getLogger(__name__)


def generate(
    context: bpy.types.Context,
    overrides: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    character: bpy.types.Object | None = None,
) -> Report:
    """All three steps in a row, for scripts and the command line. Raises UserError with nothing changed.

    overrides: settings in place of the scene's, as `GenerateSettings.overridden` takes them, or `Overrides` by the operator's names.
    """
    gathered = gather(context, overrides, character)
    worked = work(gathered, progress or Progress())
    return write(gathered, worked)


def gather(
    context: bpy.types.Context,
    overrides: Mapping[str, Any] | None = None,
    character: bpy.types.Object | None = None,
    source: SoundSource | None = None,
) -> Gathered:
    """Read settings, sound source and character. Raises UserError if something is missing; changes nothing.

    overrides: {setting: value} in place of the scene's, as `GenerateSettings.overridden` takes them. source: instead of the sound that
    they choose.
    """
    warming.step_back()
    scene = context.scene
    overrides = overrides or Overrides()
    settings = properties.read(scene).overridden(overrides)
    _require_possible(settings)
    scene_time.require_possible(scene)
    root = character or characters.find(context)
    in_nla = settings.use_nla and settings.frame_range is None
    playing = playing_keys(character_owners(root, scene), in_nla)
    if settings.existing_motion == "PROMPTS":
        playing = playing.with_clips_by_hand()
    lines = () if settings.use_nla else playing.lines(take_memory.lines_of(take_memory.current(root)))
    if source is None:
        source = chosen_sound(context, settings, properties.has_chosen_start(scene, overrides), lines)
    description = rig_reading.describe(root, scene)
    rig_reading.require_ready(root, description, scene)
    objects = characters.animated_objects(root, scene)
    motion_sources.require_no_tweak_mode(objects)
    timing = _timing(scene, settings, source, lines)
    said = (
        *(bystanders.notes(context, root) if character is None else ()),
        *source.notes,
        *unplayed_keys.without_slot(objects),
        *playing.notes,
        *scene_time.stretching_note(scene),
        *changed_lines.notes(scene, source, timing),
    )
    held, pin_notes = pins.read(context, root, scene_time.key_frames_a_frame(scene))
    phrases, phrase_notes = kept_phrases.read(root, scene, timing) if settings.use_prompts else ((), ())
    span = _span(scene, source, timing)
    import_torch()  # which is known to be here now, and SciPy
    from .face_controls.gathering import gather_controls, keypoints_path

    if source.parts and keypoints_path(settings) is not None:
        settings = replace(settings, keypoints="")
        said = (*said, "Keypoints are of one person in one video: in a dialogue they are left out.")
    settings, controls = gather_controls(context, root, settings, timing, span.sound[1], overrides.keys())
    existing = read_existing(root, scene, description, span, settings.use_prompts, playing)
    nla = NlaChannels()
    if settings.existing_motion != "KEEP":
        nla = read_nla(root, scene, description, span, playing)
    return Gathered(
        scene_id=compat.session_id(scene),
        root_id=compat.session_id(root),
        root_name=root.name,
        objects={part.name: compat.session_id(part) for part in objects},
        source=replace(source, notes=(*said, *pin_notes, *phrase_notes)),
        description=description,
        mapping=characters.stored_mapping(root),
        settings=settings,
        timing=timing,
        existing=existing,
        posed=pose_reading.read_pose(context, root, description, existing),
        paces=prompt_paces.read(root, scene, settings),
        sources=motion_sources.read_sources(objects, playing),
        pins=held,
        phrases=phrases,
        nla=nla,
        controls=controls,
        keys_before=meanwhile.keys_now(root, scene),
    )


def _timing(scene: bpy.types.Scene, settings: GenerateSettings, source: SoundSource, lines: tuple[Line, ...]) -> Timing:
    """How seconds of the sound become key frames. lines: of the take that plays, which stay."""
    a_frame = scene_time.key_frames_a_frame(scene)
    return Timing(
        scene_time.frames_per_second(scene) * a_frame,
        source.frame_start * a_frame,
        scene_time.key_range(scene, settings.frame_range),
        sound="" if source.parts else str(source.path),
        strip="" if source.parts else source.strip,
        lines=lines,
        spoken=tuple(_line(part, a_frame) for part in source.parts),
        step_frames=settings.step_frames,
        shot_start=scene.frame_start * a_frame,
    )


def _line(part: SoundPart, a_frame: float) -> Line:
    """What a take remembers of a part of its sound. a_frame: how far keys lie apart while a frame of the scene passes."""
    first, last = np.floor(part.first * a_frame), np.ceil(part.last * a_frame)
    return Line(str(part.source.path), part.source.strip, float(first), float(last))


def _span(scene: bpy.types.Scene, source: SoundSource, timing: Timing) -> Span:
    """Which frames matter, before the sound is read."""
    length_s = None if source.end_s is None else source.end_s - source.start_s
    if length_s is None and source.data is None:
        length_s = lengths.measured(source.path)
    last = np.inf if length_s is None else float(np.ceil(timing.frame(length_s)))
    a_frame = scene_time.key_frames_a_frame(scene)
    return Span(
        timing.region,
        (float(np.floor(timing.frame_start)), last),
        (scene.frame_start * a_frame, scene.frame_end * a_frame),
    )


def _require_possible(settings: GenerateSettings) -> None:
    if settings.mode == "DANCE":
        modes.require_dance()
    if not settings.parts:
        raise UserError(
            "No part is chosen, so there is nothing to generate.", "Choose Lips, for instance, under Parts."
        )
    preferences.require_packages("SPEECH")


def work(gathered: Gathered, progress: Progress) -> Worked:
    """From sound to curves. Any thread: nothing here touches bpy. Raises UserError, Cancelled."""
    began_s = time.perf_counter()
    timing = gathered.timing
    clip = gathered.sound
    if clip is None:
        progress.report(0.0, "Reading the sound")
        clip = read(gathered.source, progress.part(0.0, 0.1))
    scene_time.require_room(timing.frame_start, float(timing.frame(clip.duration_s)))
    progress.report(0.1, "Loading the models")
    chosen, perform = _pipeline(clip, gathered)
    hear = _listened(clip)
    from .conditions import Conditions
    from .fitting import fit

    conditions = Conditions.of(gathered, clip.duration_s)
    performance, said = _performed(clip, gathered, conditions, perform, progress.part(0.1, 0.85))
    progress.report(0.85, "Fitting to the character")
    fitted = fit(performance, gathered, conditions, clip.duration_s, progress.part(0.9, 1.0))
    heard = hear()
    notes = (
        *clip.warnings,
        *chosen.notes,
        *([heard.unfamiliar] if heard is not None and heard.unfamiliar else []),
        *left_out.only_in_dances(gathered.phrases, chosen.mode, conditions.settings.parts),
        *left_out.only_in_speech(gathered.settings, chosen.mode),
        *said,
        *performance.notes,
        *conditions.notes,
        *fitted.notes,
        *conditions.prompt_notes,
        *left_out.prompts_outside(timing, conditions.existing, fitted.plan),
    )
    return Worked(
        name=gathered.source.name,
        character=conditions.character,
        plan=fitted.plan,
        duration_s=clip.duration_s,
        seconds=time.perf_counter() - began_s,
        notes=tuple(dict.fromkeys(notes)),
        switches=fitted.switches,
        replaces_everything=gathered.replaces_everything and conditions.settings.stance != "AS_POSED",
        has_prompts=conditions.has_prompts,
        of_clips=conditions.motion.replaced_paths,
        mode=chosen.mode,
        beats=_beats(performance),
        heard=heard.text if heard is not None else "",
    )


def _pipeline(clip: AudioClip, gathered: Gathered) -> tuple[modes.Chosen, Callable[..., Any]]:
    """What is performed to a sound, and its `perform`, imported when someone generates. Raises UserError if a package is missing."""
    try:
        chosen = modes.choose(clip, gathered.settings, gathered.listening is not None)
        return chosen, modes.pipeline(chosen)
    except (ImportError, OSError) as error:  # OSError: a library inside a package does not fit this system
        logger.info("cannot generate: %s", without_home(str(error)))
        raise UserError(
            f"{getattr(error, 'name', None) or error} is missing in Blender's Python.",
            "Install the full zip of Audio2Rig for your platform, which brings it (see the add-on's preferences).",
        ) from error


def _listened(clip: AudioClip) -> Callable[[], SoundLikeness | None]:
    """Begin to hear what a sound is like, beside everything else; gives what to call for the outcome."""
    try:
        from ..performance.sound_likeness import begin
    except (ImportError, OSError):  # without PyTorch nobody can say
        return lambda: None
    return begin(clip)


def _performed(
    clip: AudioClip, gathered: Gathered, conditions: Conditions, perform: Callable[..., Any], progress: Progress
) -> tuple[Performance, tuple[str, ...]]:
    """What is performed, whoever the character is, and sentences about what it was given. Raises UserError."""
    from ..performance.face.control_listening import listening_as

    settings, called = conditions.settings, gathered.root_name
    prompts, face, said = _watched(gathered, conditions, clip.duration_s)
    controls, more = gathered.controls.complete(settings, gathered.listening, face)
    performance = perform(clip, settings, progress, prompts=prompts, character=called, controls=controls)
    if gathered.listening is not None:
        performance = listening_as(performance, gathered.listening, settings, controls, called)
    return performance, (*said, *more)


def _watched(
    gathered: Gathered, conditions: Conditions, duration_s: float
) -> tuple[PosePrompts, Donor | None, tuple[str, ...]]:
    """The prompts with the poses in a video's keypoints, the face in them, and sentences about both. Raises UserError."""
    if gathered.controls.keypoints is None:
        return conditions.prompts, None, ()
    from ..performance.keypoints.poses import beside
    from ..performance.keypoints.watching import watch

    found = watch(gathered.controls.keypoints, conditions.settings, duration_s, gathered.source.start_s)
    return beside(conditions.prompts, found.poses), found.face, found.notes


def _beats(performance: Performance) -> tuple[tuple[float, bool], ...]:
    """(seconds, whether a bar begins) of each beat."""
    bars = set(performance.downbeats_s.tolist())
    return tuple((time_s, time_s in bars) for time_s in performance.beats_s.tolist())


def write(gathered: Gathered, worked: Worked) -> Report:
    """Write the curves as a new take on the character, all of it or nothing. Main thread. Raises UserError if the character is gone."""
    began_s = time.perf_counter()
    scene, root = writing.find(gathered.scene_id, gathered.root_id, gathered.root_name)
    with Transaction(scene, root):
        return new_take.write(scene, root, gathered, worked, began_s)
