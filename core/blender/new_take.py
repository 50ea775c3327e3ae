# SPDX-License-Identifier: GPL-3.0-or-later
"""A new take from what was worked out: its keys, what is remembered of it, the timeline around it, and the report."""

from __future__ import annotations

import logging
import math
import time

import bpy

from . import beat_markers, characters, inspection, meanwhile, prompts, writing
from .generation import Gathered, Worked
from .reading import dialled_values, hidden_motion, shared_data, unplayed_keys
from .report import Report
from .sounds import outside, scene_time, timeline
from .takes import adding, describing, take_memory

logger = logging.getLogger(__name__)


def write(scene: bpy.types.Scene, root: bpy.types.Object, gathered: Gathered, worked: Worked, began_s: float) -> Report:
    """Write it on the character, inside a transaction. began_s: when writing began. Raises UserError if what it is for is gone."""
    settings, timing, plan = gathered.settings, gathered.timing, worked.plan
    tracks, track_notes = writing.tracks(
        scene, root, plan, gathered.objects, worked.switches, settings.use_nla, worked.of_clips
    )
    since = meanwhile.notes(root, scene, gathered.keys_before)
    since += meanwhile.changed_rate(scene, timing.frames_per_second)
    since += meanwhile.changed_modes(root, gathered.description.bones, tracks)
    tracks, lost = meanwhile.without_lost(tracks)
    dialled = dialled_values.notes(tracks)
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
    notes = [*since, *lost, *gathered.source.notes, *worked.notes, *track_notes, *dialled, *timing.notes(*heard)]
    notes += hidden_motion.notes(scene, tracks, settings.use_nla) + unplayed_keys.of_other_turns(tracks)
    notes += shared_data.notes(scene, root, tracks)
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
    if characters.memory(root).summary != worked.character.mapping.summary():
        inspection.show(root, scene, worked.character.description, worked.character.mapping)
    describing.show_report(scene, root, take, report)
    logger.info("%s (frames %.0f to %.0f)", report.headline, first, last)
    return report


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
