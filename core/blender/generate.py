# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate from Audio, in three steps: gather on the main thread, work in any thread, write on the main thread.

Only `gather` and `write` touch bpy; between them travels plain data, so that Blender stays usable and undo is one step.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from ..errors import UserError
from ..performance import modes
from ..performance.parts import in_body, moved_joints
from ..private_paths import without_home
from ..progress import Progress
from ..prompts.kept_phrases import KeptPhrase
from ..prompts.pacing import PromptPaces
from ..rigs.animation import Controls, RigSwitch
from ..rigs.character import Character
from ..rigs.description import RigDescription
from ..rigs.pins import Pin
from ..rigs.posed_figure import PosedFigure
from ..settings import DEFAULT_PARTS, PARTS, GenerateSettings, Overrides
from ..wording import count
from . import (
    beat_markers,
    characters,
    compat,
    inspection,
    kept_phrases,
    meanwhile,
    pins,
    preferences,
    prompt_paces,
    prompts,
    properties,
    writing,
)
from .keying.channels import Channel
from .keying.existing_keys import ExistingChannel, Span, read_existing
from .keying.lines import Line
from .keying.nla_channels import NlaChannels, read_nla
from .keying.plan import Plan
from .keying.rig_prompts import have_prompts, out_of_range_notes, rig_prompts
from .keying.shared_prompts import share_prompts
from .keying.timing import Timing
from .reading import hidden_motion, motion_sources, pose_reading, rig_reading, shared_data
from .reading.motion_sources import MotionSource
from .report import Report
from .setting_properties import scene_settings
from .sounds import changed_lines, lengths, outside, scene_time, timeline
from .sounds.source import SoundPart, SoundSource, read
from .sounds.start import chosen_sound
from .takes import adding, describing, take_memory
from .takes.playing_keys import character_owners, playing_keys
from .torch_import import import_torch
from .transaction import Transaction

if TYPE_CHECKING:
    from ..audio.clip import AudioClip
    from ..performance.face.control_sources import Donor
    from ..performance.face.listening import Listening
    from ..performance.performance import Performance
    from ..performance.sound_likeness import SoundLikeness
    from ..prompts.model import PosePrompts
    from ..rigs.retargeting.kept_pose import KeptPose
    from .face_controls.gathering import GatheredControls

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Gathered:
    """Everything that `work` needs, without bpy.

    scene_id, root_id: session ids of the scene and of the character's root. objects: name, then → session id of each object of the
    character. mapping: hand-made corrections or None. timing: how seconds of sound become frames. existing: what is keyed on the
    character now; sources: all that moves it; nla: what its NLA does. controls: where lips, head, eyes and expression come from.
    keypoints: of a video, which drive face and body. keys_before: all keys that play, to see what was set since. listening: when it is
    others who speak, in a dialogue. phrases: of a dance, that come again.
    """

    scene_id: int
    root_id: int
    root_name: str
    objects: dict[str, int]
    source: SoundSource
    description: RigDescription
    mapping: dict[str, Any] | None
    settings: GenerateSettings
    timing: Timing
    existing: dict[Channel, ExistingChannel]
    posed: PosedFigure
    paces: PromptPaces
    sources: tuple[MotionSource, ...] = ()
    listening: Listening | None = None
    pins: tuple[Pin, ...] = ()
    phrases: tuple[KeptPhrase, ...] = ()
    nla: NlaChannels = field(default_factory=NlaChannels)
    controls: GatheredControls | None = None
    keypoints: Path | None = None
    keys_before: meanwhile.KeysBefore = field(default_factory=dict)

    @property
    def replaces_everything(self) -> bool:
        """Whether nothing that an earlier generation wrote is to stay."""
        whole = self.settings.parts >= DEFAULT_PARTS and not self.settings.holds and self.settings.stance != "AS_POSED"
        return whole and self.timing.region is None


