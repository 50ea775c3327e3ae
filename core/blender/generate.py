# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate from Audio, in three steps: gather on the main thread, work in any thread, write on the main thread.

Only `gather` and `write` touch bpy; between them travels plain data, so that Blender stays usable and undo is one step.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ..errors import UserError
from ..progress import Progress
from ..rigs.animation import RigSwitch
from ..rigs.character import Character
from ..rigs.description import RigDescription
from . import characters, compat, preferences, prompts, rig_reading, sound, takes
from .keying import keyframe_plan, rig_switches
from .keying.channels import Channel
from .keying.existing_keys import ExistingChannel, read_existing
from .keying.timing import Timing
from .properties import PARTS
from .report import Report

logger = logging.getLogger(__name__)
ALL_BUT_ROOT = frozenset(part[0] for part in PARTS) - {"ROOT"}
STRENGTHS = ("lips", "expression", "eyes", "head", "body", "hands")


@dataclass(frozen=True)
class Overrides:
    """What a caller gives instead of the scene's settings; None: as the scene says.

    frame_start alone: the frame at which the sound begins. frame_start and frame_end: only re-generate inside them.
    """

    filepath: str | None = None
    mode: str | None = None
    seed: int | None = None
    frame_start: int | None = None
    frame_end: int | None = None
    parts: frozenset[str] | None = None
    character: bpy.types.Object | None = None
    locomotion: str | None = None
    transcript: str | None = None


@dataclass(frozen=True)
class Gathered:
    """Everything that `work` needs, without bpy.

    scene_id, root_id: session ids of the scene and of the character's root. mapping: hand-made corrections or None.
    options: keyword arguments of SpeechSettings. timing: how seconds of sound become frames. existing: what animates the character now.
    """

    scene_id: int
    root_id: int
    root_name: str
    source: sound.SoundSource
    description: RigDescription
    mapping: dict[str, Any] | None
    options: dict[str, Any]
    timing: Timing
    existing: dict[Channel, ExistingChannel]
    shape_tolerance: float
    rotation_tolerance_deg: float
    all_parts: bool
    as_nla: bool
    add_sound: bool
    seed: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Worked:
    """The result of `work`: the curves to write, what of the rig must be switched for them, and what to say about it."""

    name: str
    character: Character
    plan: keyframe_plan.Plan
    duration_s: float
    seconds: float
    notes: tuple[str, ...] = ()
    switches: tuple[RigSwitch, ...] = ()


def gather(context: bpy.types.Context, overrides: Overrides | None = None) -> Gathered:
    """Read settings, sound source and character. Raises UserError if something is missing; changes nothing."""
    overrides = overrides or Overrides()
    scene = context.scene
    settings = scene.audio2rig
    notes: list[str] = []
    _require_mode(overrides.mode or settings.mode)
    parts = frozenset(settings.parts) if overrides.parts is None else overrides.parts
    if not parts:
        raise UserError(
            "No part is chosen, so there is nothing to generate.", "Choose Lips, for instance, under Parts."
        )
    region = None
    frame_start = settings.frame_start
    if overrides.frame_end is not None:
        first = overrides.frame_start if overrides.frame_start is not None else frame_start
        if overrides.frame_end <= first:
            raise UserError(
                f"The range ends (frame {overrides.frame_end}) before it begins (frame {first}).",
                "Give a frame_end after frame_start.",
            )
        region = (float(first), float(overrides.frame_end))
    elif overrides.frame_start is not None:
        frame_start = overrides.frame_start
    if overrides.filepath is None and settings.audio_source == "STRIP":
        source = sound.from_strip(context, settings.strip)
    else:
        source = sound.from_file(overrides.filepath or settings.audio_path, float(frame_start))
    root = overrides.character or characters.find(context)
    description = rig_reading.describe(root, scene)
    rig_reading.require_ready(root, description, scene)
    seed = settings.seed if overrides.seed is None else overrides.seed
    device, threads = preferences.get()
    options = {
        "seed": seed,
        "parts": parts,
        "emotion": settings.emotion,
        "emotion_strength": settings.emotion_strength,
        "style": settings.style,
        "locomotion": overrides.locomotion or settings.locomotion,
        "transcript": transcript(settings) if overrides.transcript is None else overrides.transcript,
        "device": device,
        "threads": threads,
    }
    options |= {f"{name}_strength": getattr(settings, f"{name}_strength") for name in STRENGTHS}
    timing = Timing(
        sound.frames_per_second(scene),
        source.frame_start,
        region,
        sound=str(source.path),
        strip=source.strip,
        lines=() if settings.use_nla else takes.lines_of(takes.current(root)),
    )
    return Gathered(
        scene_id=compat.session_id(scene),
        root_id=compat.session_id(root),
        root_name=root.name,
        source=source,
        description=description,
        mapping=stored_mapping(root),
        options=options,
        timing=timing,
        existing=read_existing(root, scene, description, region, settings.use_prompts),
        shape_tolerance=settings.shape_tolerance,
        rotation_tolerance_deg=settings.rotation_tolerance,
        all_parts=parts >= ALL_BUT_ROOT and region is None,
        as_nla=settings.use_nla,
        add_sound=settings.use_sound_strip,
        seed=seed,
        notes=(*notes, *source.notes),
    )


