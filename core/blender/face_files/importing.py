# SPDX-License-Identifier: GPL-3.0-or-later
"""A recording of a face as a take of its own on the character, exactly as it was recorded."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import bpy
import numpy as np

from ...capture.captured_face import CapturedFace
from ...capture.recordings import read_recording
from ...errors import UserError
from ...motion.clip import Clip
from ...motion.joints import HEAD_JOINTS, JOINT_INDEX
from ...motion.resampling import clip_at, face_at
from ...performance.face.head import AXES, head_rotations
from ...performance.parts import EXPRESSION, EYES, HEAD, LIPS
from ...performance.performance import Performance
from ...progress import Progress
from ...rigs.animation import Controls
from ...rigs.character import Character
from ...rigs.description import RigDescription
from ...rigs.retargeting import locks, retarget
from ...rigs.retargeting.slider_curves import through_sliders
from .. import characters, compat, writing
from ..keying.keyframe_plan import leave_locked, make_plan
from ..keying.timing import Timing
from ..reading import hidden_motion, motion_sources, rig_reading, shared_data
from ..report import Report
from ..setting_properties import scene_settings
from ..sounds import scene_time, timeline
from ..takes import adding, describing
from ..transaction import Transaction

_SHAPE_TOLERANCE, _ROTATION_TOLERANCE_DEG = 2e-4, 0.02  # a recording stays what it is


@dataclass(frozen=True)
class FaceFile:
    """What to import. frame_start: the scene's frame of its first frame, None: where the sound begins. rate_hz: frames a second where the
    file does not say, 0.0: as is usual. name: of the take, "": the file's."""

    path: Path
    frame_start: float | None = None
    rate_hz: float = 0.0
    name: str = ""


def import_face(context: bpy.types.Context, file: FaceFile, character: bpy.types.Object | None = None) -> Report:
    """Write a recording as a take on the character, all of it or nothing. Raises UserError with nothing changed."""
    began_s = time.perf_counter()
    scene, root = context.scene, character or characters.find(context)
    face, notes = read_recording(file.path, file.rate_hz)
    description = rig_reading.describe(root, scene)
    rig_reading.require_ready(root, description, scene)
    objects = characters.animated_objects(root, scene)
    motion_sources.require_no_tweak_mode(objects)
    timing = _timing(scene, file)
    scene_time.require_room(timing.frame_start, float(timing.frame(face.duration_s)))
    controls = _controls(face, rig_reading.character_of(root, scene), timing)
    plan = make_plan(controls, description, timing, {}, _SHAPE_TOLERANCE, _ROTATION_TOLERANCE_DEG, Progress())
    plan = leave_locked(plan, description)
    worked_s = time.perf_counter()
    with Transaction(scene, root):
        there = {part.name: compat.session_id(part) for part in objects}
        tracks, track_notes = writing.tracks(scene, root, plan, there, controls.switches, False)
        name = file.name or file.path.stem
        take, keys = adding.add(characters.own_memory(root, scene), name, tracks, False, False, timing.frame_start)
        take.first, take.last = plan.frame_range
        take.imported = str(file.path)
        take.created = datetime.now().isoformat(" ", "minutes")
        notes = (*notes, *_not_shown(face, controls, description), *controls.notes, *track_notes)
        notes += (*hidden_motion.notes(scene, tracks, False), *shared_data.notes(scene, root, tracks))
        if scene_settings(scene).extend_scene:
            notes += tuple(timeline.extend_once(scene, file.path, *plan.frame_range, "recording"))
        report = Report(
            take.name,
            root.name,
            keys,
            plan.shapes,
            plan.bones,
            0,
            face.duration_s,
            worked_s - began_s,
            time.perf_counter() - worked_s,
            tuple(dict.fromkeys(note for note in notes if note)),
            what="recording",
        )
        describing.show_report(scene, root, take, report)
    return report


def _timing(scene: bpy.types.Scene, file: FaceFile) -> Timing:
    start = float(scene_settings(scene).frame_start) if file.frame_start is None else file.frame_start
    scene_time.require_possible(scene)
    a_frame = scene_time.key_frames_a_frame(scene)
    return Timing(scene_time.frames_per_second(scene) * a_frame, start * a_frame)


def _controls(face: CapturedFace, character: Character, timing: Timing) -> Controls:
    """The recording on this character, a frame for each of the scene's. Raises UserError if it shows nothing of it."""
    grid = timing.grid(face.duration_s)
    if len(grid) > 1 and timing.time_s(grid[-1]) > face.duration_s + 1e-6:
        grid = grid[:-1]  # beyond the last frame nothing was recorded
    sample = timing.frames_per_second, float(timing.time_s(grid[0])), len(grid)
    parts = frozenset({LIPS, EXPRESSION, EYES} | ({HEAD} if face.knows_head else set()))
    performance = Performance("", face.duration_s, face_at(face.track, *sample), clip_at(_head(face), *sample))
    controls = retarget.retarget(performance, character, parts, shapes=face.known_shapes)
    controls = through_sliders(locks.respect_locks(controls, character), character.description)
    if not (controls.shapes or controls.sliders or controls.rotations or controls.locations):
        raise UserError(
            f'"{character.description.name}" has nothing that this recording moves.',
            "Tell under Mapping which shape or bone is which.",
        )
    return controls


def _head(face: CapturedFace) -> Clip:
    """Neck and head, if the recording has them."""
    clip = Clip.still(len(face), face.rate_hz, HEAD_JOINTS if face.knows_head else frozenset())
    if face.knows_head:
        angles: dict[str, np.ndarray] = dict(zip(map(str, AXES), np.asarray(face.head_deg, np.float64).T))
        clip.rotations[:, JOINT_INDEX["neck"]], clip.rotations[:, JOINT_INDEX["head"]] = head_rotations(angles)
    return clip


def _not_shown(face: CapturedFace, controls: Controls, description: RigDescription) -> tuple[str, ...]:
    """A sentence about a head that was recorded and that no bone turns."""
    if not face.knows_head or controls.rotations or controls.locations:
        return ()
    return (f'The head\'s angles are not shown: "{description.name}" has no bone of the head that can be keyed.',)