@dataclass(frozen=True)
class Worked:
    """The result of `work`: the curves to write, what of the rig must be switched for them, and what to say about it.

    replaces_everything: whether nothing that an earlier generation wrote is to stay. has_prompts: whether there are any.
    of_clips: what clips move that are replaced, (object, on its shape keys, data path). mode: SPEECH or DANCE, whichever it became.
    beats: (seconds from the sound's beginning, whether a bar begins) of each beat of the music. heard: what the sound is like.
    """

    name: str
    character: Character
    plan: Plan
    duration_s: float
    seconds: float
    notes: tuple[str, ...] = ()
    switches: tuple[RigSwitch, ...] = ()
    replaces_everything: bool = False
    has_prompts: bool = False
    of_clips: frozenset[tuple[str, bool, str]] = frozenset()
    mode: str = "SPEECH"
    beats: tuple[tuple[float, bool], ...] = ()
    heard: str = ""


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
    a_frame = scene_time.key_frames_a_frame(scene)
    timing = Timing(
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
    said = (
        *source.notes,
        *playing.notes,
        *scene_time.stretching_note(scene),
        *changed_lines.notes(scene, source, timing),
    )
    held, pin_notes = pins.read(context, root, a_frame)
    phrases, phrase_notes = kept_phrases.read(root, scene, timing) if settings.use_prompts else ((), ())
    span = _span(scene, source, timing)
    import_torch()  # which is known to be here now, and SciPy
    from .face_controls.gathering import gather_controls, keypoints_path

    keypoints = keypoints_path(settings)
    if keypoints is not None and source.parts:
        keypoints, settings = None, replace(settings, keypoints="")
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
        keypoints=keypoints,
        keys_before=meanwhile.keys_now(root, scene),
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


def _drivable(parts: frozenset[str], character: Character) -> tuple[frozenset[str], list[str]]:
    """The parts that this character can show, and a sentence for each reason why others cannot. Raises UserError if none."""
    from ..rigs.detection.drivable_parts import undrivable_parts

    undrivable = {
        part: reason
        for part, reason in undrivable_parts(character.description, character.roles).items()
        if part in parts
    }
    if "ROOT" in parts and not parts & {"BODY", "LEGS"}:
        undrivable["ROOT"] = "it travels with the body, which is switched off"
    by_reason: dict[str, list[str]] = {}
    for part, reason in undrivable.items():
        by_reason.setdefault(reason, []).append(part)
    said = [
        f"{_listed(frozenset(stay))} of {character.description.name} cannot be driven: {reason}."
        for reason, stay in by_reason.items()
    ]
    if undrivable.keys() == parts:
        raise UserError(" ".join(said), "Switch on other parts, or say under Mapping which bone is which.")
    return parts - undrivable.keys(), said


def _listed(parts: frozenset[str]) -> str:
    return ", ".join(sorted(label for identifier, label, _tooltip in PARTS if identifier in parts))


def work(gathered: Gathered, progress: Progress) -> Worked:
    """From sound to curves. Any thread: nothing here touches bpy. Raises UserError, Cancelled."""
    began_s = time.perf_counter()
    timing = gathered.timing
    progress.report(0.0, "Reading the sound")
    clip = read(gathered.source, progress.part(0.0, 0.1))
    scene_time.require_room(timing.frame_start, float(timing.frame(clip.duration_s)))
    progress.report(0.1, "Loading the models")
    chosen, perform = _pipeline(clip, gathered)
    hear = _listened(clip)
    from ..performance.face.control_listening import listening_as
    from ..performance.frames import at_frames
    from ..prompts.blending import with_holds
    from ..rigs.detection import mapping
    from ..rigs.retargeting import lip_calibration
    from ..rigs.retargeting.canonical_prompts import prompts_in_canonical_space
    from ..rigs.retargeting.kept_pose import KeptPose
    from .keying.channel_acting import ChannelActing
    from .keying.existing_motion import ExistingMotion
    from .keying.held_limbs import HeldLimbs
    from .keying.keyframe_plan import leave_locked, make_plan
    from .stance import in_its_stance

    character = Character.of(gathered.description, mapping.map_character(gathered.description, gathered.mapping))
    parts, undrivable = _drivable(gathered.settings.parts, character)
    settings = replace(gathered.settings, parts=parts)
    sounding = _sounding(timing, clip.duration_s)
    motion = ExistingMotion.of(
        gathered.sources, character, settings, sounding, timing.frames_per_second, gathered.nla.unread
    )
    existing = motion.without_clip_keys(gathered.existing)
    existing = motion.with_nla(existing, gathered.nla, sounding, timing.shot_start, settings.use_prompts)
    existing, conflicts = share_prompts(existing, gathered.description, character.mapping, timing)
    settings, stance_notes = in_its_stance(replace(settings, parts=motion.parts_left), gathered.posed, character)
    given = rig_prompts(existing, gathered.description, timing)
    asked, out_of_range = prompts_in_canonical_space(given, character, moved_joints(settings))
    asked = with_holds(asked, prompt_paces.of_joints(asked, gathered.paces, timing))
    asked = replace(asked, phrases=gathered.phrases)
    asked, face, watched_notes = _watched(gathered, settings, asked, clip.duration_s)
    face_controls, control_notes = None, ()
    if gathered.controls is not None:
        face_controls, control_notes = gathered.controls.complete(settings, gathered.listening, face)
    performance = perform(
        clip, settings, progress.part(0.1, 0.85), prompts=asked, character=gathered.root_name, controls=face_controls
    )
    progress.report(0.85, "Fitting to the character")
    if gathered.listening is not None:
        performance = listening_as(performance, gathered.listening, settings, face_controls, gathered.root_name)
    grid = timing.grid(clip.duration_s)
    step = timing.step_frames
    poses = -(-len(grid) // step)
    face, lip_note = lip_calibration.fitted(
        performance.face, character.description, character.mapping, settings.calibrate_lips, settings.lip_opening
    )
    performance = replace(performance, face=face)
    performance = at_frames(performance, timing.frames_per_second / step, float(timing.time_s(grid[0])), poses)
    kept = KeptPose.of(gathered.posed, character, settings)
    controls = motion.without_kept(_controls(performance, character, settings.parts, kept))
    controls = controls.held(step, len(grid)) if step > 1 else controls
    acting = ChannelActing.of(gathered.description, character.roles, character.mapping.keys, gathered.paces)
    plan = make_plan(
        controls,
        gathered.description,
        timing,
        existing,
        settings.shape_tolerance,
        settings.rotation_tolerance,
        progress.part(0.9, 1.0),
        replace(acting.around_closures(performance.phones, timing), limbs=HeldLimbs(character, kept, gathered.pins)),
    )
    plan = leave_locked(plan, gathered.description)
    heard = hear()
    notes = (
        *clip.warnings,
        *chosen.notes,
        *([heard.unfamiliar] if heard is not None and heard.unfamiliar else []),
        *_only_in_dances(gathered.phrases, chosen.mode, settings.parts),
        *watched_notes,
        *_only_in_speech(gathered.settings, chosen.mode),
        *control_notes,
        *performance.notes,
        *undrivable,
        *motion.notes,
        *(gathered.nla.notes() if motion.decision.prompts else ()),
        *stance_notes,
        *([lip_note] if lip_note and "LIPS" in settings.parts else []),
        *controls.notes,
        *plan.notes,
        *out_of_range_notes(out_of_range, timing),
        *_prompts_outside(timing, existing, plan),
        *conflicts,
    )
    seconds = time.perf_counter() - began_s
    drops = gathered.replaces_everything and settings.stance != "AS_POSED"
    return Worked(
        gathered.source.name,
        character,
        plan,
        clip.duration_s,
        seconds,
        tuple(dict.fromkeys(notes)),
        controls.switches,
        drops,
        have_prompts(existing, character, gathered.settings.use_nla or bool(timing.lines)),
        motion.replaced_paths,
        chosen.mode,
        _beats(performance),
        heard.text if heard is not None else "",
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


def _watched(
    gathered: Gathered, settings: GenerateSettings, asked: PosePrompts, duration_s: float
) -> tuple[PosePrompts, Donor | None, tuple[str, ...]]:
    """The prompts with the poses in a video's keypoints, the face in them, and sentences about both. Raises UserError."""
    if gathered.keypoints is None:
        return asked, None, ()
    from ..performance.keypoints.poses import beside
    from ..performance.keypoints.watching import watch

    found = watch(gathered.keypoints, settings, duration_s, gathered.source.start_s)
    return beside(asked, found.poses), found.face, found.notes


def _listened(clip: AudioClip) -> Callable[[], SoundLikeness | None]:
    """Begin to hear what a sound is like, beside everything else; gives what to call for the outcome."""
    try:
        from ..performance.sound_likeness import begin
    except (ImportError, OSError):  # without PyTorch nobody can say
        return lambda: None
    return begin(clip)


def _beats(performance: Performance) -> tuple[tuple[float, bool], ...]:
    """(seconds, whether a bar begins) of each beat."""
    bars = set(performance.downbeats_s.tolist())
    return tuple((time_s, time_s in bars) for time_s in performance.beats_s.tolist())


def _controls(performance: Performance, character: Character, parts: frozenset[str], kept: KeptPose) -> Controls:
    """The performance on this character. Raises UserError if nothing of it can be driven."""
    from ..rigs.retargeting import locks, retarget
    from ..rigs.retargeting.slider_curves import through_sliders

    controls = retarget.retarget(performance, character, parts, kept=kept)
    controls = locks.respect_locks(controls, character)
    if not controls.shapes and not controls.rotations and not controls.locations:
        raise UserError(
            f'Nothing of "{character.description.name}" was recognised, so nothing can be driven. '
            + " ".join(controls.notes),
            "Tell under Mapping which shape or bone is which.",
        )
    controls = replace(controls, resting=retarget.face_at_rest(performance, character, parts))
    return through_sliders(controls, character.description)


def _only_in_dances(phrases: tuple[KeptPhrase, ...], mode: str, parts: frozenset[str]) -> list[str]:
    """A sentence about phrases that nobody dances."""
    if not phrases or mode == "DANCE" and in_body(parts):
        return []
    why = "phrases come again in a dance only, and here someone speaks"
    if mode == "DANCE":
        why = "Body is off, and they are danced with the body"
    return [f"{count(len(phrases), 'kept phrase')} left out: {why}."]


def _only_in_speech(settings: GenerateSettings, mode: str) -> list[str]:
    """A sentence about a performer whom nobody speaks like."""
    if mode != "DANCE" or not settings.performer.strip() or not settings.parts & {"LIPS", "EXPRESSION"}:
        return []
    return ["The performer's file changes nothing here: it says how somebody speaks, and here someone dances."]


def _sounding(timing: Timing, duration_s: float) -> tuple[float, float]:
    """The first and last frame that are generated."""
    grid = timing.grid(duration_s)
    first, last = float(grid[0]), float(grid[-1])
    if timing.region is None:
        return first, last
    return max(first, timing.region[0]), min(last, timing.region[1])


def _prompts_outside(timing: Timing, existing: Mapping[Channel, ExistingChannel], plan: Plan) -> tuple[str, ...]:
    """A sentence about keys set by hand before and after the sound, if there are any on the channels that are written."""
    first, last = plan.frame_range
    if timing.region is not None:
        return ()
    written = {(track.target, track.on_shape_keys, keys.path) for track in plan.tracks for keys in track.keys}
    frames = [
        fixed.frames
        for channel, fixed in existing.items()
        if (channel.target, channel.on_shape_keys, channel.path) in written
    ]
    together = np.unique(np.concatenate([np.empty(0), *frames]))
    said = [
        f"{some[0]:g} to {some[-1]:g}" if len(some) > 1 else f"{some[0]:g}"
        for some in (together[together < first - 0.5], together[together > last + 0.5])
        if len(some)
    ]
    return (f"Keys set by hand outside of the sound stay as they are (frames {' and '.join(said)}).",) if said else ()


def write(gathered: Gathered, worked: Worked) -> Report:
    """Write the curves as a new take on the character, all of it or nothing. Main thread. Raises UserError if the character is gone."""
    began_s = time.perf_counter()
    scene, root = writing.find(gathered.scene_id, gathered.root_id, gathered.root_name)
    with Transaction(scene, root):
        return _write(scene, root, gathered, worked, began_s)


def _in_the_timeline(scene: bpy.types.Scene, gathered: Gathered, first: float, last: float) -> list[str]:
    """Let the take be heard and seen to its end, as the settings want it. Returns sentences for the report. first, last: of its
    keys."""
    settings, source = gathered.settings, gathered.source
    said: list[str] = []
    if settings.use_sound_strip and source.strip:
        said += timeline.follow_sound(scene)
    elif settings.use_sound_strip:
        said += timeline.make_heard(scene, source.path, source.frame_start, settings.audio_path)
    if settings.extend_scene and not source.strip and gathered.timing.region is None:
        said += timeline.extend_once(scene, source.path, first, last)
    return said


def _mark_beats(scene: bpy.types.Scene, gathered: Gathered, worked: Worked, first: float, last: float) -> list[str]:
    """Put the beats on the timeline, if the settings want it, or take away those that are there. first, last: of the take's keys."""
    timing, source = gathered.timing, gathered.source
    a_frame = scene_time.key_frames_a_frame(scene)
    beats = [
        (round(float(timing.frame(time_s)) / a_frame), beat_markers.DOWNBEAT if is_first else beat_markers.BEAT)
        for time_s, is_first in worked.beats
        if gathered.settings.beat_markers
    ]
    frames = math.floor(first / a_frame), math.ceil(last / a_frame)
    return beat_markers.renew(scene, f"{source.path}|{source.strip}", beats, frames, timing.region is not None)


def _prompts_kept(scene: bpy.types.Scene, root: bpy.types.Object, gathered: Gathered, worked: Worked) -> int:
    """Renew the list of prompts. Returns how many it has: all of them are kept, those beside the sound or the range, too."""
    if not (worked.has_prompts or characters.memory(root).prompts):
        return 0
    with_clips = gathered.settings.existing_motion == "PROMPTS"
    found = prompts.refresh(root, scene, worked.character, with_clips)
    return len(found) if gathered.settings.use_prompts else 0


def _write(
    scene: bpy.types.Scene, root: bpy.types.Object, gathered: Gathered, worked: Worked, began_s: float
) -> Report:
    settings, timing, plan = gathered.settings, gathered.timing, worked.plan
    tracks, track_notes = writing.tracks(
        scene, root, plan, gathered.objects, worked.switches, settings.use_nla, worked.of_clips
    )
    since = meanwhile.notes(root, scene, gathered.keys_before)
    since += meanwhile.changed_rate(scene, timing.frames_per_second)
    since += meanwhile.changed_modes(root, gathered.description.bones, tracks)
    tracks, lost = meanwhile.without_lost(tracks)
    take, keys = adding.add(
        characters.own_memory(root, scene),
        worked.name,
        tracks,
        worked.replaces_everything,
        settings.use_nla,
        timing.frame_start,
    )
    grid = timing.grid(worked.duration_s)
    heard = float(grid[0]), float(grid[-1])
    take_memory.remember_lines(take, timing.lines_to_remember(*heard))
    notes = [*since, *lost, *gathered.source.notes, *worked.notes, *track_notes, *timing.notes(*heard)]
    notes += hidden_motion.notes(scene, tracks, settings.use_nla) + shared_data.notes(scene, root, tracks)
    first, last = plan.frame_range
    notes += _in_the_timeline(scene, gathered, first, last) + _mark_beats(scene, gathered, worked, first, last)
    notes += outside.notes(scene, first, last)
    kept = _prompts_kept(scene, root, gathered, worked)
    describing.remember_making(take, settings, kept, plan.frame_range, worked.mode)
    take.heard = worked.heard
    report = Report(
        take.name,
        root.name,
        keys,
        plan.shapes,
        plan.bones,
        kept,
        worked.duration_s,
        worked.seconds,
        time.perf_counter() - began_s,
        tuple(note for note in notes if note),
    )
    take.report = scene_settings(scene).last_report = report.text
    if characters.memory(root).summary != worked.character.mapping.summary():
        inspection.show(root, scene, worked.character.description, worked.character.mapping)
    if scene_settings(scene).character is None:
        characters.follow_selection_to(scene, root)
    logger.info("%s (frames %.0f to %.0f)", report.headline, first, last)
    return report