def stored_mapping(root: bpy.types.Object) -> dict[str, Any] | None:
    """The corrections of the mapping that were made by hand. Raises UserError if what is stored is damaged."""
    stored = characters.memory(root).mapping
    try:
        return json.loads(stored) if stored else None
    except ValueError as error:
        raise UserError(
            f'The mapping stored with "{root.name}" is damaged: {error}.', "Reset it under Mapping."
        ) from error


def _require_mode(mode: str) -> None:
    if mode == "DANCE":
        raise UserError("Dance is not available in this version.", "Choose Speech or Auto under Mode.")


def transcript(settings: bpy.types.PropertyGroup) -> str:
    """What is said, from the line in the panel or the text that is chosen there; "" if nobody wrote it down."""
    return settings.transcript_text.as_string() if settings.transcript_text is not None else settings.transcript


def _reachable(parts: frozenset[str], character: Character) -> tuple[frozenset[str], list[str]]:
    """The parts that this character can show, and a sentence for each reason why others cannot. Raises UserError if none."""
    from ..rigs.detection.drivable_parts import undrivable_parts

    lacking = {
        part: reason
        for part, reason in undrivable_parts(character.description, character.roles).items()
        if part in parts
    }
    if "ROOT" in parts and "BODY" not in parts:
        lacking["ROOT"] = "it travels with the body, which is switched off"
    by_reason: dict[str, list[str]] = {}
    for part, reason in lacking.items():
        by_reason.setdefault(reason, []).append(part)
    said = [
        f"{_listed(frozenset(stay))} of {character.description.name} cannot be driven: {reason}."
        for reason, stay in by_reason.items()
    ]
    if lacking.keys() == parts:
        raise UserError(" ".join(said), "Switch on other parts, or say under Mapping which bone is which.")
    return parts - lacking.keys(), said


def _listed(parts: frozenset[str]) -> str:
    return ", ".join(part.capitalize() for part in sorted(parts))


def work(gathered: Gathered, progress: Progress) -> Worked:
    """From sound to curves. Any thread: nothing here touches bpy. Raises UserError, Cancelled."""
    began_s = time.perf_counter()
    progress.report(0.0, "Reading the sound")
    clip = sound.read(gathered.source, progress.part(0.0, 0.1))
    progress.report(0.1, "Loading the models")
    try:
        from ..performance.speech import SpeechSettings, perform
    except (ImportError, OSError) as error:  # OSError: a library inside a package does not fit this system
        logger.info("cannot generate: %s", error)
        raise UserError(
            f"{getattr(error, 'name', None) or error} is missing in Blender's Python.",
            "Install the full zip of Audio2Rig for your platform, which brings it (see the add-on's preferences).",
        ) from error
    from ..performance.frames import at_frames
    from ..rigs.detection import mapping
    from ..rigs.retargeting import locks, retarget

    character = Character.of(gathered.description, mapping.map_character(gathered.description, gathered.mapping))
    parts, unreached = _reachable(gathered.options["parts"], character)
    timing = gathered.timing
    asked, beyond = prompts.asked(gathered.existing, character, parts, timing)
    performance = perform(
        clip, SpeechSettings(**gathered.options | {"parts": parts}), progress.part(0.1, 0.85), prompts=asked
    )
    progress.report(0.85, "Fitting to the character")
    grid = timing.grid(clip.duration_s)
    performance = at_frames(performance, timing.frames_per_second, timing.time_s(grid[0]), len(grid))
    controls = retarget.retarget(performance, character, parts)
    controls = locks.respect_locks(controls, character)
    if not controls.shapes and not controls.rotations and not controls.locations:
        raise UserError(
            f'Nothing of "{gathered.root_name}" was recognised, so nothing can be driven. ' + " ".join(controls.notes),
            "Tell under Mapping which shape or bone is which.",
        )
    plan = keyframe_plan.make_plan(
        controls,
        gathered.description,
        timing,
        gathered.existing,
        gathered.shape_tolerance,
        gathered.rotation_tolerance_deg,
        progress.part(0.9, 1.0),
        character.roles,
    )
    plan = keyframe_plan.leave_locked(plan, gathered.description)
    notes = (
        *clip.warnings,
        *performance.notes,
        *unreached,
        *controls.notes,
        *plan.notes,
        *beyond,
        *_prompts_outside(gathered, plan),
    )
    return Worked(
        gathered.source.name,
        character,
        plan,
        clip.duration_s,
        time.perf_counter() - began_s,
        tuple(dict.fromkeys(notes)),
        controls.switches,
    )


