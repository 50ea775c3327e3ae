# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the controls of the face take from the file and from other files, as plain data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import bpy

from ... import capture
from ...errors import UserError
from ...input_files import is_folder, require_file
from ...performance.face.control_sources import LABELS, Donor, FaceControls
from ...performance.face.listening import Listening
from ...performance.face.look_at import of_speakers
from ...performance.performer.performer import Performer
from ...settings import CONTROLS, GenerateSettings
from ..keying.timing import Timing
from ..reading import rig_reading
from ..setting_properties import scene_settings
from .action_faces import motion_of_action
from .keyed import read_keyed
from .look_targets import read_target

_WHERE = "Choose one under Face Controls, or set its source to This Sound."


@dataclass(frozen=True, eq=False)
class GatheredControls:
    """ready: what was read on the main thread. files: {control: recording}, which is read in the thread that works. notes: for the report.
    keypoints: of a video, which drive face and body. watched: the controls that follow them."""

    ready: FaceControls = field(default_factory=FaceControls)
    files: Mapping[str, Path] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    keypoints: Path | None = None
    watched: frozenset[str] = frozenset()

    def complete(
        self, settings: GenerateSettings, listening: Listening | None, seen: Donor | None = None
    ) -> tuple[FaceControls, tuple[str, ...]]:
        """With files read, and the speakers of a dialogue as targets; sentences about both. seen: the face in the keypoints. Any thread.
        Raises UserError."""
        donors, notes = dict(self.ready.donors), list(self.notes)
        if seen is not None:
            donors |= dict.fromkeys(self.watched, seen)
        read: dict[Path, Donor] = {}
        for control, path in self.files.items():
            if path not in read:
                motion, said = capture.read(path)
                read[path] = Donor(motion, f"the file “{path.name}”")
                notes += said
            donors[control] = read[path]
        target = self.ready.target
        if settings.source("EYES") == "LOOK_AT" and settings.look_at == "SPEAKER":
            target = of_speakers(listening.speakers) if listening is not None else None
            if target is None:
                notes.append(
                    "There is no other speaker to look at: the eyes move as this sound has it. Generate a dialogue, or look at an object."
                )
        return replace(self.ready, donors=donors, target=target), tuple(notes)


def gather_controls(
    context: bpy.types.Context,
    root: bpy.types.Object,
    settings: GenerateSettings,
    timing: Timing,
    last: float,
    given: Collection[str] = (),
) -> tuple[GenerateSettings, GatheredControls]:
    """Read what the controls need from the file. Main thread; changes nothing. Raises UserError for what is missing.

    Args:
        context: whose scene it is.
        root: the character.
        settings: of the generation.
        timing: how its seconds are frames.
        last: the last key frame of the sound; infinite where that is not known.
        given: settings that a caller gave in place of the scene's.

    Returns:
        The settings as they are where the sound begins, and what was read.
    """
    settings, keyed, notes = read_keyed(context.scene, settings, given, timing, last)
    read = _read(context, root, settings, timing, last)
    ready = replace(read.ready, keyed=keyed, performer=read_performer(settings))
    keypoints = keypoints_path(settings)
    watched = _watched(settings) if keypoints is not None else frozenset()
    settings = replace(settings, **{f"{control.lower()}_source": "CAPTURE" for control in watched})
    return settings, replace(read, ready=ready, keypoints=keypoints, watched=watched, notes=(*notes, *read.notes))


def keypoints_path(settings: GenerateSettings) -> Path | None:
    """The keypoints that drive, None where there are none. Raises UserError if they are gone."""
    if not settings.keypoints.strip() or not settings.keypoints_drive:
        return None
    path = _path(settings.keypoints)
    if not is_folder(path):  # OpenPose writes one
        require_file(path, "file of keypoints", "Choose the keypoints again, or empty the field Keypoints.")
    return path


def _watched(settings: GenerateSettings) -> frozenset[str]:
    """The controls that follow the keypoints: those that nothing else was chosen for."""
    wanted = settings.keypoints_drive & settings.parts & frozenset(CONTROLS)
    return frozenset(control for control in wanted if settings.source(control) == "SOUND")


def read_performer(settings: GenerateSettings) -> Performer | None:
    """Whose face it is to be. Raises UserError if the file is gone or of another kind."""
    if not settings.performer.strip():
        return None
    from ...performance.performer import performer  # with safetensors: not before someone asks

    return performer.load(_path(settings.performer))


def _read(
    context: bpy.types.Context, root: bpy.types.Object, settings: GenerateSettings, timing: Timing, last: float
) -> GatheredControls:
    sources = {control: settings.source(control) for control in CONTROLS}
    if set(sources.values()) <= {"SOUND", "PRESET"}:
        return GatheredControls()
    scene = context.scene
    files = {control: _file(settings, control) for control, source in sources.items() if source == "CAPTURE"}
    actions = {control: _action(scene, settings, control) for control, source in sources.items() if source == "ACTION"}
    looks = sources["EYES"] == "LOOK_AT" and settings.look_at != "SPEAKER"
    if not actions and not looks:
        return GatheredControls(files=files)
    character = rig_reading.character_of(root, scene)
    motions = {action: motion_of_action(scene, root, character, action) for action in dict.fromkeys(actions.values())}
    donors, notes = {}, []
    for control, action in actions.items():
        called, motion = f"the Action “{action.name}”", motions[action]
        if motion is None:
            notes.append(
                f"{LABELS[control]} as this sound has it: {called} moves nothing of the face of {root.name}. Choose another Action."
            )
        else:
            donors[control] = Donor(motion, called)
    target = read_target(context, root, character, settings, timing, last) if looks else None
    return GatheredControls(FaceControls(donors, target), files, tuple(dict.fromkeys(notes)))


def _action(scene: bpy.types.Scene, settings: GenerateSettings, control: str) -> bpy.types.Action:
    name, label = settings.of_control(control, "action"), LABELS[control]
    if not name:
        raise UserError(f"{label}: no Action is chosen.", _WHERE)
    chosen = getattr(scene_settings(scene), f"{control.lower()}_action_block")
    found = chosen if chosen is not None and chosen.name == name else bpy.data.actions.get(name)
    if found is None:
        raise UserError(f"{label}: there is no Action “{name}” any more.", _WHERE)
    return found


def _path(given: str) -> Path:
    """What a person wrote as a file's path, "//" and "~" included."""
    return Path(bpy.path.abspath(given)).expanduser()


def _file(settings: GenerateSettings, control: str) -> Path:
    given, label = settings.of_control(control, "file"), LABELS[control]
    if not given.strip():
        raise UserError(f"{label}: no capture file is chosen.", _WHERE)
    path = _path(given)
    try:
        require_file(path, "capture file", _WHERE)
    except UserError as error:
        raise UserError(f"{label}: {error.message}", error.hint) from error
    return path