def _prompts_outside(gathered: Gathered, plan: keyframe_plan.Plan) -> tuple[str, ...]:
    """A sentence about keys set by hand before and after the sound, if there are any on the channels that are written."""
    first, last = plan.frame_range
    if gathered.timing.region is not None:
        return ()
    written = {(track.target, track.on_shape_keys, keys.path) for track in plan.tracks for keys in track.keys}
    frames = [
        fixed.frames
        for channel, fixed in gathered.existing.items()
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
    """Write the curves as a new take on the character. Main thread. Raises UserError if the character is gone."""
    began_s = time.perf_counter()
    scene = next((scene for scene in bpy.data.scenes if compat.session_id(scene) == gathered.scene_id), None)
    if scene is None:
        raise UserError("The scene was deleted while the sound was worked on.", "Nothing was written.")
    root = next((part for part in scene.objects if compat.session_id(part) == gathered.root_id), None)
    if root is None:
        raise UserError(f'"{gathered.root_name}" is not in the scene any more.', "Nothing was written.")
    tracks, notes = [], [*gathered.notes, *worked.notes]
    for track in worked.plan.tracks:
        target = scene.objects.get(track.target)
        if target is not None and track.on_shape_keys and compat.can_override_data(target):
            compat.override_data(target)
            notes.append(
                f'The mesh of "{target.name}" is linked; it became a library override, so that its keys can be set.'
            )
        if target is None or takes.owner_of(target, track.on_shape_keys) is None:
            raise UserError(f'"{track.target}" changed while the sound was worked on.', "Generate again.")
        keys = track.keys
        if target == root and not track.on_shape_keys:
            added, unset = rig_switches.curves_for(root, worked.switches, *worked.plan.frame_range, gathered.as_nla)
            keys, notes = (*keys, *added), [*notes, *unset]
        tracks.append(takes.Track(target, track.on_shape_keys, keys))
    take, keys = takes.add(
        characters.own_memory(root, scene),
        worked.name,
        tracks,
        gathered.all_parts and gathered.timing.region is None,
        gathered.as_nla,
        gathered.timing.frame_start,
    )
    first, last = worked.plan.frame_range
    take.seed = gathered.seed
    frames = gathered.timing.grid(worked.duration_s)
    takes.remember_lines(take, gathered.timing.lines_after(float(frames[0]), float(frames[-1])))
    notes += gathered.timing.notes(float(frames[0]), float(frames[-1]))
    if last > scene.frame_end:
        notes.append(f"The take ends at frame {last:.0f}, the scene at {scene.frame_end}.")
    if gathered.add_sound:
        notes.append(_add_sound_strip(scene, gathered))
    report = Report(
        take.name,
        root.name,
        keys,
        worked.plan.shapes,
        worked.plan.bones,
        worked.plan.prompts,
        worked.duration_s,
        worked.seconds,
        time.perf_counter() - began_s,
        tuple(note for note in notes if note),
    )
    take.report = scene.audio2rig.last_report = report.text
    if worked.plan.prompts or characters.memory(root).prompts:
        prompts.refresh(root, scene, worked.character)
    if scene.audio2rig.character is None:
        characters.follow_selection_to(scene, root)
    logger.info("%s (frames %.0f to %.0f)", report.headline, first, last)
    return report


def _add_sound_strip(scene: bpy.types.Scene, gathered: Gathered) -> str:
    if gathered.source.data is not None or any(
        strip.type == "SOUND"
        and strip.sound is not None
        and bpy.path.abspath(strip.sound.filepath) == str(gathered.source.path)
        for strip in compat.strips(scene)
    ):
        return ""
    channels = [strip.channel for strip in compat.strips(scene)]
    try:
        compat.new_sound_strip(
            scene,
            gathered.source.name,
            str(gathered.source.path),
            max(channels, default=0) + 1,
            round(gathered.timing.frame_start),
        )
    except RuntimeError as error:  # a build of Blender without sound; the take is there all the same
        return f"The sound could not be added to the sequencer: {str(error).strip()}."
    return "The sound was added to the sequencer."


def generate(
    context: bpy.types.Context, overrides: Overrides | None = None, progress: Progress | None = None
) -> Report:
    """All three steps in a row, for scripts and the command line. Raises UserError with nothing changed."""
    gathered = gather(context, overrides)
    worked = work(gathered, progress or Progress())
    return write(gathered, worked)
